//! A refusal: the reason and the place.

use std::fmt;

use crate::Reason;

/// Why a number is refused, and where in what was given, if it is a matter of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The offending character's place in the input, counted in characters from 1.
    pub position: Option<usize>,
}

impl Refusal {
    /// A refusal of the number as a whole.
    pub(crate) const fn of(reason: Reason) -> Self {
        Self { reason, position: None }
    }

    /// A refusal because of the compact number's character `index`, from 0; the entry points turn it into a place of the input.
    pub(crate) const fn at(reason: Reason, index: usize) -> Self {
        Self { reason, position: Some(index) }
    }

    /// The compact number's character `index` cannot stand there.
    pub(crate) const fn illegal(index: usize) -> Self {
        Self::at(Reason::IllegalCharacter, index)
    }

    /// The check digit at the compact number's `index` does not fit.
    pub(crate) const fn check_digit(index: usize) -> Self {
        Self::at(Reason::BadCheckDigit, index)
    }

    /// The same, of a part that begins at `offset` of a whole.
    pub(crate) fn moved(self, offset: isize) -> Self {
        Self { position: self.position.map(|it| it.saturating_add_signed(offset)), ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} (character {position})", self.reason),
            None => write!(f, "{}", self.reason),
        }
    }
}
