//! What a verified token claims, and whether it is for this service, now.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::{AuthError, Caller, Scopes, VerifierConfig};

/// The longest subject, in characters.
const SUBJECT_MAX_LENGTH: usize = 256;

/// The payload of a token whose signature is checked.
pub struct Claims(pub Map<String, Value>);

impl Claims {
    pub fn check(&self, config: &VerifierConfig, now: Timestamp) -> Result<Caller, AuthError> {
        if self.text("iss")? != config.issuer {
            return Err(AuthError::WrongIssuer);
        }
        if !self.is_for(&config.audience)? {
            return Err(AuthError::WrongAudience);
        }
        let expires_at = self.instant("exp")?.ok_or_else(|| missing("exp"))?;
        if is_over(expires_at, config, now) {
            return Err(AuthError::Expired);
        }
        if self.instant("nbf")?.is_some_and(|from| later(now, config) < from) {
            return Err(AuthError::NotYetValid);
        }
        Ok(Caller {
            tenant: self.text(&config.tenant_claim)?.parse()?,
            subject: self.subject()?,
            scopes: self.scopes()?,
            token_expires_at: expires_at,
        })
    }

    fn text(&self, name: &str) -> Result<&str, AuthError> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Null) | None => Err(missing(name)),
            Some(_) => Err(AuthError::Malformed),
        }
    }

    /// `aud` is one audience or a list.
    fn is_for(&self, audience: &str) -> Result<bool, AuthError> {
        match self.0.get("aud") {
            Some(Value::String(only)) => Ok(only == audience),
            Some(Value::Array(list)) => Ok(list.iter().any(|one| one == audience)),
            Some(Value::Null) | None => Err(missing("aud")),
            Some(_) => Err(AuthError::Malformed),
        }
    }

    /// Seconds since 1970, fractions allowed and cut off.
    fn instant(&self, name: &str) -> Result<Option<Timestamp>, AuthError> {
        let seconds = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64)),
        };
        let instant = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        instant.map(Some).ok_or(AuthError::Malformed)
    }

    fn subject(&self) -> Result<String, AuthError> {
        let subject = self.text("sub")?;
        if subject.is_empty() {
            return Err(missing("sub"));
        }
        if subject.chars().count() > SUBJECT_MAX_LENGTH || subject.contains(char::is_control) {
            return Err(AuthError::Malformed);
        }
        Ok(subject.to_owned())
    }

    /// `scope` (RFC 8693: words), `scp` (words or a list) and `permissions` (a list) together; none is no permission.
    fn scopes(&self) -> Result<Scopes, AuthError> {
        let mut scopes = vec![];
        for name in ["scope", "scp", "permissions"] {
            match self.0.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(words)) => scopes.extend(words.split_whitespace()),
                Some(Value::Array(list)) => {
                    for one in list {
                        scopes.push(one.as_str().ok_or(AuthError::Malformed)?);
                    }
                }
                Some(_) => return Err(AuthError::Malformed),
            }
        }
        Ok(scopes.into_iter().collect())
    }
}

/// Whether a token that expires then is refused now.
pub fn is_over(expires_at: Timestamp, config: &VerifierConfig, now: Timestamp) -> bool {
    later(expires_at, config) <= now
}

fn later(at: Timestamp, config: &VerifierConfig) -> Timestamp {
    let leeway = SignedDuration::try_from(config.leeway).unwrap_or(SignedDuration::MAX);
    at.saturating_add(leeway).unwrap_or(Timestamp::MAX)
}

fn missing(name: &str) -> AuthError {
    AuthError::MissingClaim(name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::KeySource;

    const NOW: i64 = 1_795_000_000;

    fn good() -> Value {
        json!({
            "iss": "issuer", "aud": "clientele", "sub": "ana", "tenant_id": "acme", "exp": NOW + 60, "scope": "customers.read value.read",
        })
    }

    fn check(claims: Value) -> Result<Caller, AuthError> {
        let config = VerifierConfig::new(KeySource::File("unused".into()), "issuer", "clientele");
        let Value::Object(claims) = claims else { panic!("an object") };
        Claims(claims).check(&config, Timestamp::from_second(NOW).unwrap())
    }

    fn with(name: &str, value: Value) -> Result<Caller, AuthError> {
        let mut claims = good();
        claims[name] = value;
        check(claims)
    }

    #[test]
    fn the_caller_is_who_the_claims_say() {
        let caller = check(good()).unwrap();
        assert_eq!((caller.tenant.as_str(), caller.subject.as_str()), ("acme", "ana"));
        assert_eq!(caller.scopes.iter().collect::<Vec<_>>(), ["customers.read", "value.read"]);
        assert_eq!(caller.token_expires_at.as_second(), NOW + 60);
    }

    #[test]
    fn every_required_claim_is_missed_by_name() {
        for name in ["iss", "aud", "sub", "exp", "tenant_id"] {
            let mut claims = good();
            claims.as_object_mut().unwrap().remove(name);
            assert_eq!(check(claims), Err(AuthError::MissingClaim(name.into())));
            assert_eq!(with(name, Value::Null), Err(AuthError::MissingClaim(name.into())));
        }
    }

    #[test]
    fn claims_of_the_wrong_type_are_refused() {
        for (name, value) in [
            ("iss", json!(7)),
            ("aud", json!({})),
            ("sub", json!(["ana"])),
            ("sub", json!("a\nb")),
            ("sub", json!("a".repeat(257))),
            ("exp", json!("soon")),
            ("exp", json!(1e30)),
            ("nbf", json!({})),
            ("tenant_id", json!(7)),
            ("scope", json!(7)),
            ("scp", json!(["a", 7])),
        ] {
            assert_eq!(with(name, value.clone()), Err(AuthError::Malformed), "{name}: {value}");
        }
    }

    #[test]
    fn times_are_kept_to_with_the_leeway() {
        assert!(with("exp", json!(NOW - 29)).is_ok());
        assert_eq!(with("exp", json!(NOW - 30)), Err(AuthError::Expired));
        assert_eq!(with("exp", json!(-1)), Err(AuthError::Expired));
        assert!(with("exp", json!(NOW as f64 + 0.5)).is_ok());
        assert!(with("nbf", json!(NOW + 30)).is_ok());
        assert_eq!(with("nbf", json!(NOW + 31)), Err(AuthError::NotYetValid));
    }

    #[test]
    fn issuer_audience_and_tenant_must_be_ours() {
        assert_eq!(with("iss", json!("issuer/")), Err(AuthError::WrongIssuer));
        assert_eq!(with("aud", json!("other")), Err(AuthError::WrongAudience));
        assert_eq!(with("aud", json!(["other", 7])), Err(AuthError::WrongAudience));
        assert!(with("aud", json!(["other", "clientele"])).is_ok());
        assert_eq!(with("tenant_id", json!("ACME")), Err(AuthError::BadTenant));
    }

    #[test]
    fn permissions_come_from_any_of_three_claims() {
        let mut claims = good();
        claims["scp"] = json!(["feed.read"]);
        claims["permissions"] = json!(["value.write"]);
        let caller = check(claims).unwrap();
        assert!(["customers.read", "feed.read", "value.write"].iter().all(|scope| caller.may(scope)));
        assert!(with("scope", Value::Null).unwrap().scopes.iter().next().is_none());
    }
}
