//! The caller of a request, as its token says: tenant, subject, permissions.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::AuthError;

/// Who is calling. Only a [`crate::Verifier`] makes one of a token; tests may write one down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data they see.
    pub tenant: TenantId,
    /// The person or machine, as the issuer names it.
    pub subject: String,
    /// What they may do.
    pub scopes: Scopes,
    /// The token's `exp`; a stream ends then.
    pub token_expires_at: Timestamp,
}

impl Caller {
    /// Whether they have exactly this permission, such as `customers.read`. There are no wildcards.
    pub fn may(&self, permission: &str) -> bool {
        self.scopes.contains(permission)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Whether this permission is among them.
    pub fn contains(&self, permission: &str) -> bool {
        self.0.contains(permission)
    }

    /// In alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).filter(|scope: &String| !scope.is_empty()).collect())
    }
}

/// The id of a tenant: 1 to 64 characters of `a-z`, `0-9`, `_`, `-` and `.`; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// The longest id, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantId {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        let allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text.into())) } else { Err(AuthError::BadTenant) }
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for TenantId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_id_is_short_and_of_few_characters() {
        for good in ["a", "acme-eu.1_x", &"z".repeat(64)] {
            assert_eq!(good.parse::<TenantId>().unwrap().as_str(), good);
        }
        for bad in ["", "A", "a b", "a/b", "é", "a\n", "a%", &"z".repeat(65)] {
            assert_eq!(bad.parse::<TenantId>(), Err(AuthError::BadTenant), "{bad:?}");
        }
    }

    #[test]
    fn a_permission_matches_exactly() {
        let caller = Caller {
            tenant: "acme".parse().unwrap(),
            subject: "ana".into(),
            scopes: ["customers.read", "customers.*", ""].into_iter().collect(),
            token_expires_at: Timestamp::UNIX_EPOCH,
        };
        assert!(caller.may("customers.read"));
        for other in ["customers.write", "customers", "customers.rea", "Customers.read", ""] {
            assert!(!caller.may(other), "{other:?}");
        }
    }
}
