//! `RecommendCase`, `ApproveCase`: what a decision rests on is the same from the one to the other.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    ApproveCaseRequest, Case, CaseReason, CaseRecommendation, CaseState, CaseVerdict, RecommendCaseRequest, RiskLevel,
};
use clientele_service::Call;
use sqlx::PgConnection;

use super::acting::{act, common, gathered, nothing_missing};
use crate::{
    State,
    cases::{
        gathering::{Gathered, people_of},
        step::{Part, Refused, Step, step, wrong_state},
    },
    domain::{
        case_approval::{Endorsement, agreed_products, combined, months_after},
        case_machine::CaseEvent,
        instant::message as instant,
        requirements::Stage,
    },
    origin::Origin,
    store::{
        case_approval::{case_approval_insert, case_approvals, case_document_requirements_put},
        qualification_case::CaseRecord,
        review_reminder::review_reminder_put,
    },
};

pub(super) async fn recommend_case(state: &State, call: Call, request: RecommendCaseRequest) -> Result<Case> {
    let approves = request.verdict() == CaseVerdict::Approve;
    if !approves && request.reason() == CaseReason::Unspecified {
        return Err(Error::invalid_field("reason", "must be given to recommend a rejection"));
    }
    act(state, &call, common!("RecommendCase", request), &request, async |connection, origin, record| {
        allowed(connection, origin, record, CaseEvent::Recommend).await?;
        let gathered = gathered(connection, origin.tenant(), record).await?;
        if approves {
            approvable(record, &gathered)?;
            attested(record, &gathered, request.compliance_attested, record.state == CaseState::Escalated)?;
            nothing_missing(gathered.missing(Stage::Approval, origin.now))?;
        }
        let root = gathered.evidence.root();
        let recommendation = CaseRecommendation {
            verdict: request.verdict,
            reason: request.reason,
            note: request.note.clone(),
            compliance_attested: request.compliance_attested && record.state == CaseState::Escalated,
            evidence_root: root.clone(),
            actor: origin.actor().to_owned(),
            recommend_time: Some(instant(origin.now)),
        };
        let part = if record.state == CaseState::Escalated { Part::Compliance } else { Part::Reviewer };
        let taken = Step {
            evidence: Some((root, gathered.evidence.hashes())),
            ..Step::of(CaseEvent::Recommend, part).because(request.reason(), &request.note)
        };
        let keep = |record: &mut CaseRecord| record.recommendation = Some(recommendation);
        step(state, connection, origin, record, taken, keep).await?;
        Ok(())
    })
    .await
}

pub(super) async fn approve_case(state: &State, call: Call, request: ApproveCaseRequest) -> Result<Case> {
    act(state, &call, common!("ApproveCase", request), &request, async |connection, origin, record| {
        approve(state, connection, origin, record, &request).await
    })
    .await
}

async fn approve(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    request: &ApproveCaseRequest,
) -> Result<()> {
    let (tenant, now) = (origin.tenant(), origin.now);
    allowed(connection, origin, record, CaseEvent::Approve).await?;
    let recommendation = record.recommendation.clone().ok_or_else(|| wrong_state(record.state))?;
    if recommendation.verdict() != CaseVerdict::Approve {
        let message = "its rejection was recommended; reject it, or return it to the reviewers";
        return Err(Error::new(Reason::CaseNotApprovable, message));
    }
    let gathered = gathered(connection, tenant, record).await?;
    approvable(record, &gathered)?;
    let root = gathered.evidence.root();
    if root != recommendation.evidence_root {
        let message =
            "documents, hits, risk, ownership, checks or facts have changed since it was recommended; return it";
        return Err(Error::new(Reason::EvidenceChanged, message));
    }
    attested(record, &gathered, recommendation.compliance_attested, recommendation.compliance_attested)?;
    // Time passes without any evidence changing.
    nothing_missing(gathered.missing(Stage::Approval, now))?;
    let asked = &gathered.requirements;
    let approval = Endorsement {
        actor: origin.actor().to_owned(),
        products: request.products.clone(),
        conditions: request.conditions.clone(),
        validity_months: request.validity_months,
        approve_time: now,
    };
    in_scope(&record.facts.products, &approval)?;
    let mut approvals = case_approvals(connection, tenant, record.case_id).await.map_err(failed)?;
    approvals.push(approval);
    if agreed_products(&record.facts.products, &approvals).is_none() {
        let message =
            "must share a product with the approvals given before; agree with the other approvers, or return the case";
        return Err(Error::invalid_field("products", message));
    }
    let is_last = approvals.len() >= usize::try_from(asked.approvals_needed).unwrap_or(1);
    let whole = combined(&record.facts.products, &approvals, asked.approval_months, now).filter(|_| is_last);
    let event = match &whole {
        None => CaseEvent::Endorse,
        Some(approval) if approval.is_conditional => CaseEvent::ApproveWithConditions,
        Some(_) => CaseEvent::Approve,
    };
    if let Some(approval) = approvals.last() {
        case_approval_insert(connection, tenant, record.case_id, approval).await.map_err(failed)?;
    }
    if whole.is_some() {
        case_document_requirements_put(connection, tenant, record.case_id, &asked.documents).await.map_err(failed)?;
    }
    let review_time = months_after(now, asked.review_months);
    let is_whole = whole.is_some();
    let taken = Step {
        evidence: Some((root, gathered.evidence.hashes())),
        ..Step::of(event, Part::Approver).because(CaseReason::Unspecified, &request.note)
    };
    step(state, connection, origin, record, taken, |record| {
        if let Some(approval) = whole {
            record.approval = Some(approval);
            record.approve_time = Some(now);
            record.review_time = Some(review_time);
            record.checks_from = Some(now);
            record.decided_risk = record.risk_level;
            record.edd_required = false;
        }
    })
    .await?;
    if is_whole {
        review_reminder_put(connection, tenant, record.case_id, (review_time, now)).await.map_err(failed)?;
    }
    Ok(())
}

/// Whether the state and the people allow an event: told before anything else is.
async fn allowed(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &CaseRecord,
    event: CaseEvent,
) -> Result<()> {
    if record.status().after(event).is_none() {
        return Err(wrong_state(record.state));
    }
    let people = people_of(connection, origin.tenant(), record).await.map_err(failed)?;
    people.allows(record.state, event, origin.actor()).map_err(|clash| Refused::Person(clash).into())
}

/// Nobody can approve what is prohibited or on a list.
fn approvable(record: &CaseRecord, gathered: &Gathered) -> Result<()> {
    let message = if record.risk_level == RiskLevel::Prohibited {
        "its risk is prohibited; it can only be rejected"
    } else if gathered.evidence.has_true_match() {
        "a screening hit is a true match; it can only be rejected"
    } else {
        return Ok(());
    };
    Err(Error::new(Reason::CaseNotApprovable, message))
}

/// What needs enhanced due diligence needs a compliance officer, who says so.
fn attested(record: &CaseRecord, gathered: &Gathered, is_attested: bool, is_escalated: bool) -> Result<()> {
    let is_needed = is_escalated || record.edd_required || gathered.evidence.risk_level() == RiskLevel::High;
    if is_needed && !(is_attested && is_escalated) {
        let message = "it needs enhanced due diligence: a compliance officer has to recommend it from ESCALATED and attest to that";
        return Err(Error::new(Reason::EscalationRequired, message));
    }
    Ok(())
}

fn in_scope(asked: &[String], approval: &Endorsement) -> Result<()> {
    let stray = approval.products.iter().position(|product| !asked.is_empty() && !asked.contains(product));
    match stray {
        Some(place) => Err(Error::invalid_field(format!("products[{place}]"), "must be among those asked for")),
        None => Ok(()),
    }
}
