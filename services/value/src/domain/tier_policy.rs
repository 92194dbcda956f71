//! How customers are put into tiers.

use std::collections::{BTreeMap, BTreeSet};

use super::tier_rule::Rule;

/// Tiers at most.
pub const MAX_TIERS: usize = 10;

/// How customers are put into tiers.
#[derive(Debug, Clone, PartialEq)]
pub struct TierPolicy {
    /// The value customers are ranked by.
    pub metric: TierMetric,
    /// Best first; the last takes the rest.
    pub tiers: Vec<Tier>,
    /// Days below a tier's `stay` before the customer falls.
    pub grace_days: u32,
    /// The best tier for customers we may do no business with, by its place.
    pub best_unqualified: Option<usize>,
}

/// The value that decides the tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierMetric {
    /// Predicted value.
    Clv,
    /// Net revenue so far.
    TotalRevenue,
    /// The key-account index.
    Index,
}

/// One tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Who rises to it.
    pub entry: Threshold,
    /// Who may stay in it.
    pub stay: Threshold,
    /// What its customers are entitled to.
    pub entitlements: BTreeMap<String, String>,
}

/// What a tier asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Threshold {
    /// To be in the best share of all customers, tiers before it included.
    TopShare(f64),
    /// At least this much, in minor units.
    FromMinor(i64),
    /// At least this index.
    FromIndex(f64),
    /// To fit a rule, whatever the place.
    Rule(Rule),
    /// Nothing: it takes everyone the tiers before it left.
    Rest,
}

/// A tier as it is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewTier {
    /// Its name.
    pub name: String,
    /// Who rises to it.
    pub entry: Option<Threshold>,
    /// Who may stay; `None` for those who could rise.
    pub stay: Option<Threshold>,
    /// What its customers are entitled to.
    pub entitlements: BTreeMap<String, String>,
}

/// What is wrong with a tier, by its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TierError {
    /// Too many of them.
    #[error("there are more than {MAX_TIERS} tiers; merge some")]
    TooMany,
    /// Two tiers of one name.
    #[error("another tier has this name; give each its own")]
    NameTaken,
    /// Nothing says who belongs to it.
    #[error(
        "says not who belongs to it: set top_share, from_value, from_index or rule; only the last tier takes the rest"
    )]
    NoEntry,
    /// It takes nobody beyond the tier before it.
    #[error("takes nobody: top_share counts from the top, tiers before it included, so it must rise from tier to tier")]
    ShareNotRising,
    /// It takes nobody beyond the tier before it.
    #[error("takes nobody: from_value and from_index must fall from tier to tier")]
    ValueNotFalling,
    /// A tier before it takes all who fit.
    #[error("takes nobody: a tier before it has the same rule; ask for something else, or merge the two")]
    RuleTaken,
    /// Money where the metric is a number, or the other way round.
    #[error("does not fit the metric: from_index goes with INDEX, from_value with CLV and TOTAL_REVENUE")]
    WrongMetric,
    /// Staying would be harder than rising.
    #[error("its stay threshold is stricter than its entry: who just rose would fall again; make it at most as strict")]
    StayStricter,
    /// Staying and rising cannot be compared.
    #[error("its stay threshold must be of the same kind as its entry")]
    StayOfOtherKind,
}

impl TierPolicy {
    /// A policy whose every tier can take someone; the last one takes the rest, whatever it says. All errors with their positions.
    pub fn new(metric: TierMetric, tiers: Vec<NewTier>) -> Result<Self, Vec<(usize, TierError)>> {
        let mut errors = Vec::new();
        if tiers.len() > MAX_TIERS {
            errors.push((MAX_TIERS, TierError::TooMany));
        }
        let last = tiers.len().saturating_sub(1);
        let mut names = BTreeSet::new();
        let (mut entries, mut stays) = (Falling::default(), Falling::default());
        let mut made = Vec::with_capacity(tiers.len());
        for (at, tier) in tiers.into_iter().enumerate() {
            if !names.insert(tier.name.clone()) {
                errors.push((at, TierError::NameTaken));
            }
            let (entry, stay) = match tier.entry {
                _ if at == last => (Threshold::Rest, Threshold::Rest),
                Some(entry) => (entry.clone(), tier.stay.unwrap_or(entry)),
                None => {
                    errors.push((at, TierError::NoEntry));
                    continue;
                }
            };
            let wrong = [&entry, &stay].into_iter().find_map(|threshold| threshold.wrong_for(metric));
            let wrong = wrong
                .or_else(|| stay.wrong_beside(&entry))
                .or_else(|| entries.next(&entry))
                .or_else(|| stays.next(&stay))
                .or_else(|| taken(&made, &entry));
            errors.extend(wrong.map(|error| (at, error)));
            made.push(Tier { name: tier.name, entry, stay, entitlements: tier.entitlements });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { metric, tiers: made, grace_days: 0, best_unqualified: None })
    }

    /// Whether a tier has a rule.
    pub fn has_rules(&self) -> bool {
        self.rules().next().is_some()
    }

    /// The fields of profiles that rules ask.
    pub fn profile_fields(&self) -> BTreeSet<&'static str> {
        self.rules().flat_map(Rule::profile_fields).collect()
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.tiers.iter().flat_map(|tier| [&tier.entry, &tier.stay]).filter_map(Threshold::rule)
    }

    /// The place of a tier.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.tiers.iter().position(|tier| tier.name == name)
    }
}

/// A rule takes nobody whom the same rule of a tier before it has taken. Whoever may stay by the same rule is in one tier or the other.
fn taken(before: &[Tier], entry: &Threshold) -> Option<TierError> {
    // What everybody fits is no rule that could be read: it has been told of.
    let rule = entry.rule().filter(|rule| !rule.is_empty())?;
    before.iter().filter_map(|tier| tier.entry.rule()).any(|taken| taken.asks_as(rule)).then_some(TierError::RuleTaken)
}

/// Thresholds from tier to tier: each must take someone that the one before did not.
#[derive(Default)]
struct Falling {
    share: f64,
    value: Option<f64>,
}

impl Falling {
    fn next(&mut self, threshold: &Threshold) -> Option<TierError> {
        let value = match threshold {
            Threshold::TopShare(share) if *share <= self.share => return Some(TierError::ShareNotRising),
            Threshold::TopShare(share) => {
                self.share = *share;
                return None;
            }
            Threshold::FromMinor(from) => *from as f64,
            Threshold::FromIndex(from) => *from,
            Threshold::Rule(_) | Threshold::Rest => return None,
        };
        if self.value.is_some_and(|before| value >= before) {
            return Some(TierError::ValueNotFalling);
        }
        self.value = Some(value);
        None
    }
}

impl Threshold {
    /// The rule, where it is one.
    pub fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Rule(rule) => Some(rule),
            Self::TopShare(_) | Self::FromMinor(_) | Self::FromIndex(_) | Self::Rest => None,
        }
    }

    fn wrong_for(&self, metric: TierMetric) -> Option<TierError> {
        let fits = match self {
            Self::FromMinor(_) => metric != TierMetric::Index,
            Self::FromIndex(_) => metric == TierMetric::Index,
            Self::TopShare(_) | Self::Rule(_) | Self::Rest => true,
        };
        (!fits).then_some(TierError::WrongMetric)
    }

    /// What is wrong with it as the threshold to stay in a tier that is entered by `entry`. No rule is too strict: whoever could enter stays.
    fn wrong_beside(&self, entry: &Self) -> Option<TierError> {
        let stricter = match (self, entry) {
            (Self::TopShare(stay), Self::TopShare(entry)) => stay < entry,
            (Self::FromMinor(stay), Self::FromMinor(entry)) => stay > entry,
            (Self::FromIndex(stay), Self::FromIndex(entry)) => stay > entry,
            (Self::Rule(_), Self::Rule(_)) | (Self::Rest, Self::Rest) => false,
            _ => return Some(TierError::StayOfOtherKind),
        };
        stricter.then_some(TierError::StayStricter)
    }
}

impl Default for TierPolicy {
    fn default() -> Self {
        let tier = |name: &str, threshold: Threshold| Tier {
            name: name.to_owned(),
            entry: threshold.clone(),
            stay: threshold,
            entitlements: BTreeMap::new(),
        };
        Self {
            metric: TierMetric::Clv,
            tiers: vec![
                tier("KEY", Threshold::TopShare(0.05)),
                tier("GROWTH", Threshold::TopShare(0.2)),
                tier("STANDARD", Threshold::TopShare(0.5)),
                tier("BASE", Threshold::Rest),
            ],
            grace_days: 0,
            best_unqualified: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier_rule::tests::rule;

    fn tier(name: &str, entry: Option<Threshold>, stay: Option<Threshold>) -> NewTier {
        NewTier { name: name.to_owned(), entry, stay, ..NewTier::default() }
    }

    fn errors(metric: TierMetric, tiers: &[NewTier]) -> Vec<(usize, TierError)> {
        TierPolicy::new(metric, tiers.to_vec()).unwrap_err()
    }

    #[test]
    fn the_last_tier_takes_the_rest_whatever_it_says() {
        let share = |share| Some(Threshold::TopShare(share));
        let policy = TierPolicy::new(TierMetric::Clv, vec![tier("A", share(0.1), None), tier("B", share(0.05), None)]);
        assert_eq!(policy.unwrap().tiers[1].entry, Threshold::Rest);
    }

    #[test]
    fn a_tier_that_can_take_nobody_is_refused_where_it_stands() {
        let share = |share| Some(Threshold::TopShare(share));
        let from = |minor| Some(Threshold::FromMinor(minor));
        let rest = tier("C", None, None);
        let shares = [tier("A", share(0.2), None), tier("B", share(0.2), None), rest.clone()];
        assert_eq!(errors(TierMetric::Clv, &shares), [(1, TierError::ShareNotRising)]);
        let values = [tier("A", from(5), None), tier("B", from(5), None), rest];
        assert_eq!(errors(TierMetric::Clv, &values), [(1, TierError::ValueNotFalling)]);
        let unsaid = [tier("A", None, None), tier("A", None, None)];
        assert_eq!(errors(TierMetric::Clv, &unsaid), [(0, TierError::NoEntry), (1, TierError::NameTaken)]);
    }

    #[test]
    fn rules_go_with_any_metric_and_any_other_tier_but_not_twice() {
        let rule = |text| Some(Threshold::Rule(rule(text)));
        let tiers = |second, stay| {
            let share = tier("SHARE", Some(Threshold::TopShare(0.2)), None);
            [tier("A", rule("clv > 5"), rule("clv > 9")), share, tier("B", rule(second), stay), tier("C", None, None)]
        };
        for metric in [TierMetric::Clv, TierMetric::TotalRevenue, TierMetric::Index] {
            let policy = TierPolicy::new(metric, tiers("customer.kind = PERSON", rule("clv > 9")).to_vec()).unwrap();
            assert!(policy.has_rules());
            assert_eq!(policy.profile_fields().into_iter().collect::<Vec<_>>(), ["customer.kind"]);
        }
        assert_eq!(errors(TierMetric::Clv, &tiers("clv>5.0", None)), [(2, TierError::RuleTaken)]);
        let share = Some(Threshold::TopShare(0.5));
        assert_eq!(errors(TierMetric::Clv, &tiers("index > 5", share)), [(2, TierError::StayOfOtherKind)]);
        assert!(!TierPolicy::default().has_rules());
    }

    #[test]
    fn staying_is_never_harder_than_rising() {
        let from = |index| Some(Threshold::FromIndex(index));
        let tiers = |stay| [tier("A", from(80.0), stay), tier("B", None, None)];
        assert!(TierPolicy::new(TierMetric::Index, tiers(from(70.0)).to_vec()).is_ok());
        assert_eq!(errors(TierMetric::Index, &tiers(from(81.0))), [(0, TierError::StayStricter)]);
        let share = Some(Threshold::TopShare(0.5));
        assert_eq!(errors(TierMetric::Index, &tiers(share)), [(0, TierError::StayOfOtherKind)]);
        assert_eq!(errors(TierMetric::Clv, &tiers(None)), [(0, TierError::WrongMetric)]);
    }
}
