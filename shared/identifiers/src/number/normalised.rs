//! The canonical form.

use std::{fmt, ops::Deref};

use super::Compact;

/// The longest canonical form in bytes: an IBAN has 34, two letters beyond ASCII leave room.
const CAPACITY: usize = 40;

/// A number in its scheme's canonical form: no separators, upper case. `Copy`, without allocation; reads as a `str`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Normalised {
    bytes: [u8; CAPACITY],
    length: u8,
}

impl Normalised {
    pub(crate) fn of(number: &Compact) -> Self {
        let mut it = Self { bytes: [0; CAPACITY], length: 0 };
        let compact = number.as_bytes();
        match it.bytes.get_mut(..compact.len()) {
            Some(room) if compact.is_ascii() => {
                room.copy_from_slice(compact);
                it.length = compact.len() as u8;
            }
            _ => compact.iter().for_each(|byte| it.push(char::from(*byte))),
        }
        it
    }

    fn push(&mut self, character: char) {
        let start = usize::from(self.length);
        if let Some(room) = self.bytes.get_mut(start..start + character.len_utf8()) {
            character.encode_utf8(room);
            self.length += room.len() as u8;
        }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|it| str::from_utf8(it).ok()).unwrap_or_default()
    }
}

impl Deref for Normalised {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Normalised {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Normalised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Normalised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Normalised {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}
