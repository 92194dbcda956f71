//! What can be wrong with a field, and a collector that finds everything wrong with a customer at once.

use clientele_error::Violation;

/// What is wrong with the text of a field, and so how to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing stands where something must.
    #[error("must not be empty")]
    Missing,
    /// Too many characters.
    #[error("must be at most {max} characters long")]
    TooLong {
        /// How many there may be.
        max: usize,
    },
    /// A line break, a tab, a NUL or the like.
    #[error("must not hold control characters")]
    ControlCharacter,
    /// NUL, which Postgres cannot store.
    #[error("must not hold the character NUL")]
    Nul,
    /// Not an address that mail could be sent to.
    #[error("must be a valid e-mail address")]
    NotAnEmail,
    /// Not a number in E.164 form.
    #[error("must be a telephone number in E.164 form, such as +4915112345678")]
    NotAPhone,
    /// Not a code of two capital letters.
    #[error("must be an ISO 3166-1 alpha-2 code, such as CN")]
    NotACountry,
    /// Not an absolute URI.
    #[error("must be an absolute URI, such as https://example.com")]
    NotAUri,
    /// Not a key for an attribute.
    #[error("keys start with a lower-case letter and hold up to 63 lower-case letters, digits and underscores")]
    BadKey,
    /// Too many attributes.
    #[error("must have at most {max} keys")]
    TooManyKeys {
        /// How many there may be.
        max: usize,
    },
    /// Neither an organisation nor a person.
    #[error("say whether it is an organisation or a person")]
    NoKind,
    /// A person without any name.
    #[error("give a given_name, a family_name or both")]
    NoName,
    /// An organisation cannot become a person, nor the other way round.
    #[error("the kind of a customer is fixed at its creation")]
    KindIsFixed,
    /// Not a field of a customer.
    #[error("is not a field of a customer")]
    UnknownField,
    /// A field that the service sets.
    #[error("is output only")]
    OutputOnly,
}

/// Collects what is wrong, field by field.
#[derive(Debug, Default)]
pub struct Faults(Vec<Violation>);

impl Faults {
    /// Notes a fault of a field.
    pub fn add(&mut self, field: impl Into<String>, fault: Fault) {
        self.0.push(Violation::new(field, fault.to_string()));
    }

    /// The value, or `None` with the fault noted.
    pub fn check<T>(&mut self, field: &str, value: Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.add(field, fault)).ok()
    }

    /// The value of a field that may be empty, which counts as not set.
    pub fn optional<T>(&mut self, field: &str, text: String, parse: fn(String) -> Result<T, Fault>) -> Option<T> {
        if text.is_empty() { None } else { self.check(field, parse(text)) }
    }

    /// The value, if nothing was wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}
