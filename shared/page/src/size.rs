//! `page_size` as AIP-158 reads it.

use crate::PageError;

/// The number of items on a page: 0 asks for `default`, more than `max` is coerced to `max`, a negative number is an error.
pub fn page_size(requested: i32, default: usize, max: usize) -> Result<usize, PageError> {
    match usize::try_from(requested) {
        Err(_) => Err(PageError::NegativePageSize { requested }),
        Ok(0) => Ok(default.min(max)),
        Ok(size) => Ok(size.min(max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_asks_for_the_default_and_too_many_are_coerced() {
        assert_eq!(page_size(0, 50, 1000), Ok(50));
        assert_eq!(page_size(1, 50, 1000), Ok(1));
        assert_eq!(page_size(1000, 50, 1000), Ok(1000));
        assert_eq!(page_size(i32::MAX, 50, 1000), Ok(1000));
    }

    #[test]
    fn a_negative_size_is_an_error_that_names_the_field() {
        let error = page_size(-1, 50, 1000).unwrap_err();
        assert_eq!(error, PageError::NegativePageSize { requested: -1 });
        assert_eq!(error.field(), "page_size");
    }
}
