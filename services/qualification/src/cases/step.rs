//! One step in the life of a case: checked against the table and the people, stored, told and written down, all in the caller's transaction.

use clientele_error::{Error, Reason};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{CaseReason, CaseState, CaseStateChanged};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{gathering::people_of, message::message};
use crate::{
    State, audit,
    domain::case_machine::{CaseEvent, people::Clash, state_name},
    origin::Origin,
    standing::restate,
    store::{
        case_approval::case_approvals_delete,
        case_person::{case_people, case_people_put},
        case_transition::{TransitionRecord, case_transition_insert},
        qualification_case::{CaseRecord, case_put},
    },
};

/// Who or what lets something happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who hands in.
    Maker,
    /// Who looks.
    Reviewer,
    /// Who looks at what needs enhanced due diligence.
    Compliance,
    /// Who decides.
    Approver,
    /// Time, or another part of the service.
    Service,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Reviewer => "reviewer",
            Self::Compliance => "compliance",
            Self::Approver => "approver",
            Self::Service => "service",
        }
    }
}

/// What happens.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// What.
    pub event: CaseEvent,
    /// By whom.
    pub part: Part,
    /// Why.
    pub reason: CaseReason,
    /// Why, for people.
    pub note: &'a str,
    /// What it rests on: one hash over all, and one of each piece.
    pub evidence: Option<(Vec<u8>, Vec<Vec<u8>>)>,
}

impl<'a> Step<'a> {
    /// A step without reason, note or evidence.
    pub fn of(event: CaseEvent, part: Part) -> Self {
        Self { event, part, reason: CaseReason::Unspecified, note: "", evidence: None }
    }

    /// With why.
    #[must_use]
    pub fn because(mut self, reason: CaseReason, note: &'a str) -> Self {
        self.reason = reason;
        self.note = note;
        self
    }
}

/// Why a step cannot be taken.
#[derive(Debug)]
pub enum Refused {
    /// Not from this state.
    State(CaseState),
    /// Not by this person.
    Person(Clash),
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::State(state) => wrong_state(state),
            Refused::Person(clash) => Self::new(Reason::FourEyes, clash.message()),
            Refused::Database(error) => failed(error),
        }
    }
}

/// The case's state does not allow it.
pub fn wrong_state(state: CaseState) -> Error {
    let name = state_name(state);
    Error::new(Reason::CaseState, format!("the case is {name}, from which this cannot happen")).with("state", name)
}

/// Takes a step with a case whose lock is held. `change` says what else becomes of the case, once the step is known to be allowed.
pub async fn step(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    step: Step<'_>,
    change: impl FnOnce(&mut CaseRecord) + Send,
) -> Result<(), Refused> {
    let before = record.status();
    let after = before.after(step.event).ok_or(Refused::State(before.state))?;
    if step.part != Part::Service {
        let mut people = people_of(connection, origin.tenant(), record).await?;
        people.allows(before.state, step.event, origin.actor()).map_err(Refused::Person)?;
        let had = people.clone();
        people.take_part(step.event, origin.actor());
        if people != had {
            case_people_put(connection, origin.tenant(), record.case_id, &people).await?;
        }
    } else if step.event == CaseEvent::Escalate {
        let mut people = case_people(connection, origin.tenant(), record.case_id).await?;
        people.approvers.clear();
        case_people_put(connection, origin.tenant(), record.case_id, &people).await?;
    }
    (record.state, record.round) = (after.state, after.round);
    if !after.has_approval {
        record.approval = None;
        record.review_time = None;
    }
    if before.state == CaseState::InfoRequested {
        record.information_request = None;
    }
    if before.state == CaseState::PendingApproval && after.state != CaseState::PendingApproval {
        record.recommendation = None;
    }
    if matches!(after.state, CaseState::Rejected | CaseState::Terminated | CaseState::Withdrawn) {
        record.checks_from = Some(origin.now);
    }
    if matches!(step.event, CaseEvent::Recommend | CaseEvent::Return | CaseEvent::Escalate) {
        case_approvals_delete(connection, origin.tenant(), record.case_id).await?;
    }
    change(record);
    write_down(state, connection, origin, record, (before.state, step)).await?;
    Ok(())
}

/// Stores a case that has changed, tells of its step and writes it down. `before` is UNSPECIFIED for a case that was stored just now.
pub async fn write_down(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    (before, step): (CaseState, Step<'_>),
) -> sqlx::Result<()> {
    let tenant = origin.tenant();
    record.version += 1;
    origin.actor().clone_into(&mut record.actor);
    record.update_time = origin.now;
    case_put(connection, tenant, record).await?;
    // A case that is opened has no event: it begins where the table begins.
    let transition = if before == CaseState::Unspecified { OPENED } else { step.event.name() };
    let (root, hashes) = step.evidence.unwrap_or_default();
    let row = TransitionRecord {
        case_transition_id: state.context.new_id(),
        number: 0,
        round: record.round,
        transition: transition.to_owned(),
        state_before: before as i16,
        state_after: record.state as i16,
        actor: origin.actor().to_owned(),
        role: step.part.name().to_owned(),
        reason: step.reason as i16,
        note: step.note.to_owned(),
        policy_version: i64::from(record.policy_version),
        evidence_root: root.clone(),
        transition_time: origin.now.to_sqlx(),
    };
    case_transition_insert(connection, tenant, record.case_id, &row).await?;
    let written = audit::Transition {
        subject_kind: "case",
        subject_id: record.case_id,
        customer_id: Some(record.customer_id),
        transition,
        state_before: if before == CaseState::Unspecified { "" } else { state_name(before) },
        state_after: state_name(record.state),
        role: step.part.name(),
        policy_version: i64::from(record.policy_version),
        evidence_hashes: std::iter::once(root).filter(|root| !root.is_empty()).chain(hashes).collect(),
    };
    audit::record(state, connection, origin, written, &message(record)).await?;
    if before != record.state {
        let told = CaseStateChanged {
            before: before.into(),
            case: Some(clientele_proto::qualification::v1::Case {
                facts: None,
                information_request: None,
                recommendation: None,
                ..message(record)
            }),
            transition: transition.to_owned(),
            reason: step.reason.into(),
        };
        let event = origin.event(&state.context, format!("cases/{}", record.case_id), &told);
        state.outbox.publish(connection, event).await?;
    }
    restate(state, connection, origin, record.customer_id).await
}

/// Writes into the audit log what was changed of a case that stays where it is.
pub async fn log(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &CaseRecord,
    (change, role): (&str, &'static str),
) -> sqlx::Result<()> {
    let written = audit::Transition {
        subject_kind: "case",
        subject_id: record.case_id,
        customer_id: Some(record.customer_id),
        transition: change,
        state_before: state_name(record.state),
        state_after: state_name(record.state),
        role,
        policy_version: i64::from(record.policy_version),
        evidence_hashes: Vec::new(),
    };
    audit::record(state, connection, origin, written, &message(record)).await
}

/// What the first step of a case is called.
pub const OPENED: &str = "opened";
