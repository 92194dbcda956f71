//! `ListTierMoves`: of one customer, newest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListTierMovesRequest, ListTierMovesResponse};
use clientele_service::Call;

use crate::{
    State,
    domain::transaction::CustomerKey,
    rpc::customer::{buyer, customer_key, customer_of, name},
    scoring::tiering::move_message,
    store::tier::{MoveRecord, tier_moves_of_buyer},
};

static MOVES: Schema = Schema::new(Field::new("move_id", "move_id", Kind::Integer), &[]).ordered_by("move_id desc");

pub(super) async fn list_tier_moves(
    state: &State,
    call: Call,
    request: ListTierMovesRequest,
) -> Result<ListTierMovesResponse> {
    let customer = customer_key(customer_of!(request, list_tier_moves_request), "")?;
    let plan = parse(&call, &request, &customer)?;
    let before = match plan.after.as_deref() {
        Some([Some(Value::Int(move_id))]) => *move_id,
        _ => i64::MAX,
    };
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = buyer(&mut connection, tenant, &customer).await?;
    let found = tier_moves_of_buyer(&mut connection, tenant, buyer.buyer_id, before, plan.fetch_limit()).await;
    let key = |record: &MoveRecord| Ok::<_, sqlx::Error>(vec![Some(record.move_id.into())]);
    let page = plan.finish_by(found.map_err(failed)?, key).map_err(failed)?;
    let tier_moves = page.items.iter().map(move_message).collect();
    Ok(ListTierMovesResponse { tier_moves, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListTierMovesRequest, customer: &CustomerKey) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_tier_moves").with("tenant_id", call.tenant());
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(arguments.with("customer", &name(customer)))
    };
    MOVES.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_moves_is_sound() {
        clientele_page::suite::schema_is_sound(&super::MOVES);
    }
}
