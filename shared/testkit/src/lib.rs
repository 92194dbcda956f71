//! What tests share: a private Postgres, a database a test, tokens, a fake clock, certificates, running servers.
//!
//! ```no_run
//! # async fn test(app: clientele_service::App) {
//! use clientele_testkit::{FakeClock, Running};
//!
//! let clock = FakeClock::default();
//! let service = Running::start(app, &clock).await; // an `app_on(pool, clock.context())`
//! let channel = service.tenant("acme"); // CustomerServiceClient::new(channel)
//! # drop(channel);
//! # }
//! ```

#![allow(clippy::expect_used, reason = "a test that cannot be set up has to fail, saying why")]

pub mod authority;
pub mod clock;
pub mod database;
pub mod running;
pub mod tokens;

pub use authority::Authority;
pub use clock::FakeClock;
pub use database::TestDatabase;
pub use running::{Authorised, Bearer, Running};
pub use tokens::Tokens;
