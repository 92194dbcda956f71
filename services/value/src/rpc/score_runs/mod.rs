//! `ScoreRunService`: an RPC a file.

mod cancel_score_run;
mod get_score_run;
mod list_score_runs;
mod start_score_run;
mod watch_score_run;

use std::sync::Arc;

use clientele_error::{Error, Result};
use clientele_proto::value::v1::{
    CancelScoreRunRequest, GetScoreRunRequest, ListScoreRunsRequest, ListScoreRunsResponse, ScoreRun,
    StartScoreRunRequest, WatchScoreRunRequest, WatchScoreRunResponse,
    score_run_service_server::{ScoreRunService, ScoreRunServiceServer},
};
use clientele_service::rpc::{Answers, streaming, unary};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{State, scoring::run_message, store::score_run::RunRecord};

/// The service over `state`.
pub fn server(state: Arc<State>) -> ScoreRunServiceServer<ScoreRuns> {
    ScoreRunServiceServer::new(ScoreRuns { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct ScoreRuns {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ScoreRunService for ScoreRuns {
    async fn start_score_run(&self, request: Request<StartScoreRunRequest>) -> Result<Response<ScoreRun>, Status> {
        unary(request, async |call, request| start_score_run::start_score_run(&self.state, call, request).await).await
    }

    async fn get_score_run(&self, request: Request<GetScoreRunRequest>) -> Result<Response<ScoreRun>, Status> {
        unary(request, async |call, request| get_score_run::get_score_run(&self.state, call, request).await).await
    }

    async fn list_score_runs(
        &self,
        request: Request<ListScoreRunsRequest>,
    ) -> Result<Response<ListScoreRunsResponse>, Status> {
        unary(request, async |call, request| list_score_runs::list_score_runs(&self.state, call, request).await).await
    }

    type WatchScoreRunStream = Answers<WatchScoreRunResponse>;

    async fn watch_score_run(
        &self,
        request: Request<WatchScoreRunRequest>,
    ) -> Result<Response<Self::WatchScoreRunStream>, Status> {
        streaming(request, async |call, request| {
            watch_score_run::watch_score_run(Arc::clone(&self.state), call, request).await
        })
        .await
    }

    async fn cancel_score_run(&self, request: Request<CancelScoreRunRequest>) -> Result<Response<ScoreRun>, Status> {
        unary(request, async |call, request| cancel_score_run::cancel_score_run(&self.state, call, request).await).await
    }
}

/// The id of a run as it stands in a request.
pub(crate) fn run_id(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::invalid_field("score_run_id", "must be a UUID"))
}

/// The run as the contract tells it.
pub(super) fn reply(record: &RunRecord) -> Result<ScoreRun> {
    run_message::message(record).map_err(Error::internal)
}
