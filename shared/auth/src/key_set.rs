//! The keys of an issuer by their `kid`.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::KeysError;
use crate::jwk::{Jwk, Key};

#[derive(Default)]
pub struct KeySet {
    keys: HashMap<String, Arc<Key>>,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys of a JWKS. Those that stood in the previous set stay the same objects; those that are gone or changed are retired.
    pub fn read(jwks: &[u8], previous: &Self) -> Result<Self, KeysError> {
        let jwks: Jwks = serde_json::from_slice(jwks).map_err(KeysError::NotJwks)?;
        let mut keys = HashMap::new();
        for (index, value) in jwks.keys.into_iter().enumerate() {
            match previous.keep_or_read(value) {
                Ok((kid, _)) if keys.contains_key(&kid) => {
                    tracing::warn!(index, "a key of the JWKS is not used: another before it has the same kid");
                }
                Ok((kid, key)) => {
                    keys.insert(kid, key);
                }
                Err(reason) => tracing::warn!(index, reason, "a key of the JWKS is not used"),
            }
        }
        for (kid, key) in &previous.keys {
            if !keys.get(kid).is_some_and(|kept| Arc::ptr_eq(kept, key)) {
                key.retire();
            }
        }
        Ok(Self { keys })
    }

    pub fn get(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.get(kid).cloned()
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    fn keep_or_read(&self, value: Value) -> Result<(String, Arc<Key>), String> {
        let jwk: Jwk = serde_json::from_value(value).map_err(|_| "it is not a JWK".to_owned())?;
        let kid = jwk.kid.clone().unwrap_or_default();
        match self.keys.get(&kid) {
            Some(key) if key.is_of(&jwk) => Ok((kid, Arc::clone(key))),
            _ => Key::read(jwk).map(|key| (kid, Arc::new(key))).map_err(|why| why.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwks(keys: &[(&str, &str)]) -> Vec<u8> {
        let x = |letter: &str| letter.repeat(42) + "A";
        let key = |(kid, letter): &(&str, &str)| {
            format!(r#"{{"kid":"{kid}","kty":"OKP","crv":"Ed25519","x":"{}"}}"#, x(letter))
        };
        format!(r#"{{"keys":[{}]}}"#, keys.iter().map(key).collect::<Vec<_>>().join(",")).into_bytes()
    }

    #[test]
    fn a_key_that_stays_stays_in_use_and_one_that_is_gone_or_changed_does_not() {
        let first =
            KeySet::read(&jwks(&[("stays", "a"), ("goes", "b"), ("changes", "c")]), &KeySet::default()).unwrap();
        let second = KeySet::read(&jwks(&[("stays", "a"), ("changes", "d")]), &first).unwrap();
        let in_use = |set: &KeySet, kid| set.get(kid).map(|key| key.is_in_use());
        assert_eq!(in_use(&first, "stays"), Some(true));
        assert_eq!(in_use(&first, "goes"), Some(false));
        assert_eq!(in_use(&first, "changes"), Some(false));
        assert_eq!(in_use(&second, "changes"), Some(true));
        assert_eq!(in_use(&second, "goes"), None);
    }

    #[test]
    fn a_key_that_cannot_be_used_does_not_spoil_the_others() {
        let jwks = format!(
            r#"{{"keys":[7, {{"kid":"x"}}, {{"kid":"y","kty":"oct","k":"AAAA"}}, {}]}}"#,
            String::from_utf8(jwks(&[("good", "a")]))
                .unwrap()
                .trim_start_matches(r#"{"keys":["#)
                .trim_end_matches("]}")
        );
        let set = KeySet::read(jwks.as_bytes(), &KeySet::default()).unwrap();
        assert!(set.len() == 1 && set.get("good").is_some());
    }

    #[test]
    fn what_is_no_jwks_is_refused_and_retires_nothing() {
        let first = KeySet::read(&jwks(&[("stays", "a")]), &KeySet::default()).unwrap();
        for bad in ["", "<html>", "[]", "{}", r#"{"keys":{}}"#] {
            assert!(KeySet::read(bad.as_bytes(), &first).is_err(), "{bad}");
        }
        assert!(first.get("stays").unwrap().is_in_use());
    }
}
