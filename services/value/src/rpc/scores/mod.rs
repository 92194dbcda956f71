//! `ScoreService`: an RPC a file. All read a succeeded run, by its id or the newest one.

mod batch_get_scores;
mod contribution;
mod export_scores;
mod forecast;
mod get_concentration_report;
mod get_lifecycle_report;
mod get_prediction;
mod get_purchase_depth_report;
mod get_retention_report;
mod get_rfm_report;
mod get_score;
mod get_score_reproduction;
mod list_scores;
mod message;
mod remembered;
mod route;

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::{failed, shared_failed};
use clientele_proto::value::v1::{
    BatchGetScoresRequest, BatchGetScoresResponse, ConcentrationReport, ExportScoresRequest, ExportScoresResponse,
    GetConcentrationReportRequest, GetLifecycleReportRequest, GetPredictionRequest, GetPurchaseDepthReportRequest,
    GetRetentionReportRequest, GetRfmReportRequest, GetScoreReproductionRequest, GetScoreRequest, LifecycleReport,
    ListScoresRequest, ListScoresResponse, Prediction, PurchaseDepthReport, RetentionReport, RfmReport, Score,
    ScoreReproduction, score_service_server::ScoreService,
};
use clientele_service::rpc::{Answers, streaming, unary};
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub(super) use message::{as_of_date, judgement_of, name, peer_wallets};
use remembered::Remembered;
use route::ScoreRoute;

use crate::{State, scoring::ScoredRun, store::score_run::score_run_get};

/// The service over `state`.
pub fn server(state: Arc<State>) -> ScoreRoute {
    ScoreRoute::new(state)
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Scores {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ScoreService for Scores {
    async fn get_score(&self, _: Request<GetScoreRequest>) -> Result<Response<Score>, Status> {
        Err(Status::unimplemented("GetScore is answered by its own route"))
    }

    async fn get_score_reproduction(
        &self,
        request: Request<GetScoreReproductionRequest>,
    ) -> Result<Response<ScoreReproduction>, Status> {
        unary(request, async |call, request| {
            get_score_reproduction::get_score_reproduction(&self.state, call, request).await
        })
        .await
    }

    async fn get_prediction(&self, request: Request<GetPredictionRequest>) -> Result<Response<Prediction>, Status> {
        unary(request, async |call, request| get_prediction::get_prediction(&self.state, call, request).await).await
    }

    async fn batch_get_scores(
        &self,
        request: Request<BatchGetScoresRequest>,
    ) -> Result<Response<BatchGetScoresResponse>, Status> {
        unary(request, async |call, request| batch_get_scores::batch_get_scores(&self.state, call, request).await).await
    }

    async fn list_scores(&self, request: Request<ListScoresRequest>) -> Result<Response<ListScoresResponse>, Status> {
        unary(request, async |call, request| list_scores::list_scores(&self.state, call, request).await).await
    }

    type ExportScoresStream = Answers<ExportScoresResponse>;

    async fn export_scores(
        &self,
        request: Request<ExportScoresRequest>,
    ) -> Result<Response<Self::ExportScoresStream>, Status> {
        streaming(request, async |call, request| {
            export_scores::export_scores(Arc::clone(&self.state), call, request).await
        })
        .await
    }

    async fn get_concentration_report(
        &self,
        request: Request<GetConcentrationReportRequest>,
    ) -> Result<Response<ConcentrationReport>, Status> {
        unary(request, async |call, request| {
            get_concentration_report::get_concentration_report(&self.state, call, request).await
        })
        .await
    }

    async fn get_rfm_report(&self, request: Request<GetRfmReportRequest>) -> Result<Response<RfmReport>, Status> {
        unary(request, async |call, request| get_rfm_report::get_rfm_report(&self.state, call, request).await).await
    }

    async fn get_purchase_depth_report(
        &self,
        request: Request<GetPurchaseDepthReportRequest>,
    ) -> Result<Response<PurchaseDepthReport>, Status> {
        unary(request, async |call, request| {
            get_purchase_depth_report::get_purchase_depth_report(&self.state, call, request).await
        })
        .await
    }

    async fn get_retention_report(
        &self,
        request: Request<GetRetentionReportRequest>,
    ) -> Result<Response<RetentionReport>, Status> {
        unary(request, async |call, request| {
            get_retention_report::get_retention_report(&self.state, call, request).await
        })
        .await
    }

    async fn get_lifecycle_report(
        &self,
        request: Request<GetLifecycleReportRequest>,
    ) -> Result<Response<LifecycleReport>, Status> {
        unary(request, async |call, request| {
            get_lifecycle_report::get_lifecycle_report(&self.state, call, request).await
        })
        .await
    }
}

/// A run whose scores can be read, and the number they stand under. `id` as it stands in a request: empty for the newest.
pub(super) async fn scored_run(state: &State, tenant: &str, id: &str) -> Result<(Arc<ScoredRun>, i64)> {
    let id = if id.is_empty() { None } else { Some(super::score_runs::run_id(id)?) };
    match state.scoring.reads.run(tenant, id).await.map_err(shared_failed)? {
        Some(run) => match run.score_set {
            Some(set) => Ok((run, set)),
            None => Err(scores_removed(&run)),
        },
        None => Err(unreadable(state, tenant, id).await?),
    }
}

/// The scores of a run are gone.
fn scores_removed(run: &ScoredRun) -> Error {
    Error::not_found("score_run", run.id.clone()).with("cause", "its scores were removed, as newer runs succeeded")
}

/// The models that a run stored cannot be read.
fn models_unreadable(run: &ScoredRun) -> Error {
    let message = "the models that the run stored cannot be read; start a new run with StartScoreRun";
    Error::new(Reason::ModelNotFitted, message).about("score_run", run.id.clone())
}

/// What a run counted; runs of before it was counted do not have it.
fn counted<'r, T>(run: &'r ScoredRun, found: Option<&'r T>) -> Result<&'r T> {
    found.ok_or_else(|| {
        let message = "the run was made before this report was counted; start a new one with StartScoreRun";
        Error::new(Reason::NotScoredYet, message).about("score_run", run.id.clone())
    })
}

/// Why there is no such run to read.
async fn unreadable(state: &State, tenant: &str, id: Option<Uuid>) -> Result<Error> {
    let Some(id) = id else {
        return Ok(Error::new(Reason::NotScoredYet, "no score run has succeeded yet; start one with StartScoreRun"));
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let known = score_run_get(&mut connection, tenant, id).await.map_err(failed)?;
    Ok(match known {
        None => Error::not_found("score_run", id.to_string()),
        Some(_) => Error::new(
            Reason::NotScoredYet,
            "the score run has not succeeded, so it has no scores; watch it, or name another one",
        )
        .about("score_run", id.to_string()),
    })
}
