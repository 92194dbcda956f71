//! Where a customer stands in its life as a buyer: by the days since its purchases and by its own rhythm, the mean number of days between
//! its purchase days.

/// A stage. Everyone who bought something is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Bought on one day, lately.
    New,
    /// Came back, in rhythm.
    Active,
    /// Came back often, in rhythm.
    Loyal,
    /// Silent for longer than its rhythm lets expect.
    AtRisk,
    /// Silent for long.
    Dormant,
    /// Silent for so long that it is taken for gone.
    Lost,
    /// Bought again after a silence that had led it to one of the three before; only where the policy says which.
    Returning,
}

impl Stage {
    /// All, in the order of the contract.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Active, Self::Loyal, Self::AtRisk, Self::Dormant, Self::Lost, Self::Returning];

    /// Its number, from 1, as it is stored; that of the contract.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The stage with a number.
    pub fn of_number(number: i16) -> Option<Self> {
        usize::try_from(number).ok()?.checked_sub(1).and_then(|at| Self::ALL.get(at)).copied()
    }

    /// As the contract writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Active => "ACTIVE",
            Self::Loyal => "LOYAL",
            Self::AtRisk => "AT_RISK",
            Self::Dormant => "DORMANT",
            Self::Lost => "LOST",
            Self::Returning => "RETURNING",
        }
    }
}

/// A length of silence: so many times the rhythm, within bounds. Without a rhythm the upper bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SilenceRule {
    /// How many times the rhythm.
    pub rhythms: f64,
    /// Never less than these days.
    pub min_days: u32,
    /// Never more than these days.
    pub max_days: u32,
}

impl SilenceRule {
    fn days(&self, rhythm_days: f64) -> u32 {
        // Whole days, and a cast that saturates.
        ((self.rhythms * rhythm_days) as u32).clamp(self.min_days, self.max_days)
    }
}

/// The rules of the stages. Fields are within bounds; see [`LifecyclePolicy::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct LifecyclePolicy {
    new_days: u32,
    loyal_purchase_days: u32,
    silences: [SilenceRule; 3],
    returning_from: Option<Silence>,
}

/// The stages that begin with a silence, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// [`Stage::AtRisk`].
    AtRisk,
    /// [`Stage::Dormant`].
    Dormant,
    /// [`Stage::Lost`].
    Lost,
}

impl Silence {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::AtRisk, Self::Dormant, Self::Lost];

    /// The stage that it is.
    pub fn stage(self) -> Stage {
        match self {
            Self::AtRisk => Stage::AtRisk,
            Self::Dormant => Stage::Dormant,
            Self::Lost => Stage::Lost,
        }
    }
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// A silence that ends before it begins.
    #[error("must not be below min_days")]
    BoundsReversed,
    /// A number of rhythms that is none.
    #[error("must be above 0")]
    NoRhythms,
    /// A later stage that would begin before an earlier one.
    #[error("must not be below that of the stage before, or a customer would be there first")]
    StageTooEarly,
    /// NEW would last until after DORMANT has begun.
    #[error("must not be above dormant.max_days, after which a customer who bought once is dormant")]
    NewTooLong,
}

impl LifecyclePolicy {
    /// The stages that begin with a silence, as the contract names their rules.
    pub const SILENT: [&'static str; 3] = ["at_risk", "dormant", "lost"];

    /// `silences` are those of [`Self::SILENT`]. All errors with the fields they are about.
    pub fn new(
        new_days: u32,
        loyal_purchase_days: u32,
        silences: [SilenceRule; 3],
    ) -> Result<Self, Vec<(String, LifecycleError)>> {
        let mut errors = Vec::new();
        if new_days > silences[1].max_days {
            errors.push(("new_days".to_owned(), LifecycleError::NewTooLong));
        }
        let mut before: Option<&SilenceRule> = None;
        for (name, rule) in Self::SILENT.iter().zip(&silences) {
            let mut wrong = |field: &str, error| errors.push((format!("{name}.{field}"), error));
            if rule.rhythms.is_nan() || rule.rhythms <= 0.0 {
                wrong("rhythms", LifecycleError::NoRhythms);
            }
            if rule.max_days < rule.min_days {
                wrong("max_days", LifecycleError::BoundsReversed);
            }
            if let Some(before) = before {
                let checks = [
                    ("rhythms", rule.rhythms < before.rhythms),
                    ("min_days", rule.min_days < before.min_days),
                    ("max_days", rule.max_days < before.max_days),
                ];
                for (field, _) in checks.into_iter().filter(|(_, is_less)| *is_less) {
                    wrong(field, LifecycleError::StageTooEarly);
                }
            }
            before = Some(rule);
        }
        let returning_from = None;
        if errors.is_empty() {
            Ok(Self { new_days, loyal_purchase_days, silences, returning_from })
        } else {
            Err(errors)
        }
    }

    /// The same policy, by which who was in this stage or a later one, and buys again, is RETURNING; `None`: nobody is.
    #[must_use]
    pub fn returning(self, from: Option<Silence>) -> Self {
        Self { returning_from: from, ..self }
    }

    /// The first stage from which a customer comes back as RETURNING; `None` where there is no such stage.
    pub fn returning_from(&self) -> Option<Silence> {
        self.returning_from
    }

    /// Days that a customer of one purchase day is new.
    pub fn new_days(&self) -> u32 {
        self.new_days
    }

    /// Purchase days from which a customer is loyal.
    pub fn loyal_purchase_days(&self) -> u32 {
        self.loyal_purchase_days
    }

    /// The rules of [`Self::SILENT`].
    pub fn silences(&self) -> &[SilenceRule; 3] {
        &self.silences
    }

    /// The longest silence, in days, with which the customer is not yet at risk, dormant, lost. Never falling.
    pub fn limits(&self, bought: Bought) -> [u32; 3] {
        match bought.rhythm_days() {
            Some(rhythm) => self.silences.map(|rule| rule.days(rhythm)),
            None => [self.new_days, self.silences[1].max_days, self.silences[2].max_days],
        }
    }

    /// How many of the three silences a customer has passed on a day, and their lengths.
    fn passed(&self, bought: Bought, day: i32) -> (usize, [u32; 3]) {
        let limits = self.limits(bought);
        let silence = day.saturating_sub(bought.last_day).max(0).unsigned_abs();
        (limits.partition_point(|limit| silence > *limit), limits)
    }

    /// Whether the last purchase ended a silence that RETURNING comes after: by where the customer stood on the day before it, which knew
    /// nothing of that purchase.
    fn came_back(&self, bought: Bought, previous_day: i32) -> bool {
        let (Some(from), Some(frequency)) = (self.returning_from, bought.frequency.checked_sub(1)) else {
            return false;
        };
        let until_then = Bought { last_day: previous_day, frequency, ..bought };
        self.passed(until_then, bought.last_day.saturating_sub(1)).0 > from as usize
    }

    /// The stage on a day, not before the last purchase, and since when by the purchases alone. `previous_day` is the purchase day before the
    /// last; of no meaning where there is one only.
    pub fn stay(&self, bought: Bought, previous_day: i32, as_of_day: i32) -> Stay {
        let (passed, limits) = self.passed(bought, as_of_day);
        let Some(last_passed) = passed.checked_sub(1) else {
            let stage = match bought.frequency {
                0 => Stage::New,
                _ if self.came_back(bought, previous_day) => Stage::Returning,
                frequency if frequency + 1 >= self.loyal_purchase_days => Stage::Loyal,
                _ => Stage::Active,
            };
            return Stay { stage, since: bought.last_day };
        };
        let stage = Silence::ALL[last_passed].stage();
        Stay { stage, since: bought.last_day.saturating_add_unsigned(limits[last_passed] + 1) }
    }
}

impl Default for LifecyclePolicy {
    fn default() -> Self {
        let rule = |rhythms, min_days, max_days| SilenceRule { rhythms, min_days, max_days };
        Self {
            new_days: 90,
            loyal_purchase_days: 4,
            silences: [rule(2.0, 30, 180), rule(4.0, 90, 365), rule(8.0, 180, 730)],
            returning_from: None,
        }
    }
}

/// What a customer's purchases tell about its stage. Days of any count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// First purchase day.
    pub first_day: i32,
    /// Last purchase day.
    pub last_day: i32,
    /// Purchase days after the first.
    pub frequency: u32,
}

impl Bought {
    /// Mean days between purchase days; `None` for a single one.
    pub fn rhythm_days(&self) -> Option<f64> {
        let span = f64::from(self.last_day) - f64::from(self.first_day);
        (self.frequency > 0).then(|| span / f64::from(self.frequency))
    }
}

/// A stage and since which day a customer is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The stage.
    pub stage: Stage,
    /// Since when.
    pub since: i32,
}

impl Stay {
    /// The stay as it goes on from the one of an earlier run: ACTIVE and LOYAL last over purchases, of which only the last is known here.
    #[must_use]
    pub fn going_on_from(self, before: Option<Self>, first_day: i32) -> Self {
        match before {
            Some(before) if before.stage == self.stage && matches!(self.stage, Stage::Active | Stage::Loyal) => {
                // Refunds may have taken the first purchases back.
                Self { since: before.since.min(self.since).max(first_day), ..self }
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policies() -> impl Strategy<Value = LifecyclePolicy> {
        let rising = || {
            prop::array::uniform3(1_u32..800).prop_map(|mut days| {
                days.sort_unstable();
                days
            })
        };
        let from = prop::option::of(prop::sample::select(&Silence::ALL[..]));
        (rising(), rising(), prop::array::uniform3(0.1_f64..20.0), 0.0_f64..1.0, 2_u32..20, from).prop_map(
            |(min, longer, mut rhythms, share, loyal, from)| {
                rhythms.sort_unstable_by(f64::total_cmp);
                let rule =
                    |at: usize| SilenceRule { rhythms: rhythms[at], min_days: min[at], max_days: min[at] + longer[at] };
                let silences = [rule(0), rule(1), rule(2)];
                let new_days = 1 + (share * f64::from(silences[1].max_days - 1)) as u32;
                LifecyclePolicy::new(new_days, loyal, silences).unwrap().returning(from)
            },
        )
    }

    /// What was bought, and the purchase day before the last: regularly, but for the last gap.
    fn purchases() -> impl Strategy<Value = (Bought, i32)> {
        (-30_000_i32..30_000, 0_u32..60, 1_i32..400, 1_i32..3_000).prop_map(|(first_day, frequency, gap, last_gap)| {
            let previous_day = first_day + frequency.saturating_sub(1) as i32 * gap;
            let last_day = if frequency == 0 { first_day } else { previous_day + last_gap };
            (Bought { first_day, last_day, frequency }, previous_day)
        })
    }

    /// How far silence has led: 0 to 3.
    fn silence_of(stage: Stage) -> usize {
        Silence::ALL.iter().position(|silence| silence.stage() == stage).map_or(0, |at| at + 1)
    }

    proptest! {
        #[test]
        fn everyone_is_in_one_stage_since_a_day_that_began_it(
            policy in policies(), (bought, previous) in purchases(), silence in 0_i32..4_000,
        ) {
            let as_of = bought.last_day + silence;
            let stay = policy.stay(bought, previous, as_of);
            prop_assert!(bought.first_day <= stay.since && stay.since <= as_of);
            prop_assert_eq!(policy.stay(bought, previous, stay.since), stay);
            if stay.since > bought.last_day {
                let before = policy.stay(bought, previous, stay.since - 1).stage;
                prop_assert!(silence_of(before) < silence_of(stay.stage));
            } else {
                prop_assert_eq!(stay.since, bought.last_day);
            }
        }

        #[test]
        fn silence_leads_from_stage_to_stage_and_never_back(policy in policies(), (bought, previous) in purchases()) {
            let stages: Vec<Stage> =
                (0..4_000).map(|silence| policy.stay(bought, previous, bought.last_day + silence).stage).collect();
            prop_assert!(stages.is_sorted_by_key(|stage| silence_of(*stage)));
            prop_assert_eq!(silence_of(stages[0]), 0);
            prop_assert_eq!(stages[stages.len() - 1], Stage::Lost);
        }

        /// RETURNING is whoever is not silent for too long, and stood in a silent stage on the day before it bought again; where the policy names
        /// none, and of all others, stages are what they are without it.
        #[test]
        fn who_comes_back_from_a_silence_is_returning_and_nobody_else_is(
            policy in policies(), (bought, previous) in purchases(), silence in 0_i32..4_000,
        ) {
            let as_of = bought.last_day + silence;
            let (stage, plain) =
                (policy.stay(bought, previous, as_of), policy.clone().returning(None).stay(bought, previous, as_of));
            prop_assert!(plain.stage != Stage::Returning && plain.since == stage.since);
            let stood = || {
                let until_then = Bought { last_day: previous, frequency: bought.frequency - 1, ..bought };
                silence_of(policy.stay(until_then, previous, bought.last_day - 1).stage)
            };
            let returns = silence_of(plain.stage) == 0 && bought.frequency > 0
                && policy.returning_from().is_some_and(|from| stood() >= silence_of(from.stage()));
            prop_assert_eq!(stage.stage, if returns { Stage::Returning } else { plain.stage });
        }

        #[test]
        fn a_stay_that_goes_on_is_as_long_or_longer(
            policy in policies(), (bought, previous) in purchases(), silence in 0_i32..4_000, earlier in 0_i32..9_000,
            number in 1_i16..8,
        ) {
            let stay = policy.stay(bought, previous, bought.last_day + silence);
            let before = Stay { stage: Stage::of_number(number).unwrap(), since: bought.last_day - earlier };
            let now = stay.going_on_from(Some(before), bought.first_day);
            prop_assert_eq!(now.stage, stay.stage);
            prop_assert!(bought.first_day <= now.since && now.since <= stay.since);
        }
    }

    /// By hand from the defaults: two, four and eight rhythms within 30 to 180, 90 to 365, 180 to 730 days.
    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let policy = LifecyclePolicy::default();
        let stage = |frequency: u32, gap: i32, silence: i32| {
            let bought = Bought { first_day: 100, last_day: 100 + frequency as i32 * gap, frequency };
            let stay = policy.stay(bought, bought.last_day - gap, bought.last_day + silence);
            (stay.stage, stay.since - bought.last_day)
        };
        assert_eq!(stage(0, 0, 90), (Stage::New, 0));
        assert_eq!(stage(0, 0, 91), (Stage::AtRisk, 91));
        assert_eq!(stage(0, 0, 365), (Stage::AtRisk, 91));
        assert_eq!(stage(0, 0, 366), (Stage::Dormant, 366));
        assert_eq!(stage(0, 0, 731), (Stage::Lost, 731));
        assert_eq!(stage(2, 40, 80), (Stage::Active, 0));
        assert_eq!(stage(3, 40, 80), (Stage::Loyal, 0));
        assert_eq!(stage(3, 40, 81), (Stage::AtRisk, 81));
        assert_eq!(stage(3, 40, 161), (Stage::Dormant, 161));
        assert_eq!(stage(3, 40, 400), (Stage::Lost, 321));
        assert_eq!(stage(9, 1, 30), (Stage::Loyal, 0), "never less than the least days");
        assert_eq!(stage(9, 1, 31), (Stage::AtRisk, 31));
        assert_eq!(stage(9, 300, 181), (Stage::AtRisk, 181), "never more than the most days");
        let LifecyclePolicy { new_days, loyal_purchase_days, silences, returning_from } = policy.clone();
        assert_eq!(returning_from, None);
        assert_eq!(LifecyclePolicy::new(new_days, loyal_purchase_days, silences), Ok(policy));
    }

    /// By hand: who bought once is DORMANT after 365 days and LOST after 730; who buys every 40 days after 160 and 320.
    #[test]
    fn who_comes_back_is_returning_until_the_next_purchase_or_silence() {
        let stage = |from: Silence, days: &[i32], as_of: i32| {
            let policy = LifecyclePolicy::default().returning(Some(from));
            let [.., last_day] = *days else { panic!("somebody buys") };
            let bought = Bought { first_day: days[0], last_day, frequency: days.len() as u32 - 1 };
            let stay = policy.stay(bought, days[days.len().saturating_sub(2)], as_of);
            (stay.stage, stay.since)
        };
        assert_eq!(stage(Silence::Dormant, &[0, 367], 400), (Stage::Returning, 367));
        assert_eq!(
            stage(Silence::Dormant, &[0, 366], 400).0,
            Stage::Active,
            "on the day before it was not DORMANT yet"
        );
        assert_eq!(stage(Silence::AtRisk, &[0, 366], 400).0, Stage::Returning);
        assert_eq!(stage(Silence::Lost, &[0, 367], 400).0, Stage::Active);
        assert_eq!(stage(Silence::Lost, &[0, 732], 800).0, Stage::Returning);
        assert_eq!(stage(Silence::Dormant, &[0, 40, 80, 242], 250).0, Stage::Returning, "also who was loyal");
        assert_eq!(stage(Silence::Dormant, &[0, 40, 80, 241], 250).0, Stage::Loyal);
        assert_eq!(stage(Silence::Dormant, &[0, 367, 370], 400), (Stage::Active, 370), "it buys again");
        assert_eq!(stage(Silence::Dormant, &[0, 367], 367 + 180).0, Stage::Returning);
        assert_eq!(stage(Silence::Dormant, &[0, 367], 367 + 181), (Stage::AtRisk, 548), "it falls silent again");
        assert_eq!(stage(Silence::AtRisk, &[0], 0).0, Stage::New);
    }

    #[test]
    fn rules_that_contradict_each_other_are_told_by_their_fields() {
        let rule = |rhythms, min_days, max_days| SilenceRule { rhythms, min_days, max_days };
        let errors = LifecyclePolicy::new(100, 4, [rule(2.0, 30, 20), rule(1.0, 20, 90), rule(0.0, 40, 80)]);
        let errors = errors.unwrap_err();
        let told: Vec<_> = errors.iter().map(|(field, error)| (field.as_str(), *error)).collect();
        assert_eq!(
            told,
            [
                ("new_days", LifecycleError::NewTooLong),
                ("at_risk.max_days", LifecycleError::BoundsReversed),
                ("dormant.rhythms", LifecycleError::StageTooEarly),
                ("dormant.min_days", LifecycleError::StageTooEarly),
                ("lost.rhythms", LifecycleError::NoRhythms),
                ("lost.rhythms", LifecycleError::StageTooEarly),
                ("lost.max_days", LifecycleError::StageTooEarly),
            ]
        );
    }

    #[test]
    fn numbers_lead_to_their_stages() {
        for stage in Stage::ALL {
            assert_eq!(Stage::of_number(stage.number().into()), Some(stage));
        }
        assert_eq!((Stage::of_number(0), Stage::of_number(8), Stage::of_number(i16::MIN)), (None, None, None));
    }
}
