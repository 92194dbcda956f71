//! The RPCs, one file each: parse -> run -> reply. This table leads from tonic's method to each.

use clientele_proto::customers::v1::{self as proto, customer_service_server::CustomerService};
use clientele_service::rpc::{Answers, bidirectional, unary};
use tonic::{Request, Response, Status, Streaming};

use crate::Customers;

pub mod batch_get_customers;
pub mod batch_upsert_customers;
pub mod create_customer;
pub mod customer_message;
pub mod delete_customer;
pub mod get_customer;
pub mod import_customers;
pub mod list_customers;
pub mod merges;
pub mod outcome_message;
pub mod undelete_customer;
pub mod update_customer;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl CustomerService for Customers {
    async fn create_customer(&self, request: Request<proto::CreateCustomerRequest>) -> Answer<proto::Customer> {
        unary(request, |call, request| create_customer::create_customer(self, call, request)).await
    }

    async fn get_customer(&self, request: Request<proto::GetCustomerRequest>) -> Answer<proto::Customer> {
        unary(request, |call, request| get_customer::get_customer(self, call, request)).await
    }

    async fn batch_get_customers(
        &self,
        request: Request<proto::BatchGetCustomersRequest>,
    ) -> Answer<proto::BatchGetCustomersResponse> {
        unary(request, |call, request| batch_get_customers::batch_get_customers(self, call, request)).await
    }

    async fn list_customers(
        &self,
        request: Request<proto::ListCustomersRequest>,
    ) -> Answer<proto::ListCustomersResponse> {
        unary(request, |call, request| list_customers::list_customers(self, call, request)).await
    }

    async fn update_customer(&self, request: Request<proto::UpdateCustomerRequest>) -> Answer<proto::Customer> {
        unary(request, |call, request| update_customer::update_customer(self, call, request)).await
    }

    async fn delete_customer(&self, request: Request<proto::DeleteCustomerRequest>) -> Answer<proto::Customer> {
        unary(request, |call, request| delete_customer::delete_customer(self, call, request)).await
    }

    async fn undelete_customer(&self, request: Request<proto::UndeleteCustomerRequest>) -> Answer<proto::Customer> {
        unary(request, |call, request| undelete_customer::undelete_customer(self, call, request)).await
    }

    async fn batch_upsert_customers(
        &self,
        request: Request<proto::BatchUpsertCustomersRequest>,
    ) -> Answer<proto::BatchUpsertCustomersResponse> {
        unary(request, |call, request| batch_upsert_customers::batch_upsert_customers(self, call, request)).await
    }

    type ImportCustomersStream = Answers<proto::ImportCustomersResponse>;

    async fn import_customers(
        &self,
        request: Request<Streaming<proto::ImportCustomersRequest>>,
    ) -> Answer<Self::ImportCustomersStream> {
        bidirectional(request, async |call, rows| Ok(import_customers::import_customers(self.clone(), call, rows)))
            .await
    }
}
