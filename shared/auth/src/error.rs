//! Why a token is refused, and why keys cannot be had. No message contains anything of a token.

/// Why a caller is not known. `KeysUnavailable` is `UNAVAILABLE`, everything else `UNAUTHENTICATED`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// There is no bearer token.
    #[error("there is no bearer token; send the metadata `authorization: Bearer <token>`")]
    Missing,
    /// It is no JWT, or a claim has the wrong type.
    #[error(
        "the token is not a JWT that can be read; send it as the issuer gave it, unencrypted and shorter than 8 KiB"
    )]
    Malformed,
    /// The header's algorithm is not the one its key is for.
    #[error(
        "the token is signed with an algorithm its key is not for; sign with RS256, ES256 or EdDSA, whichever the key in the JWKS is for"
    )]
    WrongAlgorithm,
    /// No key with its `kid`.
    #[error(
        "the token names no key (kid) that the issuer publishes; get a new token, and check that it comes from the right issuer"
    )]
    UnknownKey,
    /// The signature is not of that key.
    #[error("the token's signature does not fit; get a new token and send it unchanged")]
    BadSignature,
    /// Past its `exp`.
    #[error("the token has expired; get a new one")]
    Expired,
    /// Before its `nbf`.
    #[error("the token is not valid yet; wait, or check the clocks of issuer and service")]
    NotYetValid,
    /// `aud` is somebody else.
    #[error("the token is for another audience; ask the issuer for one for this service")]
    WrongAudience,
    /// `iss` is somebody else.
    #[error("the token is from another issuer; get one from the issuer this service trusts")]
    WrongIssuer,
    /// A claim that every token needs.
    #[error("the token lacks the claim {0}; have the issuer add it")]
    MissingClaim(String),
    /// The tenant claim is not a tenant's id.
    #[error(
        "the token's tenant is not a tenant id: 1 to 64 characters of a-z, 0-9, _ - and .; have the issuer correct the claim"
    )]
    BadTenant,
    /// No key was ever read.
    #[error("the keys to check tokens with cannot be had at the moment; try again later")]
    KeysUnavailable,
}

/// Why the keys of an issuer cannot be read. For the operator's log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// Neither a URL that may be used nor a path.
    #[error(
        "{0} cannot be a source of keys; give an https:// URL, an http:// URL of this machine, or the path of a file"
    )]
    BadSource(String),
    /// The file cannot be read.
    #[error("the JWKS file cannot be read")]
    File(#[source] std::io::Error),
    /// The system's certificates cannot be read.
    #[error("the system's trusted certificates cannot be read; install ca-certificates or set SSL_CERT_FILE")]
    Certificates(#[source] std::io::Error),
    /// The request failed.
    #[error("the JWKS cannot be fetched")]
    Fetch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request took too long.
    #[error("the JWKS did not arrive within {0:?}")]
    Timeout(std::time::Duration),
    /// Another status than 200.
    #[error("the JWKS is answered with the status {0}")]
    Status(u16),
    /// Bigger than a JWKS can be.
    #[error("the JWKS has more than {0} bytes")]
    TooBig(usize),
    /// Not JSON, or no `keys`.
    #[error("the JWKS is not a JSON object with a list of keys")]
    NotJwks(#[source] serde_json::Error),
}
