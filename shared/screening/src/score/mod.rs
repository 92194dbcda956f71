//! The score of two names, in [0, 1], and where it comes from.
//!
//! Words are paired one to one, best pairs first; neighbours of one name may together be one word of the other. With `s` the
//! similarity of a pair, `w` the mean of its weights, `C` what contradicts (the lesser of what both names have left over) and `O`
//! what one of them leaves out (the rest of the greater):
//!
//! ```text
//! score = sum(w s) / (sum(w (1 + 0.8 (1 - s))) + 1.8 C + b O)
//! ```
//!
//! A pair of words with s = 0 costs as much as two words that contradict: the score has no step where a pair is given up.

mod align;
mod explanation;
mod similarity;

pub use explanation::{Comparison, How, Left, Match, Side};

use crate::kind::Kind;
use crate::name::Name;
use align::Alignment;

/// The one threshold: names that score as much or more match. See the README for what it gives on labelled pairs.
pub const THRESHOLD: f32 = 0.67;

/// What a contradicting word costs over a matching one.
pub(crate) const CONTRADICTION: f32 = 0.8;
/// What a word costs that a person's name leaves out: people have more names than they use.
const LEFT_OUT_PERSON: f32 = 0.25;
/// The same in an organisation's name, where a further word is more often another body.
const LEFT_OUT_ORGANISATION: f32 = 0.3;
/// The same when a single name is all that is left: one given name in common says little.
const LEFT_OUT_SINGLE: f32 = 0.35;

/// Compares two names and says how.
///
/// ```
/// use screening::{Kind, Name, THRESHOLD, compare};
///
/// let listed = Name::new("Владимир Владимирович Путин", Kind::Person);
/// let score = compare(&Name::new("Putin, Vladimir", Kind::Person), &listed);
/// assert!(score.score >= THRESHOLD);
/// assert_eq!(score.left.len(), 1); // the patronymic
/// ```
pub fn compare(query: &Name, listed: &Name) -> Comparison {
    let (query, listed) = best_parts(query, listed);
    let alignment = Alignment::of(query, listed);
    explanation::explain(query, listed, &alignment)
}

/// The score of two names alone: what [`compare`] gives, several times faster.
pub fn score(query: &Name, listed: &Name) -> f32 {
    let (query, listed) = best_parts(query, listed);
    whole_score(query, listed)
}

fn whole_score(query: &Name, listed: &Name) -> f32 {
    parts(query, listed, &Alignment::of(query, listed)).score()
}

/// The names between slashes that fit best, or the whole names.
fn best_parts<'a>(query: &'a Name, listed: &'a Name) -> (&'a Name, &'a Name) {
    if query.alternatives.is_empty() && listed.alternatives.is_empty() {
        return (query, listed);
    }
    let mut best = (query, listed, whole_score(query, listed));
    for one in std::iter::once(query).chain(&query.alternatives) {
        for other in std::iter::once(listed).chain(&listed.alternatives) {
            let score = whole_score(one, other);
            if score > best.2 {
                best = (one, other, score);
            }
        }
    }
    (best.0, best.1)
}

/// Numerator and denominator of the score.
pub(crate) struct Parts {
    pub matched: f32,
    pub contradiction: f32,
    pub left_out: f32,
    pub denominator: f32,
}

impl Parts {
    pub fn score(&self) -> f32 {
        if self.denominator <= 0.0 { 0.0 } else { (self.matched / self.denominator).clamp(0.0, 1.0) }
    }
}

pub(crate) fn parts(query: &Name, listed: &Name, alignment: &Alignment) -> Parts {
    let (mut matched, mut denominator, mut full) = (0.0, 0.0, 0_u32);
    for pair in &alignment.pairs {
        matched += pair.weight * pair.similarity;
        denominator += pair.weight * (1.0 + CONTRADICTION * (1.0 - pair.similarity));
        full += u32::from(pair.weight > 0.6);
    }
    let left = |name: &Name, used: u32| -> f32 {
        let free = name.tokens.iter().enumerate().filter(|(at, it)| used >> at & 1 == 0 && !it.may_be_left_out());
        free.map(|(_, it)| it.weight).sum()
    };
    let (of_query, of_listed) = (left(query, alignment.query_used), left(listed, alignment.listed_used));
    let contradiction = of_query.min(of_listed);
    let left_out = of_query.max(of_listed) - contradiction;
    let person = query.kind() == Kind::Person && listed.kind() == Kind::Person;
    let each = match (full, person) {
        (0 | 1, _) => LEFT_OUT_SINGLE,
        (_, true) => LEFT_OUT_PERSON,
        (_, false) => LEFT_OUT_ORGANISATION,
    };
    denominator += (1.0 + CONTRADICTION) * contradiction + each * left_out;
    // Nothing but letters that are no words, such as "!!!": equal or not.
    if query.tokens.is_empty() && listed.tokens.is_empty() && !query.plain.is_empty() && query.plain == listed.plain {
        (matched, denominator) = (1.0, 1.0);
    }
    Parts { matched, contradiction, left_out: each * left_out, denominator }
}
