//! What requests say of segments.

use clientele_error::{Error, Reason, Result};
use clientele_page::{Filter, PageError};
use uuid::Uuid;

use crate::{
    domain::{currency::Currency, key},
    store::{segment::SegmentKey, segment_rule::rule},
};

/// The `segment` of a message, whichever message it is: (its id, its name), at most one of them.
macro_rules! segment_of {
    ($message:expr, $module:ident) => {
        match &$message.segment {
            Some(clientele_proto::value::v1::$module::Segment::SegmentId(id)) => (Some(id.as_str()), None),
            Some(clientele_proto::value::v1::$module::Segment::SegmentName(name)) => (None, Some(name.as_str())),
            None => (None, None),
        }
    };
}
pub(super) use segment_of;

/// Checks which segment is meant.
pub(super) fn segment_key((id, name): (Option<&str>, Option<&str>)) -> Result<SegmentKey> {
    match (id, name) {
        (Some(id), _) => segment_id(id, "segment_id").map(SegmentKey::Id),
        (None, Some(name)) => Ok(SegmentKey::Name(name.to_owned())),
        (None, None) => Err(Error::invalid_field("segment", "must be given, as segment_id or as segment_name")),
    }
}

/// Checks the id of a segment in a field.
pub(super) fn segment_id(text: &str, field: &str) -> Result<Uuid> {
    key::uuid(text).map_err(|error| Error::invalid_field(field, error.to_string()))
}

/// Reads a rule that stands in a field.
pub(super) fn filter(text: &str, field: &str) -> Result<Filter> {
    rule(text).map_err(|error: PageError| Error::new(Reason::InvalidFilter, error.to_string()).at(field))
}

/// Checks a currency; empty is none.
pub(super) fn currency_code(code: &str) -> Result<()> {
    if code.is_empty() {
        return Ok(());
    }
    let wrong =
        |error: crate::domain::money::AmountError| Error::invalid_field("segment.currency_code", error.to_string());
    Currency::of_code(code).map(drop).map_err(wrong)
}

/// Checks a name that must be there.
pub(super) fn name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::invalid_field(
            "segment.segment_name",
            "must be given: up to 63 capital letters, digits and underscores, a letter first",
        ));
    }
    Ok(())
}
