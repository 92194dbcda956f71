//! The development key: tokens for the services of this machine.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Result;
use clientele_auth::{DevIssuer, DevToken, KeySource, Verifier, VerifierConfig};
use clientele_qualification::audit_keys::AuditKeys;
use clientele_service::Context;
use jiff::Timestamp;

/// The issuer of development tokens.
const ISSUER: &str = "clientele-development";
/// The audience of every token.
const AUDIENCE: &str = "clientele";

/// The permissions of a token for a person: everything a tenant's own user may do.
pub const EVERYTHING: [&str; 16] = [
    "customers.erase",
    "customers.merge",
    "customers.read",
    "customers.write",
    "events.read",
    "qualification.approve",
    "qualification.audit",
    "qualification.check",
    "qualification.policy",
    "qualification.read",
    "qualification.review",
    "qualification.write",
    "value.policy",
    "value.read",
    "value.score",
    "value.write",
];

/// The key in `folder` that heads of the audit log are signed with, made at the first start.
pub fn audit_keys(folder: &Path) -> Result<AuditKeys> {
    Ok(AuditKeys::open(&folder.join("keys").join("audit-key.pem"))?)
}

/// Signs and verifies tokens with the key in a folder.
pub struct Keys {
    issuer: DevIssuer,
}

impl Keys {
    /// Takes the key of `folder`, or makes one there.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { issuer: DevIssuer::open(folder.join("keys"), ISSUER, AUDIENCE)? })
    }

    /// A token for a tenant's user.
    pub fn token(&self, tenant: &str, subject: &str, scopes: &[&str], lifetime: Duration, now: Timestamp) -> String {
        self.issuer.sign(&DevToken { tenant, subject, scopes, lifetime, id: None }, now)
    }

    /// A token with which `service` calls the others.
    pub fn service_token(&self, service: &str, now: Timestamp) -> String {
        let scopes = ["events.read", clientele_feed::service::ALL_TENANTS];
        self.token("clientele", service, &scopes, Duration::from_hours(1), now)
    }

    /// Verifies the tokens.
    pub async fn verifier(&self, context: &Context) -> Result<Arc<Verifier>> {
        let config = VerifierConfig::new(KeySource::File(self.issuer.jwks_path()), ISSUER, AUDIENCE);
        Ok(Verifier::start(config, context.clock()).await?)
    }
}
