//! What is wrong with a list request, as callers see it.

use clientele_error::{Error, Reason, Violation};

use crate::PageError;

/// All of it. A bad token or filter has a reason of its own; whatever else is wrong comes along as violations.
pub fn refused(errors: impl AsRef<[PageError]>) -> Error {
    let errors = errors.as_ref();
    let violations = errors.iter().map(|error| Violation::new(error.field(), error.to_string())).collect();
    let own = errors.iter().find_map(|error| match error {
        PageError::InvalidToken | PageError::ForeignToken => Some((Reason::InvalidPageToken, error)),
        PageError::Filter { .. } => Some((Reason::InvalidFilter, error)),
        PageError::NegativePageSize { .. } | PageError::OrderBy { .. } => None,
    });
    match own {
        Some((reason, error)) => Error::new(reason, error.to_string()).with_violations(violations),
        None => Error::invalid_fields(violations),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_its_own_reason_and_everything_wrong_comes_along() {
        let error = refused([PageError::NegativePageSize { requested: -1 }, PageError::filter(3, "no such field")]);
        assert_eq!(error.reason(), Reason::InvalidFilter);
        let fields: Vec<_> = error.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["page_size", "filter"]);
    }

    #[test]
    fn a_bad_size_alone_is_an_invalid_field() {
        assert_eq!(refused([PageError::NegativePageSize { requested: -1 }]).reason(), Reason::InvalidFields);
        assert_eq!(refused([PageError::ForeignToken]).reason(), Reason::InvalidPageToken);
    }
}
