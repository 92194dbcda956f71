use std::collections::{BTreeSet, HashSet};

use clientele_proto::qualification::v1::RiskLevel;
use proptest::prelude::*;

use super::{
    people::{Clash, Deed, Deeds, People, Role},
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

const NAMES: [&str; 9] = ["ann", "ben", "cho", "dev", "eva", "fay", "gus", "hal", "ida"];

type Name = &'static str;

/// A document as people leave it behind: states 2 to 4 are received, being verified and verified, 0 is gone.
#[derive(Debug, Clone)]
struct Paper {
    state: u8,
    version: usize,
    uploader: Name,
    editors: BTreeSet<Name>,
    readers: BTreeSet<Name>,
    verifier: Name,
}

/// What a case rests on, and who left it so; numbers are versions.
#[derive(Debug, Clone, Default)]
struct Pieces {
    papers: Vec<Paper>,
    ownership: Option<(usize, Name)>,
    risk: (usize, Name),
    proposed: Option<Name>,
    overridden: Option<(Name, Name)>,
    check: (usize, Vec<Name>),
}

impl Pieces {
    fn papers(&self) -> impl Iterator<Item = (usize, &Paper)> {
        self.papers.iter().enumerate().filter(|(_, paper)| paper.state != 0)
    }

    /// What the recommendation and its approvals are about, as `Evidence::root` has it.
    fn root(&self) -> String {
        let papers = self
            .papers()
            .map(|(number, paper)| (number, paper.state, if paper.state == 4 { 0 } else { paper.version }));
        let ownership = self.ownership.map(|(version, _)| version);
        format!("{:?} {ownership:?} {} {}", papers.collect::<Vec<_>>(), self.risk.0, self.check.0)
    }

    /// What `cases/gathering.rs` finds.
    fn deeds(&self) -> Deeds {
        let mut deeds = Deeds::default();
        for (number, paper) in self.papers() {
            let piece = number.to_string();
            deeds.add(Deed::UploadedDocument, &piece, paper.uploader);
            paper.editors.iter().for_each(|name| deeds.add(Deed::CorrectedDocument, &piece, name));
            paper.readers.iter().for_each(|name| deeds.add(Deed::ReadDocument, &piece, name));
            deeds.add(Deed::VerifiedDocument, &piece, paper.verifier);
        }
        deeds.add(Deed::DeclaredOwnership, "", self.ownership.map_or("", |(_, name)| name));
        deeds.add(Deed::SetRiskInput, "equity", self.risk.1);
        if let Some((proposer, approver)) = self.overridden {
            deeds.add(Deed::ProposedOverride, "", proposer);
            deeds.add(Deed::ApprovedOverride, "", approver);
        }
        self.check.1.iter().for_each(|name| deeds.add(Deed::DecidedCheck, "SITE_VISIT", name));
        deeds
    }

    /// Who entered what is there, told from the pieces themselves.
    fn entered(&self) -> BTreeSet<Name> {
        let papers = self.papers().flat_map(|(_, paper)| paper.editors.iter().copied().chain([paper.uploader]));
        let others = self.ownership.map(|(_, name)| name).into_iter().chain([self.risk.1]);
        papers
            .chain(others)
            .chain(self.overridden.map(|(proposer, _)| proposer))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// Who judged what is there.
    fn judged(&self) -> BTreeSet<Name> {
        let papers = self.papers().flat_map(|(_, paper)| paper.readers.iter().copied().chain([paper.verifier]));
        let others = self.check.1.iter().copied().chain(self.overridden.map(|(_, approver)| approver));
        papers.chain(others).filter(|name| !name.is_empty()).collect()
    }

    /// Somebody does something to a piece, as the RPCs let them; `people` as they are found then. `now` is larger than ever before. Whether they became a
    /// reviewer of the round.
    fn happens(&mut self, what: usize, which: usize, name: Name, people: &People, now: usize) -> bool {
        let may_review = people.may_review(name).is_ok();
        let count = self.papers.len().max(1);
        let mut none = Paper {
            state: 0,
            version: 0,
            uploader: "",
            editors: BTreeSet::new(),
            readers: BTreeSet::new(),
            verifier: "",
        };
        let paper = self.papers.get_mut(which % count).unwrap_or(&mut none);
        let had_a_part = paper.uploader == name || paper.editors.contains(name);
        match (what, paper.state) {
            (0, _) => self.papers.push(Paper { state: 2, version: now, uploader: name, ..none }),
            (1, 2 | 3) => {
                paper.editors.insert(name);
                paper.version = now;
            }
            (2, 2 | 3) => {
                paper.readers.insert(name);
                paper.version = now;
            }
            (3, 2) if may_review && !had_a_part => {
                paper.readers.insert(name);
                (paper.state, paper.version) = (3, now);
                return true;
            }
            (4, 3) if may_review && !had_a_part => {
                (paper.state, paper.version, paper.verifier) = (4, now, name);
                return true;
            }
            // Revoked, rejected or superseded.
            (5, _) => paper.state = 0,
            (6, _) => self.ownership = Some((now, name)),
            (7, _) => self.risk = (now, name),
            (8, _) => self.proposed = Some(name),
            (9, _) if may_review && self.proposed.is_some_and(|proposer| proposer != name) => {
                self.overridden = self.proposed.take().map(|proposer| (proposer, name));
                self.risk.0 = now;
                return true;
            }
            (10, _) if may_review => {
                self.check = (now, vec![name]);
                return true;
            }
            // A waiver that is proposed: nothing rests on it yet.
            (11, _) => return may_review,
            _ => {}
        }
        false
    }
}

#[test]
fn whoever_clashes_is_told_what_they_did() {
    let mut people = People::default();
    people.deeds.add(Deed::UploadedDocument, "0198", "ana");
    people.deeds.add(Deed::VerifiedDocument, "0198", "vic");
    people.add(Role::Approver, "ida");
    let told = people.may_review("ana").unwrap_err().message();
    assert_eq!(told, "you uploaded the document 0198, which this case rests on; somebody else has to do this");
    assert_eq!(people.may_review("vic"), Ok(()), "whoever verifies a document may recommend the case");
    let told = people.may_decide("vic").unwrap_err().message();
    assert_eq!(told, "you decided about the document 0198, which this case rests on; somebody else has to do this");
    assert_eq!(people.allows(CaseState::PendingApproval, CaseEvent::Approve, "eva"), Ok(()));
    people.add(Role::Reviewer, "ida");
    let clash = people.allows(CaseState::PendingApproval, CaseEvent::Approve, "eva").unwrap_err();
    assert_eq!(clash, Clash::Earlier("ida".into(), Box::new(Clash::Reviewer)));
    assert_eq!(clash.message(), "ida approved this case and reviewed this case; return it to the reviewers");
    assert_eq!(
        people.allows(CaseState::PendingApproval, CaseEvent::Reject, "eva"),
        Ok(()),
        "a rejection needs nobody else"
    );
}

#[derive(Debug, Clone)]
enum Doing {
    Event(usize),
    Edit,
    Piece(usize, usize),
}

fn doing() -> impl Strategy<Value = Doing> {
    // The straight way more often than chance would have it.
    let straight =
        [CaseEvent::Submit, CaseEvent::StartChecks, CaseEvent::PassChecks, CaseEvent::Recommend, CaseEvent::Approve];
    let place = |event| CaseEvent::ALL.iter().position(|one| *one == event).unwrap_or_default();
    prop_oneof![
        2 => (0..CaseEvent::ALL.len()).prop_map(Doing::Event),
        24 => prop::sample::select(straight.map(place).to_vec()).prop_map(Doing::Event),
        1 => Just(Doing::Edit),
        4 => (0..12_usize, 0..4_usize).prop_map(|(what, which)| Doing::Piece(what, which)),
        // Looked at without changing anything: what a hash of the evidence does not see.
        2 => Just(Doing::Piece(11, 0)),
    ]
}

proptest! {
    // Several approvers who agree, and one of whom looks in between, are rare.
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Nine people do to a case and to what it rests on what they are allowed to, in any order, also before the case is opened and between its rounds: no
    /// approver of what is approved entered or judged a piece of it or looked at it in this round, and no recommender entered one.
    #[test]
    fn nobody_approves_what_they_entered_or_judged(
        before in prop::collection::vec((0..12_usize, 0..4_usize, 0..NAMES.len()), 0..6),
        steps in prop::collection::vec((doing(), 0..NAMES.len()), 0..300),
        needed in 1..3_usize,
    ) {
        let mut pieces = Pieces::default();
        let mut now = 0;
        for (what, which, person) in before {
            now += 1;
            let people = People { deeds: pieces.deeds(), ..People::default() };
            pieces.happens(what, which, NAMES[person], &people, now);
        }
        let mut status = Status::NEW;
        let mut people = People::default();
        people.add(Role::Maker, NAMES[0]);
        let mut edited = BTreeSet::from([NAMES[0]]);
        let mut looked = BTreeSet::new();
        let (mut recommended, mut approved) = ((String::new(), NAMES[0]), BTreeSet::new());
        for (doing, person) in steps {
            let name = NAMES[person];
            now += 1;
            people.deeds = pieces.deeds();
            let event = match doing {
                Doing::Edit => {
                    if matches!(status.state, CaseState::Draft | CaseState::InfoRequested) {
                        people.add(Role::Maker, name);
                        edited.insert(name);
                    }
                    continue;
                }
                Doing::Piece(what, which) => {
                    if pieces.happens(what, which, name, &people, now) {
                        people.add(Role::Reviewer, name);
                        looked.insert(name);
                    }
                    continue;
                }
                Doing::Event(number) => CaseEvent::ALL[number],
            };
            let is_approval =
                matches!(event, CaseEvent::Endorse | CaseEvent::Approve | CaseEvent::ApproveWithConditions);
            let event = match event {
                _ if !is_approval => event,
                _ if people.approvers.len() + 1 >= needed => CaseEvent::Approve,
                _ => CaseEvent::Endorse,
            };
            let Some(next) = status.after(event) else { continue };
            if people.allows(status.state, event, name).is_err() || (is_approval && pieces.root() != recommended.0) {
                continue;
            }
            people.take_part(event, name);
            match event {
                CaseEvent::Submit | CaseEvent::Resubmit => {
                    edited.insert(name);
                }
                CaseEvent::Reopen => {
                    (looked, approved) = (BTreeSet::new(), BTreeSet::new());
                    edited.insert(name);
                }
                CaseEvent::Resume => (looked, approved) = (BTreeSet::from([name]), BTreeSet::new()),
                CaseEvent::RequestInformation => {
                    looked.insert(name);
                }
                CaseEvent::Recommend => {
                    (recommended, approved) = ((pieces.root(), name), BTreeSet::new());
                    looked.insert(name);
                }
                CaseEvent::Return | CaseEvent::Escalate => approved.clear(),
                CaseEvent::Endorse => {
                    approved.insert(name);
                }
                CaseEvent::Approve => {
                    approved.insert(name);
                    let made: BTreeSet<_> = edited.union(&pieces.entered()).copied().collect();
                    let seen: BTreeSet<_> = looked.union(&pieces.judged()).copied().collect();
                    prop_assert!(approved.len() >= needed);
                    prop_assert!(approved.is_disjoint(&made), "{approved:?} made {made:?}");
                    prop_assert!(approved.is_disjoint(&seen), "{approved:?} looked {seen:?}");
                    prop_assert!(!made.contains(recommended.1), "{recommended:?} made {made:?}");
                }
                _ => {}
            }
            status = next;
        }
    }
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
