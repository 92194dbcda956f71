//! `GetScore` answers bytes that were encoded before, which the generated server cannot: this stands before it.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use clientele_proto::{
    codec::{ContractCodec, Encoded},
    value::v1::{GetScoreRequest, score_service_server::ScoreServiceServer},
};
use clientele_service::rpc::unary;
use futures::{FutureExt as _, future::BoxFuture};
use tonic::{
    Request, Response, Status,
    body::Body,
    codegen::{Service, http},
    server::{Grpc, NamedService, UnaryService},
};

use super::{Remembered, Scores, get_score::get_score};
use crate::State;

const GET_SCORE: &str = "/clientele.value.v1.ScoreService/GetScore";

/// `ScoreService` as a route.
#[derive(Debug, Clone)]
pub struct ScoreRoute {
    get_score: GetScore,
    others: ScoreServiceServer<Scores>,
}

impl ScoreRoute {
    /// Over `state`.
    pub fn new(state: Arc<State>) -> Self {
        let get_score = GetScore { state: Arc::clone(&state), answers: Arc::default() };
        Self { get_score, others: ScoreServiceServer::new(Scores { state }) }
    }
}

impl NamedService for ScoreRoute {
    const NAME: &'static str = <ScoreServiceServer<Scores> as NamedService>::NAME;
}

impl Service<http::Request<Body>> for ScoreRoute {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<http::Request<Body>>::poll_ready(&mut self.others, context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if request.uri().path() != GET_SCORE {
            return self.others.call(request);
        }
        let rpc = self.get_score.clone();
        let codec = ContractCodec::<Encoded, GetScoreRequest>::default();
        async move { Ok(Grpc::new(codec).unary(rpc, request).await) }.boxed()
    }
}

#[derive(Debug, Clone)]
struct GetScore {
    state: Arc<State>,
    answers: Arc<Remembered>,
}

impl UnaryService<GetScoreRequest> for GetScore {
    type Response = Encoded;
    type Future = BoxFuture<'static, Result<Response<Encoded>, Status>>;

    fn call(&mut self, request: Request<GetScoreRequest>) -> Self::Future {
        let Self { state, answers } = self.clone();
        async move { unary(request, async |call, request| get_score(&state, &answers, call, request).await).await }
            .boxed()
    }
}
