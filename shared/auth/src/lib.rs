//! Who is calling: verified tokens, tenants and permissions.
//!
//! A [`Verifier`] turns a bearer token into a [`Caller`]; a [`DevIssuer`] makes tokens for development and tests.

use std::sync::Arc;

mod caller;
mod claims;
mod config;
mod dev_issuer;
mod error;
mod jwk;
mod key_set;
mod source;
mod token;
mod verifier;

pub use caller::{Caller, Scopes, TenantId};
pub use config::{KeySource, VerifierConfig};
pub use dev_issuer::{DevIssuer, DevIssuerError, DevToken};
pub use error::{AuthError, KeysError};
pub use token::{TOKEN_MAX_LENGTH, bearer};
pub use verifier::Verifier;

/// What time it is; passed in so that tests can set it.
pub type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;
