//! Who moved between tiers in a period, and which way.

use std::collections::BTreeMap;

/// Customers or moves from a tier to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// From which tier.
    pub from: String,
    /// To which.
    pub to: String,
    /// How many.
    pub count: i64,
}

/// Which way a move goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To a better tier.
    Risen,
    /// To a lesser tier.
    Fallen,
    /// To or from a tier that there no longer is.
    Other,
}

/// The tiers there are, best first.
#[derive(Debug, Clone, Copy)]
pub struct Ladder<'a>(pub &'a [String]);

/// How the customers of one tier changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Movement {
    /// Customers that rose into it.
    pub risen_into: i64,
    /// Customers that fell into it.
    pub fallen_into: i64,
    /// Customers that rose out of it.
    pub risen_from: i64,
    /// Customers that fell out of it.
    pub fallen_from: i64,
}

impl Ladder<'_> {
    /// Which way a move goes.
    pub fn direction(self, from: &str, to: &str) -> Direction {
        let place = |tier: &str| self.0.iter().position(|known| known == tier);
        match place(from).zip(place(to)) {
            Some((from, to)) if to < from => Direction::Risen,
            Some((from, to)) if to > from => Direction::Fallen,
            _ => Direction::Other,
        }
    }

    /// Risen, fallen, others.
    pub fn counts(self, moved: &[Moved]) -> [i64; 3] {
        let mut counts = [0; 3];
        for of in moved {
            counts[self.direction(&of.from, &of.to) as usize] += of.count;
        }
        counts
    }

    /// How each tier changed: the tiers there are, best first, and then others that are named, by name.
    pub fn movements(self, moved: &[Moved]) -> Vec<(String, Movement)> {
        let mut known = vec![Movement::default(); self.0.len()];
        let mut others: BTreeMap<&str, Movement> = BTreeMap::new();
        for of in moved {
            let direction = self.direction(&of.from, &of.to);
            for (tier, is_into) in [(&of.from, false), (&of.to, true)] {
                let movement = match self.0.iter().position(|known| known == tier) {
                    Some(place) => &mut known[place],
                    None => others.entry(tier).or_default(),
                };
                match (direction, is_into) {
                    (Direction::Risen, true) => movement.risen_into += of.count,
                    (Direction::Risen, false) => movement.risen_from += of.count,
                    (Direction::Fallen, true) => movement.fallen_into += of.count,
                    (Direction::Fallen, false) => movement.fallen_from += of.count,
                    (Direction::Other, _) => {}
                }
            }
        }
        let others = others.into_iter().map(|(tier, movement)| (tier.to_owned(), movement));
        self.0.iter().cloned().zip(known).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: &str, to: &str, count: i64) -> Moved {
        Moved { from: from.to_owned(), to: to.to_owned(), count }
    }

    #[test]
    fn a_tier_loses_what_the_others_gain() {
        let tiers = ["KEY", "GROWTH", "BASE"].map(str::to_owned);
        let ladder = Ladder(&tiers);
        let all =
            [moved("BASE", "KEY", 2), moved("KEY", "GROWTH", 5), moved("GROWTH", "BASE", 1), moved("OLD", "KEY", 7)];
        assert_eq!(ladder.counts(&all), [2, 6, 7]);
        let movements = ladder.movements(&all);
        let names: Vec<_> = movements.iter().map(|(tier, _)| tier.as_str()).collect();
        assert_eq!(names, ["KEY", "GROWTH", "BASE", "OLD"]);
        assert_eq!(movements[0].1, Movement { risen_into: 2, fallen_into: 0, risen_from: 0, fallen_from: 5 });
        assert_eq!(movements[1].1, Movement { risen_into: 0, fallen_into: 5, risen_from: 0, fallen_from: 1 });
        assert_eq!(movements[2].1, Movement { risen_into: 0, fallen_into: 1, risen_from: 2, fallen_from: 0 });
        assert_eq!(movements[3].1, Movement::default());
    }
}
