//! Keys that callers choose: ids of transactions and of customers in their own systems.

use uuid::Uuid;

/// Characters a key may have.
pub const LONGEST: usize = 200;

/// What is wrong with a key or an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing at all.
    #[error("must not be empty")]
    Empty,
    /// Over the limit.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// Line breaks, tabs, NUL and the like.
    #[error("must not hold control characters")]
    Control,
    /// Not `8-4-4-4-12` hexadecimal digits.
    #[error("must be a UUID, such as 0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f")]
    NotUuid,
}

/// Checks a key that must be there.
pub fn check(key: &str) -> Result<(), KeyError> {
    if key.is_empty() { Err(KeyError::Empty) } else { check_optional(key) }
}

/// Checks a key that may be empty.
pub fn check_optional(key: &str) -> Result<(), KeyError> {
    // A character has at most four bytes, so most keys need no counting.
    if key.len() > LONGEST && key.chars().count() > LONGEST {
        return Err(KeyError::TooLong);
    }
    if key.chars().any(char::is_control) {
        return Err(KeyError::Control);
    }
    Ok(())
}

/// Reads an id of ours, as the contract writes it.
pub fn uuid(text: &str) -> Result<Uuid, KeyError> {
    // Only the hyphenated form: the parser takes others too.
    if text.len() != 36 {
        return Err(KeyError::NotUuid);
    }
    Uuid::try_parse(text).map_err(|_| KeyError::NotUuid)
}

/// The beginning of a key that may be anything, for an error that names it.
pub fn shortened(key: &str) -> &str {
    key.char_indices().nth(LONGEST).map_or(key, |(end, _)| &key[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_to_two_hundred_characters_whatever_their_bytes() {
        assert_eq!(check(""), Err(KeyError::Empty));
        assert_eq!(check_optional(""), Ok(()));
        assert_eq!(check(&"ü".repeat(200)), Ok(()));
        assert_eq!(check(&"ü".repeat(201)), Err(KeyError::TooLong));
        assert_eq!(shortened(&"ü".repeat(201)), "ü".repeat(200));
    }

    #[test]
    fn control_characters_are_refused_also_those_past_ascii() {
        for key in ["a\0", "a\nb", "\t", "\u{7f}", "\u{85}"] {
            assert_eq!(check(key), Err(KeyError::Control), "{key:?}");
        }
        assert_eq!(check("INV 2026/11 – Ä"), Ok(()));
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        assert!(uuid("0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f").is_ok());
        for text in [
            "",
            "0198c1f27d3a7cc38a513f0d8b1c2e4f",
            "{0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f}",
            "0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4g",
        ] {
            assert_eq!(uuid(text), Err(KeyError::NotUuid), "{text}");
        }
    }
}
