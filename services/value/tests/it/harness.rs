//! A running service with a database of its own, and what its callers send.

use clientele_pg::Pool;
use clientele_proto::{
    Date, Money,
    value::v1::{
        RecordTransactionRequest, Transaction, TransactionKind, transaction::Customer,
        transaction_service_client::TransactionServiceClient,
    },
};
use clientele_service::client::Peer;
use clientele_testkit::{Authorised, FakeClock, Running, TestDatabase, Tokens};
use clientele_value::{SCHEMA, app_on};
use std::sync::Arc;

/// The tenant of a test that does not care.
pub const TENANT: &str = "acme";

/// A service at work.
pub struct Value {
    pub running: Running,
    pub clock: FakeClock,
    pub pool: Pool,
    pub database: TestDatabase,
}

impl Value {
    pub async fn start() -> Self {
        Self::start_beside(None, None, Arc::new(Tokens::new(FakeClock::default().now()))).await
    }

    /// Beside a customers service and a qualification service that take the same tokens.
    pub async fn start_beside(customers: Option<Peer>, qualification: Option<Peer>, tokens: Arc<Tokens>) -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let clock = FakeClock::default();
        let app = app_on(pool.clone(), clock.context(), customers, qualification);
        let running = Running::start_with(app, &clock, tokens, &[]).await;
        Self { running, clock, pool, database }
    }

    pub fn transactions(&self) -> TransactionServiceClient<Authorised> {
        self.transactions_of(TENANT)
    }

    pub fn transactions_of(&self, tenant: &str) -> TransactionServiceClient<Authorised> {
        TransactionServiceClient::new(self.running.tenant(tenant))
    }

    /// Records a transaction that is known to be good.
    pub async fn record(&self, transaction: Transaction) -> Transaction {
        self.transactions().record_transaction(request(transaction)).await.unwrap().into_inner()
    }

    /// One number out of the service's own tables.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&*self.pool).await.unwrap()
    }

    /// Types of the events of the outbox, in order.
    pub async fn events(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM value.outbox ORDER BY outbox_id")
            .fetch_all(&*self.pool)
            .await
            .unwrap()
    }
}

pub fn request(transaction: Transaction) -> RecordTransactionRequest {
    RecordTransactionRequest { transaction: Some(transaction), ..RecordTransactionRequest::default() }
}

/// A purchase by the customer with this key, on the first day of 1997, for whole dollars.
pub fn purchase(external_id: &str, customer: &str, dollars: i64) -> Transaction {
    Transaction {
        external_id: external_id.to_owned(),
        customer: Some(Customer::CustomerExternalId(customer.to_owned())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: dollars, nanos: 0 }),
        occur_date: Some(Date { year: 1997, month: 1, day: 1 }),
        ..Transaction::default()
    }
}

pub fn on(mut transaction: Transaction, month: i32, day: i32) -> Transaction {
    transaction.occur_date = Some(Date { year: 1997, month, day });
    transaction
}

pub fn by_id(mut transaction: Transaction, customer_id: &str) -> Transaction {
    transaction.customer = Some(Customer::CustomerId(customer_id.to_owned()));
    transaction
}
