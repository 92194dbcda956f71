//! The form of a token: three parts of base64url, the first of which names its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::AuthError;
use crate::claims::Claims;
use crate::jwk::Key;

/// The longest token that is looked at, in bytes.
pub const TOKEN_MAX_LENGTH: usize = 8 * 1024;

/// The token of an `authorization` header.
pub fn bearer(authorization: Option<&str>) -> Result<&str, AuthError> {
    let header = authorization.ok_or(AuthError::Missing)?;
    let (scheme, token) = header.trim().split_once(' ').ok_or(AuthError::Missing)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() { Ok(token) } else { Err(AuthError::Missing) }
}

/// A token whose signature is not checked yet: only its header may be looked at.
pub struct Unverified<'t> {
    pub kid: String,
    alg: String,
    message: &'t str,
    payload: &'t str,
    signature: &'t str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions one must understand (RFC 7515); none is.
    crit: Option<serde_json::Value>,
}

impl<'t> Unverified<'t> {
    pub fn read(token: &'t str) -> Result<Self, AuthError> {
        if token.len() > TOKEN_MAX_LENGTH {
            return Err(AuthError::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(AuthError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(AuthError::Malformed)?;
        let header: Header = json(header)?;
        if header.crit.is_some() {
            return Err(AuthError::Malformed);
        }
        let kid = header.kid.ok_or(AuthError::UnknownKey)?;
        Ok(Self { kid, alg: header.alg, message, payload, signature })
    }

    /// The claims, if this key signed them.
    pub fn verify(&self, key: &Key) -> Result<Claims, AuthError> {
        if !key.is_for(&self.alg) {
            return Err(AuthError::WrongAlgorithm);
        }
        if !key.has_signed(self.message, self.signature) {
            return Err(AuthError::BadSignature);
        }
        json(self.payload).map(Claims)
    }
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, AuthError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| AuthError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AuthError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_its_scheme() {
        for header in ["Bearer abc", "bearer abc", "BEARER   abc "] {
            assert_eq!(bearer(Some(header)), Ok("abc"), "{header}");
        }
        for header in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("abc"), Some("Basic abc")] {
            assert_eq!(bearer(header), Err(AuthError::Missing), "{header:?}");
        }
    }
}
