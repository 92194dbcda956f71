//! What a decision about a case rests on, and what is asked for, as things stand.

use clientele_proto::qualification::v1::{RequirementPolicy, Requirements};
use jiff::Timestamp;
use prost::Message as _;
use sqlx::PgConnection;

use crate::{
    assessing::ACTIVE,
    domain::{
        case_machine::people::{Deed, People},
        instant::message as instant,
        requirements::{Check, Evidence, Missing, Stage, builtin, missing, reminder_leads, requirements},
    },
    store::{
        case_deed::evidence_deeds,
        case_evidence::{evidence_documents, evidence_hits, evidence_ownership, evidence_risk},
        case_person::case_people,
        customer_check::{CheckRecord, customer_checks},
        qualification_case::CaseRecord,
        requirement_policy::{PolicyRecord, requirement_policy_list},
        risk::risk_inputs_get,
        risk_override::risk_override_open,
    },
};

/// What is on hand, and what is asked for.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// What is on hand.
    pub evidence: Evidence,
    /// What is asked for.
    pub requirements: Requirements,
    /// Checks that count.
    pub checks: Vec<CheckRecord>,
}

impl Gathered {
    /// What is missing for a step.
    pub fn missing(&self, stage: Stage, now: Timestamp) -> Vec<Missing> {
        missing(stage, &self.requirements, &self.evidence, now)
    }
}

/// Gathers it. The risk of the record is made that of the assessment.
pub async fn gather(
    connection: &mut PgConnection,
    tenant: &str,
    record: &mut CaseRecord,
    policy: &RequirementPolicy,
) -> sqlx::Result<Gathered> {
    let checks = customer_checks(connection, tenant, record.customer_id, record.checks_from).await?;
    let evidence = Evidence {
        facts: record.facts.encode_to_vec(),
        policy_version: i64::from(policy.version),
        documents: evidence_documents(connection, tenant, record.customer_id).await?,
        hits: evidence_hits(connection, tenant, record.customer_id).await?,
        risk: evidence_risk(connection, tenant, record.customer_id).await?,
        ownership_version: evidence_ownership(connection, tenant, record.customer_id).await?,
        checks: checks
            .iter()
            .map(|done| Check { check: done.check, outcome: done.outcome, check_time: done.check_time })
            .collect(),
    };
    record.risk_level = evidence.risk_level();
    let requirements = requirements(policy, &record.requirement_facts());
    Ok(Gathered { evidence, requirements, checks })
}

/// Everybody with a part in a case, and in what it rests on. Decide by them only under the lock of the case's row. What somebody does to the evidence
/// takes no such lock: it changes the evidence, and with that voids what was recommended before.
pub async fn people_of(connection: &mut PgConnection, tenant: &str, record: &CaseRecord) -> sqlx::Result<People> {
    let mut people = case_people(connection, tenant, record.case_id).await?;
    people.deeds = evidence_deeds(connection, tenant, record.customer_id, record.checks_from).await?;
    let inputs = risk_inputs_get(connection, tenant, record.customer_id).await?.unwrap_or_default();
    for author in &inputs.authors {
        people.deeds.add(Deed::SetRiskInput, &author.field, &author.actor);
    }
    if let Some(decided) = risk_override_open(connection, tenant, record.customer_id, ACTIVE).await? {
        people.deeds.add(Deed::ProposedOverride, "", &decided.proposer);
        people.deeds.add(Deed::ApprovedOverride, "", &decided.approver);
    }
    Ok(people)
}

/// The newest version of a tenant's policy, or the built-in one.
pub async fn newest_policy(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<RequirementPolicy> {
    let records = requirement_policy_list(connection, tenant, i32::MAX, 1).await?;
    records.first().map_or_else(|| Ok(builtin()), policy_message)
}

/// How many days before the end of something a tenant wants to hear of it, the longest first.
pub async fn leads(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Vec<i32>> {
    Ok(reminder_leads(&newest_policy(connection, tenant).await?))
}

/// A version of a tenant's policy; 0 is the built-in one. `None` where there is no such version.
pub async fn policy_of_version(
    connection: &mut PgConnection,
    tenant: &str,
    version: i32,
) -> sqlx::Result<Option<RequirementPolicy>> {
    if version == 0 {
        return Ok(Some(builtin()));
    }
    let records = requirement_policy_list(connection, tenant, version.saturating_add(1), 1).await?;
    records.iter().find(|record| record.version == version).map(policy_message).transpose()
}

/// The policy that judges a case: of its last submission or review, or while it is a draft the newest.
pub async fn policy_of(
    connection: &mut PgConnection,
    tenant: &str,
    record: &CaseRecord,
) -> sqlx::Result<RequirementPolicy> {
    if record.state == clientele_proto::qualification::v1::CaseState::Draft {
        return newest_policy(connection, tenant).await;
    }
    let found = policy_of_version(connection, tenant, record.policy_version).await?;
    found.ok_or(sqlx::Error::RowNotFound)
}

/// A stored version as the contract tells it.
pub fn policy_message(record: &PolicyRecord) -> sqlx::Result<RequirementPolicy> {
    let policy = RequirementPolicy::decode(record.policy.as_slice());
    let policy = policy.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(RequirementPolicy {
        version: record.version,
        create_time: Some(instant(record.create_time.to_jiff())),
        actor: record.actor.clone(),
        ..policy
    })
}
