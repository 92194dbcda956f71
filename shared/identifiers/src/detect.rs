//! Which scheme an unknown number could be of.

use crate::{Normalised, Presentation, Scheme, normalise};

/// A scheme that an unknown number fits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Candidate {
    /// The scheme.
    pub scheme: Scheme,
    /// The number in the scheme's canonical form.
    pub normalised: Normalised,
    /// What speaks for it, the strongest first.
    pub evidence: Vec<Evidence>,
    /// One in how many arbitrary strings of this length and kind of characters would fit too: the higher, the surer.
    pub one_in: u32,
}

/// What speaks for a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Evidence {
    /// The number was written with the scheme's own prefix.
    Prefix,
    /// The number was written as people write numbers of this scheme, separators and all.
    Formatting,
    /// Check digits or tables fit that few arbitrary strings would.
    Checked,
    /// The length and the kinds of characters fit; many other numbers do, too.
    Shape,
}

impl Evidence {
    /// The code on the wire: `checked`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Formatting => "formatting",
            Self::Checked => "checked",
            Self::Shape => "shape",
        }
    }
}

/// The schemes that `input` is a valid number of, the likeliest first: those whose prefix or way of writing it has, then those that the
/// fewest arbitrary strings would fit. Empty when it is a number of none.
///
/// It cannot know: one in ten numbers of nine digits is a valid number of any scheme with nine digits and a check digit.
pub fn detect(input: &str) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Scheme::ALL.iter().filter_map(|scheme| candidate(*scheme, input)).collect();
    candidates.sort_by(|a, b| rank(a).cmp(&rank(b)));
    candidates
}

/// Ascending: the likeliest first. The code last, so that the order never depends on the list's.
fn rank(candidate: &Candidate) -> (bool, u32, bool, &'static str) {
    let has = |it| candidate.evidence.contains(&it);
    (!has(Evidence::Prefix), u32::MAX - candidate.one_in, !has(Evidence::Formatting), candidate.scheme.code())
}

fn candidate(scheme: Scheme, input: &str) -> Option<Candidate> {
    let normalised = normalise(scheme, input, Presentation::Lenient).ok()?;
    let rules = scheme.rules();
    let mut evidence = Vec::new();
    let written: String = input.trim().to_uppercase();
    if rules.prefixes.iter().any(|it| written.starts_with(it) && !normalised.starts_with(it)) {
        evidence.push(Evidence::Prefix);
    }
    let formatted = crate::verdict::Accepted::of(scheme, normalised).formatted;
    if formatted != *normalised && formatted == written {
        evidence.push(Evidence::Formatting);
    }
    evidence.push(if rules.one_in > 1 { Evidence::Checked } else { Evidence::Shape });
    Some(Candidate { scheme, normalised, evidence, one_in: rules.one_in })
}
