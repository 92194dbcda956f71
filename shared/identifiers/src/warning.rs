//! Doubts about a number that is not refused.

use std::fmt;

/// A doubt about a valid number: a closed set, each with a code in snake_case for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// The check digit does not fit, in a scheme of which genuine numbers are known that fail it.
    CheckDigitMismatch,
    /// A form that is no longer issued.
    Superseded,
    /// A code for tests, not for business.
    TestCode,
}

impl Warning {
    /// All warnings.
    pub const ALL: [Self; 3] = [Self::CheckDigitMismatch, Self::Superseded, Self::TestCode];

    /// The code on the wire: `check_digit_mismatch`.
    pub fn code(self) -> &'static str {
        match self {
            Self::CheckDigitMismatch => "check_digit_mismatch",
            Self::Superseded => "superseded",
            Self::TestCode => "test_code",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CheckDigitMismatch => "the check digit does not fit, as in some genuine numbers",
            Self::Superseded => "a form that is no longer issued",
            Self::TestCode => "a code for tests",
        })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
