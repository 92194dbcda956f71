//! `ChurnAlertService`: an RPC a file.

mod acknowledge_churn_alert;
mod answering;
mod get_churn_alert;
mod get_churn_report;
mod list_churn_alerts;
mod resolve_churn_alert;

use std::sync::Arc;

use clientele_proto::value::v1::{
    AcknowledgeChurnAlertRequest, ChurnAlert, ChurnReport, GetChurnAlertRequest, GetChurnReportRequest,
    ListChurnAlertsRequest, ListChurnAlertsResponse, ResolveChurnAlertRequest,
    churn_alert_service_server::{ChurnAlertService, ChurnAlertServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> ChurnAlertServiceServer<ChurnAlerts> {
    ChurnAlertServiceServer::new(ChurnAlerts { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct ChurnAlerts {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ChurnAlertService for ChurnAlerts {
    async fn get_churn_alert(&self, request: Request<GetChurnAlertRequest>) -> Result<Response<ChurnAlert>, Status> {
        unary(request, async |call, request| get_churn_alert::get_churn_alert(&self.state, call, request).await).await
    }

    async fn list_churn_alerts(
        &self,
        request: Request<ListChurnAlertsRequest>,
    ) -> Result<Response<ListChurnAlertsResponse>, Status> {
        unary(request, async |call, request| list_churn_alerts::list_churn_alerts(&self.state, call, request).await)
            .await
    }

    async fn acknowledge_churn_alert(
        &self,
        request: Request<AcknowledgeChurnAlertRequest>,
    ) -> Result<Response<ChurnAlert>, Status> {
        unary(request, async |call, request| {
            acknowledge_churn_alert::acknowledge_churn_alert(&self.state, call, request).await
        })
        .await
    }

    async fn resolve_churn_alert(
        &self,
        request: Request<ResolveChurnAlertRequest>,
    ) -> Result<Response<ChurnAlert>, Status> {
        unary(request, async |call, request| resolve_churn_alert::resolve_churn_alert(&self.state, call, request).await)
            .await
    }

    async fn get_churn_report(&self, request: Request<GetChurnReportRequest>) -> Result<Response<ChurnReport>, Status> {
        unary(request, async |call, request| get_churn_report::get_churn_report(&self.state, call, request).await).await
    }
}
