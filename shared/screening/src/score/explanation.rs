//! Where a score comes from, word by word.

use serde::Serialize;

use super::align::{Alignment, Pair};
use super::{CONTRADICTION, THRESHOLD, parts};
use crate::name::Name;
use crate::token::{Role, Token};

/// How two words match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The same word.
    Exact,
    /// The same sounds, otherwise spelt.
    Phonetic,
    /// The same word of another script.
    Transliteration,
    /// The same word in another language.
    Translation,
    /// Some letters differ.
    Edit,
    /// One is the initial of the other.
    Initial,
    /// A short form, or the form of another language, of a first name.
    OtherForm,
    /// The same number, otherwise written.
    Number,
    /// Several words of one name are one word of the other.
    Joined,
    /// The letters of an acronym.
    Acronym,
    /// Legal forms.
    LegalForm,
}

/// Whose word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The name looked for.
    Query,
    /// The name on the list.
    Listed,
}

/// Words that match.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Match {
    /// Of the name looked for.
    pub query: String,
    /// Of the name on the list.
    pub listed: String,
    /// In what way.
    pub how: How,
    /// What they are.
    pub role: Role,
    /// Whether they stand in another order than the match before.
    pub reordered: bool,
    /// 0 to 1.
    pub similarity: f32,
    /// What they add to the score: the contributions of all matches sum to it.
    pub contribution: f32,
}

/// A word without a match.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Left {
    /// Whose.
    pub side: Side,
    /// The word.
    pub token: String,
    /// What it is.
    pub role: Role,
    /// Its share of what keeps the score below 1, from 0.
    pub cost: f32,
}

/// A score and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// 0 to 1.
    pub score: f32,
    /// What matches, in the order of the query.
    pub matches: Vec<Match>,
    /// What does not.
    pub left: Vec<Left>,
}

impl Comparison {
    /// Whether the score reaches [`THRESHOLD`].
    pub fn is_match(&self) -> bool {
        self.score >= THRESHOLD
    }
}

pub(super) fn explain(query: &Name, listed: &Name, alignment: &Alignment) -> Comparison {
    let parts = parts(query, listed, alignment);
    let score = parts.score();
    let mut pairs: Vec<&Pair> = alignment.pairs.iter().collect();
    pairs.sort_by_key(|it| (it.form, it.query.trailing_zeros()));
    let mut matches = Vec::with_capacity(pairs.len());
    let mut furthest = 0;
    for pair in pairs {
        let (of_query, of_listed) =
            if pair.form { (&query.forms, &listed.forms) } else { (&query.tokens, &listed.tokens) };
        let first = pair.listed.trailing_zeros();
        let reordered = !pair.form && first < furthest;
        furthest = furthest.max(first);
        matches.push(Match {
            query: text(of_query, pair.query),
            listed: text(of_listed, pair.listed),
            how: pair.how,
            role: of_query.get(pair.query.trailing_zeros() as usize).map_or(Role::Name, |it| it.role),
            reordered,
            similarity: pair.similarity,
            contribution: pair.weight * pair.similarity / parts.denominator,
        });
    }
    if matches.is_empty() && score > 0.0 {
        matches.push(Match {
            query: query.plain.clone(),
            listed: listed.plain.clone(),
            how: How::Exact,
            role: Role::Name,
            reordered: false,
            similarity: 1.0,
            contribution: score,
        });
    }
    let cost = (1.0 + CONTRADICTION) * parts.contradiction + parts.left_out;
    let mut left = free(Side::Query, &query.tokens, alignment.query_used);
    left.extend(free(Side::Listed, &listed.tokens, alignment.listed_used));
    let total: f32 = left.iter().map(|it| it.cost).sum();
    for one in &mut left {
        one.cost = if total > 0.0 { one.cost / total * cost / parts.denominator } else { 0.0 };
    }
    Comparison { score, matches, left }
}

fn text(tokens: &[Token], places: u32) -> String {
    let words: Vec<&str> =
        tokens.iter().enumerate().filter(|(at, _)| places >> at & 1 == 1).map(|(_, it)| &*it.text).collect();
    words.join(" ")
}

fn free(side: Side, tokens: &[Token], used: u32) -> Vec<Left> {
    let unused = tokens.iter().enumerate().filter(|(at, _)| used >> at & 1 == 0);
    unused
        .map(|(_, it)| Left {
            side,
            token: it.text.to_string(),
            role: it.role,
            cost: if it.may_be_left_out() { 0.0 } else { it.weight },
        })
        .collect()
}
