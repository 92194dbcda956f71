//! `DeclareOwnershipStructure`: the next version of what is stated, and what that changes.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{
    BeneficialOwnersChanged, DeclareOwnershipStructureRequest, OwnershipStructure, StatementSource,
};
use clientele_service::Call;
use jiff::tz::TimeZone;
use ownership::{Certainty, Report};
use prost::Message as _;
use uuid::Uuid;

use crate::{
    State,
    audit::{self, Transition},
    cases::{Trigger, trigger},
    domain::{instant::message as time, key::uuid},
    origin::Origin,
    ownership_statements::{
        computing::{How, owner_ids, report},
        reading::statements,
    },
    rpc::once::{Asked, once},
    standing::restate,
    store::{
        authorisation::document_state,
        ownership_structure::{OwnershipRecord, ownership_insert, ownership_latest, ownership_lock},
        screening_list::task_put,
    },
};

/// Where the structure stands in the request.
const WITHIN: &str = "ownership_structure.";

pub(super) async fn declare_ownership_structure(
    state: &State,
    call: Call,
    request: DeclareOwnershipStructureRequest,
) -> Result<OwnershipStructure> {
    let structure = request.ownership_structure.clone().unwrap_or_default();
    let within = |violation: Violation| Violation { field: format!("{WITHIN}{}", violation.field), ..violation };
    let refused = |wrong: Vec<Violation>| Error::invalid_fields(wrong.into_iter().map(within).collect());
    let customer_id = uuid(&structure.customer_id, "customer_id").map_err(|wrong| refused(vec![wrong]))?;
    let statements = statements(&structure).map_err(refused)?;
    let now = state.context.now();
    let how = How::usual(now.to_zoned(TimeZone::UTC).date());
    // Before the transaction begins: nothing waits for it meanwhile.
    let report = report(&structure, statements, how).await?;
    let asked = Asked {
        method: "DeclareOwnershipStructure",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    let origin = Origin::call(&call, &request.request_id, now);
    once(state, &call, asked, &request, async |tx| {
        run(state, tx, &origin, customer_id, structure.clone(), &report).await
    })
    .await
}

async fn run(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    customer_id: Uuid,
    mut structure: OwnershipStructure,
    report: &Report,
) -> Result<OwnershipStructure> {
    let (tenant, now) = (origin.tenant(), origin.now);
    ownership_lock(tx, tenant, customer_id).await.map_err(failed)?;
    let before = ownership_latest(tx, tenant, customer_id).await.map_err(failed)?;
    let version = before.as_ref().map_or(0, |before| before.version);
    if !structure.etag.is_empty() && structure.etag != version.to_string() {
        let message = "another version was declared meanwhile; read it and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at(format!("{WITHIN}etag")));
    }
    let document_id = document(tx, tenant, customer_id, &structure.document_id).await?;
    let id = state.context.new_id();
    structure.ownership_structure_id = id.to_string();
    structure.version = version.saturating_add(1);
    structure.etag = structure.version.to_string();
    if structure.source() == StatementSource::Unspecified {
        structure.set_source(StatementSource::SelfDeclaration);
    }
    origin.actor().clone_into(&mut structure.actor);
    structure.create_time = Some(time(now));
    let record = OwnershipRecord {
        ownership_structure_id: id,
        customer_id,
        version: structure.version,
        document_id,
        content: structure.encode_to_vec(),
        certain_record_ids: owner_ids(report, Certainty::Certain),
        possible_record_ids: owner_ids(report, Certainty::Possible),
        actor: origin.actor().to_owned(),
        create_time: now,
    };
    ownership_insert(tx, tenant, &record).await.map_err(failed)?;
    task_put(tx, tenant, customer_id).await.map_err(failed)?;
    let transition = Transition {
        subject_kind: "ownership_structure",
        subject_id: id,
        customer_id: Some(customer_id),
        transition: "declared",
        state_before: "",
        state_after: "DECLARED",
        role: "maker",
        policy_version: 0,
        evidence_hashes: Vec::new(),
    };
    audit::record(state, tx, origin, transition, &structure).await.map_err(failed)?;
    beneficial_owners_may_have_changed(state, tx, origin, before.as_ref(), &record).await.map_err(failed)?;
    Ok(structure)
}

/// The declaration, which is a document of the customer.
async fn document(tx: &mut Tx, tenant: &str, customer_id: Uuid, text: &str) -> Result<Option<Uuid>> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = uuid(text, &format!("{WITHIN}document_id")).map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let known = document_state(tx, tenant, customer_id, id).await.map_err(failed)?;
    known.map(|_| Some(id)).ok_or_else(|| Error::not_found("document", text))
}

/// Tells of beneficial owners that are others than before. The case hears of it where there was something before: a first declaration is what the
/// case asked for.
async fn beneficial_owners_may_have_changed(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    before: Option<&OwnershipRecord>,
    after: &OwnershipRecord,
) -> sqlx::Result<()> {
    let owners = |record: &OwnershipRecord| (record.certain_record_ids.clone(), record.possible_record_ids.clone());
    let (earlier_certain_record_ids, earlier_possible_record_ids) = before.map(owners).unwrap_or_default();
    let (certain_record_ids, possible_record_ids) = owners(after);
    if (&earlier_certain_record_ids, &earlier_possible_record_ids) == (&certain_record_ids, &possible_record_ids) {
        return Ok(());
    }
    let told = BeneficialOwnersChanged {
        customer_id: after.customer_id.to_string(),
        ownership_structure_id: after.ownership_structure_id.to_string(),
        version: after.version,
        certain_record_ids,
        possible_record_ids,
        earlier_certain_record_ids,
        earlier_possible_record_ids,
    };
    let subject = format!("ownership_structures/{}", after.customer_id);
    state.outbox.publish(tx, origin.event(&state.context, subject, &told)).await?;
    if before.is_some() {
        case_hears_of_changed_owners(state, tx, origin, after.customer_id).await?;
    }
    Ok(())
}

/// Other beneficial owners bring the customer's case to review.
async fn case_hears_of_changed_owners(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    customer_id: Uuid,
) -> sqlx::Result<()> {
    trigger(state, tx, origin, customer_id, Trigger::OwnershipChanged).await?;
    restate(state, tx, origin, customer_id).await
}
