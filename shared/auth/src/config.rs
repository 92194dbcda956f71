//! What a verifier trusts and how it behaves.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http::Uri;

use crate::KeysError;

/// Where an issuer's JWKS is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file; replace it by renaming another over it.
    File(PathBuf),
    /// An `https` URL, or an `http` URL of this machine.
    Url(Uri),
}

impl FromStr for KeySource {
    type Err = KeysError;

    /// Text with `://` is a URL, any other the path of a file.
    fn from_str(text: &str) -> Result<Self, KeysError> {
        let bad = || KeysError::BadSource(text.to_owned());
        if text.is_empty() {
            return Err(bad());
        }
        if !text.contains("://") {
            return Ok(Self::File(text.into()));
        }
        let url: Uri = text.parse().map_err(|_| bad())?;
        if is_allowed(&url) { Ok(Self::Url(url)) } else { Err(bad()) }
    }
}

impl fmt::Display for KeySource {
    /// Without the query of a URL, which may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => {
                let scheme = url.scheme_str().unwrap_or_default();
                write!(f, "{scheme}://{}{}", url.host().unwrap_or_default(), url.path())
            }
        }
    }
}

/// Plain http only where nobody else can listen.
pub fn is_allowed(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match url.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        _ => false,
    }
}

/// What a verifier trusts and how it behaves.
#[derive(Debug, Clone)]
pub struct VerifierConfig {
    /// Where the keys are.
    pub keys: KeySource,
    /// What `iss` must be.
    pub issuer: String,
    /// What `aud` must be or contain.
    pub audience: String,
    /// The claim that names the tenant: `tenant_id`.
    pub tenant_claim: String,
    /// How far the issuer's clock may be off: 30 s.
    pub leeway: Duration,
    /// How long an unknown `kid` waits for the next fetch on demand: 30 s.
    pub refetch_floor: Duration,
    /// How often the keys are fetched anyway: 10 min.
    pub refresh_every: Duration,
    /// How often a file is looked at: 2 s.
    pub file_poll: Duration,
    /// How long a fetch may take: 5 s.
    pub fetch_timeout: Duration,
    /// How many verified tokens are remembered: 10,000.
    pub cached_tokens: usize,
}

impl VerifierConfig {
    /// With the defaults named at each field.
    pub fn new(keys: KeySource, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            audience: audience.into(),
            tenant_claim: "tenant_id".into(),
            leeway: Duration::from_secs(30),
            refetch_floor: Duration::from_secs(30),
            refresh_every: Duration::from_mins(10),
            file_poll: Duration::from_secs(2),
            fetch_timeout: Duration::from_secs(5),
            cached_tokens: 10_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in [
            "https://issuer.example/jwks.json",
            "http://127.0.0.1:8080/jwks",
            "http://localhost/jwks",
            "http://[::1]:80/jwks",
        ] {
            assert!(matches!(good.parse(), Ok(KeySource::Url(_))), "{good}");
        }
        for bad in [
            "http://issuer.example/jwks.json",
            "http://10.0.0.1/jwks",
            "http://localhost.example/jwks",
            "http://127.0.0.1@example.org/jwks",
            "ftp://127.0.0.1/jwks",
            "https://",
            "",
        ] {
            assert!(matches!(bad.parse::<KeySource>(), Err(KeysError::BadSource(_))), "{bad}");
        }
        assert_eq!("keys/jwks.json".parse::<KeySource>().unwrap(), KeySource::File("keys/jwks.json".into()));
    }

    #[test]
    fn a_source_is_shown_without_user_and_query() {
        let source: KeySource = "https://user:pass@issuer.example:8443/jwks?key=secret".parse().unwrap();
        assert_eq!(source.to_string(), "https://issuer.example/jwks");
    }
}
