//! What the index can be made of.

use jiff::civil::Date;

/// The questions the index joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// What the customer brings.
    Contribution,
    /// What it could bring.
    Potential,
    /// How close it is.
    Relationship,
    /// How well its needs fit what we offer.
    Needs,
}

impl Component {
    /// All of them, in the order they are told.
    pub const ALL: [Self; 4] = [Self::Contribution, Self::Potential, Self::Relationship, Self::Needs];

    /// As sentences call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contribution => "contribution",
            Self::Potential => "potential",
            Self::Relationship => "relationship",
            Self::Needs => "needs",
        }
    }
}

/// A number about a customer; the contract's `IndexMetric` says what each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Predicted value.
    Clv,
    /// Net revenue of the last 365 days.
    RevenueLastYear,
    /// Revenue times margin, less costs.
    Profit,
    /// Symmetric growth from year to year.
    Growth,
    /// Share of the wallet that goes to others.
    WalletHeadroom,
    /// Over the horizon.
    ExpectedPurchases,
    /// Days since the first purchase.
    Tenure,
    /// Days since the last purchase by the customer's own rhythm.
    Silence,
    /// Days since the last interaction.
    DaysSinceInteraction,
    /// Would recommend us, 0 to 10.
    Nps,
    /// Satisfaction, 1 to 5.
    Csat,
    /// Complaints that are open.
    OpenComplaints,
    /// Strategic fit, 0 to 100.
    StrategicFit,
    /// Predicted value by what winning the customer cost.
    ClvToCac,
    /// Share of the declared needs that is bought.
    NeedsCoverage,
    /// Days since the last interaction by the customer's own rhythm of interactions.
    InteractionSilence,
}

/// Age from which a customer has two years to compare.
const TWO_YEARS_DAYS: i32 = 2 * btyd::purchase_log::YEAR_DAYS as i32;

impl Metric {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 16] = [
        Self::Clv,
        Self::RevenueLastYear,
        Self::Profit,
        Self::Growth,
        Self::WalletHeadroom,
        Self::ExpectedPurchases,
        Self::Tenure,
        Self::Silence,
        Self::DaysSinceInteraction,
        Self::Nps,
        Self::Csat,
        Self::OpenComplaints,
        Self::StrategicFit,
        Self::ClvToCac,
        Self::NeedsCoverage,
        Self::InteractionSilence,
    ];

    /// The component it belongs to.
    pub const fn component(self) -> Component {
        match self {
            Self::Clv | Self::RevenueLastYear | Self::Profit | Self::ClvToCac => Component::Contribution,
            Self::Growth | Self::WalletHeadroom | Self::ExpectedPurchases => Component::Potential,
            Self::Tenure
            | Self::Silence
            | Self::DaysSinceInteraction
            | Self::Nps
            | Self::Csat
            | Self::OpenComplaints
            | Self::InteractionSilence => Component::Relationship,
            Self::StrategicFit | Self::NeedsCoverage => Component::Needs,
        }
    }

    /// Whether a smaller value is the better one.
    pub const fn less_is_better(self) -> bool {
        matches!(self, Self::Silence | Self::DaysSinceInteraction | Self::OpenComplaints | Self::InteractionSilence)
    }

    /// As sentences call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clv => "CLV",
            Self::RevenueLastYear => "revenue of the last year",
            Self::Profit => "profit",
            Self::Growth => "growth",
            Self::WalletHeadroom => "wallet headroom",
            Self::ExpectedPurchases => "expected purchases",
            Self::Tenure => "tenure",
            Self::Silence => "silence by its own rhythm",
            Self::DaysSinceInteraction => "days since the last interaction",
            Self::Nps => "NPS answer",
            Self::Csat => "satisfaction",
            Self::OpenComplaints => "open complaints",
            Self::StrategicFit => "strategic fit",
            Self::ClvToCac => "CLV by acquisition cost",
            Self::NeedsCoverage => "coverage of declared needs",
            Self::InteractionSilence => "silence by its own rhythm of interactions",
        }
    }

    /// The customer's value; money in units of the currency. `None` where it is not known.
    pub fn value(self, subject: &Subject<'_>) -> Option<f64> {
        let (purchased, signals) = (&subject.purchased, subject.signals);
        let units = |minor: f64| minor / subject.minor_per_unit;
        match self {
            Self::Clv => purchased.clv_minor.map(units),
            Self::RevenueLastYear => Some(units(purchased.last_year_minor as f64)),
            Self::Profit => {
                let earned = purchased.total_revenue_minor as f64 * subject.margin;
                Some(units(earned - purchased.total_cost_minor as f64))
            }
            Self::Growth => {
                let (now, before) = (purchased.last_year_minor as f64, purchased.year_before_minor as f64);
                (purchased.age_days >= TWO_YEARS_DAYS && now + before > 0.0).then(|| (now - before) / (now + before))
            }
            Self::WalletHeadroom => {
                let wallet = subject.yearly_wallet_minor()?;
                Some((1.0 - purchased.last_year_minor as f64 / wallet as f64).clamp(0.0, 1.0))
            }
            Self::ExpectedPurchases => Some(purchased.expected_purchases),
            Self::Tenure => Some(f64::from(purchased.age_days)),
            Self::Silence => {
                let rhythm = f64::from(purchased.recency_days) / f64::from(purchased.frequency);
                let silence = f64::from(purchased.age_days - purchased.recency_days);
                (purchased.frequency > 0).then(|| silence / rhythm)
            }
            Self::DaysSinceInteraction => subject.days_since_interaction(),
            Self::Nps => signals?.nps,
            Self::Csat => signals?.csat,
            Self::OpenComplaints => signals?.open_complaints.map(f64::from),
            Self::StrategicFit => signals?.strategic_fit,
            Self::ClvToCac => {
                let cost = purchased.acquisition_cost_minor;
                (cost > 0).then_some(purchased.clv_minor? / cost as f64)
            }
            Self::NeedsCoverage => signals?.needs_coverage,
            Self::InteractionSilence => Some(subject.days_since_interaction()? / signals?.interaction_interval_days?),
        }
    }
}

/// A customer as the metrics see it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What its purchases tell.
    pub purchased: Purchased,
    /// What else is known of it.
    pub signals: Option<&'a Signals>,
    /// What its peers spend a year, where that stands in for a wallet that it did not declare; in minor units, more than zero.
    pub benchmark_wallet_minor: Option<i64>,
    /// The day it is judged for.
    pub as_of_date: Date,
    /// Share of revenue that is margin.
    pub margin: f64,
    /// Minor units in a unit of the currency.
    pub minor_per_unit: f64,
}

impl Subject<'_> {
    /// The wallet that it declared, or the benchmark of its peers.
    fn yearly_wallet_minor(&self) -> Option<i64> {
        let declared = self.signals.and_then(|signals| signals.yearly_wallet_minor);
        declared.or(self.benchmark_wallet_minor)
    }

    /// One after the day it is judged for counts as of that day.
    fn days_since_interaction(&self) -> Option<f64> {
        let last = self.signals?.last_interaction_date?;
        let days = self.as_of_date.since((jiff::Unit::Day, last)).map_or(0, |span| span.get_days());
        Some(f64::from(days.max(0)))
    }
}

/// What purchases tell of a customer. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Purchased {
    /// Predicted value, where there is a spend model.
    pub clv_minor: Option<f64>,
    /// Net revenue.
    pub total_revenue_minor: i64,
    /// Net revenue of the last 365 days.
    pub last_year_minor: i64,
    /// Net revenue of the 365 days before.
    pub year_before_minor: i64,
    /// Recorded costs and the share of acquisition spends.
    pub total_cost_minor: i64,
    /// What winning it cost.
    pub acquisition_cost_minor: i64,
    /// Over the horizon.
    pub expected_purchases: f64,
    /// Purchase days after the first.
    pub frequency: i32,
    /// Days from the first to the last purchase.
    pub recency_days: i32,
    /// Days from the first purchase to the as-of date.
    pub age_days: i32,
}

/// What people and other systems know of a customer, as far as a run can use it. The wallet is in minor units of the run's currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// What it spends a year, with us and others; more than zero.
    pub yearly_wallet_minor: Option<i64>,
    /// 0 to 100.
    pub strategic_fit: Option<f64>,
    /// 0 to 10.
    pub nps: Option<f64>,
    /// 1 to 5.
    pub csat: Option<f64>,
    /// Complaints that are open.
    pub open_complaints: Option<i32>,
    /// Day of the last interaction.
    pub last_interaction_date: Option<Date>,
    /// Whether we may do business with it.
    pub qualified: Option<bool>,
    /// Share of the declared needs that is bought, 0 to 1; `None` where none is declared.
    pub needs_coverage: Option<f64>,
    /// Mean days from one interaction to the next; more than zero.
    pub interaction_interval_days: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(purchased: Purchased, signals: Option<&Signals>) -> Subject<'_> {
        let as_of_date = Date::constant(2026, 6, 30);
        Subject { purchased, signals, benchmark_wallet_minor: None, as_of_date, margin: 0.5, minor_per_unit: 100.0 }
    }

    #[test]
    fn each_metric_says_what_its_comment_says() {
        let purchased = Purchased {
            clv_minor: Some(12_345.0),
            total_revenue_minor: 100_000,
            last_year_minor: 30_000,
            year_before_minor: 10_000,
            total_cost_minor: 20_000,
            acquisition_cost_minor: 5_000,
            expected_purchases: 3.5,
            frequency: 4,
            recency_days: 700,
            age_days: 1050,
        };
        let signals = Signals {
            yearly_wallet_minor: Some(120_000),
            strategic_fit: Some(80.0),
            nps: Some(9.0),
            csat: Some(4.5),
            open_complaints: Some(1),
            last_interaction_date: Some(Date::constant(2026, 6, 1)),
            qualified: None,
            needs_coverage: Some(0.25),
            interaction_interval_days: Some(11.6),
        };
        let known = subject(purchased, Some(&signals));
        let values: Vec<_> = Metric::ALL.iter().map(|metric| metric.value(&known).unwrap()).collect();
        let expected = [123.45, 300.0, 300.0, 0.5, 0.75, 3.5, 1050.0, 2.0, 29.0, 9.0, 4.5, 1.0, 80.0, 2.469, 0.25, 2.5];
        assert_eq!(values, expected);
    }

    #[test]
    fn what_nobody_knows_has_no_value() {
        let once = subject(Purchased { age_days: 729, last_year_minor: 1, ..Purchased::default() }, None);
        let known: Vec<_> = Metric::ALL.into_iter().filter(|metric| metric.value(&once).is_some()).collect();
        assert_eq!(known, [Metric::RevenueLastYear, Metric::Profit, Metric::ExpectedPurchases, Metric::Tenure]);
    }

    /// From 1 to 30 June are 29 days, twice 14.5.
    #[test]
    fn silence_of_interactions_is_known_by_the_last_one_and_the_rhythm_only() {
        let silence = |last_interaction_date, interaction_interval_days| {
            let signals = Signals { last_interaction_date, interaction_interval_days, ..Signals::default() };
            Metric::InteractionSilence.value(&subject(Purchased::default(), Some(&signals)))
        };
        let last = Some(Date::constant(2026, 6, 1));
        assert_eq!(silence(last, Some(14.5)), Some(2.0));
        assert_eq!((silence(last, None), silence(None, Some(14.5))), (None, None));
        assert_eq!(
            silence(Some(Date::constant(2026, 7, 1)), Some(14.5)),
            Some(0.0),
            "met after the day it is judged for"
        );
    }

    #[test]
    fn who_spends_more_here_than_the_whole_wallet_has_no_headroom() {
        let signals = Signals { yearly_wallet_minor: Some(100), ..Signals::default() };
        let purchased = Purchased { last_year_minor: 300, ..Purchased::default() };
        assert_eq!(Metric::WalletHeadroom.value(&subject(purchased, Some(&signals))), Some(0.0));
    }
}
