//! Which words of two names belong together.

use std::cmp::Ordering;

use super::explanation::How;
use super::similarity::{self, joined};
use crate::kind::Kind;
use crate::name::Name;
use crate::token::{Role, Token};

/// Words this unlike are no pair.
const LEAST: f32 = 0.45;

/// Words of both names that belong together: bit sets of their places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub query: u32,
    pub listed: u32,
    pub similarity: f32,
    pub weight: f32,
    pub how: How,
    /// Legal forms: places are those of the forms.
    pub form: bool,
}

/// All pairs.
pub(crate) struct Alignment {
    pub pairs: Vec<Pair>,
    pub query_used: u32,
    pub listed_used: u32,
}

impl Alignment {
    pub fn of(query: &Name, listed: &Name) -> Self {
        let (q, l) = (&query.tokens, &listed.tokens);
        let mut candidates = Vec::with_capacity(q.len() + l.len());
        for (i, a) in q.iter().enumerate() {
            for (j, b) in l.iter().enumerate() {
                let (similarity, how) = similarity::of(a, b);
                if similarity >= LEAST {
                    let weight = f32::midpoint(a.weight, b.weight);
                    candidates.push(Pair { query: 1 << i, listed: 1 << j, similarity, weight, how, form: false });
                }
            }
        }
        joins(q, l, false, &mut candidates);
        joins(l, q, true, &mut candidates);
        candidates.sort_by(best_first);
        let mut out = Self { pairs: Vec::with_capacity(q.len() + 1), query_used: 0, listed_used: 0 };
        for pair in candidates {
            if pair.query & out.query_used == 0 && pair.listed & out.listed_used == 0 {
                out.query_used |= pair.query;
                out.listed_used |= pair.listed;
                out.pairs.push(pair);
            }
        }
        out.acronym(query, listed);
        out.legal_forms(query, listed);
        out
    }

    /// `PLA` and `People's Liberation Army`.
    fn acronym(&mut self, query: &Name, listed: &Name) {
        if !self.pairs.is_empty() || query.kind() == Kind::Person || listed.kind() == Kind::Person {
            return;
        }
        let stands_for = |short: &Name, long: &Name| {
            let [only] = &short.tokens[..] else { return false };
            let letters = only.readings[0].latin.as_bytes();
            let initials = long
                .tokens
                .iter()
                .filter(|it| it.role != Role::Stop)
                .filter_map(|it| it.readings[0].latin.bytes().next());
            (3..=6).contains(&letters.len()) && initials.eq(letters.iter().copied())
        };
        if stands_for(query, listed) || stands_for(listed, query) {
            let all = |name: &Name| (1_u32 << name.tokens.len()) - 1;
            let (similarity, how) = (0.8, How::Acronym);
            let pair = Pair { query: all(query), listed: all(listed), similarity, weight: 1.0, how, form: false };
            self.query_used = pair.query;
            self.listed_used = pair.listed;
            self.pairs.push(pair);
        }
    }

    /// Two names with legal forms: equal ones speak for each other, different ones against; one alone says nothing.
    fn legal_forms(&mut self, query: &Name, listed: &Name) {
        let mut best: Option<Pair> = None;
        for (i, a) in query.forms.iter().enumerate() {
            for (j, b) in listed.forms.iter().enumerate() {
                let similarity = similarity::of_forms(a, b);
                let pair = Pair {
                    query: 1 << i,
                    listed: 1 << j,
                    similarity,
                    weight: a.weight,
                    how: How::LegalForm,
                    form: true,
                };
                if best.as_ref().is_none_or(|it| it.similarity < similarity) {
                    best = Some(pair);
                }
            }
        }
        self.pairs.extend(best.filter(|_| !self.pairs.is_empty()));
    }
}

/// Neighbours of one name that are one word of the other: `Jin Ping` and `Jinping`.
fn joins(parts: &[Token], wholes: &[Token], swapped: bool, candidates: &mut Vec<Pair>) {
    for (j, whole) in wholes.iter().enumerate() {
        for count in 2..=3_usize {
            for (i, run) in parts.windows(count).enumerate() {
                let similarity = joined(run, whole);
                if similarity > 0.0 {
                    let weight = f32::midpoint(run.iter().map(|it| it.weight).sum::<f32>(), whole.weight);
                    let (several, one) = (((1_u32 << count) - 1) << i, 1_u32 << j);
                    let (query, listed) = if swapped { (one, several) } else { (several, one) };
                    candidates.push(Pair { query, listed, similarity, weight, how: How::Joined, form: false });
                }
            }
        }
    }
}

/// The most alike first; of equal ones those that weigh more, then those whose places are nearest. The same whichever name comes
/// first, and a name pairs with itself word by word.
fn best_first(a: &Pair, b: &Pair) -> Ordering {
    let apart = |it: &Pair| it.query.trailing_zeros().abs_diff(it.listed.trailing_zeros());
    let along = |it: &Pair| it.query.trailing_zeros() + it.listed.trailing_zeros();
    b.similarity
        .total_cmp(&a.similarity)
        .then_with(|| b.weight.total_cmp(&a.weight))
        .then_with(|| (apart(a), along(a)).cmp(&(apart(b), along(b))))
}
