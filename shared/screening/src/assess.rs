//! A score of names, adjusted by what else is known of both sides.

use serde::Serialize;

use crate::list::{Details, NameKind};
use crate::score::{Comparison, THRESHOLD};
use crate::words;

/// What besides the name spoke for or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The same number was given out to both.
    Identifier,
    /// Born on the same day.
    BirthDate,
    /// Born in the same year, or a date known in part that agrees.
    BirthYear,
    /// Born in the same year on another day.
    OtherBirthDay,
    /// Born in another year.
    OtherBirthYear,
    /// A country in common.
    Country,
    /// Countries on both sides and none in common.
    OtherCountry,
    /// Another gender.
    OtherGender,
    /// The name is a weak alias.
    WeakAlias,
}

/// What a fact changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjustment {
    /// The fact.
    pub reason: Reason,
    /// What it added; less than 0 where it spoke against.
    pub delta: f32,
    /// What was compared, for a person to read.
    pub seen: String,
}

/// A comparison of names and facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// 0 to 1: the names' score and all adjustments, capped.
    pub score: f32,
    /// The names.
    pub names: Comparison,
    /// The facts.
    pub adjustments: Vec<Adjustment>,
}

impl Assessment {
    /// Whether the score reaches [`THRESHOLD`].
    pub fn is_match(&self) -> bool {
        self.score >= THRESHOLD
    }
}

/// What a score rises to when an identifier is the same.
const SAME_IDENTIFIER: f32 = 0.99;
/// Names less alike gain nothing from a date or a country that fits: many people share one.
const FACTS_COUNT_FROM: f32 = 0.5;

/// Adjusts the score of two names by what else is known of both.
///
/// A fact that fits adds little (a birth date .06, a year .02, a country .02), since unlike people share it; one that does not takes
/// more away (a year .15, a day .08, a country .08, a gender .15). Unknown facts change nothing.
pub fn assess(names: Comparison, kind: NameKind, query: &Details, listed: &Details) -> Assessment {
    let mut adjustments = Vec::new();
    let fits = names.score >= FACTS_COUNT_FROM;
    let mut add = |reason, delta: f32, seen: String| adjustments.push(Adjustment { reason, delta, seen });
    if kind == NameKind::WeakAlias {
        add(Reason::WeakAlias, -0.05, String::new());
    }
    birth(query, listed, fits, &mut add);
    countries(query, listed, fits, &mut add);
    if let (Some(a), Some(b)) = (query.gender, listed.gender)
        && a != b
    {
        add(Reason::OtherGender, -0.15, format!("{a:?}, {b:?}"));
    }
    let so_far = names.score + adjustments.iter().map(|it| it.delta).sum::<f32>();
    let same = query.identifiers.iter().find(|it| listed.identifiers.iter().any(|other| it.is_same(other)));
    if let Some(same) = same
        && so_far < SAME_IDENTIFIER
    {
        adjustments.push(Adjustment {
            reason: Reason::Identifier,
            delta: SAME_IDENTIFIER - so_far,
            seen: format!("{} {}", same.scheme, same.value),
        });
    }
    let score = (names.score + adjustments.iter().map(|it| it.delta).sum::<f32>()).clamp(0.0, 1.0);
    Assessment { score, names, adjustments }
}

fn birth(query: &Details, listed: &Details, fits: bool, add: &mut impl FnMut(Reason, f32, String)) {
    let pairs = || query.birth_dates.iter().flat_map(|a| listed.birth_dates.iter().map(move |b| (*a, *b)));
    if let Some((a, _)) = pairs().find(|(a, b)| a.is_same_day(*b)) {
        if fits {
            add(Reason::BirthDate, 0.06, a.to_string());
        }
    } else if let Some((a, b)) = pairs().find(|(a, b)| a.agrees(*b)) {
        if fits {
            add(Reason::BirthYear, 0.02, format!("{a}, {b}"));
        }
    } else if let Some((a, b)) = pairs().find(|(a, b)| a.year == b.year) {
        add(Reason::OtherBirthDay, -0.08, format!("{a}, {b}"));
    } else if let Some((a, b)) = pairs().next() {
        add(Reason::OtherBirthYear, -0.15, format!("{a}, {b}"));
    }
}

fn countries(query: &Details, listed: &Details, fits: bool, add: &mut impl FnMut(Reason, f32, String)) {
    let key = |text: &str| {
        let plain = crate::plain(text);
        words::concept(&plain).map_or(plain, |number| number.to_string())
    };
    // A code and a name cannot be told to differ.
    let is_code = |text: &str| text.len() <= 3;
    let comparable = |a: &str, b: &str| is_code(a) == is_code(b);
    let mut pairs = query
        .countries
        .iter()
        .flat_map(|a| listed.countries.iter().map(move |b| (a, b)))
        .filter(|(a, b)| comparable(a, b))
        .peekable();
    let Some((first, other)) = pairs.peek().copied() else { return };
    if let Some((same, _)) = pairs.find(|(a, b)| key(a) == key(b)) {
        if fits {
            add(Reason::Country, 0.02, same.clone());
        }
    } else if query.countries.iter().all(|a| listed.countries.iter().all(|b| comparable(a, b))) {
        add(Reason::OtherCountry, -0.08, format!("{first}, {other}"));
    }
}
