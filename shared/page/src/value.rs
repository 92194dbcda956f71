//! Values as they are bound into queries, kept in page tokens and compared in memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::decimal;

/// A value of a filter literal or of a row's sort key. It reaches Postgres as a bind, never as text of the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Also the stored value of an enum.
    Text(String),
    /// `bigint`.
    Int(i64),
    /// `double precision`; in tokens by its bits, so that it survives exactly.
    #[serde(with = "float_bits")]
    Float(f64),
    /// `numeric` in plain decimal digits; bound as text with a cast.
    Decimal(String),
    /// `boolean`.
    Bool(bool),
    /// `timestamptz`, in whole microseconds.
    Timestamp(jiff::Timestamp),
    /// `date`.
    Date(jiff::civil::Date),
    /// `uuid`.
    Uuid(uuid::Uuid),
    /// `text[]`.
    TextArray(Vec<String>),
}

impl Value {
    /// Whether Postgres can take it: no NUL in text, no year before 1.
    pub(crate) fn is_storable(&self) -> bool {
        match self {
            Self::Text(text) => !text.contains('\0'),
            Self::Decimal(text) => decimal::is_stored(text),
            Self::Timestamp(at) => jiff::tz::TimeZone::UTC.to_datetime(*at).year() > 0,
            Self::Date(date) => date.year() > 0,
            Self::TextArray(texts) => texts.iter().all(|text| !text.contains('\0')),
            Self::Int(_) | Self::Float(_) | Self::Bool(_) | Self::Uuid(_) => true,
        }
    }

    /// The order Postgres gives two values of one kind (text by code point, as the "C" collation); `None` for two kinds.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => Some(compare_floats(*a, *b)),
            (Self::Decimal(a), Self::Decimal(b)) => Some(decimal::compare(a, b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Uuid(a), Self::Uuid(b)) => Some(a.cmp(b)),
            (Self::TextArray(a), Self::TextArray(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// Postgres puts NaN after every number and takes it as equal to itself.
fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// What one field of an object in memory holds, for [`crate::Filter::matches`].
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Not set.
    Null,
    /// A scalar, or a list of text.
    One(Value),
    /// A map of text.
    Map(BTreeMap<String, String>),
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }
        impl From<$type> for FieldValue {
            fn from(value: $type) -> Self {
                Self::One(value.into())
            }
        }
    )*};
}
from! {
    String => Text,
    i64 => Int,
    f64 => Float,
    bool => Bool,
    jiff::Timestamp => Timestamp,
    jiff::civil::Date => Date,
    uuid::Uuid => Uuid,
    Vec<String> => TextArray,
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&str> for FieldValue {
    fn from(value: &str) -> Self {
        Self::One(value.into())
    }
}

impl From<BTreeMap<String, String>> for FieldValue {
    fn from(value: BTreeMap<String, String>) -> Self {
        Self::Map(value)
    }
}

impl<T: Into<FieldValue>> From<Option<T>> for FieldValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

mod float_bits {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.to_bits())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}
