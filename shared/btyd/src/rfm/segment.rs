//! Named segments, proven to hold every RFM code exactly once.

use super::{Code, SCORES};
use std::ops::RangeInclusive;

/// The codes of one segment: those inside all four ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The segment's name; several rules may share one.
    pub name: String,
    /// Scores of R.
    pub r: RangeInclusive<u8>,
    /// Scores of F.
    pub f: RangeInclusive<u8>,
    /// Scores of M.
    pub m: RangeInclusive<u8>,
    /// Twice the mean of F and M, which may be a half: f + m, from 2 to 2n.
    pub f_plus_m: RangeInclusive<u8>,
}

impl Rule {
    /// A rule on the three scores.
    pub fn on_scores(name: &str, r: RangeInclusive<u8>, f: RangeInclusive<u8>, m: RangeInclusive<u8>) -> Self {
        Self { name: name.to_owned(), r, f, m, f_plus_m: 0..=u8::MAX }
    }

    /// A rule on R and the mean of F and M, given as the sum f + m.
    pub fn on_recency_and_mean(name: &str, r: RangeInclusive<u8>, f_plus_m: RangeInclusive<u8>) -> Self {
        Self { f_plus_m, ..Self::on_scores(name, r, 0..=u8::MAX, 0..=u8::MAX) }
    }

    fn holds(&self, code: Code) -> bool {
        self.r.contains(&code.r)
            && self.f.contains(&code.f)
            && self.m.contains(&code.m)
            && self.f_plus_m.contains(&(code.f + code.m))
    }
}

/// Rules that leave a code without a segment or in several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// n out of range.
    #[error("{0} scores: it must be 2 to 9")]
    Scores(u8),
    /// Not every code is in exactly one segment.
    #[error("codes in no segment: [{}]; codes in several: [{}]", listed(uncovered.iter()), listed(overlapping.iter().map(|overlap| &overlap.code)))]
    NotAPartition {
        /// Codes no rule holds.
        uncovered: Vec<Code>,
        /// Codes more than one rule holds.
        overlapping: Vec<Overlap>,
    },
}

/// A code that more than one rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// The code.
    pub code: Code,
    /// The positions of the first two rules that hold it.
    pub rules: [u16; 2],
}

fn listed<'a>(codes: impl Iterator<Item = &'a Code>) -> String {
    let codes: Vec<String> = codes.map(Code::to_string).collect();
    codes.join(" ")
}

/// Every code of n scores in exactly one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMap {
    scores: u8,
    rules: Vec<Rule>,
    /// The rule of each code, as numbered by [`SegmentMap::position`].
    rule_of: Vec<u16>,
}

impl SegmentMap {
    /// Proves that `rules` put each of the `scores`³ codes in exactly one segment.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NotAPartition`] with all codes that are in none or in several.
    pub fn new(scores: u8, rules: Vec<Rule>) -> Result<Self, SegmentError> {
        if !SCORES.contains(&scores) {
            return Err(SegmentError::Scores(scores));
        }
        let (mut uncovered, mut overlapping) = (Vec::new(), Vec::new());
        let mut rule_of = Vec::new();
        for code in codes(scores) {
            let mut holding = (0u16..).zip(&rules).filter(|(_, rule)| rule.holds(code));
            match (holding.next(), holding.next()) {
                (None, _) => uncovered.push(code),
                (Some((first, _)), Some((second, _))) => overlapping.push(Overlap { code, rules: [first, second] }),
                (Some((rule, _)), None) => rule_of.push(rule),
            }
        }
        if uncovered.is_empty() && overlapping.is_empty() {
            return Ok(Self { scores, rules, rule_of });
        }
        Err(SegmentError::NotAPartition { uncovered, overlapping })
    }

    /// The usual ten segments on R and the mean of F and M, each scaled from n scores to five levels.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Scores`] unless `scores` is 2 to 9.
    pub fn usual(scores: u8) -> Result<Self, SegmentError> {
        if !SCORES.contains(&scores) {
            return Err(SegmentError::Scores(scores));
        }
        let rules = USUAL.iter().filter_map(|(name, r, mean)| {
            let r = at_levels(r, 1..=scores)?;
            let f_plus_m = at_levels(mean, 2..=2 * scores)?;
            Some(Rule::on_recency_and_mean(name, r, f_plus_m))
        });
        Self::new(scores, rules.collect())
    }

    /// n.
    pub fn scores(&self) -> u8 {
        self.scores
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The segment of a code; `None` only for scores outside 1 to n.
    pub fn segment(&self, code: Code) -> Option<&str> {
        let rule = *self.rule_of.get(self.position(code)?)?;
        Some(&self.rules[usize::from(rule)].name)
    }

    fn position(&self, code: Code) -> Option<usize> {
        let scores = [code.r, code.f, code.m];
        let known = scores.iter().all(|score| (1..=self.scores).contains(score));
        let digit = |sum, score: &u8| sum * usize::from(self.scores) + usize::from(*score - 1);
        known.then(|| scores.iter().fold(0, digit))
    }
}

/// All codes, ascending.
fn codes(scores: u8) -> impl Iterator<Item = Code> {
    let all = move || 1..=scores;
    all().flat_map(move |r| all().flat_map(move |f| all().map(move |m| Code { r, f, m })))
}

type Levels = RangeInclusive<u32>;

/// The widely used grid of five by five, by recency and by the mean of frequency and monetary value.
const USUAL: [(&str, Levels, Levels); 10] = [
    ("Champions", 5..=5, 4..=5),
    ("Loyal Customers", 3..=4, 4..=5),
    ("Potential Loyalists", 4..=5, 2..=3),
    ("New Customers", 5..=5, 1..=1),
    ("Promising", 4..=4, 1..=1),
    ("Need Attention", 3..=3, 3..=3),
    ("About To Sleep", 3..=3, 1..=2),
    ("Can't Lose Them", 1..=2, 5..=5),
    ("At Risk", 1..=2, 3..=4),
    ("Lost", 1..=2, 1..=2),
];

/// The scores whose level is in `levels`, where the lowest score is level 1, the highest 5 and the rest lie evenly between, halves
/// rounded up; `None` when there is no such score.
fn at_levels(levels: &Levels, scores: RangeInclusive<u8>) -> Option<RangeInclusive<u8>> {
    let (lowest, highest) = (u32::from(*scores.start()), u32::from(*scores.end()));
    let width = highest - lowest;
    let level = |score: u8| 1 + (8 * (u32::from(score) - lowest) + width) / (2 * width);
    let mut inside = scores.filter(|score| levels.contains(&level(*score)));
    let first = inside.next()?;
    Some(first..=inside.next_back().unwrap_or(first))
}
