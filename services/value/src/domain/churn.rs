//! Which customers seem about to leave: by their silence against their own rhythm, and by P(alive).

use super::{
    lifecycle::Bought,
    reasons::{days, decimal, percent},
};

/// How loud an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look.
    Watch,
    /// Worth a call.
    Warning,
    /// Nearly gone.
    Critical,
}

impl Level {
    /// All, rising.
    pub const ALL: [Self; 3] = [Self::Watch, Self::Warning, Self::Critical];

    /// Its number, from 1, as it is stored; that of the contract.
    pub fn number(self) -> i16 {
        self as i16 + 1
    }

    /// The level with a number.
    pub fn of_number(number: i16) -> Option<Self> {
        usize::try_from(number).ok()?.checked_sub(1).and_then(|at| Self::ALL.get(at)).copied()
    }

    /// As the contract writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "WATCH",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }
}

/// When a level is reached: by either limit, by none where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LevelRule {
    /// Silence from so many times the rhythm on.
    pub rhythms: Option<f64>,
    /// P(alive) below this.
    pub below_p_alive: Option<f64>,
}

/// Whom to watch, and when to raise an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnPolicy {
    /// The tiers that are watched; empty for all but the last.
    pub watched_tiers: Vec<String>,
    /// Purchase days from which a customer is watched; 2 at least, so that it has a rhythm and a P(alive) that tells something.
    pub min_purchase_days: u32,
    /// No alert before so many days of silence.
    pub min_silent_days: u32,
    /// The rules of [`Level::ALL`].
    pub levels: [LevelRule; 3],
    /// Days after which an alert expires whose customer has not bought.
    pub expire_days: u32,
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChurnError {
    /// A louder level that is reached by a shorter silence.
    #[error("must not be below that of a lower level")]
    ShorterSilence,
    /// A louder level that is reached by a better P(alive).
    #[error("must not be above that of a lower level")]
    BetterAlive,
}

impl ChurnPolicy {
    /// The fields of the levels in the contract.
    pub const LEVELS: [&'static str; 3] = ["watch", "warning", "critical"];

    /// What contradicts itself, with the fields it is about.
    pub fn errors(&self) -> Vec<(String, ChurnError)> {
        let (mut rhythms, mut alive) = (0.0, 1.0);
        let mut errors = Vec::new();
        for (name, rule) in Self::LEVELS.iter().zip(&self.levels) {
            if let Some(own) = rule.rhythms {
                if own < rhythms {
                    errors.push((format!("{name}.rhythms"), ChurnError::ShorterSilence));
                }
                rhythms = own;
            }
            if let Some(own) = rule.below_p_alive {
                if own > alive {
                    errors.push((format!("{name}.below_p_alive"), ChurnError::BetterAlive));
                }
                alive = own;
            }
        }
        errors
    }

    /// Whether customers of the tier at `place` of `tiers`, best first, are watched.
    pub fn watches(&self, place: usize, tiers: usize, name: &str) -> bool {
        if self.watched_tiers.is_empty() {
            place + 1 < tiers || tiers == 1
        } else {
            self.watched_tiers.iter().any(|watched| watched == name)
        }
    }

    /// The loudest level that a customer has reached, whatever its tier; `None` where it is not watched or has reached none.
    pub fn risk(&self, bought: Bought, silent_days: u32, p_alive: f64) -> Option<Risk> {
        let rhythm = bought.rhythm_days()?;
        if bought.frequency + 1 < self.min_purchase_days || silent_days < self.min_silent_days {
            return None;
        }
        Level::ALL.into_iter().zip(self.levels).rev().find_map(|(level, rule)| {
            let rhythms_limit = rule.rhythms.filter(|limit| f64::from(silent_days) >= limit * rhythm);
            let p_alive_limit = rule.below_p_alive.filter(|limit| p_alive < *limit);
            let is_reached = rhythms_limit.is_some() || p_alive_limit.is_some();
            is_reached.then_some(Risk { level, rhythms_limit, p_alive_limit })
        })
    }
}

impl Default for ChurnPolicy {
    fn default() -> Self {
        let rule = |rhythms, below| LevelRule { rhythms: Some(rhythms), below_p_alive: Some(below) };
        Self {
            watched_tiers: Vec::new(),
            min_purchase_days: 3,
            min_silent_days: 14,
            levels: [rule(2.0, 0.5), rule(3.0, 0.3), rule(5.0, 0.1)],
            expire_days: 90,
        }
    }
}

/// A level that was reached, and the limits of it that were passed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risk {
    /// The level.
    pub level: Level,
    /// The number of rhythms, where the silence is that long.
    pub rhythms_limit: Option<f64>,
    /// The P(alive), where the customer's is below it.
    pub p_alive_limit: Option<f64>,
}

/// What an alert rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inputs {
    /// Days with a purchase.
    pub purchase_days: u32,
    /// Mean days between them.
    pub rhythm_days: f64,
    /// Days since the last one.
    pub silent_days: u32,
    /// P(alive).
    pub p_alive: f64,
}

impl Inputs {
    /// How many times the rhythm the silence is.
    pub fn silence_ratio(&self) -> f64 {
        f64::from(self.silent_days) / self.rhythm_days
    }

    /// Why the alert was raised, in sentences for a person; one for each limit that was passed.
    pub fn reasons(&self, risk: &Risk) -> Vec<String> {
        let level = risk.level.name();
        let by_rhythm = risk.rhythms_limit.map(|limit| {
            format!(
                "Bought on {}, every {} days on average, but not for {}: {} times that rhythm; from {} times on it is {level}.",
                days(self.purchase_days),
                decimal(self.rhythm_days),
                days(self.silent_days),
                decimal(self.silence_ratio()),
                decimal(limit),
            )
        });
        let by_alive = risk.p_alive_limit.map(|limit| {
            let (p_alive, limit) = (percent(self.p_alive), percent(limit));
            format!(
                "Still active with {p_alive} after {} of silence; below {limit} it is {level}.",
                days(self.silent_days)
            )
        });
        by_rhythm.into_iter().chain(by_alive).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every ten days.
    fn regular(frequency: u32) -> Bought {
        Bought { first_day: 0, last_day: frequency as i32 * 10, frequency }
    }

    #[test]
    fn levels_are_reached_by_silence_or_by_p_alive_and_the_loudest_counts() {
        let policy = ChurnPolicy::default();
        let level = |silent_days, p_alive| policy.risk(regular(4), silent_days, p_alive).map(|risk| risk.level);
        assert_eq!(level(19, 0.9), None);
        assert_eq!(level(20, 0.9), Some(Level::Watch));
        assert_eq!(level(30, 0.9), Some(Level::Warning));
        assert_eq!(level(50, 0.9), Some(Level::Critical));
        assert_eq!(level(19, 0.49), Some(Level::Watch));
        assert_eq!(level(20, 0.29), Some(Level::Warning));
        assert_eq!(level(20, 0.09), Some(Level::Critical));
        assert_eq!(level(13, 0.09), None, "too short a silence to say anything");
        let risk = policy.risk(regular(4), 30, 0.09).unwrap();
        assert_eq!((risk.rhythms_limit, risk.p_alive_limit), (None, Some(0.1)));
    }

    #[test]
    fn who_came_too_seldom_is_not_watched_and_who_never_came_back_never() {
        let policy = ChurnPolicy::default();
        assert_eq!(policy.risk(regular(1), 1_000, 0.0), None);
        assert!(policy.risk(regular(2), 1_000, 0.0).is_some());
        let eager = ChurnPolicy { min_purchase_days: 0, ..policy };
        assert_eq!(eager.risk(regular(0), 1_000, 0.0), None);
    }

    #[test]
    fn a_level_without_limits_is_off() {
        let mut policy = ChurnPolicy::default();
        policy.levels[2] = LevelRule::default();
        assert_eq!(policy.risk(regular(4), 1_000, 0.0).unwrap().level, Level::Warning);
        assert_eq!(policy.errors(), []);
    }

    #[test]
    fn the_last_tier_is_not_watched_unless_it_is_named_or_the_only_one() {
        let policy = ChurnPolicy::default();
        assert!(policy.watches(1, 3, "B") && !policy.watches(2, 3, "C") && policy.watches(0, 1, "ALL"));
        let policy = ChurnPolicy { watched_tiers: vec!["C".to_owned()], ..policy };
        assert!(!policy.watches(1, 3, "B") && policy.watches(2, 3, "C"));
    }

    #[test]
    fn levels_that_contradict_each_other_are_told_by_their_fields() {
        let rule = |rhythms, below_p_alive| LevelRule { rhythms, below_p_alive };
        let levels = [rule(Some(3.0), Some(0.2)), rule(None, Some(0.3)), rule(Some(2.0), None)];
        let errors = ChurnPolicy { levels, ..ChurnPolicy::default() }.errors();
        let told: Vec<_> = errors.iter().map(|(field, error)| (field.as_str(), *error)).collect();
        assert_eq!(
            told,
            [("warning.below_p_alive", ChurnError::BetterAlive), ("critical.rhythms", ChurnError::ShorterSilence)]
        );
        assert_eq!(ChurnPolicy::default().errors(), []);
    }

    #[test]
    fn an_alert_says_why_in_sentences() {
        let inputs = Inputs { purchase_days: 5, rhythm_days: 10.0, silent_days: 30, p_alive: 0.25 };
        let risk = Risk { level: Level::Warning, rhythms_limit: Some(3.0), p_alive_limit: Some(0.3) };
        assert_eq!(
            inputs.reasons(&risk),
            [
                "Bought on 5 days, every 10.0 days on average, but not for 30 days: 3.00 times that rhythm; from 3.00 times on it is WARNING.",
                "Still active with 25 % after 30 days of silence; below 30 % it is WARNING.",
            ]
        );
    }

    proptest! {
        #[test]
        fn longer_silence_and_smaller_p_alive_never_lower_the_level(
            frequency in 1_u32..50, gap in 1_i32..200, silent in 0_u32..2_000, longer in 0_u32..500,
            p_alive in 0.0_f64..=1.0, share in 0.0_f64..=1.0,
        ) {
            let policy = ChurnPolicy::default();
            let bought = Bought { first_day: 0, last_day: frequency as i32 * gap, frequency };
            let level = |silent_days, p_alive| policy.risk(bought, silent_days, p_alive).map(|risk| risk.level);
            prop_assert!(level(silent, p_alive) <= level(silent + longer, p_alive * share));
        }
    }
}
