//! What all writes to a case have in common.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::Case;
use clientele_service::Call;
use jiff::Timestamp;
use prost::Message;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    cases::{
        gathering::{Gathered, gather, people_of, policy_of},
        keeping::case_settled,
        message::full_message,
    },
    domain::{key::uuid, requirements::Missing},
    origin::Origin,
    rpc::once::{Asked, once},
    store::{
        case_approval::case_approvals,
        qualification_case::{CaseRecord, case_get},
    },
};

/// The fields that every such request has.
pub(super) struct Common<'a> {
    /// The RPC.
    pub method: &'static str,
    /// Which case.
    pub case_id: &'a str,
    /// The version it must have; empty for any.
    pub etag: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// Whether it is only to be checked.
    pub validate_only: bool,
}

/// The common fields of a request.
macro_rules! common {
    ($method:literal, $request:expr) => {
        $crate::rpc::cases::acting::Common {
            method: $method,
            case_id: &$request.case_id,
            etag: &$request.etag,
            request_id: &$request.request_id,
            validate_only: $request.validate_only,
        }
    };
}
pub(super) use common;

/// Locks a case, lets what is due to it happen, does `act` to it and answers it, all in one transaction.
pub(super) async fn act(
    state: &State,
    call: &Call,
    common: Common<'_>,
    request: &impl Message,
    act: impl AsyncFnOnce(&mut PgConnection, &Origin<'_>, &mut CaseRecord) -> Result<()>,
) -> Result<Case> {
    let case_id = uuid(common.case_id, "case_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let asked = Asked { method: common.method, request_id: common.request_id, validate_only: common.validate_only };
    once(state, call, asked, request, async |tx| {
        let origin = Origin::call(call, common.request_id, state.context.now());
        let mut record = locked(state, tx, &origin, case_id, common.etag).await?;
        act(tx, &origin, &mut record).await?;
        read(tx, call.tenant(), case_id, origin.now).await
    })
    .await
}

/// A case under its lock, of the version that the caller has read.
pub(super) async fn locked(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    case_id: Uuid,
    etag: &str,
) -> Result<CaseRecord> {
    let found = case_settled(state, connection, origin.tenant(), case_id).await.map_err(failed)?;
    let record = found.ok_or_else(|| Error::not_found("case", case_id.to_string()))?;
    if !etag.is_empty() && etag != record.version.to_string() {
        let message = "the case was changed meanwhile; read it again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("etag"));
    }
    Ok(record)
}

/// A case with all that belongs to it.
pub(super) async fn read(connection: &mut PgConnection, tenant: &str, case_id: Uuid, now: Timestamp) -> Result<Case> {
    let found = case_get(connection, tenant, case_id).await.map_err(failed)?;
    let mut record = found.ok_or_else(|| Error::not_found("case", case_id.to_string()))?;
    let gathered = gathered(connection, tenant, &mut record).await?;
    let people = people_of(connection, tenant, &record).await.map_err(failed)?;
    let approvals = case_approvals(connection, tenant, case_id).await.map_err(failed)?;
    Ok(full_message(&record, &gathered, &people, approvals, now))
}

/// What the case rests on and what is asked for, by the policy that judges it.
pub(super) async fn gathered(connection: &mut PgConnection, tenant: &str, record: &mut CaseRecord) -> Result<Gathered> {
    let policy = policy_of(connection, tenant, record).await.map_err(failed)?;
    gather(connection, tenant, record, &policy).await.map_err(failed)
}

/// Refuses where something is missing, naming each.
pub(super) fn nothing_missing(missing: Vec<Missing>) -> Result<()> {
    let Some(first) = missing.first() else { return Ok(()) };
    let message = format!("{} {} ({} in all)", first.requirement, first.description, missing.len());
    let violations = missing.into_iter().map(|one| Violation::new(one.requirement, one.description)).collect();
    Err(Error::new(Reason::RequirementMissing, message).with_violations(violations))
}
