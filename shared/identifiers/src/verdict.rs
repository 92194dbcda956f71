//! The full answer about one number.

use crate::{Decoded, Normalised, Reason, Refusal, Scheme, Warning, rules::Format};

/// The full answer about one number: accepted with what it says, or refused with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The scheme that was asked about.
    pub scheme: Scheme,
    /// What came out.
    pub result: Result<Accepted, Refusal>,
}

/// A valid number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Accepted {
    /// The canonical form.
    pub normalised: Normalised,
    /// The form for people; checks as the same number in lenient presentation.
    pub formatted: String,
    /// Doubts.
    pub warnings: Vec<Warning>,
    /// What the number says.
    pub decoded: Decoded,
}

impl Verdict {
    /// Whether the number is valid.
    pub fn is_valid(&self) -> bool {
        self.result.is_ok()
    }

    /// The canonical form of a valid number.
    pub fn normalised(&self) -> Option<&str> {
        self.result.as_ref().ok().map(|it| it.normalised.as_str())
    }

    /// The form for people of a valid number.
    pub fn formatted(&self) -> Option<&str> {
        self.result.as_ref().ok().map(|it| it.formatted.as_str())
    }

    /// Why the number is refused.
    pub fn reason(&self) -> Option<Reason> {
        self.result.as_ref().err().map(|it| it.reason)
    }

    /// Where the input is wrong, if it is a matter of one place: counted in characters from 1.
    pub fn position(&self) -> Option<usize> {
        self.result.as_ref().err().and_then(|it| it.position)
    }

    /// Doubts about a valid number.
    pub fn warnings(&self) -> &[Warning] {
        self.result.as_ref().map(|it| it.warnings.as_slice()).unwrap_or_default()
    }

    /// What a valid number says.
    pub fn decoded(&self) -> Option<&Decoded> {
        self.result.as_ref().ok().map(|it| &it.decoded)
    }
}

impl Accepted {
    /// All about a number that the scheme's rules accepted.
    pub(crate) fn of(scheme: Scheme, number: Normalised) -> Self {
        let rules = scheme.rules();
        let mut decoded = (rules.decode)(&number);
        if decoded.country.is_none() {
            decoded.country = rules.country.map(str::to_owned);
        }
        Self {
            formatted: formatted(&rules.format, &number),
            warnings: (rules.warn)(&number),
            decoded,
            normalised: number,
        }
    }
}

/// The form for people of an accepted number.
pub(crate) fn formatted(format: &Format, number: &str) -> String {
    match format {
        Format::Plain => number.to_owned(),
        Format::By(write) => write(number),
        Format::Pattern(pattern) => {
            let mut rest = number.chars();
            let mut text = String::with_capacity(pattern.len());
            for it in pattern.chars() {
                if it == '#' { text.extend(rest.next()) } else { text.push(it) }
            }
            text.extend(rest);
            text
        }
    }
}
