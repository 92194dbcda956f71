//! What can be wrong with a list request, by request field.

/// A list request that cannot be answered as it stands: `INVALID_ARGUMENT` with a violation on [`PageError::field`].
///
/// Messages say the remedy and never repeat a value of the request, so that they can be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// `page_size` is negative.
    #[error("page_size is {requested}; send 0 for the default or a positive number")]
    NegativePageSize {
        /// What the request said.
        requested: i32,
    },
    /// `page_token` is not one that this API made.
    #[error(
        "page_token is not valid; send a next_page_token exactly as it was received, or none to start at the first page"
    )]
    InvalidToken,
    /// `page_token` is of a list with other arguments.
    #[error(
        "page_token belongs to a list with other arguments; repeat the filter, order_by and parent of the first page (only \
         page_size may change), or send no page_token to start again"
    )]
    ForeignToken,
    /// `filter` cannot be read.
    #[error("filter, character {position}: {message}")]
    Filter {
        /// The character it is about, counted from 1.
        position: usize,
        /// What is wrong there and what to write instead.
        message: String,
    },
    /// `order_by` cannot be read.
    #[error("order_by, character {position}: {message}")]
    OrderBy {
        /// The character it is about, counted from 1.
        position: usize,
        /// What is wrong there and what to write instead.
        message: String,
    },
}

impl PageError {
    /// The request field it is about: `page_size`, `page_token`, `filter` or `order_by`.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::NegativePageSize { .. } => "page_size",
            Self::InvalidToken | Self::ForeignToken => "page_token",
            Self::Filter { .. } => "filter",
            Self::OrderBy { .. } => "order_by",
        }
    }

    /// The character it is about, counted from 1, where the field is an expression.
    pub const fn position(&self) -> Option<usize> {
        match self {
            Self::Filter { position, .. } | Self::OrderBy { position, .. } => Some(*position),
            _ => None,
        }
    }

    pub(crate) fn filter(position: usize, message: impl Into<String>) -> Self {
        Self::Filter { position, message: message.into() }
    }

    pub(crate) fn order_by(position: usize, message: impl Into<String>) -> Self {
        Self::OrderBy { position, message: message.into() }
    }
}
