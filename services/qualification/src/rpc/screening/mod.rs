//! `ScreeningService`: an RPC a file.

mod decide_screening_hit;
mod get_screening_hit;
mod get_screening_list;
mod import_screening_list;
mod list_screening_entries;
mod list_screening_hits;
mod list_screening_lists;
mod screen_customer;
mod screen_party;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    DecideScreeningHitRequest, GetScreeningHitRequest, GetScreeningListRequest, ImportScreeningListRequest,
    ImportScreeningListResponse, ListScreeningEntriesRequest, ListScreeningEntriesResponse, ListScreeningHitsRequest,
    ListScreeningHitsResponse, ListScreeningListsRequest, ListScreeningListsResponse, ScreenCustomerRequest,
    ScreenCustomerResponse, ScreenPartyRequest, ScreenPartyResponse, ScreeningHit, ScreeningList,
    screening_service_server::{ScreeningService, ScreeningServiceServer},
};
use clientele_service::rpc::{Answers, bidirectional, streaming, unary};
use tonic::{Request, Response, Status, Streaming};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> ScreeningServiceServer<Screening> {
    ScreeningServiceServer::new(Screening { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Screening {
    state: Arc<State>,
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ScreeningService for Screening {
    type ImportScreeningListStream = Answers<ImportScreeningListResponse>;

    async fn import_screening_list(
        &self,
        request: Request<Streaming<ImportScreeningListRequest>>,
    ) -> Answer<Self::ImportScreeningListStream> {
        bidirectional(request, async |call, messages| {
            import_screening_list::import_screening_list(Arc::clone(&self.state), call, messages).await
        })
        .await
    }

    async fn get_screening_list(&self, request: Request<GetScreeningListRequest>) -> Answer<ScreeningList> {
        unary(request, async |call, request| get_screening_list::get_screening_list(&self.state, call, request).await)
            .await
    }

    async fn list_screening_lists(
        &self,
        request: Request<ListScreeningListsRequest>,
    ) -> Answer<ListScreeningListsResponse> {
        unary(request, async |call, request| {
            list_screening_lists::list_screening_lists(&self.state, call, request).await
        })
        .await
    }

    async fn list_screening_entries(
        &self,
        request: Request<ListScreeningEntriesRequest>,
    ) -> Answer<ListScreeningEntriesResponse> {
        unary(request, async |call, request| {
            list_screening_entries::list_screening_entries(&self.state, call, request).await
        })
        .await
    }

    type ScreenPartyStream = Answers<ScreenPartyResponse>;

    async fn screen_party(&self, request: Request<ScreenPartyRequest>) -> Answer<Self::ScreenPartyStream> {
        streaming(request, async |call, request| screen_party::screen_party(&self.state, call, request).await).await
    }

    type ScreenCustomerStream = Answers<ScreenCustomerResponse>;

    async fn screen_customer(&self, request: Request<ScreenCustomerRequest>) -> Answer<Self::ScreenCustomerStream> {
        streaming(request, async |call, request| screen_customer::screen_customer(&self.state, call, request).await)
            .await
    }

    async fn get_screening_hit(&self, request: Request<GetScreeningHitRequest>) -> Answer<ScreeningHit> {
        unary(request, async |call, request| get_screening_hit::get_screening_hit(&self.state, call, request).await)
            .await
    }

    async fn list_screening_hits(
        &self,
        request: Request<ListScreeningHitsRequest>,
    ) -> Answer<ListScreeningHitsResponse> {
        unary(request, async |call, request| list_screening_hits::list_screening_hits(&self.state, call, request).await)
            .await
    }

    async fn decide_screening_hit(&self, request: Request<DecideScreeningHitRequest>) -> Answer<ScreeningHit> {
        unary(request, async |call, request| {
            decide_screening_hit::decide_screening_hit(&self.state, call, request).await
        })
        .await
    }
}
