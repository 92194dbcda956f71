//! Texts that are valid by their type.

use prost_protovalidate::validators::{is_email, is_uri};

use super::fault::Fault;

/// One line of text: 1 to `MAX` characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line<const MAX: usize>(String);

/// The caller's own key of a customer.
pub type ExternalId = Line<200>;
/// Name shown to people.
pub type DisplayName = Line<300>;
/// Registered or trade name of an organisation.
pub type OrganisationName = Line<300>;
/// Industry code in the caller's own scheme.
pub type IndustryCode = Line<50>;
/// Given or family name of a person.
pub type PersonName = Line<150>;

impl<const MAX: usize> Line<MAX> {
    /// Takes a text.
    pub fn new(text: String) -> Result<Self, Fault> {
        if text.is_empty() {
            return Err(Fault::Missing);
        }
        at_most(MAX, &text)?;
        if text.chars().any(char::is_control) {
            return Err(Fault::ControlCharacter);
        }
        Ok(Self(text))
    }

    /// The first `MAX` characters of a text that is a line but for its length.
    pub(super) fn cut(mut text: String) -> Self {
        if let Some((end, _)) = text.char_indices().nth(MAX) {
            text.truncate(end);
        }
        Self(text)
    }
}

/// The ways into a text that was checked before, and out of it.
macro_rules! access {
    ($type:ident $(<const $max:ident: usize>)?) => {
        impl$(<const $max: usize>)? $type$(<$max>)? {
            /// What was stored, and so checked before.
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, moved out.
            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
}

/// An e-mail address, as HTML's `<input type="email">` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address.
    pub fn new(text: String) -> Result<Self, Fault> {
        if is_email(&text) { Ok(Self(text)) } else { Err(Fault::NotAnEmail) }
    }
}

/// A telephone number in E.164 form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Takes a number: `+`, then 5 to 15 digits, the first not 0.
    pub fn new(text: String) -> Result<Self, Fault> {
        let digits = text.strip_prefix('+').unwrap_or_default().as_bytes();
        let is_number = (5..=15).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit);
        if is_number { Ok(Self(text)) } else { Err(Fault::NotAPhone) }
    }
}

/// A country, as ISO 3166-1 alpha-2 writes it. Whether it exists is not checked: codes come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCode(String);

impl CountryCode {
    /// Takes two capital letters.
    pub fn new(text: String) -> Result<Self, Fault> {
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_code { Ok(Self(text)) } else { Err(Fault::NotACountry) }
    }
}

/// The address of a web site: an absolute URI of at most 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website(String);

impl Website {
    /// Takes an address.
    pub fn new(text: String) -> Result<Self, Fault> {
        at_most(500, &text)?;
        if is_uri(&text) { Ok(Self(text)) } else { Err(Fault::NotAUri) }
    }
}

access!(Line<const MAX: usize>);
access!(Email);
access!(Phone);
access!(CountryCode);
access!(Website);

/// Refuses a text of more than `max` characters.
pub(super) fn at_most(max: usize, text: &str) -> Result<(), Fault> {
    // No text has more characters than bytes.
    if text.len() > max && text.chars().count() > max { Err(Fault::TooLong { max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_in_characters() {
        assert!(Line::<3>::new("丁世界".into()).is_ok());
        assert_eq!(Line::<3>::new("abcd".into()), Err(Fault::TooLong { max: 3 }));
        assert_eq!(Line::<3>::new(String::new()), Err(Fault::Missing));
        for control in ["a\n", "\0", "a\u{85}"] {
            assert_eq!(Line::<3>::new(control.into()), Err(Fault::ControlCharacter), "{control:?}");
        }
        assert_eq!(Line::<3>::cut("丁世界x".into()).as_str(), "丁世界");
    }

    #[test]
    fn a_phone_number_is_written_as_e_164_says() {
        for good in ["+12345", "+4915112345678", "+123456789012345"] {
            assert!(Phone::new(good.into()).is_ok(), "{good}");
        }
        for bad in ["", "+", "+1234", "+0123456", "12345", "+1234567890123456", "+12 345", "++12345", "+١٢٣٤٥"] {
            assert_eq!(Phone::new(bad.into()), Err(Fault::NotAPhone), "{bad}");
        }
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert!(CountryCode::new("CN".into()).is_ok());
        for bad in ["", "C", "cn", "CHN", "Ü", "C1"] {
            assert_eq!(CountryCode::new(bad.into()), Err(Fault::NotACountry), "{bad}");
        }
    }

    #[test]
    fn a_website_is_an_absolute_uri() {
        assert!(Website::new("https://example.com/a?b=c".into()).is_ok());
        assert_eq!(Website::new("example.com".into()), Err(Fault::NotAUri));
        assert_eq!(Website::new(format!("https://{}", "a".repeat(500))), Err(Fault::TooLong { max: 500 }));
    }
}
