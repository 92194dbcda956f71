//! Settings of a run between the contract and the rules: defaults filled in, all errors at once.

use btyd::TransactionKind;
use clientele_error::Violation;
use clientele_proto::{
    Date as DateMessage, Money,
    value::v1::{ScoreRunSettings, TimeUnit as UnitMessage, TransactionModel},
};
use jiff::civil::Date;

use crate::domain::{
    currency::Currency,
    day,
    money::Amount,
    score_settings::{ScoreSettings, TimeUnit},
};

use super::{affinity_message, churn_message, conversion_message, lifecycle_message, policy_message, rfm_message};

const DEFAULT_HORIZON_MONTHS: i32 = 12;
const DEFAULT_DISCOUNT_RATE: f64 = 0.1;
const DEFAULT_MARGIN: f64 = 1.0;

/// The settings asked for, every default filled in; `latest` is the last day a run can be as of. Field paths start at `settings`.
pub fn parse(message: &ScoreRunSettings, latest: Date) -> Result<ScoreSettings, Vec<Violation>> {
    let mut wrong = Wrong::default();
    let as_of_date = as_of_date(message.as_of_date.as_ref(), latest, &mut wrong);
    let currency = conversion_message::currency(&message.currency_code, &mut wrong);
    let conversion = conversion_message::conversion(message, &mut wrong);
    let rfm = rfm_message::policy(message.rfm_policy.as_ref(), currency, &mut wrong);
    let tiers = policy_message::tiers(message.tier_policy.as_ref(), currency, &mut wrong);
    let index = policy_message::index(message.index_policy.as_ref(), &mut wrong);
    let lifecycle = lifecycle_message::policy(message.lifecycle_policy.as_ref(), &mut wrong);
    // The tiers that a run brings of its own need not have those that the value policy watches.
    let churn = churn_message::policy(message.churn_policy.as_ref(), None, &mut wrong);
    let affinity = affinity_message::policy(message.affinity_policy.as_ref(), &mut wrong);
    let horizon_months = match message.horizon_months {
        0 => DEFAULT_HORIZON_MONTHS,
        months @ 1..=120 => months,
        _ => wrong.or("horizon_months", "must be 1 to 120 months", DEFAULT_HORIZON_MONTHS),
    };
    let annual_discount_rate = match message.annual_discount_rate.unwrap_or(DEFAULT_DISCOUNT_RATE) {
        rate if (0.0..=1.0).contains(&rate) => rate,
        _ => wrong.or("annual_discount_rate", "must be 0 to 1, such as 0.1 for 10 %", DEFAULT_DISCOUNT_RATE),
    };
    let margin = match message.margin.unwrap_or(DEFAULT_MARGIN) {
        margin if margin > 0.0 && margin <= 1.0 => margin,
        _ => wrong.or("margin", "must be above 0 and at most 1, such as 0.3 for 30 %", DEFAULT_MARGIN),
    };
    let holdout_days = match message.holdout_days {
        days @ 0..=3650 => days,
        _ => wrong.or("holdout_days", "must be 1 to 3,650 days, or 0 for none", 0),
    };
    match (as_of_date, currency, tiers, index.zip(rfm), lifecycle.zip(churn).zip(affinity)) {
        (Some(as_of_date), Some(currency), Some(tiers), Some((index, rfm)), Some(((lifecycle, churn), affinity)))
            if wrong.0.is_empty() =>
        {
            Ok(ScoreSettings {
                as_of_date,
                currency,
                transaction_model: match message.transaction_model() {
                    TransactionModel::MbgNbd => Some(TransactionKind::MbgNbd),
                    TransactionModel::ParetoNbd => Some(TransactionKind::ParetoNbd),
                    TransactionModel::MbgCnbd => Some(TransactionKind::MbgCnbd),
                    TransactionModel::BgNbd | TransactionModel::Unspecified => Some(TransactionKind::BgNbd),
                    TransactionModel::Auto => None,
                },
                time_unit: match message.time_unit() {
                    UnitMessage::Day => TimeUnit::Day,
                    UnitMessage::Week | UnitMessage::Unspecified => TimeUnit::Week,
                },
                horizon_months: horizon_months as u32,
                annual_discount_rate,
                margin,
                rfm,
                tiers,
                index,
                lifecycle,
                churn,
                holdout_days: holdout_days as u32,
                conversion,
                affinity,
                value_policy_version: message.value_policy_version,
            })
        }
        _ => Err(wrong.0),
    }
}

/// The settings as the contract tells them.
pub fn message(settings: &ScoreSettings) -> ScoreRunSettings {
    let told = ScoreRunSettings {
        as_of_date: Some(date(settings.as_of_date)),
        currency_code: settings.currency.code().to_owned(),
        transaction_model: match settings.transaction_model {
            Some(TransactionKind::BgNbd) => TransactionModel::BgNbd,
            Some(TransactionKind::MbgNbd) => TransactionModel::MbgNbd,
            Some(TransactionKind::ParetoNbd) => TransactionModel::ParetoNbd,
            Some(TransactionKind::MbgCnbd) => TransactionModel::MbgCnbd,
            None => TransactionModel::Auto,
        }
        .into(),
        time_unit: match settings.time_unit {
            TimeUnit::Day => UnitMessage::Day,
            TimeUnit::Week => UnitMessage::Week,
        }
        .into(),
        horizon_months: settings.horizon_months as i32,
        annual_discount_rate: Some(settings.annual_discount_rate),
        margin: Some(settings.margin),
        rfm_policy: Some(rfm_message::policy_message(&settings.rfm, settings.currency)),
        tier_policy: Some(policy_message::tiers_message(&settings.tiers, settings.currency)),
        index_policy: Some(policy_message::index_message(&settings.index)),
        value_policy_version: settings.value_policy_version,
        lifecycle_policy: Some(lifecycle_message::policy_message(&settings.lifecycle)),
        churn_policy: Some(churn_message::policy_message(&settings.churn)),
        holdout_days: settings.holdout_days as i32,
        affinity_policy: Some(affinity_message::policy_message(&settings.affinity)),
        ..ScoreRunSettings::default()
    };
    conversion_message::told(settings.conversion.as_ref(), told)
}

/// An amount of minor units as the contract tells it.
pub fn money(currency: Currency, minor: i64) -> Money {
    let (units, nanos) = currency.units_and_nanos(minor);
    Money { currency_code: currency.code().to_owned(), units, nanos }
}

/// The same of a sum of very many very large amounts, which ends at what a `Money` holds.
pub fn wide_money(currency: Currency, minor: i128) -> Money {
    let per_unit = i128::from(currency.minor_per_unit());
    let units = (minor / per_unit).clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    let nanos = (minor % per_unit * (1_000_000_000 / per_unit)) as i32;
    Money { currency_code: currency.code().to_owned(), units, nanos }
}

/// A day as the contract tells it.
pub fn date(date: Date) -> DateMessage {
    DateMessage { year: i32::from(date.year()), month: i32::from(date.month()), day: i32::from(date.day()) }
}

/// What does not hold in settings.
#[derive(Debug, Default)]
pub struct Wrong(Vec<Violation>);

impl Wrong {
    /// What was found so far.
    pub fn violations(&self) -> &[Violation] {
        &self.0
    }

    pub(super) fn add(&mut self, field: &str, description: impl Into<String>) {
        self.0.push(Violation::new(format!("settings.{field}"), description));
    }

    pub(super) fn or<T>(&mut self, field: &str, description: &str, default: T) -> T {
        self.add(field, description);
        default
    }
}

fn as_of_date(message: Option<&DateMessage>, latest: Date, wrong: &mut Wrong) -> Option<Date> {
    let Some(message) = message else {
        wrong.add("as_of_date", "is required: the last day whose transactions count");
        return None;
    };
    match day::day(message.year, message.month, message.day, latest) {
        Ok(date) => Some(date),
        Err(errors) => {
            for error in errors {
                let field =
                    error.field().map_or_else(|| "as_of_date".to_owned(), |field| format!("as_of_date.{field}"));
                wrong.add(&field, error.to_string());
            }
            None
        }
    }
}

/// An amount in the run's currency, in minor units.
pub(super) fn minor(field: &str, money: &Money, currency: Option<Currency>, wrong: &mut Wrong) -> Option<i64> {
    match Amount::new(&money.currency_code, money.units, money.nanos) {
        Ok(amount) if currency.is_none_or(|currency| currency.code() == amount.currency_code()) => Some(amount.minor()),
        Ok(_) => {
            wrong.add(&format!("{field}.currency_code"), "must be the currency of the run");
            None
        }
        Err(errors) => {
            for error in errors {
                wrong.add(&format!("{field}.{}", error.field()), error.to_string());
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::{
        RfmPolicy as RfmMessage, TierMetric as MetricMessage, TierPolicy as TierMessage, TierRule, tier_rule::Entry,
    };

    use super::*;
    use crate::domain::{score_settings::RfmPolicy, tier_policy::Threshold};

    const LATEST: Date = Date::constant(2026, 11, 24);

    fn least() -> ScoreRunSettings {
        ScoreRunSettings {
            as_of_date: Some(date(Date::constant(1997, 9, 30))),
            currency_code: "USD".into(),
            ..Default::default()
        }
    }

    fn fields(message: &ScoreRunSettings) -> Vec<String> {
        parse(message, LATEST).unwrap_err().into_iter().map(|violation| violation.field).collect()
    }

    /// The defaults as the contract states them.
    #[test]
    fn defaults_are_those_of_the_contract() {
        let settings = parse(&least(), LATEST).unwrap();
        assert_eq!(settings.transaction_model, Some(TransactionKind::BgNbd));
        assert_eq!(settings.time_unit, TimeUnit::Week);
        assert_eq!((settings.horizon_months, settings.annual_discount_rate, settings.margin), (12, 0.1, 1.0));
        assert_eq!(settings.rfm, RfmPolicy::default());
        let shares: Vec<_> = settings.tiers.tiers.iter().map(|tier| (tier.name.as_str(), tier.entry.clone())).collect();
        assert_eq!(
            shares,
            [
                ("KEY", Threshold::TopShare(0.05)),
                ("GROWTH", Threshold::TopShare(0.2)),
                ("STANDARD", Threshold::TopShare(0.5)),
                ("BASE", Threshold::Rest)
            ]
        );
    }

    #[test]
    fn settings_survive_being_told_and_read_again() {
        let cut = |units| Money { currency_code: "USD".into(), units, nanos: 500_000_000 };
        let given = ScoreRunSettings {
            rfm_policy: Some(RfmMessage {
                bins: 3,
                monetary_cut_points: vec![cut(1), cut(2)],
                recency_cut_points: vec![7.0, 30.0],
                ..Default::default()
            }),
            tier_policy: Some(TierMessage {
                metric: MetricMessage::TotalRevenue.into(),
                tiers: vec![
                    TierRule { tier: "GOLD".into(), entry: Some(Entry::FromValue(cut(100))), ..TierRule::default() },
                    TierRule { tier: "REST".into(), ..TierRule::default() },
                ],
                ..TierMessage::default()
            }),
            time_unit: UnitMessage::Day.into(),
            transaction_model: TransactionModel::MbgNbd.into(),
            ..least()
        };
        let settings = parse(&given, LATEST).unwrap();
        assert_eq!(settings.rfm.monetary_cuts, Some(vec![150, 250]));
        assert_eq!(parse(&message(&settings), LATEST), Ok(settings));
        for model in
            [TransactionModel::BgNbd, TransactionModel::ParetoNbd, TransactionModel::MbgCnbd, TransactionModel::Auto]
        {
            let settings = parse(&ScoreRunSettings { transaction_model: model.into(), ..least() }, LATEST).unwrap();
            assert_eq!(message(&settings).transaction_model(), model);
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_its_path() {
        let euro = Money { currency_code: "EUR".into(), units: 1, nanos: 0 };
        let wrong = ScoreRunSettings {
            as_of_date: Some(date(Date::constant(2027, 1, 1))),
            margin: Some(0.0),
            horizon_months: 121,
            rfm_policy: Some(RfmMessage {
                bins: 3,
                frequency_cut_points: vec![2.0, 2.0],
                monetary_cut_points: vec![euro],
                ..Default::default()
            }),
            tier_policy: Some(TierMessage {
                tiers: ["A", "B"].map(|tier| TierRule { tier: tier.into(), ..TierRule::default() }).to_vec(),
                ..TierMessage::default()
            }),
            ..least()
        };
        assert_eq!(
            fields(&wrong),
            [
                "settings.as_of_date",
                "settings.rfm_policy.frequency_cut_points",
                "settings.rfm_policy.monetary_cut_points[0].currency_code",
                "settings.tier_policy.tiers[0]",
                "settings.horizon_months",
                "settings.margin",
            ]
        );
        assert_eq!(fields(&ScoreRunSettings::default()), ["settings.as_of_date", "settings.currency_code"]);
    }
}
