//! `CustomerMergeService`: an RPC a file.

pub mod create_customer_merge;
pub mod erase_customer;
pub mod get_customer_merge;
pub mod list_customer_merges;
mod record;
pub mod undo_customer_merge;

use clientele_proto::customers::v1::{
    CreateCustomerMergeRequest, Customer, CustomerMerge, EraseCustomerRequest, GetCustomerMergeRequest,
    ListCustomerMergesRequest, ListCustomerMergesResponse, UndoCustomerMergeRequest,
    customer_merge_service_server::CustomerMergeService,
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::Customers;

#[tonic::async_trait]
impl CustomerMergeService for Customers {
    async fn create_customer_merge(
        &self,
        request: Request<CreateCustomerMergeRequest>,
    ) -> Result<Response<CustomerMerge>, Status> {
        unary(request, |call, request| create_customer_merge::create_customer_merge(self, call, request)).await
    }

    async fn undo_customer_merge(
        &self,
        request: Request<UndoCustomerMergeRequest>,
    ) -> Result<Response<CustomerMerge>, Status> {
        unary(request, |call, request| undo_customer_merge::undo_customer_merge(self, call, request)).await
    }

    async fn get_customer_merge(
        &self,
        request: Request<GetCustomerMergeRequest>,
    ) -> Result<Response<CustomerMerge>, Status> {
        unary(request, |call, request| get_customer_merge::get_customer_merge(self, call, request)).await
    }

    async fn list_customer_merges(
        &self,
        request: Request<ListCustomerMergesRequest>,
    ) -> Result<Response<ListCustomerMergesResponse>, Status> {
        unary(request, |call, request| list_customer_merges::list_customer_merges(self, call, request)).await
    }

    async fn erase_customer(&self, request: Request<EraseCustomerRequest>) -> Result<Response<Customer>, Status> {
        unary(request, |call, request| erase_customer::erase_customer(self, call, request)).await
    }
}
