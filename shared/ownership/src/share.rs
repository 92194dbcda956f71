//! Shares: as percentages where they are stated, as fractions from 0 to 1 from there on.

use std::fmt;

/// The share of an interest as the standard states it, in percent: `exact`, or bounds of which each is inclusive or exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DeclaredShare {
    /// `exact`.
    pub exact: Option<f64>,
    /// `minimum`, inclusive.
    pub minimum: Option<f64>,
    /// `maximum`, inclusive.
    pub maximum: Option<f64>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: Option<f64>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: Option<f64>,
}

/// A share that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ShareError {
    /// Not from 0 to 100.
    #[error("{field} is {percent}: a share is a percentage from 0 to 100")]
    NotAPercentage {
        /// The standard's name of the field.
        field: &'static str,
        /// What was given.
        percent: f64,
    },
    /// Bounds that leave nothing between them, or leave out the exact share.
    #[error("the bounds contradict each other: nothing is {low_word} {low} % and {high_word} {high} %")]
    Contradiction {
        /// `at least` or `more than`.
        low_word: &'static str,
        /// Percent.
        low: f64,
        /// `at most` or `less than`.
        high_word: &'static str,
        /// Percent.
        high: f64,
    },
}

impl DeclaredShare {
    /// A share that is known.
    pub fn exactly(percent: f64) -> Self {
        Self { exact: Some(percent), ..Self::default() }
    }

    /// A share from `minimum` to `maximum` percent, both included.
    pub fn between(minimum: f64, maximum: f64) -> Self {
        Self { minimum: Some(minimum), maximum: Some(maximum), ..Self::default() }
    }

    /// The range that all of it allows; 0 to 1 where nothing is said.
    ///
    /// # Errors
    ///
    /// [`ShareError`].
    pub fn range(&self) -> Result<ShareRange, ShareError> {
        let mut range = ShareRange::UNKNOWN;
        let lows = [
            ("exact", self.exact, false),
            ("minimum", self.minimum, false),
            ("exclusiveMinimum", self.exclusive_minimum, true),
        ];
        for (field, percent, exclusive) in lows {
            let Some(low) = fraction(field, percent)? else { continue };
            if low > range.low || (exclusive && low >= range.low) {
                (range.low, range.low_exclusive) = (low, exclusive);
            }
        }
        let highs = [
            ("exact", self.exact, false),
            ("maximum", self.maximum, false),
            ("exclusiveMaximum", self.exclusive_maximum, true),
        ];
        for (field, percent, exclusive) in highs {
            let Some(high) = fraction(field, percent)? else { continue };
            if high < range.high || (exclusive && high <= range.high) {
                (range.high, range.high_exclusive) = (high, exclusive);
            }
        }
        if range.low > range.high || (range.low >= range.high && (range.low_exclusive || range.high_exclusive)) {
            return Err(ShareError::Contradiction {
                low_word: if range.low_exclusive { "more than" } else { "at least" },
                low: range.low * 100.0,
                high_word: if range.high_exclusive { "less than" } else { "at most" },
                high: range.high * 100.0,
            });
        }
        Ok(range)
    }
}

fn fraction(field: &'static str, percent: Option<f64>) -> Result<Option<f64>, ShareError> {
    match percent {
        Some(percent) if !(0.0..=100.0).contains(&percent) => Err(ShareError::NotAPercentage { field, percent }),
        percent => Ok(percent.map(|percent| percent / 100.0)),
    }
}

/// What a share is known to be: from `low` to `high`, fractions of 1. A bound that is exclusive is not reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareRange {
    /// At least so much.
    pub low: f64,
    /// At most so much.
    pub high: f64,
    /// More than `low`.
    pub low_exclusive: bool,
    /// Less than `high`.
    pub high_exclusive: bool,
}

impl ShareRange {
    /// Nothing known.
    pub const UNKNOWN: Self = Self { low: 0.0, high: 1.0, low_exclusive: false, high_exclusive: false };
    /// None.
    pub const ZERO: Self = Self { low: 0.0, high: 0.0, low_exclusive: false, high_exclusive: false };

    /// A share that is known.
    pub fn exactly(share: f64) -> Self {
        Self { low: share, high: share, ..Self::ZERO }
    }

    /// How far two ranges lie apart; 0 where they overlap.
    pub fn gap(&self, other: &Self) -> f64 {
        (self.low - other.high).max(other.low - self.high).max(0.0)
    }
}

impl fmt::Display for ShareRange {
    /// In percent, to two decimals: `25 %`, `over 25 % to 50 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 10_000.0).round() / 100.0;
        let (low, high) = (percent(self.low), percent(self.high));
        if self.high - self.low < 1e-9 {
            return write!(f, "{low} %");
        }
        let over = if self.low_exclusive { "over " } else { "" };
        let under = if self.high_exclusive { "under " } else { "" };
        write!(f, "{over}{low} % to {under}{high} %")
    }
}

impl ShareRange {
    /// A holding of a holding.
    pub(crate) fn through(self, held: Self) -> Self {
        // What lies above an impossible circle is unbounded until it is capped: nothing of it is still nothing.
        let high = if self.high == 0.0 || held.high == 0.0 { 0.0 } else { self.high * held.high };
        Self {
            low: self.low * held.low,
            high,
            low_exclusive: (self.low_exclusive && held.is_positive()) || (held.low_exclusive && self.is_positive()),
            high_exclusive: high > 0.0 && (self.high_exclusive || held.high_exclusive),
        }
    }

    /// Two holdings of one holder.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            high: self.high + other.high,
            low_exclusive: self.low_exclusive || other.low_exclusive,
            high_exclusive: self.high_exclusive || other.high_exclusive,
        }
    }

    /// No more than `most`, and no more than everything; not less than what is sure, though, where statements add up to too much.
    pub(crate) fn at_most(self, most: f64) -> Self {
        let low = self.low.min(1.0);
        let most = most.clamp(0.0, 1.0).max(low);
        let (high, high_exclusive) = if self.high <= most { (self.high, self.high_exclusive) } else { (most, false) };
        Self { low, high, high_exclusive, ..self }
    }

    /// Surely more than nothing.
    pub(crate) fn is_positive(&self) -> bool {
        self.low > 0.0 || self.low_exclusive
    }
}
