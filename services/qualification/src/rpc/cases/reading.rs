//! `GetCase`, `ListCases`, `ListCaseTransitions`.

use clientele_error::{Error, Result};
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    Case, CaseTransition, GetCaseRequest, ListCaseTransitionsRequest, ListCaseTransitionsResponse, ListCasesRequest,
    ListCasesResponse, get_case_request::Key,
};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use super::acting::read;
use crate::{
    State,
    cases::message::message,
    domain::{instant::message as instant, key::uuid},
    store::{
        case_list::{CASES, cases_list},
        case_transition::{TransitionRecord, case_transitions_list},
        qualification_case::{case_get, case_id_of_customer},
    },
};

pub(super) async fn get_case(state: &State, call: Call, request: GetCaseRequest) -> Result<Case> {
    let parsed = match &request.key {
        Some(Key::CaseId(id)) => uuid(id, "case_id").map(|id| (Some(id), Uuid::nil())),
        Some(Key::CustomerId(id)) => uuid(id, "customer_id").map(|id| (None, id)),
        None => return Err(Error::invalid_field("key", "must be a case_id or a customer_id")),
    };
    let (case_id, customer_id) = parsed.map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let case_id = match case_id {
        Some(case_id) => case_id,
        None => case_id_of_customer(&mut connection, call.tenant(), customer_id)
            .await
            .map_err(failed)?
            .ok_or_else(|| Error::not_found("case", format!("of customer {customer_id}")))?,
    };
    read(&mut connection, call.tenant(), case_id, state.context.now()).await
}

pub(super) async fn list_cases(state: &State, call: Call, request: ListCasesRequest) -> Result<ListCasesResponse> {
    let plan = CASES
        .plan(
            &ListRequest {
                page_size: request.page_size,
                page_token: &request.page_token,
                filter: &request.filter,
                order_by: &request.order_by,
                arguments: Arguments::of("qualification.list_cases").with("tenant_id", call.tenant()),
            },
            PageSizes::default(),
        )
        .map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = cases_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListCasesResponse { cases: page.items.iter().map(message).collect(), next_page_token: page.next_page_token })
}

/// What belongs to a case is listed in its order.
static NUMBERS: Schema = Schema::new(Field::new("number", "number", Kind::Integer), &[]).ordered_by("number");

/// Where a page of what belongs to a case begins, and its plan.
pub(super) fn numbered(
    list: &'static str,
    call: &Call,
    case_id: &str,
    (page_size, page_token): (i32, &str),
) -> Result<(Uuid, i64, ListPlan)> {
    let id = uuid(case_id, "case_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let arguments = Arguments::of(list).with("tenant_id", call.tenant()).with("case_id", case_id);
    let request = ListRequest { page_size, page_token, ..ListRequest::new(arguments) };
    let plan = NUMBERS.plan(&request, PageSizes::default()).map_err(refused)?;
    let after = match plan.after.as_deref() {
        Some([Some(Value::Int(number))]) => *number,
        _ => 0,
    };
    Ok((id, after, plan))
}

/// Refuses a case that is not there.
pub(super) async fn is_there(connection: &mut PgConnection, tenant: &str, case_id: Uuid) -> Result<()> {
    let found = case_get(connection, tenant, case_id).await.map_err(failed)?;
    found.map(drop).ok_or_else(|| Error::not_found("case", case_id.to_string()))
}

pub(super) async fn list_case_transitions(
    state: &State,
    call: Call,
    request: ListCaseTransitionsRequest,
) -> Result<ListCaseTransitionsResponse> {
    let paging = (request.page_size, request.page_token.as_str());
    let (case_id, after, plan) = numbered("qualification.list_case_transitions", &call, &request.case_id, paging)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    is_there(&mut connection, call.tenant(), case_id).await?;
    let steps = case_transitions_list(&mut connection, call.tenant(), case_id, after, plan.fetch_limit())
        .await
        .map_err(failed)?;
    let key = |step: &TransitionRecord| Ok::<_, sqlx::Error>(vec![Some(step.number.into())]);
    let page = plan.finish_by(steps, key).map_err(failed)?;
    let case_transitions = page.items.into_iter().map(|step| CaseTransition {
        case_transition_id: step.case_transition_id.to_string(),
        case_id: case_id.to_string(),
        round: step.round,
        transition: step.transition,
        state_before: i32::from(step.state_before),
        state_after: i32::from(step.state_after),
        actor: step.actor,
        role: step.role,
        reason: i32::from(step.reason),
        note: step.note,
        policy_version: i32::try_from(step.policy_version).unwrap_or_default(),
        evidence_root: step.evidence_root,
        transition_time: Some(instant(step.transition_time.to_jiff())),
    });
    Ok(ListCaseTransitionsResponse {
        case_transitions: case_transitions.collect(),
        next_page_token: page.next_page_token,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_cases_are_sound() {
        clientele_page::suite::schema_is_sound(&super::CASES);
        clientele_page::suite::schema_is_sound(&super::NUMBERS);
    }
}
