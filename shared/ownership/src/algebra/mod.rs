//! Integrated ownership: y = (I - D)^-1 e, the column of the subject, D\[h, e\] being what h holds of e. y\[e\] is how much of the subject
//! belongs to who owns e, through every chain and every round of a circle; a person has the sum over e of their holding in e times y\[e\]
//! (Brioschi, Buzzacchi, Colombo 1989; Baldone, Brioschi, Paleari 1998). Solved circle by circle, upwards from the subject.

mod linear;

use std::collections::HashMap;

use linear::NoSolution;

use crate::components::components_above;
use crate::graph::{Holdings, Record};
use crate::settings::TOLERANCE;
use crate::{Problem, Right, ShareRange};

/// What everybody above a subject has of it.
pub(crate) struct Integrated {
    /// Entities above the subject and itself, and how much of the subject belongs to who owns them; unbounded above impossible circles.
    pub entities: Vec<(usize, ShareRange)>,
    /// Natural persons with more than nothing, perhaps; sorted.
    pub persons: Vec<(usize, ShareRange)>,
    /// What no natural person has.
    pub unreached: ShareRange,
    pub problems: Vec<Problem>,
}

pub(crate) fn integrate(right: Right, subject: usize, holdings: &Holdings, records: &[Record]) -> Integrated {
    let mut problems = Vec::new();
    let mut above: HashMap<usize, ShareRange> = HashMap::from([(subject, ShareRange::exactly(1.0))]);
    let mut entities = Vec::new();
    for component in components_above(subject, holdings, records) {
        let solved = solve(&component, &above, holdings);
        if let Some(wrong) = solved.wrong {
            let entities = component.iter().map(|entity| records[*entity].id.clone()).collect();
            problems.push(match wrong {
                Wrong::Closed => Problem::ClosedCircle { entities, right },
                Wrong::Impossible => Problem::ImpossibleCircle { entities, right },
                Wrong::Unsolved => Problem::UnsolvedCircle { entities, right },
            });
        }
        for (&entity, &share) in component.iter().zip(&solved.shares) {
            entities.push((entity, share));
            for &(holder, held) in &holdings.holders[entity] {
                if component.binary_search(&holder).is_err() {
                    let sum = above.entry(holder).or_insert(ShareRange::ZERO);
                    *sum = sum.plus(held.through(share));
                }
            }
        }
    }
    let mut persons: Vec<(usize, ShareRange)> =
        above.into_iter().filter(|(record, _)| records[*record].is_person).collect();
    persons.sort_unstable_by_key(|(person, _)| *person);
    let least: f64 = persons.iter().map(|(_, share)| share.low).sum();
    for (_, share) in &mut persons {
        *share = share.at_most(1.0 - (least - share.low));
    }
    persons.retain(|(_, share)| share.high > 0.0);
    let most: f64 = persons.iter().map(|(_, share)| share.high).sum();
    let unreached = ShareRange {
        low: (1.0 - most).clamp(0.0, 1.0),
        high: (1.0 - least).clamp(0.0, 1.0),
        low_exclusive: false,
        high_exclusive: false,
    };
    Integrated { entities, persons, unreached, problems }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Closed,
    Impossible,
    Unsolved,
}

struct Solved {
    /// Of each member.
    shares: Vec<ShareRange>,
    wrong: Option<Wrong>,
}

/// Solves one component from what of the subject flows into it from below.
fn solve(component: &[usize], above: &HashMap<usize, ShareRange>, holdings: &Holdings) -> Solved {
    let inflow: Vec<ShareRange> =
        component.iter().map(|entity| above.get(entity).copied().unwrap_or(ShareRange::ZERO)).collect();
    // Holder, entity and share, by position in the component.
    let mut within = Vec::new();
    for (entity, record) in component.iter().enumerate() {
        for (holder, share) in &holdings.holders[*record] {
            if let Ok(holder) = component.binary_search(holder) {
                within.push((holder, entity, *share));
            }
        }
    }
    if within.is_empty() {
        return Solved { shares: inflow, wrong: None };
    }
    let lows = side(&within, &inflow, |share| share.low);
    let highs = side(&within, &inflow, |share| share.high);
    // A circle that is wrong gives its owners nothing for sure, and anything perhaps.
    let (lows, wrong) = match lows {
        Ok(lows) => (lows, None),
        Err(wrong) => (vec![0.0; component.len()], Some(wrong)),
    };
    let highs = highs.unwrap_or_else(|_| vec![f64::INFINITY; component.len()]);
    let mut shares: Vec<ShareRange> = lows
        .into_iter()
        .zip(highs)
        .zip(&inflow)
        .map(|((low, high), inflow)| ShareRange {
            low,
            high: high.max(low),
            low_exclusive: wrong.is_none() && inflow.low_exclusive,
            high_exclusive: high.is_finite() && inflow.high_exclusive,
        })
        .collect();
    if wrong.is_none() {
        spread_exclusiveness(&within, &mut shares);
    }
    Solved { shares, wrong }
}

/// One bound of all members.
fn side(
    within: &[(usize, usize, ShareRange)],
    inflow: &[ShareRange],
    bound: impl Fn(&ShareRange) -> f64,
) -> Result<Vec<f64>, Wrong> {
    let inflow: Vec<f64> = inflow.iter().map(&bound).collect();
    let within: Vec<_> = within
        .iter()
        .map(|(holder, entity, share)| (*holder, *entity, bound(share)))
        .filter(|(_, _, share)| *share > 0.0)
        .collect();
    let mut kept = vec![0.0; inflow.len()];
    for (_, entity, share) in &within {
        kept[*entity] += share;
    }
    if kept.iter().all(|share| (share - 1.0).abs() <= TOLERANCE) {
        return Err(Wrong::Closed);
    }
    // Non-negative matrices have a non-negative solution exactly where the series over all rounds converges (Perron and Frobenius).
    match linear::solve(&within, &inflow) {
        Ok(solution) if solution.iter().all(|share| share.is_finite() && *share >= -TOLERANCE) => {
            Ok(solution.into_iter().map(|share| share.max(0.0)).collect())
        }
        Ok(_) | Err(NoSolution::Unbounded) => Err(Wrong::Impossible),
        Err(NoSolution::Slow) => Err(Wrong::Unsolved),
    }
}

/// A bound is not reached where one is not that it is made of.
fn spread_exclusiveness(within: &[(usize, usize, ShareRange)], shares: &mut [ShareRange]) {
    let mut changed = true;
    while changed {
        changed = false;
        for (holder, entity, held) in within {
            let part = held.through(shares[*entity]);
            let share = &mut shares[*holder];
            let low = share.low_exclusive || part.low_exclusive;
            let high = share.high_exclusive || (part.high_exclusive && share.high.is_finite());
            changed |= low != share.low_exclusive || high != share.high_exclusive;
            (share.low_exclusive, share.high_exclusive) = (low, high);
        }
    }
}
