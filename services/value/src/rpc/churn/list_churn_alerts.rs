//! `ListChurnAlerts`: of all customers, by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListChurnAlertsRequest, ListChurnAlertsResponse};
use clientele_service::Call;

use crate::{
    State,
    scoring::churn_message::alert,
    store::churn_alert::{ALERTS, churn_alerts_list},
};

pub(super) async fn list_churn_alerts(
    state: &State,
    call: Call,
    request: ListChurnAlertsRequest,
) -> Result<ListChurnAlertsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = churn_alerts_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListChurnAlertsResponse {
        churn_alerts: page.items.iter().map(alert).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListChurnAlertsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("value.list_churn_alerts").with("tenant_id", call.tenant()),
    };
    ALERTS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_alerts_are_sound() {
        clientele_page::suite::schema_is_sound(&super::ALERTS);
    }
}
