//! Cases as the contract tells them.

use clientele_proto::qualification::v1::{
    Case, CaseApproval, CaseCheck, CaseFacts, CaseInformationRequest, HeldApproval, IdentifierReading,
    MissingRequirement,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::gathering::Gathered;
use crate::{
    domain::{
        case_approval::Endorsement,
        case_machine::people::People,
        checks,
        instant::message as instant,
        requirements::{Missing, Stage},
    },
    store::{customer_check::CheckRecord, qualification_case::CaseRecord},
};

/// A case as lists and the audit log have it.
pub fn message(record: &CaseRecord) -> Case {
    let asked = record.information_request.as_ref();
    Case {
        case_id: record.case_id.to_string(),
        customer_id: record.customer_id.to_string(),
        facts: Some(record.facts.clone()),
        state: record.state.into(),
        round: record.round,
        risk_level: record.risk_level.into(),
        edd_required: record.edd_required,
        assignee: record.assignee.clone(),
        due_time: record.due_time.map(instant),
        snooze_time: record.snooze_time.map(instant),
        information_request: asked
            .map(|(asked, due)| CaseInformationRequest { due_time: Some(instant(*due)), ..asked.clone() }),
        recommendation: record.recommendation.clone(),
        held_approval: record.approval.as_ref().map(|approval| HeldApproval {
            products: approval.scope.clone(),
            conditions: approval.conditions.clone(),
            valid_until_time: approval.valid_until.map(instant),
            approve_time: record.approve_time.map(instant),
        }),
        review_time: record.review_time.map(instant),
        policy_version: record.policy_version,
        etag: record.version.to_string(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time)),
        update_time: Some(instant(record.update_time)),
        ..Case::default()
    }
}

/// A case with all that belongs to it.
pub fn full_message(
    record: &CaseRecord,
    gathered: &Gathered,
    people: &People,
    approvals: Vec<Endorsement>,
    now: Timestamp,
) -> Case {
    let stage = super::stage_of(record.state);
    let missing = stage.map(|stage: Stage| gathered.missing(stage, now)).unwrap_or_default();
    Case {
        approvals: approvals.into_iter().map(approval_message).collect(),
        requirements: Some(gathered.requirements.clone()),
        missing_requirements: missing.into_iter().map(missing_message).collect(),
        case_checks: gathered.checks.iter().map(|check| check_message(record.case_id, check)).collect(),
        evidence_root: gathered.evidence.root(),
        makers: people.all_makers(),
        reviewers: people.all_reviewers(),
        identifier_readings: readings(&record.facts),
        ..message(record)
    }
}

/// How the identifiers of a case read, by their own schemes or those of its country.
fn readings(facts: &CaseFacts) -> Vec<IdentifierReading> {
    let told = facts.identifiers.iter().enumerate();
    told.map(|(place, told)| checks::read(place, (&told.scheme, &told.value), &facts.country_code)).collect()
}

fn approval_message(approval: Endorsement) -> CaseApproval {
    CaseApproval {
        actor: approval.actor,
        products: approval.products,
        conditions: approval.conditions,
        validity_months: approval.validity_months,
        approve_time: Some(instant(approval.approve_time)),
    }
}

fn missing_message(missing: Missing) -> MissingRequirement {
    MissingRequirement { requirement: missing.requirement, description: missing.description.to_owned() }
}

/// What came out of a check.
pub fn check_message(case_id: Uuid, check: &CheckRecord) -> CaseCheck {
    CaseCheck {
        case_id: case_id.to_string(),
        check: check.check.into(),
        outcome: check.outcome.into(),
        note: check.note.clone(),
        actor: check.actor.clone(),
        check_time: Some(instant(check.check_time)),
    }
}
