//! One key of a JWKS. The key says which algorithm its signatures have; the token has no say in it.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// As it stands in the JWKS; what is not of use here is left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Jwk {
    kty: String,
    pub kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A key that signatures can be checked with.
pub struct Key {
    jwk: Jwk,
    algorithm: Algorithm,
    public: DecodingKey,
    /// False once the key is gone from the JWKS: tokens that were verified with it go with it.
    in_use: AtomicBool,
}

/// Why a key of a JWKS is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("it has no kid")]
    NoKid,
    #[error("it is not for signatures")]
    NotForSignatures,
    #[error("it is not for RS256, ES256 or EdDSA")]
    OtherAlgorithm,
    #[error("its numbers are missing or of the wrong length (RSA: 2048 to 4096 bits)")]
    BadNumbers,
}

impl Key {
    pub fn read(jwk: Jwk) -> Result<Self, Unusable> {
        if jwk.kid.is_none() {
            return Err(Unusable::NoKid);
        }
        if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(Unusable::NotForSignatures);
        }
        let algorithm = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => Algorithm::RS256,
            ("EC", Some("P-256")) => Algorithm::ES256,
            ("OKP", Some("Ed25519")) => Algorithm::EdDSA,
            _ => return Err(Unusable::OtherAlgorithm),
        };
        if jwk.alg.as_deref().is_some_and(|alg| !is_name_of(algorithm, alg)) {
            return Err(Unusable::OtherAlgorithm);
        }
        let public = public(&jwk, algorithm).ok_or(Unusable::BadNumbers)?;
        Ok(Self { jwk, algorithm, public, in_use: AtomicBool::new(true) })
    }

    /// Whether a token's header names this key's algorithm.
    pub fn is_for(&self, alg: &str) -> bool {
        is_name_of(self.algorithm, alg)
    }

    pub fn has_signed(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.public, self.algorithm).unwrap_or(false)
    }

    pub fn is_of(&self, jwk: &Jwk) -> bool {
        &self.jwk == jwk
    }

    pub fn is_in_use(&self) -> bool {
        self.in_use.load(Ordering::Acquire)
    }

    pub fn retire(&self) {
        self.in_use.store(false, Ordering::Release);
    }
}

/// The lengths are checked here: the library takes them as they come and a short Ed25519 key makes it panic.
fn public(jwk: &Jwk, algorithm: Algorithm) -> Option<DecodingKey> {
    let length = |number: &str| URL_SAFE_NO_PAD.decode(number).ok().map(|bytes| bytes.len());
    match algorithm {
        Algorithm::RS256 => {
            let (n, e) = (jwk.n.as_deref()?, jwk.e.as_deref()?);
            let fits = (256..=512).contains(&length(n)?) && (1..=4).contains(&length(e)?);
            fits.then(|| DecodingKey::from_rsa_components(n, e).ok())?
        }
        Algorithm::ES256 => {
            let (x, y) = (jwk.x.as_deref()?, jwk.y.as_deref()?);
            let fits = length(x)? == 32 && length(y)? == 32;
            fits.then(|| DecodingKey::from_ec_components(x, y).ok())?
        }
        _ => {
            let x = jwk.x.as_deref()?;
            (length(x)? == 32).then(|| DecodingKey::from_ed_components(x).ok())?
        }
    }
}

fn is_name_of(algorithm: Algorithm, alg: &str) -> bool {
    match algorithm {
        Algorithm::RS256 => alg == "RS256",
        Algorithm::ES256 => alg == "ES256",
        // RFC 9864 names the curve.
        Algorithm::EdDSA => matches!(alg, "EdDSA" | "Ed25519"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Algorithm, Unusable> {
        Key::read(serde_json::from_str(json).unwrap()).map(|key| key.algorithm)
    }

    fn number(bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0xff; bytes])
    }

    #[test]
    fn the_kind_of_a_key_decides_its_algorithm() {
        let (n, x) = (number(256), number(32));
        assert_eq!(read(&format!(r#"{{"kid":"1","kty":"RSA","n":"{n}","e":"AQAB"}}"#)), Ok(Algorithm::RS256));
        assert_eq!(
            read(&format!(r#"{{"kid":"1","kty":"EC","crv":"P-256","x":"{x}","y":"{x}","alg":"ES256","use":"sig"}}"#)),
            Ok(Algorithm::ES256)
        );
        assert_eq!(
            read(&format!(r#"{{"kid":"1","kty":"OKP","crv":"Ed25519","x":"{x}","alg":"Ed25519"}}"#)),
            Ok(Algorithm::EdDSA)
        );
    }

    #[test]
    fn keys_for_anything_else_are_not_used() {
        let (n, x) = (number(256), number(32));
        for (json, why) in [
            (format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#), Unusable::NoKid),
            (format!(r#"{{"kid":"1","kty":"RSA","n":"{n}","e":"AQAB","use":"enc"}}"#), Unusable::NotForSignatures),
            (format!(r#"{{"kid":"1","kty":"RSA","n":"{n}","e":"AQAB","alg":"HS256"}}"#), Unusable::OtherAlgorithm),
            (format!(r#"{{"kid":"1","kty":"RSA","n":"{n}","e":"AQAB","alg":"PS256"}}"#), Unusable::OtherAlgorithm),
            (format!(r#"{{"kid":"1","kty":"oct","k":"{n}","alg":"HS256"}}"#), Unusable::OtherAlgorithm),
            (format!(r#"{{"kid":"1","kty":"EC","crv":"P-384","x":"{x}","y":"{x}"}}"#), Unusable::OtherAlgorithm),
            (format!(r#"{{"kid":"1","kty":"OKP","crv":"X25519","x":"{x}"}}"#), Unusable::OtherAlgorithm),
        ] {
            assert_eq!(read(&json), Err(why), "{json}");
        }
    }

    #[test]
    fn numbers_of_the_wrong_length_are_refused() {
        let (short_rsa, short) = (number(128), number(31));
        for json in [
            format!(r#"{{"kid":"1","kty":"RSA","n":"{short_rsa}","e":"AQAB"}}"#),
            r#"{"kid":"1","kty":"RSA","e":"AQAB"}"#.to_owned(),
            format!(r#"{{"kid":"1","kty":"EC","crv":"P-256","x":"{short}","y":"{short}"}}"#),
            format!(r#"{{"kid":"1","kty":"OKP","crv":"Ed25519","x":"{short}"}}"#),
            r#"{"kid":"1","kty":"OKP","crv":"Ed25519","x":"=="}"#.to_owned(),
        ] {
            assert_eq!(read(&json), Err(Unusable::BadNumbers), "{json}");
        }
    }
}
