//! `CaseService`: RPCs that belong together share a file.

mod acting;
mod deciding;
mod drafting;
mod moving;
mod noting;
mod reading;
mod submitting;
mod working;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    ApproveCaseRequest, AssignCaseRequest, Case, CaseCheck, CaseNote, CompleteChecksOfCaseRequest,
    CreateCaseNoteRequest, CreateCaseRequest, EscalateCaseRequest, GetCaseRequest, ListCaseNotesRequest,
    ListCaseNotesResponse, ListCaseTransitionsRequest, ListCaseTransitionsResponse, ListCasesRequest,
    ListCasesResponse, RecommendCaseRequest, RecordCaseCheckRequest, RejectCaseRequest, ReopenCaseRequest,
    RequestInformationOnCaseRequest, ResubmitCaseRequest, ResumeReviewOfCaseRequest, ReturnCaseRequest,
    SnoozeCaseRequest, StartChecksOfCaseRequest, SubmitCaseRequest, SuspendCaseRequest, TerminateCaseRequest,
    UpdateCaseRequest, WithdrawCaseRequest,
    case_service_server::{CaseService, CaseServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> CaseServiceServer<Cases> {
    CaseServiceServer::new(Cases { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Cases {
    state: Arc<State>,
}

#[tonic::async_trait]
impl CaseService for Cases {
    async fn create_case(&self, request: Request<CreateCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| drafting::create_case(&self.state, call, request).await).await
    }

    async fn get_case(&self, request: Request<GetCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| reading::get_case(&self.state, call, request).await).await
    }

    async fn list_cases(&self, request: Request<ListCasesRequest>) -> Result<Response<ListCasesResponse>, Status> {
        unary(request, async |call, request| reading::list_cases(&self.state, call, request).await).await
    }

    async fn update_case(&self, request: Request<UpdateCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| drafting::update_case(&self.state, call, request).await).await
    }

    async fn submit_case(&self, request: Request<SubmitCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| submitting::submit_case(&self.state, call, request).await).await
    }

    async fn start_checks_of_case(&self, request: Request<StartChecksOfCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| submitting::start_checks_of_case(&self.state, call, request).await).await
    }

    async fn complete_checks_of_case(
        &self,
        request: Request<CompleteChecksOfCaseRequest>,
    ) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| submitting::complete_checks_of_case(&self.state, call, request).await)
            .await
    }

    async fn escalate_case(&self, request: Request<EscalateCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::escalate_case(&self.state, call, request).await).await
    }

    async fn request_information_on_case(
        &self,
        request: Request<RequestInformationOnCaseRequest>,
    ) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| working::request_information_on_case(&self.state, call, request).await)
            .await
    }

    async fn resubmit_case(&self, request: Request<ResubmitCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| submitting::resubmit_case(&self.state, call, request).await).await
    }

    async fn recommend_case(&self, request: Request<RecommendCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| deciding::recommend_case(&self.state, call, request).await).await
    }

    async fn approve_case(&self, request: Request<ApproveCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| deciding::approve_case(&self.state, call, request).await).await
    }

    async fn reject_case(&self, request: Request<RejectCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::reject_case(&self.state, call, request).await).await
    }

    async fn return_case(&self, request: Request<ReturnCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::return_case(&self.state, call, request).await).await
    }

    async fn withdraw_case(&self, request: Request<WithdrawCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::withdraw_case(&self.state, call, request).await).await
    }

    async fn suspend_case(&self, request: Request<SuspendCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::suspend_case(&self.state, call, request).await).await
    }

    async fn resume_review_of_case(
        &self,
        request: Request<ResumeReviewOfCaseRequest>,
    ) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::resume_review_of_case(&self.state, call, request).await).await
    }

    async fn terminate_case(&self, request: Request<TerminateCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::terminate_case(&self.state, call, request).await).await
    }

    async fn reopen_case(&self, request: Request<ReopenCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| moving::reopen_case(&self.state, call, request).await).await
    }

    async fn assign_case(&self, request: Request<AssignCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| working::assign_case(&self.state, call, request).await).await
    }

    async fn snooze_case(&self, request: Request<SnoozeCaseRequest>) -> Result<Response<Case>, Status> {
        unary(request, async |call, request| working::snooze_case(&self.state, call, request).await).await
    }

    async fn record_case_check(&self, request: Request<RecordCaseCheckRequest>) -> Result<Response<CaseCheck>, Status> {
        unary(request, async |call, request| noting::record_case_check(&self.state, call, request).await).await
    }

    async fn create_case_note(&self, request: Request<CreateCaseNoteRequest>) -> Result<Response<CaseNote>, Status> {
        unary(request, async |call, request| noting::create_case_note(&self.state, call, request).await).await
    }

    async fn list_case_notes(
        &self,
        request: Request<ListCaseNotesRequest>,
    ) -> Result<Response<ListCaseNotesResponse>, Status> {
        unary(request, async |call, request| noting::list_case_notes(&self.state, call, request).await).await
    }

    async fn list_case_transitions(
        &self,
        request: Request<ListCaseTransitionsRequest>,
    ) -> Result<Response<ListCaseTransitionsResponse>, Status> {
        unary(request, async |call, request| reading::list_case_transitions(&self.state, call, request).await).await
    }
}
