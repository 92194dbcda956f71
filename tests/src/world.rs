//! All services at work on one database, in this process.

use clientele_pg::ServiceSchema;
use clientele_qualification::audit_keys::AuditKeys;
use clientele_testkit::{FakeClock, Running, TestDatabase};
use prost_reflect::MethodDescriptor;

use crate::Raw;

/// Every schema.
pub static SCHEMAS: [&ServiceSchema; 3] =
    [&clientele_customers::SCHEMA, &clientele_value::SCHEMA, &clientele_qualification::SCHEMA];

/// The permissions of a service that follows the feeds of others.
pub const FEED_READER: [&str; 2] = ["events.read", "events.all_tenants"];

/// The services, until this value is dropped.
pub struct World {
    /// Answers customers' RPCs.
    pub customers: Running,
    /// Answers value's RPCs; it follows the feeds of customers and qualification.
    pub value: Running,
    /// Answers qualification's RPCs; it follows the feed of customers.
    pub qualification: Running,
    /// Where all keep their data.
    pub database: TestDatabase,
    /// The time, for all.
    pub clock: FakeClock,
}

impl World {
    /// Starts all.
    pub async fn start() -> Self {
        Self::with_flags(&[]).await
    }

    /// Starts all with flags of the server, such as `["--max-calls", "1"]`.
    pub async fn with_flags(flags: &[&str]) -> Self {
        let clock = FakeClock::default();
        let database = TestDatabase::new(&SCHEMAS).await;
        let tokens = std::sync::Arc::new(clientele_testkit::Tokens::new(clock.now()));

        let pool = database.pool(clientele_customers::SCHEMA.schema).await;
        let app = clientele_customers::app_on(pool, clock.context());
        let customers = Running::start_with(app, &clock, tokens.clone(), flags).await;

        let pool = database.pool(clientele_qualification::SCHEMA.schema).await;
        let peer = customers.peer("clientele", &FEED_READER);
        let keys = AuditKeys::of(merkle::HeadSigner::from_seed(&[7; 32]));
        let state = clientele_qualification::State::new(pool, clock.context()).signing(keys);
        let app = clientele_qualification::app_of(state, Some(peer));
        let qualification = Running::start_with(app, &clock, tokens.clone(), flags).await;

        let pool = database.pool(clientele_value::SCHEMA.schema).await;
        let [customers_peer, qualification_peer] =
            [&customers, &qualification].map(|service| service.peer("clientele", &FEED_READER));
        let app = clientele_value::app_on(pool, clock.context(), Some(customers_peer), Some(qualification_peer));
        let value = Running::start_with(app, &clock, tokens, flags).await;
        Self { customers, value, qualification, database, clock }
    }

    /// Every service.
    pub fn services(&self) -> [&Running; 3] {
        [&self.customers, &self.value, &self.qualification]
    }

    /// The services that serve a method: one, or all where each serves its own, as with the feed.
    ///
    /// # Panics
    /// When none does.
    pub fn serving(&self, method: &MethodDescriptor) -> Vec<&Running> {
        match method.parent_service().package_name() {
            "clientele.customers.v1" => vec![&self.customers],
            "clientele.value.v1" => vec![&self.value],
            "clientele.qualification.v1" => vec![&self.qualification],
            "clientele.events.v1" => self.services().to_vec(),
            other => panic!("no service serves {other}: name it here"),
        }
    }

    /// Calls that may do everything within `tenant`.
    pub fn raw(&self, service: &Running, tenant: &str) -> Raw {
        Raw::new(service.anonymous(), Some(service.tokens.of_tenant(tenant)))
    }
}
