//! A service with an audit log of transitions of a made-up kind.

use clientele_pg::Pool;
use clientele_proto::qualification::v1::{
    AuditEntry, AuditLogVerification, AuditTreeHead, ExportAuditEntriesRequest, GetAuditTreeHeadRequest,
    Qualification as Content, VerifyAuditLogRequest, audit_service_client::AuditServiceClient,
};
use clientele_qualification::{SCHEMA, State, app_of, audit, audit_keys::AuditKeys, origin::Origin};
use clientele_service::Context;
use clientele_testkit::{Authorised, FakeClock, Running, TestDatabase, Tokens};
use merkle::{HeadSigner, KeyId, LogId, SignedTreeHead, TreeHead};
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

use crate::harness::TENANT;

/// The seed of the key that signs.
pub const SEED: [u8; 32] = [7; 32];

pub struct Audited {
    pub running: Option<Running>,
    pub clock: FakeClock,
    pub context: Context,
    pub pool: Pool,
    pub database: TestDatabase,
    /// Writes transitions beside the service.
    writer: State,
}

impl Audited {
    /// Without a service, and so without a sealer.
    pub async fn without_service() -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let clock = FakeClock::default();
        let context = clock.context();
        let writer = State::new(pool.clone(), context.clone());
        Self { running: None, clock, context, pool, database, writer }
    }

    pub async fn start() -> Self {
        Self::without_service().await.served().await
    }

    /// The same with a service at work.
    pub async fn served(mut self) -> Self {
        let keys = AuditKeys::of(HeadSigner::from_seed(&SEED));
        let app = app_of(State::new(self.pool.clone(), self.context.clone()).signing(keys), None);
        let tokens = Arc::new(Tokens::new(self.clock.now()));
        self.running = Some(Running::start_with(app, &self.clock, tokens, &[]).await);
        self
    }

    /// Stops the service and starts another one.
    pub async fn restart(&mut self) {
        self.running.take().unwrap().stop().await;
        let keys = AuditKeys::of(HeadSigner::from_seed(&SEED));
        let app = app_of(State::new(self.pool.clone(), self.context.clone()).signing(keys), None);
        let tokens = Arc::new(Tokens::new(self.clock.now()));
        self.running = Some(Running::start_with(app, &self.clock, tokens, &[]).await);
    }

    pub fn client(&self, tenant: &str) -> AuditServiceClient<Authorised> {
        AuditServiceClient::new(self.running.as_ref().unwrap().tenant(tenant))
    }

    /// The subject of a number, which is its own customer.
    pub fn subject(number: i64) -> Uuid {
        Uuid::from_u128(0x0198_c1f2_7d3a_7cc3_8a51_0000_0000_0000 + number as u128)
    }

    /// Writes a transition of a subject down, in a transaction of its own.
    pub async fn step(&self, subject: i64, before: &str, after: &str) {
        let mut connection = self.pool.acquire().await.unwrap();
        self.step_on(&mut connection, subject, before, after).await;
    }

    pub async fn step_on(&self, connection: &mut PgConnection, subject: i64, before: &str, after: &str) {
        let id = Self::subject(subject);
        let transition = audit::Transition {
            subject_kind: "thing",
            subject_id: id,
            customer_id: Some(id),
            transition: "moved",
            state_before: before,
            state_after: after,
            role: "maker",
            policy_version: 3,
            evidence_hashes: vec![vec![1; 32]],
        };
        let content = Content { customer_id: id.to_string(), version: subject + 1, ..Content::default() };
        let origin = Origin::job(TENANT, "tester", self.context.now());
        audit::record(&self.writer, connection, &origin, transition, &content).await.unwrap();
    }

    /// Waits until a statement says true.
    pub async fn until(&self, sql: &'static str) {
        for _ in 0..600 {
            if sqlx::query_scalar::<_, bool>(sql).fetch_one(&*self.pool).await.unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came to be: {sql}");
    }

    /// Waits until the log has so many leaves, and no entry waits.
    pub async fn sealed(&self, leaves: i64) {
        self.until("SELECT NOT EXISTS (SELECT FROM qualification.audit_entry WHERE leaf_index IS NULL)").await;
        let size: i64 = sqlx::query_scalar("SELECT tree_size FROM qualification.audit_log WHERE tenant_id = 'acme'")
            .fetch_one(&*self.pool)
            .await
            .unwrap();
        assert_eq!(size, leaves);
    }

    /// The head of a size; the latest for 0.
    pub async fn head(&self, tree_size: i64) -> AuditTreeHead {
        let request = GetAuditTreeHeadRequest { tree_size };
        self.client(TENANT).get_audit_tree_head(request).await.unwrap().into_inner()
    }

    pub async fn head_sizes(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT tree_size FROM qualification.audit_tree_head ORDER BY tree_size")
            .fetch_all(&*self.pool)
            .await
            .unwrap()
    }

    pub async fn exported(&self, first_leaf_index: i64, tree_size: i64) -> Vec<AuditEntry> {
        let request = ExportAuditEntriesRequest { first_leaf_index, tree_size };
        let mut answers = self.client(TENANT).export_audit_entries(request).await.unwrap().into_inner();
        let mut entries = Vec::new();
        while let Some(answer) = answers.message().await.unwrap() {
            entries.extend(answer.audit_entries);
        }
        entries
    }

    /// What the service finds when it verifies its log.
    pub async fn verified(&self) -> AuditLogVerification {
        let mut answers = self.client(TENANT).verify_audit_log(VerifyAuditLogRequest {}).await.unwrap().into_inner();
        let mut last = None;
        while let Some(answer) = answers.message().await.unwrap() {
            last = Some(answer);
        }
        last.unwrap().audit_log_verification.unwrap()
    }
}

/// A head as the crate has it.
pub fn signed(head: &AuditTreeHead) -> SignedTreeHead {
    let time = head.sign_time.as_ref().unwrap();
    assert_eq!(time.nanos % 1_000_000, 0);
    SignedTreeHead {
        head: TreeHead {
            log_id: LogId::new(head.log_id.clone()).unwrap(),
            tree_size: head.tree_size as u64,
            root_hash: head.root_hash.as_slice().try_into().unwrap(),
            timestamp_ms: time.seconds as u64 * 1000 + time.nanos as u64 / 1_000_000,
        },
        key_id: KeyId(head.key_id.parse::<merkle::Hash>().unwrap().0),
        signature: head.signature.as_slice().try_into().unwrap(),
    }
}
