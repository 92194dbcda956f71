//! Why a number is refused.

use std::fmt;

/// Why a number is refused: a closed set, each with a code in snake_case for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing but separators.
    Empty,
    /// Fewer characters than any number of the scheme.
    TooShort,
    /// More characters than any number of the scheme.
    TooLong,
    /// Between the shortest and the longest, and still none of the scheme's lengths.
    WrongLength,
    /// A character that cannot stand where it stands; the refusal names the place.
    IllegalCharacter,
    /// The fixed or listed beginning of the scheme is missing or not one in use.
    WrongPrefix,
    /// A country code that is not in ISO 3166, or does not use the scheme.
    UnknownCountry,
    /// A region code that the scheme does not have.
    UnknownRegion,
    /// The registering authority's code does not exist.
    UnknownAuthority,
    /// The kind of entity does not exist, or not under this authority.
    UnknownEntityType,
    /// A date that no calendar has, or that cannot be for this scheme.
    ImpossibleDate,
    /// The check digit or check letter does not fit.
    BadCheckDigit,
    /// The number contains another (an organisation code, a SIREN, a national account number) and that one is not valid.
    BadEmbeddedIdentifier,
    /// A number that is never issued: all zeros, a range held back, a test number.
    Reserved,
    /// Not of this scheme but a valid number of another that looks alike.
    OtherScheme,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 15] = [
        Self::Empty,
        Self::TooShort,
        Self::TooLong,
        Self::WrongLength,
        Self::IllegalCharacter,
        Self::WrongPrefix,
        Self::UnknownCountry,
        Self::UnknownRegion,
        Self::UnknownAuthority,
        Self::UnknownEntityType,
        Self::ImpossibleDate,
        Self::BadCheckDigit,
        Self::BadEmbeddedIdentifier,
        Self::Reserved,
        Self::OtherScheme,
    ];

    /// The code on the wire: `bad_check_digit`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::WrongLength => "wrong_length",
            Self::IllegalCharacter => "illegal_character",
            Self::WrongPrefix => "wrong_prefix",
            Self::UnknownCountry => "unknown_country",
            Self::UnknownRegion => "unknown_region",
            Self::UnknownAuthority => "unknown_authority",
            Self::UnknownEntityType => "unknown_entity_type",
            Self::ImpossibleDate => "impossible_date",
            Self::BadCheckDigit => "bad_check_digit",
            Self::BadEmbeddedIdentifier => "bad_embedded_identifier",
            Self::Reserved => "reserved",
            Self::OtherScheme => "other_scheme",
        }
    }

    /// A sentence for people, without a full stop.
    fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "there is no number",
            Self::TooShort => "too few characters",
            Self::TooLong => "too many characters",
            Self::WrongLength => "numbers of this scheme do not have this length",
            Self::IllegalCharacter => "a character that cannot stand here",
            Self::WrongPrefix => "the number does not begin as it has to",
            Self::UnknownCountry => "no such country, or it does not use this scheme",
            Self::UnknownRegion => "no such region",
            Self::UnknownAuthority => "no such registering authority",
            Self::UnknownEntityType => "no such kind of entity under this authority",
            Self::ImpossibleDate => "the date in the number cannot be",
            Self::BadCheckDigit => "the check digit does not fit",
            Self::BadEmbeddedIdentifier => "the number inside this number is not valid",
            Self::Reserved => "a number that is never issued",
            Self::OtherScheme => "a number of another scheme",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
