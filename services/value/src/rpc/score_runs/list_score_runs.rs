//! `ListScoreRuns`: newest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListScoreRunsRequest, ListScoreRunsResponse};
use clientele_service::Call;

use crate::{State, store::score_run::score_run_list};

static RUNS: Schema = Schema::new(Field::new("run_no", "run_no", Kind::Integer), &[]).ordered_by("run_no desc");

pub(super) async fn list_score_runs(
    state: &State,
    call: Call,
    request: ListScoreRunsRequest,
) -> Result<ListScoreRunsResponse> {
    let plan = parse(&call, &request)?;
    let before = match plan.after.as_deref() {
        Some([Some(Value::Int(run_no))]) => *run_no,
        _ => i64::MAX,
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let records = score_run_list(&mut connection, call.tenant(), before, plan.fetch_limit()).await.map_err(failed)?;
    let page =
        plan.finish_by(records, |record| Ok::<_, sqlx::Error>(vec![Some(record.run_no.into())])).map_err(failed)?;
    let score_runs = page.items.iter().map(super::reply).collect::<Result<_>>()?;
    Ok(ListScoreRunsResponse { score_runs, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListScoreRunsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(Arguments::of("value.list_score_runs").with("tenant_id", call.tenant()))
    };
    RUNS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_runs_is_sound() {
        clientele_page::suite::schema_is_sound(&super::RUNS);
    }
}
