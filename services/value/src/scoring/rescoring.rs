//! Scores one customer again, by the models, yardsticks and policies of a run: what a run does for everyone, from the customer's own
//! transactions. A customer whose transactions the run knew all gets the same score as the run gave it.

use btyd::{Code, Customer, CustomerLog, Scorer, Summary};
use clientele_proto::value::v1::{RfmThresholds, ScoreRunSummary};
use jiff::civil::Date;
use prost::Message as _;

use super::{
    engine::{purchased, segment_names},
    error::RunError,
    fitted::Fitted,
    reading::{day_number, day_of_number},
    reads::ScoredRun,
    storing::Segments,
};
use crate::{
    domain::{
        contribution::{Acquired, Costs, payback_day},
        currency::Currency,
        index::{Signals, Subject},
        lifecycle::{Bought, Stay},
        tier_policy::{Threshold, TierMetric},
        tier_rule::{Profile, ScoreFields},
        transaction::CostKind,
    },
    store::rescore::{Past, Rescored},
};

/// A run, ready to score single customers.
#[derive(Debug)]
pub struct Rescorer<'r> {
    run: &'r ScoredRun,
    scorer: Scorer<1>,
    thresholds: Thresholds,
    segments: Segments,
}

/// What the score of a buyer goes on from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept {
    /// Its stage.
    pub stay: Option<Stay>,
    /// Its share of acquisition spends.
    pub share_minor: i64,
    /// Number of the peer group whose wallets stand in for its own, from 1.
    pub wallet_group: Option<i32>,
}

/// Where RFM scores begin.
#[derive(Debug)]
struct Thresholds {
    recency: Vec<f64>,
    frequency: Vec<f64>,
    monetary_minor: Vec<i64>,
}

impl<'r> Rescorer<'r> {
    /// By a run and its encoded summary.
    pub fn new(run: &'r ScoredRun, summary: &[u8]) -> Result<Self, RunError> {
        let summary = ScoreRunSummary::decode(summary).map_err(|error| RunError::Fault(error.to_string()))?;
        let settings = &run.settings;
        let fitted = Fitted::of_summary(&summary, run.transaction_kind())
            .ok_or_else(|| RunError::Fault("the run's transaction model cannot be read".to_owned()))?;
        let scorer = fitted.scorer(settings).map_err(|error| RunError::Fault(error.to_string()))?;
        let (map, _) = segment_names(&settings.rfm)?;
        Ok(Self {
            run,
            scorer,
            thresholds: Thresholds::of(&summary.rfm_thresholds.unwrap_or_default(), settings.currency),
            segments: Segments::new(map, &run.segment_names),
        })
    }

    /// The day a buyer's score is true for: the run's, or that of a later purchase; `None` where it never bought.
    pub fn as_of_date(&self, past: &[Past]) -> Option<Date> {
        let last_bought = past.iter().filter(|past| past.kind == 1).map(|past| past.occur_date.to_jiff()).max()?;
        Some(self.run.settings.as_of_date.max(last_bought))
    }

    /// The score of a buyer as of a day from all it did, going on from what was kept of it; `None` where no purchase is left. `profile` is what
    /// rules of tiers ask beside.
    pub fn score(
        &self,
        (buyer_id, past): (i64, &[Past]),
        as_of_date: Date,
        (signals, profile): (Option<&Signals>, Option<&Profile>),
        kept: Kept,
    ) -> Option<Rescored> {
        let settings = &self.run.settings;
        let log = log(buyer_id, past);
        let paid = spent(past, as_of_date);
        let acquired = acquired(&log, as_of_date, (&paid.0, &paid.1), kept.share_minor, settings.margin);
        let summary = log.summarise(day_number(as_of_date))?;
        let per_unit = settings.currency.minor_per_unit() as f64;
        let score = self.scorer.score_one(&Customer::of(&summary, per_unit));
        let costs = paid.0;
        let unless_nothing = |minor: i64| (minor > 0).then_some(minor);
        let subject = Subject {
            purchased: purchased(&summary, &score, (costs.total(), acquired), per_unit),
            signals,
            benchmark_wallet_minor: self.run.peer_group(kept.wallet_group).map(|peers| peers.benchmark_minor),
            as_of_date,
            margin: settings.margin,
            minor_per_unit: per_unit,
        };
        let index = self.run.judge.index(&subject);
        let code = self.thresholds.code(&summary);
        let bought = Bought { first_day: summary.first_day, last_day: summary.last_day, frequency: summary.frequency };
        let stay = settings.lifecycle.stay(bought, summary.previous_day, day_number(as_of_date));
        let stay = stay.going_on_from(kept.stay, summary.first_day);
        let clv_minor = score.clv.map(|clv| clv * per_unit);
        let value = match settings.tiers.metric {
            TierMetric::Clv => clv_minor,
            TierMetric::TotalRevenue => Some(summary.total_minor as f64),
            TierMetric::Index => Some(index),
        };
        let rfm_code = i16::from(code.r) * 100 + i16::from(code.f) * 10 + i16::from(code.m);
        let expected_spend_minor = score.expected_spend.map(|spend| spend * per_unit);
        let payback_date = acquired.payback_day.map(day_of_number);
        let fields = ScoreFields {
            index,
            segment: Some(self.segments.name(code)),
            rfm_code,
            p_alive: score.probability_alive,
            expected_purchases: score.expected_purchases[0],
            expected_spend_minor,
            clv_minor,
            total_revenue_minor: summary.total_minor,
            repeat_revenue_minor: summary.repeat_total_minor,
            last_year_minor: summary.last_year_minor,
            acquisition_cost_minor: acquired.cost_minor,
            frequency: summary.frequency as i32,
            first_day: summary.first_day,
            last_day: summary.last_day,
            as_of_day: day_number(as_of_date),
            stage: Some((stay.stage, stay.since)),
            payback_date,
            minor_per_unit: per_unit,
        };
        Some(Rescored {
            buyer_id,
            total_revenue_minor: summary.total_minor,
            repeat_revenue_minor: summary.repeat_total_minor,
            total_cost_minor: costs.total(),
            p_alive: score.probability_alive,
            expected_purchases: score.expected_purchases[0],
            expected_spend_minor,
            clv_minor,
            frequency: summary.frequency as i32,
            first_purchase_date: day_of_number(summary.first_day),
            last_purchase_date: day_of_number(summary.last_day),
            rfm_code,
            segment: self.segments.number(code),
            index,
            last_year_minor: summary.last_year_minor,
            year_before_minor: summary.year_before_minor,
            as_of_date,
            candidate_tier: self.candidate_tier(value, &fields, profile),
            stage: i16::from(stay.stage.number()),
            stage_since: day_of_number(stay.since),
            cost_of_goods_minor: unless_nothing(costs.of_goods),
            acquisition_cost_minor: unless_nothing(acquired.cost_minor),
            payback_date,
            wallet_group: kept.wallet_group,
            new: (self.run.tier_names.len() as i16, (self.run.findings.customers + 1) as i32),
        })
    }

    /// The best tier whose entry threshold the customer meets by now. A share of all customers is met by whoever has as much as the last
    /// customer of the run that was in it; what is not met, or cannot be told, leaves the last tier.
    fn candidate_tier(&self, value: Option<f64>, fields: &ScoreFields<'_>, profile: Option<&Profile>) -> i16 {
        let tiers = &self.run.settings.tiers.tiers;
        let from = |from: f64| value.is_some_and(|value| value >= from);
        let entered = tiers.iter().enumerate().position(|(at, tier)| match &tier.entry {
            Threshold::FromMinor(minor) => from(*minor as f64),
            Threshold::FromIndex(index) => from(*index),
            Threshold::Rule(rule) => rule.fits(fields, profile),
            Threshold::TopShare(_) => {
                let last = self.run.findings.tiers.get(at).filter(|tier| tier.end > 0);
                last.and_then(|tier| tier.threshold).is_some_and(from)
            }
            Threshold::Rest => true,
        });
        entered.unwrap_or(tiers.len().saturating_sub(1)) as i16 + 1
    }
}

/// What the customer cost up to a day: by kind, and the days of what is not for winning it, ascending.
fn spent(past: &[Past], as_of_date: Date) -> (Costs, Vec<(i32, i64)>) {
    let (mut costs, mut days) = (Costs::default(), Vec::new());
    for past in past.iter().filter(|past| past.kind == 3 && past.occur_date.to_jiff() <= as_of_date) {
        costs.add(past.cost_kind, past.amount_minor);
        if CostKind::of_number(past.cost_kind) != Some(CostKind::Acquisition) {
            days.push((day_number(past.occur_date.to_jiff()), past.amount_minor));
        }
    }
    days.sort_unstable();
    (costs, days)
}

/// What winning the customer cost, and since when it has paid that back.
fn acquired(
    log: &CustomerLog,
    as_of_date: Date,
    (costs, cost_days): (&Costs, &[(i32, i64)]),
    share_minor: i64,
    margin: f64,
) -> Acquired {
    let cost_minor = share_minor.saturating_add(costs.acquisition);
    if cost_minor == 0 {
        return Acquired::default();
    }
    let days = log.days(day_number(as_of_date));
    Acquired { cost_minor, share_minor, payback_day: payback_day(&days, cost_days, margin, cost_minor) }
}

fn log(buyer_id: i64, past: &[Past]) -> CustomerLog {
    let mut log = CustomerLog::new(buyer_id as u64);
    for past in past {
        let day = day_number(past.occur_date.to_jiff());
        match past.kind {
            1 => log.purchase(day, past.amount_minor),
            2 => {
                let bought = past.purchase_date.map(|date| day_number(date.to_jiff()));
                log.refund(day, past.amount_minor, bought);
            }
            _ => {}
        }
    }
    log
}

impl Thresholds {
    fn of(message: &RfmThresholds, currency: Currency) -> Self {
        let minor = |money: &clientele_proto::Money| {
            let per_unit = currency.minor_per_unit();
            money.units.saturating_mul(per_unit).saturating_add(i64::from(money.nanos) * per_unit / 1_000_000_000)
        };
        Self {
            recency: message.recency.clone(),
            frequency: message.frequency.clone(),
            monetary_minor: message.monetary.iter().map(minor).collect(),
        }
    }

    fn code(&self, summary: &Summary) -> Code {
        let (since, days) = (f64::from(summary.days_since_last()), f64::from(summary.purchases()));
        let above = |count: usize| count as u8 + 1;
        Code {
            r: above(self.recency.iter().filter(|cut| since <= **cut).count()),
            f: above(self.frequency.iter().filter(|cut| days >= **cut).count()),
            m: above(self.monetary_minor.iter().filter(|cut| summary.total_minor >= **cut).count()),
        }
    }
}
