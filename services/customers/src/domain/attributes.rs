//! Free attributes for the caller's own use.

use std::collections::BTreeMap;

use super::{
    fault::{Fault, Faults},
    text::at_most,
};

/// The most attributes of one customer.
pub const MAX_KEYS: usize = 64;

/// Texts by key: at most 64, keys as [`is_key`] says, values of at most 500 characters without NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Takes the attributes, or notes everything wrong with them.
    pub(super) fn parse(texts: BTreeMap<String, String>, faults: &mut Faults) -> Option<Self> {
        let mut is_good = true;
        let mut note = |field: String, fault| {
            faults.add(field, fault);
            is_good = false;
        };
        if texts.len() > MAX_KEYS {
            note("attributes".to_owned(), Fault::TooManyKeys { max: MAX_KEYS });
        }
        for (key, value) in &texts {
            if !is_key(key) {
                note(path(key), Fault::BadKey);
            }
            if let Err(fault) = at_most(500, value) {
                note(path(key), fault);
            }
            if value.contains('\0') {
                note(path(key), Fault::Nul);
            }
        }
        is_good.then_some(Self(texts))
    }

    /// What was stored, and so checked before.
    pub fn stored(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// The texts by key.
    pub fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The texts by key, moved out.
    pub fn into_map(self) -> BTreeMap<String, String> {
        self.0
    }
}

/// `[a-z][a-z0-9_]{0,62}`
pub fn is_key(key: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=63).contains(&key.len()) && key.as_bytes()[0].is_ascii_lowercase() && key.bytes().all(is_inner)
}

/// The path of one attribute; a key that is too long is cut, so that errors stay small.
fn path(key: &str) -> String {
    let shown: String = key.chars().take(63).collect();
    format!("attributes[{shown:?}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Attributes, Vec<clientele_error::Violation>> {
        let texts = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut faults = Faults::default();
        let attributes = Attributes::parse(texts, &mut faults);
        faults.finish(attributes)
    }

    #[test]
    fn every_bad_attribute_is_reported() {
        let violations =
            parse(&[("good", "\n"), ("Bad", "x"), ("nul", "a\0"), ("long", &"y".repeat(501))]).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["attributes[\"Bad\"]", "attributes[\"long\"]", "attributes[\"nul\"]"]);
        assert!(parse(&[("good", "\n"), ("a_1", "")]).is_ok());
    }

    #[test]
    fn there_are_at_most_64() {
        let keys: Vec<_> = (0..65).map(|number| format!("k{number}")).collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
        assert!(parse(&pairs[..64]).is_ok());
        assert_eq!(parse(&pairs).unwrap_err()[0].field, "attributes");
    }
}
