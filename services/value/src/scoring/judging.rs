//! From scores to the key-account index and the tiers. Pure; the same input gives the same bits.

use std::collections::HashMap;

use rayon::prelude::*;
use uuid::Uuid;

use super::{peers::Peers, reading::day_number};
use crate::domain::{
    index::{Judge, Purchased, Scale, Signals, Subject, Yardstick},
    lifecycle::Stay,
    score_settings::ScoreSettings,
    tier_policy::TierMetric,
    tier_rule::{Profile, ScoreFields},
    tiers::{Fits, Reach, Rules, Standing, given, stand},
};

/// What a run knows beside purchases.
#[derive(Debug, Default)]
pub struct Known {
    /// Signals by buyer.
    pub signals: HashMap<u64, Signals>,
    /// Encoded declared needs by buyer, of those with signals that have any.
    pub needs: HashMap<u64, Vec<u8>>,
    /// Peer groups and whose wallets they stand in for.
    pub peers: Peers,
    /// The tiers that people decided, by buyer.
    pub overrides: HashMap<u64, String>,
    /// The tiers of the run before.
    pub before: Option<Before>,
    /// What the customers service tells, by buyer, as far as rules of tiers ask it.
    pub profiles: HashMap<u64, Profile>,
}

/// The tiers of an earlier run.
#[derive(Debug)]
pub struct Before {
    /// Which run.
    pub score_run_id: Uuid,
    /// Its tiers, best first.
    pub tier_names: Vec<String>,
    /// Its customers, ascending by buyer.
    pub standings: Vec<Stood>,
}

/// How a customer stood; tiers count from 0 in the names of that run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    /// Who.
    pub buyer: u64,
    /// The tier it was given.
    pub tier: u8,
    /// How it stood by its own numbers.
    pub earned: Standing,
    /// Its lifecycle stage; `None` in runs of before there were stages.
    pub stay: Option<Stay>,
}

/// The index and the tier of everyone, in the order of the summaries.
#[derive(Debug)]
pub struct Judged {
    /// The index.
    pub index: Vec<f64>,
    /// The peer group of each whose wallet is that of its peers, from 1; 0 for none. Empty where there are no groups.
    pub wallet_groups: Vec<i32>,
    /// The yardsticks of the policy's rules.
    pub yardsticks: Vec<Yardstick>,
    /// How each stands by its own numbers.
    pub standings: Vec<Standing>,
    /// The tier each is given, from 0.
    pub tiers: Vec<u8>,
    /// Of each tier what it came to.
    pub tier_findings: Vec<TierFound>,
    /// Who was given another tier than by the run before.
    pub moves: Vec<Moved>,
    /// The index of the customer in the middle.
    pub median_index: f64,
}

/// What a tier came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TierFound {
    /// Customers that are given it.
    pub customers: usize,
    /// Up to which place it is entered.
    pub end: usize,
    /// The value of that place by the tiers' metric, in units: money or index.
    pub threshold: Option<f64>,
    /// Customers from a lesser tier.
    pub risen: usize,
    /// Customers from a better tier.
    pub fallen: usize,
    /// Customers without a tier before.
    pub arrived: usize,
}

/// A customer that was given another tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Its position among the summaries.
    pub position: u32,
    /// The tier before, in the names of the run before.
    pub from: u8,
}

/// Everyone that is judged, ascending by buyer.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// Who.
    pub buyer: &'a (dyn Fn(usize) -> u64 + Sync),
    /// What its purchases tell.
    pub purchased: &'a (dyn Fn(usize) -> Purchased + Sync),
    /// The positions of all, best first by CLV.
    pub ranking: &'a [u32],
}

/// The index of everyone, in the order of the summaries.
#[derive(Debug)]
pub struct Indexed {
    index: Vec<f64>,
    yardsticks: Vec<Yardstick>,
    /// The peer group of everyone, 0 for none; empty where there is no group at all.
    wallet_groups: Vec<i32>,
}

/// Makes the index of everyone by the policy of `settings`.
pub fn index(base: &Base<'_>, known: &Known, settings: &ScoreSettings) -> Indexed {
    let wallet_groups = known.peers.of_buyers(base.ranking.len(), base.buyer);
    let customers = Customers { base, signals: &known.signals, peers: (&known.peers, &wallet_groups), settings };
    let yardsticks = customers.yardsticks();
    let judge = Judge::new(&settings.index, yardsticks.iter().cloned());
    let index = (0..base.ranking.len()).into_par_iter().map(|at| judge.index(&customers.subject(at))).collect();
    Indexed { index, yardsticks, wallet_groups }
}

/// What rules of tiers can ask of everyone: the score at a position, given its index.
pub type Fields<'a> = dyn Fn(usize, f64) -> ScoreFields<'a> + Sync + 'a;

/// Puts everyone into tiers by the policy of `settings`. `fields` are asked only where tiers have rules.
pub fn judge(
    base: &Base<'_>,
    Indexed { index, yardsticks, wallet_groups }: Indexed,
    fields: &Fields<'_>,
    known: &Known,
    settings: &ScoreSettings,
) -> Judged {
    let customers = Customers { base, signals: &known.signals, peers: (&known.peers, &wallet_groups), settings };
    let (order, values) = customers.by_metric(&index);
    let reach = Reach::of(&settings.tiers, &values);
    let fits = customers.fits(&index, fields, &known.profiles);
    let fits = |at: usize| fits.get(at).copied().unwrap_or_default();
    let names = Names::of(known.before.as_ref(), settings);
    let mut findings: Vec<TierFound> = reach
        .entry
        .iter()
        .zip(&settings.tiers.tiers)
        .map(|(end, tier)| {
            // A rule has no last place.
            let last = end.checked_sub(1).filter(|_| tier.entry.rule().is_none()).and_then(|last| values[last]);
            let per_unit = if settings.tiers.metric == TierMetric::Index { 1.0 } else { customers.per_unit() };
            TierFound { end: *end, threshold: last.map(|value| value / per_unit), ..TierFound::default() }
        })
        .collect();
    let before = aligned(base, known.before.as_ref());
    let today = day_number(settings.as_of_date);
    let unstood = Standing { tier: 0, below_since: None };
    let (mut standings, mut tiers) = (vec![unstood; order.len()], vec![0; order.len()]);
    for (place, position) in order.iter().enumerate() {
        let at = *position as usize;
        let stood = before.as_ref().and_then(|before| before[at]);
        let earned_before = stood.and_then(|stood| names.standing(stood.earned));
        standings[at] = stand(reach.tiers_at(place, fits(at)), earned_before, today, settings.tiers.grace_days);
        let buyer = (base.buyer)(at);
        let decided = known.overrides.get(&buyer).and_then(|tier| settings.tiers.place(tier)).map(|place| place as u8);
        let unqualified = known.signals.get(&buyer).is_some_and(|signals| signals.qualified == Some(false));
        let gate = settings.tiers.best_unqualified.filter(|_| unqualified).map(|place| place as u8);
        tiers[at] = given(standings[at].tier, decided, gate);
    }
    let mut moves = Vec::new();
    for (at, tier) in tiers.iter().enumerate() {
        let found = &mut findings[usize::from(*tier)];
        found.customers += 1;
        let Some(stood) = before.as_ref().and_then(|before| before[at]) else {
            found.arrived += usize::from(before.is_some());
            continue;
        };
        match names.now.get(usize::from(stood.tier)).copied().flatten() {
            Some(same) if same == *tier => continue,
            Some(lesser) if lesser > *tier => found.risen += 1,
            Some(_) => found.fallen += 1,
            None => found.arrived += 1,
        }
        moves.push(Moved { position: at as u32, from: stood.tier });
    }
    let median_index = median(&index);
    Judged { index, wallet_groups, yardsticks, standings, tiers, tier_findings: findings, moves, median_index }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// The tiers of the run before, by the names of this one.
struct Names {
    now: Vec<Option<u8>>,
}

impl Names {
    fn of(before: Option<&Before>, settings: &ScoreSettings) -> Self {
        let names = before.map(|before| before.tier_names.as_slice()).unwrap_or_default();
        Self { now: names.iter().map(|name| settings.tiers.place(name).map(|place| place as u8)).collect() }
    }

    fn standing(&self, standing: Standing) -> Option<Standing> {
        let tier = *self.now.get(usize::from(standing.tier))?;
        tier.map(|tier| Standing { tier, ..standing })
    }
}

/// How each customer stood before; both lists ascend by buyer.
fn aligned(base: &Base<'_>, before: Option<&Before>) -> Option<Vec<Option<Stood>>> {
    let mut stood = before?.standings.iter().copied().peekable();
    let of = (0..base.ranking.len()).map(|at| {
        let buyer = (base.buyer)(at);
        while stood.next_if(|stood| stood.buyer < buyer).is_some() {}
        stood.next_if(|stood| stood.buyer == buyer)
    });
    Some(of.collect())
}

/// Everyone, as the metrics see them.
struct Customers<'a> {
    base: &'a Base<'a>,
    signals: &'a HashMap<u64, Signals>,
    peers: (&'a Peers, &'a [i32]),
    settings: &'a ScoreSettings,
}

impl Customers<'_> {
    fn per_unit(&self) -> f64 {
        self.settings.currency.minor_per_unit() as f64
    }

    fn subject(&self, at: usize) -> Subject<'_> {
        Subject {
            purchased: (self.base.purchased)(at),
            signals: if self.signals.is_empty() { None } else { self.signals.get(&(self.base.buyer)(at)) },
            benchmark_wallet_minor: self.peers.1.get(at).and_then(|group| self.peers.0.benchmark_minor(*group)),
            as_of_date: self.settings.as_of_date,
            margin: self.settings.margin,
            minor_per_unit: self.per_unit(),
        }
    }

    fn yardsticks(&self) -> Vec<Yardstick> {
        let rules = self.settings.index.rules().par_iter().map(|rule| match rule.scale {
            Scale::Linear { .. } => Yardstick::default(),
            Scale::Percentile => {
                Yardstick::of((0..self.base.ranking.len()).map(|at| rule.metric.value(&self.subject(at))))
            }
        });
        rules.collect()
    }

    /// The tiers whose rules each fits; of nobody where no tier has a rule.
    fn fits(&self, index: &[f64], fields: &Fields<'_>, profiles: &HashMap<u64, Profile>) -> Vec<Fits> {
        let rules = Rules::of(&self.settings.tiers);
        if rules.is_empty() {
            return Vec::new();
        }
        let of = index.par_iter().enumerate().map(|(at, index)| {
            let fields = fields(at, *index);
            let profile = if profiles.is_empty() { None } else { profiles.get(&(self.base.buyer)(at)) };
            rules.ask(|rule| rule.fits(&fields, profile))
        });
        of.collect()
    }

    /// Positions, best first by the tiers' metric, and the values: minor units or the index.
    fn by_metric(&self, index: &[f64]) -> (Vec<u32>, Vec<Option<f64>>) {
        let value = |at: u32| match self.settings.tiers.metric {
            TierMetric::Clv => (self.base.purchased)(at as usize).clv_minor,
            TierMetric::TotalRevenue => Some((self.base.purchased)(at as usize).total_revenue_minor as f64),
            TierMetric::Index => Some(index[at as usize]),
        };
        let order = match self.settings.tiers.metric {
            TierMetric::Clv => self.base.ranking.to_vec(),
            TierMetric::TotalRevenue | TierMetric::Index => {
                let mut order: Vec<(u64, u32)> = (0..index.len() as u32)
                    .into_par_iter()
                    // Never negative, so that the bits are in the order of the numbers.
                    .map(|at| (!value(at).unwrap_or_default().max(0.0).to_bits(), at))
                    .collect();
                order.par_sort_unstable();
                order.into_par_iter().map(|(_, at)| at).collect()
            }
        };
        let values = order.par_iter().map(|at| value(*at)).collect();
        (order, values)
    }
}
