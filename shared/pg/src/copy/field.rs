//! The binary form of each type a column may have.

use bytes::{BufMut, BytesMut};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Why copied bytes are not the rows they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It does not begin with the signature of a binary copy, or has flags this reader does not know.
    #[error("not a binary copy")]
    Header,
    /// The row has fewer fields than asked for.
    #[error("the row has no further field")]
    NoField,
    /// NULL where a value was asked for: use `get_opt`.
    #[error("unexpected NULL")]
    Null,
    /// The bytes are no value of the wanted type.
    #[error("{0} bytes are no {1}")]
    Value(usize, &'static str),
    /// The data ended inside a row or before the trailer.
    #[error("the copy ended early")]
    Truncated,
}

/// A value of a column in the binary format. Texts and byte strings are read in place.
pub trait Field<'a>: Sized {
    /// Appends the value without its length.
    fn encode(self, buffer: &mut BytesMut);
    /// Reads the whole value.
    fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError>;
}

fn fixed<const N: usize>(bytes: &[u8], name: &'static str) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::Value(bytes.len(), name))
}

macro_rules! number {
    ($type:ty, $name:literal) => {
        impl Field<'_> for $type {
            #[inline]
            fn encode(self, buffer: &mut BytesMut) {
                buffer.put_slice(&self.to_be_bytes());
            }

            #[inline]
            fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                fixed(bytes, $name).map(<$type>::from_be_bytes)
            }
        }
    };
}

number!(i16, "smallint");
number!(i32, "integer");
number!(i64, "bigint");
number!(f32, "real");
number!(f64, "double precision");

impl Field<'_> for bool {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        buffer.put_u8(u8::from(self));
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        fixed::<1>(bytes, "boolean").map(|[byte]| byte != 0)
    }
}

/// `text`, `varchar`; Postgres refuses a NUL byte.
impl<'a> Field<'a> for &'a str {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        buffer.put_slice(self.as_bytes());
    }

    #[inline]
    fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        std::str::from_utf8(bytes).map_err(|_| DecodeError::Value(bytes.len(), "text"))
    }
}

/// `bytea`.
impl<'a> Field<'a> for &'a [u8] {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        buffer.put_slice(self);
    }

    #[inline]
    fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(bytes)
    }
}

impl Field<'_> for Uuid {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        buffer.put_slice(self.as_bytes());
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        fixed(bytes, "uuid").map(Uuid::from_bytes)
    }
}

/// Postgres counts from here.
const EPOCH: Date = Date::constant(2000, 1, 1);
/// The same instant in microseconds since 1970.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
const HOURS_PER_DAY: i64 = 24;

/// `date`: days since 2000-01-01.
impl Field<'_> for Date {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        let days = self.duration_since(EPOCH).as_hours() / HOURS_PER_DAY;
        (days as i32).encode(buffer);
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let days = i64::from(i32::decode(bytes)?);
        EPOCH
            .checked_add(SignedDuration::from_hours(days * HOURS_PER_DAY))
            .map_err(|_| DecodeError::Value(bytes.len(), "date within years -9999 to 9999"))
    }
}

/// `timestamptz`: microseconds since 2000-01-01; finer digits are cut off.
impl Field<'_> for Timestamp {
    #[inline]
    fn encode(self, buffer: &mut BytesMut) {
        (self.as_microsecond() - EPOCH_MICROSECONDS).encode(buffer);
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        i64::decode(bytes)?
            .checked_add(EPOCH_MICROSECONDS)
            .and_then(|microseconds| Self::from_microsecond(microseconds).ok())
            .ok_or(DecodeError::Value(bytes.len(), "timestamp within years -9999 to 9999"))
    }
}
