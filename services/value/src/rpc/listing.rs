//! What is wrong with a list request, as callers see it.

use clientele_error::{Error, Reason, Violation};
use clientele_page::PageError;

/// All of it, under the reason of the first.
pub fn refused(errors: Vec<PageError>) -> Error {
    let reason = match errors.first().map(PageError::field) {
        Some("filter") => Reason::InvalidFilter,
        Some("page_token") => Reason::InvalidPageToken,
        _ => {
            return Error::invalid_fields(
                errors.iter().map(|error| Violation::new(error.field(), error.to_string())).collect(),
            );
        }
    };
    let mut errors = errors.into_iter();
    let first = errors.next().map(|error| (error.field(), error.to_string())).unwrap_or_default();
    Error::new(reason, first.1).at(first.0)
}
