//! `ListTransactionRevisions`: what a transaction said before, newest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListTransactionRevisionsRequest, ListTransactionRevisionsResponse};
use clientele_service::Call;

use super::change;
use crate::{State, store::transaction_revision::transaction_revisions_list};

static REVISIONS: Schema =
    Schema::new(Field::new("revision_no", "revision_no", Kind::Integer), &[]).ordered_by("revision_no desc");

pub(super) async fn rpc(
    state: &State,
    call: Call,
    request: ListTransactionRevisionsRequest,
) -> Result<ListTransactionRevisionsResponse> {
    let plan = parse(&call, &request)?;
    let before = match plan.after.as_deref() {
        Some([Some(Value::Int(revision_no))]) => *revision_no,
        _ => i64::MAX,
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let revisions =
        transaction_revisions_list(&mut connection, call.tenant(), &request.external_id, before, plan.fetch_limit())
            .await
            .map_err(failed)?;
    let page = plan.finish_by(revisions, |(number, _)| Ok::<_, sqlx::Error>(vec![Some((*number).into())]));
    let page = page.and_then(|page| page.try_map(|(_, revision)| Ok(revision))).map_err(failed)?;
    Ok(ListTransactionRevisionsResponse {
        transaction_revisions: page.items.into_iter().map(change::message).collect::<Result<_>>()?,
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListTransactionRevisionsRequest) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_transaction_revisions")
        .with("tenant_id", call.tenant())
        .with("external_id", &request.external_id);
    let request =
        ListRequest { page_size: request.page_size, page_token: &request.page_token, ..ListRequest::new(arguments) };
    REVISIONS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_revisions_is_sound() {
        clientele_page::suite::schema_is_sound(&super::REVISIONS);
    }
}
