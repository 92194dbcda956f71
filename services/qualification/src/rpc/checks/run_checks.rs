//! `RunChecks`: registers are asked first, without a transaction; then everything is written in one.

use std::time::Duration;

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{
    CaseFacts, Check, CheckOutcome, CheckResult, Checks, ChecksRun, OwnershipComparison, OwnershipStructure, PartyKind,
    RegistryKey, RegistryStatus, RequiredCheck, RunChecksRequest, check_waiver,
};
use clientele_service::Call;
use futures::future::join_all;
use jiff::tz::TimeZone;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    State,
    assessing::{publish, transition},
    audit::{self, Transition},
    cases::{self, Trigger, record_check},
    domain::{
        checks::{
            Identifier, check_identifiers, is_passed,
            licence::{self, Record},
            owners,
            register::judge,
            result_of, shared,
        },
        instant::message as time,
    },
    origin::Origin,
    ownership_statements::computing::{How, TOLERANCE_PERCENT, comparison, report_of},
    registry::{Answer, LONGEST, look_up_within},
    rpc::{
        once::{Asked, once},
        risk::id,
    },
    standing::restate,
    store::{
        audit_subject::check_name,
        check_run::{
            case_facts_get, check_insert, checks_lock, customer_identifiers_replace, customer_identifiers_shared,
        },
        customer::{Customer, customer_get},
        document::licences,
        ownership_structure::{OwnershipRecord, ownership_latest},
    },
};

/// What is left of a deadline for the transaction after registers were asked.
const RESERVE: Duration = Duration::from_millis(500);
/// The checks that run by themselves, in their order.
const ALL: [RequiredCheck; 5] = [
    RequiredCheck::Identifiers,
    RequiredCheck::Duplicates,
    RequiredCheck::RegistryStatus,
    RequiredCheck::LicenceFacts,
    RequiredCheck::Ownership,
];

/// What was found out before the transaction: it takes long, or somebody else answers it.
#[derive(Debug)]
struct Before {
    /// The facts that it was asked of.
    facts: CaseFacts,
    /// What the register says.
    answers: Vec<Answer>,
    /// The version of the ownership structure, and its declared owners beside the computed ones.
    owners: Option<(i32, OwnershipComparison)>,
}

pub(super) async fn run_checks(state: &State, call: Call, request: RunChecksRequest) -> Result<Checks> {
    let customer_id = id(&request.customer_id, "customer_id")?;
    let asked_for: Vec<RequiredCheck> = request.required_checks().collect();
    let which = ALL.into_iter().filter(|check| asked_for.is_empty() || asked_for.contains(check)).collect::<Vec<_>>();
    let (facts, structure) = {
        let mut connection = state.pool.acquire().await.map_err(failed)?;
        let facts = case_facts_get(&mut connection, call.tenant(), customer_id).await.map_err(failed)?;
        (facts, ownership_latest(&mut connection, call.tenant(), customer_id).await.map_err(failed)?)
    };
    let Some(facts) = facts else {
        return Err(Error::new(Reason::CaseMissing, "the customer has no case whose facts could be checked"));
    };
    let answers = if which.contains(&RequiredCheck::RegistryStatus) {
        ask(state, &call, &check_identifiers(&facts).1).await
    } else {
        Vec::new()
    };
    let owners = match structure.filter(|_| which.contains(&RequiredCheck::Ownership)) {
        Some(record) => Some((record.version, compared(state, &record).await?)),
        None => None,
    };
    let before = Before { facts, answers, owners };
    let asked = Asked { method: "RunChecks", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        run(state, &call, tx, &request.request_id, customer_id, (&before, &which)).await
    })
    .await
}

/// The declared owners of a structure beside the computed ones.
async fn compared(state: &State, record: &OwnershipRecord) -> Result<OwnershipComparison> {
    let structure = OwnershipStructure::decode(record.content.as_slice()).map_err(Error::internal)?;
    let how = How::usual(state.context.now().to_zoned(TimeZone::UTC).date());
    Ok(comparison(&structure, &report_of(&structure, how).await?, how, TOLERANCE_PERCENT))
}

/// What the register says of identifiers.
async fn ask(state: &State, call: &Call, identifiers: &[Identifier]) -> Vec<Answer> {
    let Some(registry) = &state.registry else {
        return vec![Answer::Unavailable("no register is connected".to_owned())];
    };
    let time = call.remaining().map_or(LONGEST, |left| left.saturating_sub(RESERVE));
    let keys = identifiers.iter().map(|one| RegistryKey { scheme: one.scheme.to_owned(), number: one.number.clone() });
    join_all(keys.map(async |key| look_up_within(&**registry, &key, time).await)).await
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    customer_id: Uuid,
    (before, which): (&Before, &[RequiredCheck]),
) -> Result<Checks> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let origin = Origin::call(call, request_id, now);
    checks_lock(tx, tenant).await.map_err(failed)?;
    let facts = case_facts_get(tx, tenant, customer_id).await.map_err(failed)?.unwrap_or_default();
    let structure = ownership_latest(tx, tenant, customer_id).await.map_err(failed)?.map(|record| record.version);
    let is_other_structure =
        which.contains(&RequiredCheck::Ownership) && structure != before.owners.as_ref().map(|(version, _)| *version);
    if facts != before.facts || is_other_structure {
        return Err(Error::new(Reason::Conflict, "the case changed while the register was asked; call again"));
    }
    let (findings, identifiers) = check_identifiers(&facts);
    // As they are by now: a case from before its identifiers were kept with its facts has them here.
    customer_identifiers_replace(tx, tenant, customer_id, &identifiers).await.map_err(failed)?;
    let others = customer_identifiers_shared(tx, tenant, customer_id, &identifiers).await.map_err(failed)?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut checks = Vec::with_capacity(which.len());
    for required_check in which {
        let mut check = Check {
            check_id: state.context.new_id().to_string(),
            customer_id: customer_id.to_string(),
            required_check: (*required_check).into(),
            actor: call.caller.subject.clone(),
            create_time: Some(time(now)),
            etag: "1".to_owned(),
            ..Check::default()
        };
        match required_check {
            RequiredCheck::Duplicates => check.findings = shared(&others),
            RequiredCheck::RegistryStatus => {
                (check.findings, check.registry_records) = judge(&facts, &before.answers, today);
                check.connector =
                    state.registry.as_ref().map(|registry| registry.name().to_owned()).unwrap_or_default();
            }
            RequiredCheck::LicenceFacts => {
                let licences = licences(tx, tenant, customer_id).await.map_err(failed)?;
                let record = customer_get(tx, tenant, customer_id).await.map_err(failed)?;
                check.findings = licence::judge(&facts, &licences, &record.map(record_of).unwrap_or_default());
            }
            // A person has no owners.
            RequiredCheck::Ownership if facts.party_kind() == PartyKind::Person => {}
            RequiredCheck::Ownership => {
                check.findings = owners::judge(before.owners.as_ref().map(|(_, comparison)| comparison));
            }
            _ => check.findings.clone_from(&findings),
        }
        check.result = result_of(&check.findings).into();
        check.passed = is_passed(&check);
        write(state, tx, &origin, customer_id, &check).await.map_err(failed)?;
        checks.push(check);
    }
    let payload = ChecksRun { checks: checks.clone() };
    publish(state, tx, &origin, format!("checks/{customer_id}"), &payload).await.map_err(failed)?;
    restate(state, tx, &origin, customer_id).await.map_err(failed)?;
    Ok(Checks { checks })
}

/// A customer, as far as a case says the same.
fn record_of(customer: Customer) -> Record {
    let full = [customer.given_name, customer.family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Record { name: customer.legal_name.unwrap_or(full), country_code: customer.country_code.unwrap_or_default() }
}

/// Keeps a check, and tells the case of it.
async fn write(state: &State, tx: &mut Tx, origin: &Origin<'_>, customer_id: Uuid, check: &Check) -> sqlx::Result<()> {
    let check_id = Uuid::try_parse(&check.check_id).map_err(|error| sqlx::Error::Decode(error.into()))?;
    check_insert(tx, origin.tenant(), (check_id, customer_id), check, origin.now).await?;
    let evidence = check.registry_records.iter();
    let evidence = evidence.map(|record| Sha256::digest(record.encode_to_vec()).to_vec());
    let state_after = check_name(check.result(), check_waiver::State::Unspecified);
    let transition = Transition {
        state_after,
        evidence_hashes: evidence.collect(),
        ..transition("check", check_id, customer_id, "run")
    };
    audit::record(state, tx, origin, transition, check).await?;
    let outcome = match check.result() {
        CheckResult::Passed | CheckResult::Warning => CheckOutcome::Passed,
        CheckResult::Failed => CheckOutcome::Failed,
        // Nothing was found out: what came out before still counts.
        CheckResult::Unavailable | CheckResult::Unspecified => return Ok(()),
    };
    let note: Vec<&str> = check.findings.iter().map(|finding| finding.detail.as_str()).collect();
    record_check(tx, origin, customer_id, (check.required_check(), outcome), &note.join("; ")).await?;
    if let Some(trigger) = registry_trigger(check) {
        cases::trigger(state, tx, origin, customer_id, trigger).await?;
    }
    Ok(())
}

/// What the case has to hear of what a register says: of what has ended, and of what is irregular or listed.
fn registry_trigger(check: &Check) -> Option<Trigger> {
    let statuses =
        || check.registry_records.iter().map(clientele_proto::qualification::v1::RegistryRecord::registry_status);
    let has_ended = |status| matches!(status, RegistryStatus::Revoked | RegistryStatus::Deregistered);
    let is_irregular = |status| {
        use RegistryStatus::{Closed, Dormant, Liquidation, MovedOut};
        matches!(status, Closed | Dormant | Liquidation | MovedOut)
    };
    let is_listed = check.registry_records.iter().any(|record| !record.registry_lists.is_empty());
    if statuses().any(has_ended) {
        Some(Trigger::RegistryRevoked)
    } else if is_listed || statuses().any(is_irregular) {
        Some(Trigger::RegistryIrregular)
    } else {
        None
    }
}
