//! Ids of ours, as requests carry them.

use clientele_error::Violation;
use uuid::Uuid;

/// Reads an id that the contract's rule has checked already, or says what is wrong with it.
pub fn uuid(text: &str, field: &str) -> Result<Uuid, Violation> {
    // Only the hyphenated form: the parser takes others too.
    let parsed = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    parsed.ok_or_else(|| Violation::new(field, "must be a UUID, such as 0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f"))
}
