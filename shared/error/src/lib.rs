//! Errors as callers see them: a reason from the contract, its canonical code, and the details that help to act on it.
//!
//! A service makes an [`Error`] with one of its constructors, or with [`Error::new`] for a reason of its own; `Status::from` turns it
//! into what goes over the wire. A client turns a status back with [`reason_of`]. To add a reason, add it to
//! `clientele/errors/v1/errors.proto` and its code to [`code_of`].

mod code;
mod status;

pub use clientele_proto::errors::v1::ErrorReason as Reason;
pub use code::{code_of, reason_name};
pub use status::{DOMAIN, reason_of, violations_of};

use std::{collections::BTreeMap, error::Error as StdError, fmt, time::Duration};

/// A field that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, such as `customer.email`.
    pub field: String,
    /// What is wrong and how to mend it. Never holds the value of a sensitive field.
    pub description: String,
}

impl Violation {
    /// A violation of `field`. Paths hold keys of maps, which callers may send as long as they like: they are cut, so that what is wrong
    /// fits into the answer.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        let mut field = field.into();
        if let Some((end, _)) = field.char_indices().nth(LONGEST_PATH) {
            field.truncate(end);
            field.push('…');
        }
        Self { field, description: description.into() }
    }
}

/// Characters of a field's path at most.
const LONGEST_PATH: usize = 200;

/// An error on its way to the caller. Small to pass along: its parts are boxed.
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    reason: Reason,
    message: String,
    metadata: BTreeMap<String, String>,
    violations: Vec<Violation>,
    resource: Option<(&'static str, String)>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// A result whose error goes to the caller.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `reason`, with a sentence for a person that says what to do.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            reason,
            message: message.into(),
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            resource: None,
            retry_after: None,
            source: None,
        }))
    }

    /// Fields break their rules.
    pub fn invalid_fields(violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [only] => format!("{}: {}", only.field, only.description),
            [first, rest @ ..] => format!("{}: {} (and {} more)", first.field, first.description, rest.len()),
            [] => "the request is invalid".to_owned(),
        };
        let mut error = Self::new(Reason::InvalidFields, message);
        error.0.violations = violations;
        error
    }

    /// One field breaks its rule.
    pub fn invalid_field(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::invalid_fields(vec![Violation::new(field, description)])
    }

    /// The tenant has no such resource. `kind` is its name in the contract, such as `customer`.
    pub fn not_found(kind: &'static str, id: impl Into<String>) -> Self {
        let id = id.into();
        Self::new(Reason::NotFound, format!("there is no {kind} {id}")).about(kind, id)
    }

    /// A fault of ours. The caller sees a fixed sentence; the source is logged where the error leaves the service.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Reason::Internal, "an internal fault; report the request id").caused_by(source)
    }

    /// What the service needs is out of reach for now.
    pub fn unavailable(message: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Reason::DependencyUnavailable, message).caused_by(source).retry_after(Duration::from_millis(250))
    }

    fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With the field the error is about, as a violation beside the reason.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        let violation = Violation::new(field, self.0.message.clone());
        self.0.violations.push(violation);
        self
    }

    /// With all the fields the error is about.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations.extend(violations);
        self
    }

    /// With a dynamic value of the message, by name.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        self.0.metadata.insert(key.into(), value.to_string());
        self
    }

    /// With the resource the error is about.
    #[must_use]
    pub fn about(mut self, kind: &'static str, id: impl Into<String>) -> Self {
        self.0.resource = Some((kind, id.into()));
        self
    }

    /// With the time after which a repetition makes sense.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// The fields that break their rules.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
