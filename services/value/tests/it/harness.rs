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
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

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

    /// Has whoever writes a row of a table from now on wait in the middle of its transaction, whose locks it holds meanwhile.
    pub async fn hold(&self, table: &str) -> Hold<'_> {
        let mut connection = self.database.owner().await;
        let sql = format!(
            "SELECT pg_advisory_lock(1);
             CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
             CREATE OR REPLACE TRIGGER wait AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION wait()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        Hold { value: self, connection }
    }

    /// Types of the events of the outbox, in order.
    pub async fn events(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM value.outbox ORDER BY outbox_id")
            .fetch_all(&*self.pool)
            .await
            .unwrap()
    }
}

/// Holds up whoever writes to a table.
pub struct Hold<'v> {
    value: &'v Value,
    connection: PgConnection,
}

impl Hold<'_> {
    /// Waits until somebody is held up.
    pub async fn somebody(&self) {
        let waiting = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                       WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = 1 AND l.objsubid = 1 AND NOT l.granted";
        while self.value.count(waiting).await == 0 {
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Lets them go on after a while.
    pub async fn release_after(mut self, milliseconds: u64) {
        sleep(Duration::from_millis(milliseconds)).await;
        sqlx::raw_sql("SELECT pg_advisory_unlock(1)").execute(&mut self.connection).await.unwrap();
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
