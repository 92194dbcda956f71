//! From counts to the affinities that are kept.

use super::{
    Line,
    chance::{false_discovery_rates, ln_fisher, ln_sign},
    counts::Counts,
    held::{Catalogue, Held, hold},
    item::{Item, Level},
    lags,
    pairs::{After, Together, of_baskets, of_customers},
    policy::AffinityPolicy,
};

/// The most affinities of a kind and level that are kept: those that chance explains least.
pub const MOST_AFFINITIES: usize = 10_000;
/// From so many times the price of a unit on a product of the same category is the dearer one.
const DEARER: f64 = 1.1;

/// What an affinity is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Customers who bought one bought the other.
    CrossSell,
    /// One transaction holds both.
    Bundle,
    /// Customers who bought the cheaper one came to the dearer one of its category later.
    UpSell,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CrossSell, Self::Bundle, Self::UpSell];

    /// The number it is stored and told by.
    pub const fn number(self) -> i16 {
        match self {
            Self::CrossSell => 1,
            Self::Bundle => 2,
            Self::UpSell => 3,
        }
    }

    /// The kind with a number.
    pub fn of_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// That one item leads to another. Items are positions in [`Found::items`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affinity {
    /// What it is good for.
    pub kind: Kind,
    /// The item that leads.
    pub antecedent: u32,
    /// The item it leads to.
    pub consequent: u32,
    /// Baskets of a bundle, else customers.
    pub counts: Counts,
    /// Customers who first held the consequent on a later day than the antecedent.
    pub followers: u64,
    /// Customers who first held them the other way round.
    pub precursors: u64,
    /// Days from one to the other in the middle of the followers; `None` without any and for bundles.
    pub median_days: Option<u32>,
    /// The probability of as much by chance.
    pub p_value: f64,
    /// The least rate of false discoveries at which it would be kept.
    pub false_discovery_rate: f64,
}

impl Affinity {
    /// Customers with the antecedent who did not hold the consequent by the first day they held it: those who could follow.
    pub const fn eligible(&self) -> u64 {
        self.counts.antecedent - (self.counts.both - self.followers)
    }
}

/// What was found of one level.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// The items that were compared, by key.
    pub items: Vec<Item>,
    /// Cross-sell, then bundles, then up-sell; of each the largest lift first.
    pub affinities: Vec<Affinity>,
}

/// Finds the affinities of products or of categories. Lines are sorted on the way.
pub fn mine(lines: &mut [Line], level: Level, catalogue: &dyn Catalogue, policy: &AffinityPolicy) -> Found {
    let held = hold(lines, level, catalogue, |all| policy.least(all));
    let (together, after) = of_customers(&held);
    let mut affinities = symmetric(&held, Kind::CrossSell, &together, policy);
    let mut bundles = symmetric(&held, Kind::Bundle, &of_baskets(&held), policy);
    let mut rising = if level == Level::Product { rising(&held, &together, &after, policy) } else { Vec::new() };
    for affinity in affinities.iter_mut().chain(&mut rising) {
        let (from, to) = (affinity.antecedent as usize, affinity.consequent as usize);
        affinity.followers = after.of(from, to);
        affinity.precursors = after.of(to, from);
    }
    drop((together, after));
    let pairs = affinities.iter().chain(&rising).map(|affinity| (affinity.antecedent, affinity.consequent));
    let medians = lags::medians(&held, pairs, policy.window_days);
    for affinity in affinities.iter_mut().chain(&mut rising) {
        affinity.median_days = medians.get(&(affinity.antecedent, affinity.consequent)).copied();
    }
    affinities.append(&mut bundles);
    affinities.append(&mut rising);
    affinities.sort_unstable_by(|left, right| {
        let place = |of: &Affinity| (of.kind, of.antecedent, of.consequent);
        left.kind
            .cmp(&right.kind)
            .then_with(|| right.counts.lift().total_cmp(&left.counts.lift()))
            .then_with(|| place(left).cmp(&place(right)))
    });
    Found { items: held.items, affinities }
}

/// Pairs that are found together more often than by chance, in both directions.
fn symmetric(held: &Held, kind: Kind, together: &Together, policy: &AffinityPolicy) -> Vec<Affinity> {
    let (all, count): (u64, fn(&Item) -> u64) = match kind {
        Kind::Bundle => (held.all_baskets, |item| item.baskets),
        Kind::CrossSell | Kind::UpSell => (held.all_customers, |item| item.customers),
    };
    let (items, least) = (held.items.len(), policy.least(all));
    let mut found = Vec::new();
    for lesser in 0..items {
        for greater in lesser + 1..items {
            let both = together.of(lesser, greater);
            let (antecedent, consequent) = (count(&held.items[lesser]), count(&held.items[greater]));
            let counts = Counts { all, antecedent, consequent, both };
            // What comes together less often than by chance is not tested: its probability is near 1.
            if both >= least && counts.lift() > 1.0 {
                found.push((affinity(kind, lesser, greater, counts), ln_fisher(&counts)));
            }
        }
    }
    let tests = items as u64 * (items as u64).saturating_sub(1) / 2;
    let kept = kept(found, tests, policy, MOST_AFFINITIES / 2);
    let both_ways = kept.into_iter().flat_map(|one| {
        let (antecedent, consequent) = (one.consequent, one.antecedent);
        [one, Affinity { antecedent, consequent, counts: one.counts.reversed(), ..one }]
    });
    both_ways.collect()
}

/// Pairs of a category from the cheaper to the dearer product, where more customers rose than fell.
fn rising(held: &Held, together: &Together, after: &After, policy: &AffinityPolicy) -> Vec<Affinity> {
    let least = policy.least(held.all_customers);
    let (mut found, mut tests) = (Vec::new(), 0);
    for (from, cheaper) in held.items.iter().enumerate().filter(|(_, item)| !item.category.is_empty()) {
        for (to, dearer) in held.items.iter().enumerate().filter(|(_, item)| item.category == cheaper.category) {
            if dearer.unit_price_minor < DEARER * cheaper.unit_price_minor || from == to {
                continue;
            }
            tests += 1;
            let (rose, fell) = (after.of(from, to), after.of(to, from));
            if rose >= least && rose > fell {
                let counts = Counts {
                    all: held.all_customers,
                    antecedent: cheaper.customers,
                    consequent: dearer.customers,
                    both: together.of(from.min(to), from.max(to)),
                };
                found.push((affinity(Kind::UpSell, from, to, counts), ln_sign(rose, fell)));
            }
        }
    }
    kept(found, tests, policy, MOST_AFFINITIES)
}

fn affinity(kind: Kind, antecedent: usize, consequent: usize, counts: Counts) -> Affinity {
    Affinity {
        kind,
        antecedent: antecedent as u32,
        consequent: consequent as u32,
        counts,
        followers: 0,
        precursors: 0,
        median_days: None,
        p_value: 1.0,
        false_discovery_rate: 1.0,
    }
}

/// Those that chance does not explain, each with its logarithm, at most so many.
fn kept(found: Vec<(Affinity, f64)>, tests: u64, policy: &AffinityPolicy, most: usize) -> Vec<Affinity> {
    let ln_p: Vec<f64> = found.iter().map(|(_, ln_p)| *ln_p).collect();
    let rates = false_discovery_rates(&ln_p, tests);
    let mut kept: Vec<(Affinity, f64)> = found
        .into_iter()
        .zip(rates)
        .filter(|(_, rate)| *rate <= policy.max_false_discovery_rate)
        .map(|((one, ln_p), false_discovery_rate)| {
            (Affinity { p_value: ln_p.exp().min(1.0), false_discovery_rate, ..one }, ln_p)
        })
        .collect();
    // Stable, so that equals stay in the order of their items.
    kept.sort_by(|(_, left), (_, right)| left.total_cmp(right));
    kept.truncate(most);
    kept.into_iter().map(|(one, _)| one).collect()
}
