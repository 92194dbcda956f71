//! Why a call to this service fails, and what its caller is told.

use std::sync::Arc;

use clientele_error::{Error as Answer, Reason, Violation};
use clientele_page::{PageError, refused};
use clientele_pg::{Kind, answer, coalesce, constraint::violated, idempotency};
use uuid::Uuid;

use crate::{domain::Refusal, store::customer_write::EXTERNAL_ID_TAKEN};

/// Why a call fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks its rules.
    #[error("the request breaks its rules")]
    Invalid(Vec<Violation>),
    /// The list cannot be read as asked.
    #[error("the list cannot be read as asked")]
    Page(Vec<PageError>),
    /// No customer of the tenant has the key.
    #[error("there is no customer {key}")]
    NotFound {
        /// Its `customer_id` or `external_id`.
        key: String,
        /// How many more of the call's customers are missing.
        others: usize,
    },
    /// The customer's state does not allow it.
    #[error("refused for customer {customer_id}")]
    Refused {
        /// Which customer.
        customer_id: Uuid,
        /// Why.
        source: Refusal,
    },
    /// The customer was erased for good.
    #[error("customer {0} was erased")]
    Erased(Uuid),
    /// A merge cannot be undone as things are.
    #[error("the merge cannot be undone: {why}")]
    NotUndoable {
        /// Which merge.
        customer_merge_id: Uuid,
        /// What stands in the way.
        why: &'static str,
        /// The fields that do.
        violations: Vec<Violation>,
    },
    /// There is no such merge.
    #[error("there is no merge {0}")]
    NoMerge(Uuid),
    /// Customers were merged or erased between two statements.
    #[error("customers were merged or erased meanwhile")]
    Moved,
    /// An erased customer of the tenant had the external id.
    #[error("the external id is that of an erased customer")]
    ExternalIdErased,
    /// Another customer of the tenant has the external id.
    #[error("the external id is taken")]
    ExternalIdTaken,
    /// The request id was used with another body.
    #[error("the request id was used with another body")]
    RequestIdReused,
    /// A query failed.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// A query that answers several callers failed.
    #[error("a gathered read failed")]
    Gathered(#[source] Arc<coalesce::Error>),
    /// An answer recorded for a request id cannot be read.
    #[error("a recorded answer cannot be read")]
    Recorded(#[source] prost::DecodeError),
}

/// A result whose error is this service's.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The customer's state does not allow it; what is wrong with fields is reported below `customer`.
    pub fn refused(customer_id: Uuid, refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(violations) => Self::Invalid(below("customer", violations)),
            refusal => Self::Refused { customer_id, source: refusal },
        }
    }

    /// Whether the same transaction may succeed when run again, now that another one has ended.
    pub fn is_race(&self) -> bool {
        match self {
            Self::ExternalIdTaken | Self::Moved => true,
            Self::Database(error) => Kind::of(error) == Kind::Retry,
            _ => false,
        }
    }
}

/// The violations with the path of the message they are in.
pub fn below(path: &str, violations: Vec<Violation>) -> Vec<Violation> {
    // The mask is a field of the request, beside the customer.
    let place = |field: String| if field == "update_mask" { field } else { format!("{path}.{field}") };
    violations.into_iter().map(|violation| Violation { field: place(violation.field), ..violation }).collect()
}

/// The reason a refusal has in the contract.
pub fn reason_of(refusal: &Refusal) -> Reason {
    match refusal {
        Refusal::EtagMismatch => Reason::EtagMismatch,
        Refusal::Deleted => Reason::CustomerDeleted,
        Refusal::NotDeleted => Reason::CustomerNotDeleted,
        Refusal::Merged(_) => Reason::CustomerMerged,
        Refusal::Erased => Reason::CustomerErased,
        Refusal::Invalid(_) => Reason::InvalidFields,
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if violated(&error) == Some(EXTERNAL_ID_TAKEN) { Self::ExternalIdTaken } else { Self::Database(error) }
    }
}

impl From<idempotency::Error> for Error {
    fn from(error: idempotency::Error) -> Self {
        match error {
            idempotency::Error::Conflict => Self::RequestIdReused,
            idempotency::Error::Database(error) => error.into(),
        }
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(violations) => Self::invalid_fields(violations),
            Error::Page(errors) => refused(errors),
            Error::NotFound { key, others: 0 } => Self::not_found("customer", key),
            Error::NotFound { key, others } => {
                let message = format!("there is no customer {key}, nor {others} more of those asked for");
                Self::new(Reason::NotFound, message).about("customer", key).with("others_missing", others)
            }
            Error::Refused { customer_id, source } => {
                let advice = match source {
                    Refusal::EtagMismatch => "; read it again and repeat the change on it",
                    Refusal::Deleted => "; undelete it first",
                    Refusal::Merged(_) => "; write to that one, or undo the merge first",
                    Refusal::NotDeleted | Refusal::Erased | Refusal::Invalid(_) => "",
                };
                let message = format!("{source}{advice}");
                let error = Self::new(reason_of(&source), message).about("customer", customer_id.to_string());
                if let Refusal::Merged(into) = source { error.with("survivor_customer_id", into) } else { error }
            }
            Error::Erased(customer_id) => {
                Self::new(Reason::CustomerErased, format!("customer {customer_id} was erased for good"))
                    .about("customer", customer_id.to_string())
            }
            Error::NotUndoable { customer_merge_id, why, violations } => {
                Self::new(Reason::MergeNotUndoable, format!("the merge cannot be undone: {why}"))
                    .about("customer_merge", customer_merge_id.to_string())
                    .with_violations(violations)
            }
            Error::NoMerge(customer_merge_id) => Self::not_found("customer_merge", customer_merge_id.to_string()),
            Error::Moved => {
                Self::new(Reason::Conflict, "customers were merged or erased at the same time; repeat the call")
            }
            Error::ExternalIdErased => Self::new(
                Reason::ExternalIdTaken,
                "an erased customer had this external_id, which stays taken so that nothing brings it back",
            )
            .at("customer.external_id"),
            Error::ExternalIdTaken => Self::new(
                Reason::ExternalIdTaken,
                "another customer, maybe a deleted or merged one, has this external_id",
            )
            .at("customer.external_id"),
            Error::RequestIdReused => answer::request_id_reused(),
            Error::Database(error) => answer::failed(error),
            Error::Gathered(error) => answer::shared_failed(error),
            Error::Recorded(error) => Self::internal(error),
        }
    }
}
