use std::collections::{BTreeSet, HashSet};

use clientele_proto::qualification::v1::RiskLevel;
use proptest::prelude::*;

use super::{
    people::{People, Role},
    trigger::{Trigger, apply_trigger},
    *,
};

const STATES: [CaseState; 15] = [
    CaseState::Draft,
    CaseState::Submitted,
    CaseState::Screening,
    CaseState::UnderReview,
    CaseState::Escalated,
    CaseState::InfoRequested,
    CaseState::PendingApproval,
    CaseState::Approved,
    CaseState::ApprovedWithConditions,
    CaseState::Rejected,
    CaseState::Withdrawn,
    CaseState::ReviewDue,
    CaseState::Suspended,
    CaseState::Expired,
    CaseState::Terminated,
];

/// Whether a state may be met with an approval, and whether it must.
fn may_and_must_hold(state: CaseState) -> (bool, bool) {
    match state {
        CaseState::Approved | CaseState::ApprovedWithConditions | CaseState::ReviewDue | CaseState::Expired => {
            (true, true)
        }
        CaseState::Draft
        | CaseState::Rejected
        | CaseState::Withdrawn
        | CaseState::Suspended
        | CaseState::Terminated
        | CaseState::Unspecified => (false, false),
        _ => (true, false),
    }
}

fn is_legal(status: Status) -> bool {
    let (may, must) = may_and_must_hold(status.state);
    (may || !status.has_approval) && (!must || status.has_approval)
}

fn reachable() -> HashSet<(CaseState, bool)> {
    let mut seen = HashSet::from([(CaseState::Draft, false)]);
    let mut open = vec![Status::NEW];
    while let Some(status) = open.pop() {
        for next in CaseEvent::ALL.into_iter().filter_map(|event| status.after(event)) {
            if seen.insert((next.state, next.has_approval)) {
                open.push(next);
            }
        }
    }
    seen
}

#[test]
fn every_state_can_be_reached_and_each_only_with_the_approval_that_it_rests_on() {
    let seen = reachable();
    for state in STATES {
        assert!(seen.iter().any(|(reached, _)| *reached == state), "{state:?}");
    }
    for (state, has_approval) in &seen {
        assert!(is_legal(Status { state: *state, has_approval: *has_approval, round: 1 }), "{state:?} {has_approval}");
    }
}

#[test]
fn no_state_is_a_dead_end() {
    for (state, has_approval) in reachable() {
        let status = Status { state, has_approval, round: 1 };
        assert!(CaseEvent::ALL.into_iter().any(|event| status.after(event).is_some()), "{status:?}");
    }
}

#[test]
fn an_approval_only_comes_from_approvers() {
    for (state, has_approval) in reachable() {
        let status = Status { state, has_approval, round: 1 };
        for event in CaseEvent::ALL {
            let gains = status.after(event).is_some_and(|next| next.has_approval && !has_approval);
            assert_eq!(
                gains,
                state == CaseState::PendingApproval
                    && !has_approval
                    && matches!(event, CaseEvent::Approve | CaseEvent::ApproveWithConditions),
                "{status:?} {event:?}"
            );
        }
    }
}

#[test]
fn an_approval_survives_its_review_and_is_taken_away_by_a_suspension() {
    let approved = Status { state: CaseState::Approved, has_approval: true, round: 1 };
    let mut reviewed = approved;
    let review = [
        (CaseEvent::FallDue, CaseState::ReviewDue),
        (CaseEvent::Resume, CaseState::UnderReview),
        (CaseEvent::RequestInformation, CaseState::InfoRequested),
        (CaseEvent::Resubmit, CaseState::Submitted),
        (CaseEvent::StartChecks, CaseState::Screening),
        (CaseEvent::FlagChecks, CaseState::Escalated),
        (CaseEvent::Recommend, CaseState::PendingApproval),
        (CaseEvent::Approve, CaseState::Approved),
    ];
    for (event, state) in review {
        reviewed = reviewed.after(event).unwrap();
        assert_eq!((reviewed.state, reviewed.has_approval, reviewed.round), (state, true, reviewed.round));
        if state != CaseState::Approved {
            // It cannot be got rid of but by a decision.
            assert_eq!(reviewed.after(CaseEvent::Withdraw), None);
            assert_eq!(reviewed.after(CaseEvent::TimeOut), None);
            assert!(!reviewed.after(CaseEvent::Suspend).unwrap().has_approval);
        }
    }
    assert_eq!(reviewed.round, 2);
    let suspended = approved.after(CaseEvent::Suspend).unwrap();
    let resumed = suspended.after(CaseEvent::Resume).unwrap();
    assert_eq!((resumed.state, resumed.has_approval), (CaseState::UnderReview, false));
}

#[test]
fn names_of_events_are_their_own() {
    let names: HashSet<_> = CaseEvent::ALL.into_iter().map(CaseEvent::name).collect();
    assert_eq!(names.len(), CaseEvent::ALL.len());
    for event in CaseEvent::ALL {
        assert_eq!(CaseEvent::of_name(event.name()), Some(event));
    }
}

/// The table of the README is this one: state, event, state after; with and without an approval where that matters.
#[test]
fn the_readme_shows_the_table() {
    let mut lines = Vec::new();
    for state in STATES {
        for event in CaseEvent::ALL {
            let after =
                |has_approval| Status { state, has_approval, round: 1 }.after(event).map(|next| state_name(next.state));
            let (plain, approved) = (after(false), after(true));
            let (may, must) = may_and_must_hold(state);
            let (to, when) = match (plain.filter(|_| !must), approved.filter(|_| may)) {
                (Some(to), Some(_)) => (to, ""),
                (Some(to), None) => (to, if may { "without an approval" } else { "" }),
                (None, Some(to)) => (to, if must { "" } else { "with an approval" }),
                (None, None) => continue,
            };
            lines.push(format!("| {} | {} | {to} | {when} |", state_name(state), event.name()));
        }
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let table = lines.join("\n");
    assert!(readme.contains(&table), "README.md must hold this table:\n{table}");
}

#[test]
fn what_is_found_out_suspends_what_is_approved_and_escalates_what_is_open() {
    let of = |state, has_approval| Status { state, has_approval, round: 1 };
    let event = |status, trigger| apply_trigger(status, trigger, false).event;
    for grave in [Trigger::TrueMatch, Trigger::RegistryRevoked, Trigger::RiskAssessed(RiskLevel::Prohibited)] {
        for state in [CaseState::Approved, CaseState::ReviewDue, CaseState::Expired, CaseState::UnderReview] {
            assert_eq!(event(of(state, true), grave), Some(CaseEvent::Suspend), "{state:?} {grave:?}");
        }
        assert_eq!(event(of(CaseState::PendingApproval, false), grave), Some(CaseEvent::Escalate));
        assert_eq!(event(of(CaseState::Draft, false), grave), None);
        assert_eq!(event(of(CaseState::Suspended, false), grave), None);
    }
    for lesser in [Trigger::OwnershipChanged, Trigger::HitOpened, Trigger::RegistryIrregular] {
        assert_eq!(event(of(CaseState::Approved, true), lesser), Some(CaseEvent::FallDue));
        assert_eq!(event(of(CaseState::ReviewDue, true), lesser), None);
        assert_eq!(event(of(CaseState::UnderReview, true), lesser), Some(CaseEvent::Escalate));
    }
    let revoked = Trigger::DocumentRevoked { kind: 1 };
    let approved = of(CaseState::Approved, true);
    assert_eq!(apply_trigger(approved, revoked, true).event, Some(CaseEvent::Suspend));
    assert_eq!(apply_trigger(approved, revoked, false).event, Some(CaseEvent::FallDue));
    assert_eq!(event(approved, Trigger::RiskAssessed(RiskLevel::Medium)), None);
    // A draft remembers what its checks would not see.
    assert!(apply_trigger(Status::NEW, Trigger::RegistryIrregular, false).needs_edd);
}

proptest! {
    /// Whatever happens in whatever order, no illegal state is reached, and replaying what happened leads to the same one.
    #[test]
    fn no_sequence_of_events_leads_astray(numbers in prop::collection::vec(0..CaseEvent::ALL.len(), 0..200)) {
        let mut status = Status::NEW;
        let mut history = Vec::new();
        for event in numbers.into_iter().map(|number| CaseEvent::ALL[number]) {
            let Some(next) = status.after(event) else { continue };
            prop_assert!(is_legal(next), "{status:?} {event:?} {next:?}");
            history.push(event.name());
            status = next;
        }
        let mut events = history.into_iter().map(|name| CaseEvent::of_name(name).unwrap());
        let replayed = events.try_fold(Status::NEW, Status::after);
        prop_assert_eq!(replayed, Some(status));
    }

    /// Five people do what they are allowed to in any order: whoever approved made nothing and reviewed nothing, and nobody counts twice.
    #[test]
    fn makers_reviewers_and_approvers_are_never_the_same(
        steps in prop::collection::vec((0..CaseEvent::ALL.len() + 1, 0..5_usize), 0..400),
        needed in 1..4_usize,
    ) {
        let names = ["ann", "ben", "cho", "dev", "eva"];
        let mut status = Status::NEW;
        let mut people = People::default();
        people.add(Role::Maker, names[0]);
        let mut edited_by = BTreeSet::from([names[0]]);
        let mut recommended_by = names[0];
        for (number, person) in steps {
            let name = names[person];
            let Some(event) = CaseEvent::ALL.get(number).copied() else {
                // An edit of the facts.
                if matches!(status.state, CaseState::Draft | CaseState::InfoRequested) {
                    people.add(Role::Maker, name);
                    edited_by.insert(name);
                }
                continue;
            };
            // What the RPCs do, in their order: the state, the people, the step.
            let is_approval =
                matches!(event, CaseEvent::Endorse | CaseEvent::Approve | CaseEvent::ApproveWithConditions);
            let event = match event {
                _ if !is_approval => event,
                _ if people.approvers.len() + 1 >= needed => CaseEvent::Approve,
                _ => CaseEvent::Endorse,
            };
            let Some(next) = status.after(event) else { continue };
            if people.allows(status.state, event, name).is_err() {
                continue;
            }
            people.take_part(event, name);
            match event {
                CaseEvent::Submit | CaseEvent::Resubmit | CaseEvent::Reopen => {
                    edited_by.insert(name);
                },
                CaseEvent::Recommend => recommended_by = name,
                _ => {}
            }
            if event == CaseEvent::Approve {
                prop_assert!(people.approvers.len() >= needed);
                prop_assert!(!people.approvers.contains(recommended_by));
                prop_assert!(edited_by.iter().all(|maker| !people.approvers.contains(*maker)));
                prop_assert!(!edited_by.contains(recommended_by));
            }
            status = next;
        }
    }
}
