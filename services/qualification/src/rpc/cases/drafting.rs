//! `CreateCase`, `UpdateCase`: what the maker says of the customer.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_pg::{answer::failed, constraint};
use clientele_proto::qualification::v1::{Case, CaseFacts, CaseState, CreateCaseRequest, RiskLevel, UpdateCaseRequest};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    acting::{Common, act, read},
    working::put,
};
use crate::{
    State,
    cases::step::{Part, Step, write_down, wrong_state},
    domain::{
        case_facts,
        case_machine::{
            CaseEvent, Status,
            people::{People, Role},
        },
        checks::check_identifiers,
        key::uuid,
    },
    origin::Origin,
    rpc::once::{Asked, once},
    store::{
        case_person::{case_people, case_people_put},
        check_run::customer_identifiers_replace,
        customer::customer_get,
        qualification_case::{CUSTOMER_TAKEN, CaseRecord, case_id_of_customer, case_insert},
        screening_list::task_put,
    },
};

pub(super) async fn create_case(state: &State, call: Call, request: CreateCaseRequest) -> Result<Case> {
    let said = request.case.clone().unwrap_or_default();
    let customer_id =
        uuid(&said.customer_id, "case.customer_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let facts = said.facts.unwrap_or_default();
    let asked = Asked { method: "CreateCase", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        is_customer(tx, origin.tenant(), customer_id).await?;
        if let Some(case_id) = case_id_of_customer(tx, origin.tenant(), customer_id).await.map_err(failed)? {
            return Err(taken().with("case_id", case_id));
        }
        let mut record = new_record(state, &origin, customer_id, facts);
        case_insert(tx, origin.tenant(), &record).await.map_err(|error| {
            if constraint::violated(&error) == Some(CUSTOMER_TAKEN) { taken() } else { failed(error) }
        })?;
        let mut people = People::default();
        people.add(Role::Maker, origin.actor());
        case_people_put(tx, origin.tenant(), record.case_id, &people).await.map_err(failed)?;
        let opened = (CaseState::Unspecified, Step::of(CaseEvent::Submit, Part::Maker));
        write_down(state, tx, &origin, &mut record, opened).await.map_err(failed)?;
        identifiers_keep(tx, origin.tenant(), &record).await?;
        task_put(tx, origin.tenant(), customer_id).await.map_err(failed)?;
        read(tx, origin.tenant(), record.case_id, origin.now).await
    })
    .await
}

/// Refuses a customer that is known to be deleted or merged. One that is not known yet may be announced later.
async fn is_customer(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> Result<()> {
    let Some(customer) = customer_get(connection, tenant, customer_id).await.map_err(failed)? else { return Ok(()) };
    if let Some(survivor) = customer.survivor_customer_id {
        let message = "the customer is merged into another one; open the case of that one";
        return Err(Error::new(Reason::CustomerMerged, message).with("survivor_customer_id", survivor));
    }
    if customer.deleted {
        return Err(Error::new(Reason::CustomerDeleted, "the customer is deleted; undelete it first"));
    }
    Ok(())
}

/// Keeps what the facts identify the customer by, so that the next customer with the same is found, whether or not this one is ever checked.
async fn identifiers_keep(connection: &mut PgConnection, tenant: &str, record: &CaseRecord) -> Result<()> {
    let (_, identifiers) = check_identifiers(&record.facts);
    customer_identifiers_replace(connection, tenant, record.customer_id, &identifiers).await.map_err(failed)
}

fn taken() -> Error {
    Error::new(Reason::CaseExists, "the customer has a case; go on with that one, or reopen it where it is closed")
}

fn new_record(state: &State, origin: &Origin<'_>, customer_id: Uuid, facts: CaseFacts) -> CaseRecord {
    CaseRecord {
        case_id: state.context.new_id(),
        customer_id,
        state: Status::NEW.state,
        round: Status::NEW.round,
        approval: None,
        approve_time: None,
        review_time: None,
        decided_risk: RiskLevel::Unspecified,
        risk_level: RiskLevel::Unspecified,
        policy_version: 0,
        facts,
        edd_required: false,
        assignee: String::new(),
        due_time: None,
        snooze_time: None,
        information_request: None,
        recommendation: None,
        checks_from: None,
        actor: origin.actor().to_owned(),
        version: 0,
        create_time: origin.now,
        update_time: origin.now,
    }
}

pub(super) async fn update_case(state: &State, call: Call, request: UpdateCaseRequest) -> Result<Case> {
    let Some(said) = &request.case else {
        return Err(Error::invalid_field("case", "must be given, with its case_id"));
    };
    // Checked here, where it stands in the request.
    uuid(&said.case_id, "case.case_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let from = said.facts.clone().unwrap_or_default();
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let mask = case_facts::Mask::of(paths, &from).map_err(Error::invalid_fields)?;
    let common = Common {
        method: "UpdateCase",
        case_id: &said.case_id,
        etag: &said.etag,
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    act(state, &call, common, &request, async |connection, origin, record| {
        if !matches!(record.state, CaseState::Draft | CaseState::InfoRequested) {
            return Err(wrong_state(record.state));
        }
        let facts = mask.onto(record.facts.clone(), &from);
        let wrong = case_facts::check(&facts);
        if !wrong.is_empty() {
            let within = |one: Violation| Violation { field: format!("case.facts.{}", one.field), ..one };
            return Err(Error::invalid_fields(wrong.into_iter().map(within).collect()));
        }
        if facts == record.facts {
            return Ok(());
        }
        record.facts = facts;
        let mut people = case_people(connection, origin.tenant(), record.case_id).await.map_err(failed)?;
        people.add(Role::Maker, origin.actor());
        case_people_put(connection, origin.tenant(), record.case_id, &people).await.map_err(failed)?;
        identifiers_keep(connection, origin.tenant(), record).await?;
        task_put(connection, origin.tenant(), record.customer_id).await.map_err(failed)?;
        put(state, connection, origin, record, ("facts_changed", "maker")).await
    })
    .await
}
