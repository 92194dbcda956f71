//! `TransactionService`: a file an RPC.

use std::sync::Arc;

use clientele_proto::value::v1::{
    BatchRecordTransactionsRequest, BatchRecordTransactionsResponse, CorrectTransactionRequest,
    DeleteTransactionRequest, ExportTransactionsRequest, ExportTransactionsResponse, GetSalesReportRequest,
    GetTransactionRequest, ImportTransactionsRequest, ImportTransactionsResponse, ListTransactionRevisionsRequest,
    ListTransactionRevisionsResponse, ListTransactionsRequest, ListTransactionsResponse, RecordTransactionRequest,
    SalesReport, Transaction,
    transaction_service_server::{TransactionService, TransactionServiceServer},
};
use clientele_service::rpc::{Answers, bidirectional, streaming, unary};
use tonic::{Request, Response, Status, Streaming};

use self::together::Together;
use crate::State;

pub mod batch_record_transactions;
mod buyer_of;
mod change;
pub mod correct_transaction;
pub mod delete_transaction;
pub mod export_transactions;
pub mod get_sales_report;
pub mod get_transaction;
pub mod import_transactions;
pub mod list_transaction_revisions;
pub mod list_transactions;
pub mod parse;
pub mod parse_detail;
pub mod record_transaction;
pub mod reply;
mod together;
mod write;

/// Bytes of a message at most: 10,000 rows, unless they have many items, whose texts are as long as they may be.
const LARGEST_MESSAGE: usize = 32 << 20;

/// The service's RPCs.
#[derive(Debug)]
pub struct Transactions {
    state: Arc<State>,
    together: Together,
}

/// The service as a route.
pub fn server(state: Arc<State>) -> TransactionServiceServer<Transactions> {
    let together = Together::new(Arc::clone(&state));
    TransactionServiceServer::new(Transactions { state, together }).max_decoding_message_size(LARGEST_MESSAGE)
}

#[tonic::async_trait]
impl TransactionService for Transactions {
    type ImportTransactionsStream = Answers<ImportTransactionsResponse>;

    async fn record_transaction(
        &self,
        request: Request<RecordTransactionRequest>,
    ) -> Result<Response<Transaction>, Status> {
        unary(request, |call, request| record_transaction::rpc(&self.state, &self.together, call, request)).await
    }

    async fn batch_record_transactions(
        &self,
        request: Request<BatchRecordTransactionsRequest>,
    ) -> Result<Response<BatchRecordTransactionsResponse>, Status> {
        unary(request, |call, request| batch_record_transactions::rpc(&self.state, call, request)).await
    }

    async fn import_transactions(
        &self,
        request: Request<Streaming<ImportTransactionsRequest>>,
    ) -> Result<Response<Self::ImportTransactionsStream>, Status> {
        bidirectional(request, async |call, messages| {
            Ok(import_transactions::run(Arc::clone(&self.state), call, messages))
        })
        .await
    }

    async fn correct_transaction(
        &self,
        request: Request<CorrectTransactionRequest>,
    ) -> Result<Response<Transaction>, Status> {
        unary(request, |call, request| correct_transaction::rpc(&self.state, call, request)).await
    }

    async fn delete_transaction(
        &self,
        request: Request<DeleteTransactionRequest>,
    ) -> Result<Response<Transaction>, Status> {
        unary(request, |call, request| delete_transaction::rpc(&self.state, call, request)).await
    }

    async fn list_transaction_revisions(
        &self,
        request: Request<ListTransactionRevisionsRequest>,
    ) -> Result<Response<ListTransactionRevisionsResponse>, Status> {
        unary(request, |call, request| list_transaction_revisions::rpc(&self.state, call, request)).await
    }

    async fn get_transaction(&self, request: Request<GetTransactionRequest>) -> Result<Response<Transaction>, Status> {
        unary(request, |call, request| get_transaction::rpc(&self.state, call, request)).await
    }

    async fn get_sales_report(&self, request: Request<GetSalesReportRequest>) -> Result<Response<SalesReport>, Status> {
        unary(request, |call, request| get_sales_report::rpc(&self.state, call, request)).await
    }

    type ExportTransactionsStream = Answers<ExportTransactionsResponse>;

    async fn export_transactions(
        &self,
        request: Request<ExportTransactionsRequest>,
    ) -> Result<Response<Self::ExportTransactionsStream>, Status> {
        streaming(request, async |call, request| export_transactions::rpc(Arc::clone(&self.state), call, &request))
            .await
    }

    async fn list_transactions(
        &self,
        request: Request<ListTransactionsRequest>,
    ) -> Result<Response<ListTransactionsResponse>, Status> {
        unary(request, |call, request| list_transactions::rpc(&self.state, call, request)).await
    }
}
