//! `ListTargetPopulations`: oldest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListTargetPopulationsRequest, ListTargetPopulationsResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::message::population;
use crate::{
    State,
    store::target_population::{PopulationRecord, target_populations_list},
};

static POPULATIONS: Schema = Schema::new(Field::new("target_population_id", "target_population_id", Kind::Uuid), &[]);

pub(super) async fn list_target_populations(
    state: &State,
    call: Call,
    request: ListTargetPopulationsRequest,
) -> Result<ListTargetPopulationsResponse> {
    let plan = parse(&call, &request)?;
    let after = match plan.after.as_deref() {
        Some([Some(Value::Uuid(id))]) => *id,
        _ => Uuid::nil(),
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found =
        target_populations_list(&mut connection, call.tenant(), after, plan.fetch_limit()).await.map_err(failed)?;
    let key = |record: &PopulationRecord| Ok::<_, sqlx::Error>(vec![Some(Value::Uuid(record.target_population_id))]);
    let page = plan.finish_by(found, key).map_err(failed)?;
    Ok(ListTargetPopulationsResponse {
        target_populations: page.items.iter().map(population).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListTargetPopulationsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(Arguments::of("value.list_target_populations").with("tenant_id", call.tenant()))
    };
    POPULATIONS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_populations_is_sound() {
        clientele_page::suite::schema_is_sound(&super::POPULATIONS);
    }
}
