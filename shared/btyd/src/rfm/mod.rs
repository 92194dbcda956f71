//! RFM scores: recency, frequency and monetary value, each from 1 to n, higher always better.
//!
//! - **R** is the days since the last purchase: fewer is better.
//! - **F** is the number of purchase days.
//! - **M** is all net revenue, or on request the mean of a purchase day.
//!
//! Scores come from n-tiles of the customers at hand or from given cut points. Equal values always get the same score; how n-tiles treat
//! many equal values is told at [`tiles`]. The cut points used are returned and, given back, reproduce the scores.

pub mod clusters;
mod segment;
mod tiles;

use crate::purchase_log::Summary;
use rayon::prelude::*;
pub use segment::{Overlap, Rule, SegmentError, SegmentMap};
use std::fmt;
pub use tiles::tiles;

/// The smallest and largest n.
pub const SCORES: std::ops::RangeInclusive<u8> = 2..=9;

/// What M measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Monetary {
    /// All net revenue.
    #[default]
    Total,
    /// Net revenue a purchase day, the first included.
    Mean,
}

/// How scores are made.
#[derive(Debug, Clone, PartialEq)]
pub struct RfmConfig {
    /// n: scores run from 1 to n; 2 to 9.
    pub scores: u8,
    /// What M measures.
    pub monetary: Monetary,
    /// Cut points instead of n-tiles for the axes given.
    pub cuts: Cuts<Option<Vec<f64>>>,
}

impl Default for RfmConfig {
    /// Quintiles, with M the total.
    fn default() -> Self {
        Self { scores: 5, monetary: Monetary::Total, cuts: Cuts::default() }
    }
}

/// Something for each axis; as cut points, n-1 ascending numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cuts<T> {
    /// Days since the last purchase: the score is n up to the first cut, 1 beyond the last.
    pub recency: T,
    /// Purchase days: the score is 1 below the first cut, n from the last on.
    pub frequency: T,
    /// Minor units of money: as `frequency`.
    pub monetary: T,
}

/// A customer's three scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// Recency.
    pub r: u8,
    /// Frequency.
    pub f: u8,
    /// Monetary value.
    pub m: u8,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.r, self.f, self.m)
    }
}

/// Scores of all customers and the thresholds that made them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rfm {
    /// One a customer, in the order given.
    pub codes: Vec<Code>,
    /// The cut points used, as they could be given in [`RfmConfig::cuts`].
    pub cuts: Cuts<Vec<f64>>,
}

/// A configuration that gives no scores.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RfmError {
    /// n out of range.
    #[error("{0} scores: it must be 2 to 9")]
    Scores(u8),
    /// Not n-1 ascending numbers.
    #[error("the {axis} cuts must be {needed} ascending numbers")]
    Cuts {
        /// Which axis.
        axis: &'static str,
        /// n-1.
        needed: usize,
    },
}

impl Rfm {
    /// Scores `summaries`.
    ///
    /// # Errors
    ///
    /// [`RfmError`] for n outside 2 to 9 or cut points that are not n-1 ascending numbers.
    pub fn of(summaries: &[Summary], config: &RfmConfig) -> Result<Self, RfmError> {
        let scores = config.scores;
        if !SCORES.contains(&scores) {
            return Err(RfmError::Scores(scores));
        }
        let cuts = &config.cuts;
        let money = match config.monetary {
            Monetary::Total => |it: &Summary| it.total_minor as f64,
            Monetary::Mean => Summary::mean_value_minor,
        };
        // On every axis more is better inside: days are negated on the way in and their cuts on the way out.
        let goodness = |it: &Summary| -f64::from(it.days_since_last());
        let purchases = |it: &Summary| f64::from(it.purchases());
        let given = cuts.recency.as_deref().map(mirrored);
        let recency = axis("recency", summaries, scores, given.as_deref(), goodness)?;
        let given = cuts.frequency.as_deref();
        let frequency = axis("frequency", summaries, scores, given, purchases)?;
        let given = cuts.monetary.as_deref();
        let monetary = axis("monetary", summaries, scores, given, money)?;
        let codes = summaries
            .par_iter()
            .map(|it| Code {
                r: score(&recency, goodness(it)),
                f: score(&frequency, purchases(it)),
                m: score(&monetary, money(it)),
            })
            .collect();
        let cuts = Cuts { recency: mirrored(&recency), frequency, monetary };
        Ok(Self { codes, cuts })
    }
}

/// The given cuts when they are sound, else n-tiles of the values.
fn axis(
    axis: &'static str,
    summaries: &[Summary],
    scores: u8,
    given: Option<&[f64]>,
    value: impl Fn(&Summary) -> f64 + Sync + Send,
) -> Result<Vec<f64>, RfmError> {
    let Some(given) = given else {
        let mut values: Vec<f64> = summaries.par_iter().map(value).collect();
        values.par_sort_unstable_by(f64::total_cmp);
        return Ok(tiles(&values, scores));
    };
    let needed = usize::from(scores) - 1;
    let sound = given.len() == needed && given.is_sorted() && !given.iter().any(|it| it.is_nan());
    if sound { Ok(given.to_vec()) } else { Err(RfmError::Cuts { axis, needed }) }
}

/// One more than the cuts reached.
fn score(cuts: &[f64], value: f64) -> u8 {
    1 + cuts.iter().filter(|cut| **cut <= value).count() as u8
}

/// The same cuts seen from the other end.
fn mirrored(cuts: &[f64]) -> Vec<f64> {
    cuts.iter().rev().map(|cut| -cut).collect()
}
