//! A running service with a database of its own.

use std::sync::Arc;

use clientele_pg::Pool;
use clientele_proto::qualification::v1::{
    AuditDifference, AuditLogVerification, VerifyAuditLogRequest, audit_difference::Kind,
    audit_service_client::AuditServiceClient,
};
use clientele_qualification::{SCHEMA, app_on};
use clientele_service::client::Peer;
use clientele_testkit::{FakeClock, Running, TestDatabase, Tokens};

/// The tenant of a test that does not care.
pub const TENANT: &str = "acme";

/// A service at work.
pub struct Qualification {
    pub running: Running,
    pub clock: FakeClock,
    pub pool: Pool,
    _database: TestDatabase,
}

impl Qualification {
    pub async fn start() -> Self {
        Self::start_beside(None, Arc::new(Tokens::new(FakeClock::default().now()))).await
    }

    /// Beside a customers service that takes the same tokens.
    pub async fn start_beside(customers: Option<Peer>, tokens: Arc<Tokens>) -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let clock = FakeClock::default();
        let running = Running::start_with(app_on(pool.clone(), clock.context(), customers), &clock, tokens, &[]).await;
        Self::of(running, clock, pool, database)
    }

    /// One that was started otherwise.
    pub fn of(running: Running, clock: FakeClock, pool: Pool, database: TestDatabase) -> Self {
        Self { running, clock, pool, _database: database }
    }

    /// One number out of the service's own tables.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&*self.pool).await.unwrap()
    }

    /// Types of the events of the outbox, in order.
    pub async fn events(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM qualification.outbox ORDER BY outbox_id")
            .fetch_all(&*self.pool)
            .await
            .unwrap()
    }

    /// Replayed, the audit log comes to every subject's own row, and once rows are changed behind its back it does not.
    pub async fn log_agrees_until(&self, tampering: &'static str) {
        let report = self.verified().await;
        assert_eq!(report.differences, [], "{report:?}");
        assert_eq!(report.compared_subject_count, report.subject_count, "{report:?}");
        let done = sqlx::query(tampering).execute(&*self.pool).await.unwrap();
        let report = self.verified().await;
        let kinds: Vec<_> = report.differences.iter().map(AuditDifference::kind).collect();
        assert_eq!(kinds.len() as u64, done.rows_affected(), "{report:?}");
        assert!(kinds.iter().all(|kind| matches!(kind, Kind::State | Kind::SubjectMissing)), "{report:?}");
        assert_ne!(kinds, []);
    }

    async fn verified(&self) -> AuditLogVerification {
        let mut client = AuditServiceClient::new(self.running.tenant(TENANT));
        let mut answers = client.verify_audit_log(VerifyAuditLogRequest {}).await.unwrap().into_inner();
        let mut last = None;
        while let Some(answer) = answers.message().await.unwrap() {
            last = Some(answer);
        }
        last.unwrap().audit_log_verification.unwrap()
    }
}
