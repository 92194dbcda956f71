//! Which scheme an unknown number could be of.

use std::cmp::Reverse;

use crate::{Normalised, Presentation, Scheme, Warning, check};

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

/// The schemes that `input` is a valid number of, the likeliest first: those whose own prefix it has, then those that are written exactly like it,
/// then those that the fewest arbitrary strings would fit. Empty when it is a number of none.
///
/// It cannot know: one in ten numbers of nine digits is a valid number of any scheme with nine digits and a check digit.
pub fn detect(input: &str) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Scheme::ALL.iter().filter_map(|scheme| candidate(*scheme, input)).collect();
    candidates.sort_by_key(rank);
    candidates
}

/// Ascending: the likeliest first. The code last, so that the order never depends on the list's.
fn rank(candidate: &Candidate) -> (bool, bool, Reverse<u32>, &'static str) {
    let lacks = |it| !candidate.evidence.contains(&it);
    (lacks(Evidence::Prefix), lacks(Evidence::Formatting), Reverse(candidate.one_in), candidate.scheme.code())
}

fn candidate(scheme: Scheme, input: &str) -> Option<Candidate> {
    let accepted = check(scheme, input, Presentation::Lenient).result.ok()?;
    let rules = scheme.rules();
    let normalised = accepted.normalised;
    let written = input.trim().to_uppercase();
    let mut evidence = Vec::new();
    if rules.prefixes.iter().any(|it| written.starts_with(it) && !normalised.starts_with(it)) {
        evidence.push(Evidence::Prefix);
    }
    if accepted.formatted == written && accepted.formatted != *normalised {
        evidence.push(Evidence::Formatting);
    }
    let doubtful = accepted.warnings.contains(&Warning::CheckDigitMismatch);
    let one_in = if doubtful { 1 } else { rules.one_in };
    evidence.push(if one_in > 1 { Evidence::Checked } else { Evidence::Shape });
    Some(Candidate { scheme, normalised, evidence, one_in })
}

#[cfg(test)]
mod tests {
    use super::{Evidence, detect};
    use crate::Scheme;

    fn first(input: &str) -> Option<(Scheme, Evidence)> {
        detect(input).first().map(|it| (it.scheme, it.evidence[0]))
    }

    #[test]
    fn what_is_checked_most_comes_first() {
        assert_eq!(first("914403001922038216"), Some((Scheme::CnUscc, Evidence::Checked)));
        assert_eq!(first("11010519491231002X"), Some((Scheme::CnRic, Evidence::Checked)));
        assert_eq!(first("GB29NWBK60161331926819"), Some((Scheme::Iban, Evidence::Checked)));
        assert_eq!(first("506700GE1G29325QX363"), Some((Scheme::Lei, Evidence::Checked)));
        assert_eq!(first("US0378331005"), Some((Scheme::Isin, Evidence::Checked)));
    }

    #[test]
    fn prefix_and_way_of_writing_tell_numbers_of_one_length_apart() {
        assert_eq!(first("GB 220 4302 31"), Some((Scheme::GbVat, Evidence::Prefix)));
        assert_eq!(first("FR 83 404 833 048"), Some((Scheme::FrTva, Evidence::Prefix)));
        assert_eq!(first("BE 0202.239.951"), Some((Scheme::BeVat, Evidence::Prefix)));
        assert_eq!(first("EU372022452"), Some((Scheme::EuVat, Evidence::Checked)));
        assert_eq!(first("91-1144442"), Some((Scheme::UsEin, Evidence::Formatting)));
        assert_eq!(first("124-81-00998"), Some((Scheme::KrBrn, Evidence::Formatting)));
        assert_eq!(first("80-473-5132"), Some((Scheme::Duns, Evidence::Formatting)));
    }

    #[test]
    fn a_number_of_no_scheme_has_no_candidate() {
        assert_eq!(detect("hello, world"), []);
        assert_eq!(detect(""), []);
    }
}
