//! What winning customers cost and brought, by channel, by spend and by month: computed with the run.

use std::collections::{BTreeMap, HashMap};

use clientele_proto::{
    Money,
    value::v1::{AcquisitionGroup, AcquisitionReport, UnborneAcquisitionSpend, unborne_acquisition_spend::Cause},
};

use super::{
    engine::Scored,
    reading::{day_number, day_of_number},
    settings_message::{date, money},
};
use crate::domain::{
    acquisition::Spend,
    contribution::Contribution,
    currency::{Currency, rounded},
    score_settings::ScoreSettings,
};

/// Channels that are told one by one.
const CHANNELS: usize = 200;
/// Spends and cohorts that are told one by one.
const ROWS: usize = 1_000;
/// Spends without a bearer that are told one by one.
const UNBORNE: usize = 100;

/// What customers come to together.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    customers: i64,
    acquisition_cost_minor: i64,
    share_minor: i64,
    revenue_minor: i64,
    brought_minor: i64,
    clv_minor: f64,
    with_cost: i64,
    paid_back: i64,
}

/// The report, as the findings of a run keep it.
pub fn report(scored: &Scored, settings: &ScoreSettings) -> AcquisitionReport {
    let telling = Telling { scored, settings };
    let mut channels: HashMap<&str, Sum> = HashMap::new();
    let mut cohorts: BTreeMap<(&str, i32), Sum> = BTreeMap::new();
    let known = &scored.winning.acquisition.channels;
    if !known.is_empty() {
        for (at, summary) in scored.summaries.iter().enumerate() {
            let Some(channel) = known.get(&summary.customer) else { continue };
            let month = month_of(summary.first_day);
            for sum in [channels.entry(channel).or_default(), cohorts.entry((channel, month)).or_default()] {
                telling.add(sum, at);
            }
        }
    }
    let mut channels: Vec<(&str, Sum)> = channels.into_iter().collect();
    channels.sort_unstable_by(|(a, left), (b, right)| right.customers.cmp(&left.customers).then(a.cmp(b)));
    let others = channels.split_off(channels.len().min(CHANNELS));
    let told: Vec<&str> = channels.iter().map(|(channel, _)| *channel).collect();
    let other = others.iter().fold(Sum::default(), |sum, (_, other)| sum.plus(other));
    cohorts.retain(|(channel, _), _| told.contains(channel));
    AcquisitionReport {
        score_run_id: String::new(),
        channels: channels.iter().map(|(channel, sum)| telling.group(channel, sum)).collect(),
        spends: telling.spends(),
        cohorts: telling.cohorts(cohorts),
        other_channels: (!others.is_empty()).then(|| telling.group("", &other)),
    }
}

/// What of the spends was shared out, what no customer bears, and the first of the spends that nobody bears.
pub fn unborne(scored: &Scored, currency: Currency) -> (Money, Money, Vec<UnborneAcquisitionSpend>) {
    let spends = scored.winning.acquisition.spends.iter().zip(&scored.winning.shared.bearers);
    let (mut shared, mut left, mut told) = (0_i64, 0_i64, Vec::new());
    for (spend, bearers) in spends {
        let counted = spend.counted_minor.unwrap_or_default();
        if !bearers.is_empty() && spend.counted_minor.is_some() {
            shared = shared.saturating_add(counted);
            continue;
        }
        left = left.saturating_add(counted);
        if told.len() < UNBORNE {
            told.push(UnborneAcquisitionSpend {
                acquisition_spend_id: spend.id.to_string(),
                channel: spend.channel.clone(),
                amount: spend.counted_minor.map(|minor| money(currency, minor)),
                cause: if spend.counted_minor.is_some() { Cause::NoCustomer } else { Cause::OtherCurrency }.into(),
            });
        }
    }
    (money(currency, shared), money(currency, left), told)
}

/// The first day of the month of a day.
fn month_of(day: i32) -> i32 {
    let date = day_of_number(day);
    day_number(date.first_of_month())
}

struct Telling<'a> {
    scored: &'a Scored,
    settings: &'a ScoreSettings,
}

impl Telling<'_> {
    fn add(&self, sum: &mut Sum, at: usize) {
        let summary = &self.scored.summaries[at];
        let costs = self.scored.costs.get(&summary.customer).copied().unwrap_or_default();
        let acquired = self.scored.winning.of_one(summary.customer);
        let contribution = Contribution {
            revenue_minor: summary.total_minor,
            margin: self.settings.margin,
            cost_of_goods_minor: costs.of_goods,
            cost_to_serve_minor: costs.to_serve,
            acquisition_cost_minor: acquired.cost_minor,
        };
        let per_unit = self.settings.currency.minor_per_unit() as f64;
        *sum = sum.plus(&Sum {
            customers: 1,
            acquisition_cost_minor: acquired.cost_minor,
            share_minor: acquired.share_minor,
            revenue_minor: summary.total_minor,
            brought_minor: contribution.brought_minor(),
            clv_minor: self.scored.scores[at].clv.unwrap_or_default() * per_unit,
            with_cost: i64::from(acquired.cost_minor > 0),
            paid_back: i64::from(acquired.payback_day.is_some()),
        });
    }

    fn group(&self, channel: &str, sum: &Sum) -> AcquisitionGroup {
        let money = |minor: i64| money(self.settings.currency, minor);
        let has_clv = self.scored.spend_fit.is_ok();
        let mean = |total: f64| (sum.customers > 0).then(|| money(rounded(total / sum.customers as f64)));
        AcquisitionGroup {
            channel: channel.to_owned(),
            acquisition_spend_id: String::new(),
            start_date: None,
            end_date: None,
            customers: sum.customers,
            acquisition_cost: Some(money(sum.acquisition_cost_minor)),
            acquisition_spend: Some(money(sum.share_minor)),
            cac: mean(sum.acquisition_cost_minor as f64),
            revenue: Some(money(sum.revenue_minor)),
            contribution: Some(money(sum.brought_minor)),
            clv: has_clv.then(|| money(rounded(sum.clv_minor))),
            clv_to_cac: (has_clv && sum.acquisition_cost_minor > 0)
                .then(|| sum.clv_minor / sum.acquisition_cost_minor as f64),
            lifetime_value: mean(sum.brought_minor as f64 + sum.clv_minor).filter(|_| has_clv),
            paid_back_customers: sum.paid_back,
            payback_share: (sum.with_cost > 0).then(|| sum.paid_back as f64 / sum.with_cost as f64),
        }
    }

    fn spends(&self) -> Vec<AcquisitionGroup> {
        let all: Vec<_> =
            self.scored.winning.acquisition.spends.iter().zip(&self.scored.winning.shared.bearers).collect();
        let latest = &all[all.len().saturating_sub(ROWS)..];
        latest.iter().map(|(spend, bearers)| self.spend(spend, bearers)).collect()
    }

    fn spend(&self, spend: &Spend, bearers: &[u64]) -> AcquisitionGroup {
        let mut sum = Sum::default();
        for customer in bearers {
            if let Ok(at) = self.scored.summaries.binary_search_by_key(customer, |summary| summary.customer) {
                self.add(&mut sum, at);
            }
        }
        AcquisitionGroup {
            acquisition_spend_id: spend.id.to_string(),
            start_date: Some(date(day_of_number(spend.start_day))),
            end_date: Some(date(day_of_number(spend.end_day))),
            acquisition_spend: spend.counted_minor.map(|minor| money(self.settings.currency, minor)),
            ..self.group(&spend.channel, &sum)
        }
    }

    fn cohorts(&self, cohorts: BTreeMap<(&str, i32), Sum>) -> Vec<AcquisitionGroup> {
        let mut latest: Vec<((&str, i32), Sum)> = cohorts.into_iter().collect();
        latest.sort_by_key(|((_, month), _)| std::cmp::Reverse(*month));
        latest.truncate(ROWS);
        latest.sort_unstable_by_key(|(of, _)| *of);
        let group = |((channel, month), sum): &((&str, i32), Sum)| {
            let first = day_of_number(*month);
            AcquisitionGroup {
                start_date: Some(date(first)),
                end_date: Some(date(first.last_of_month())),
                ..self.group(channel, sum)
            }
        };
        latest.iter().map(group).collect()
    }
}

impl Sum {
    fn plus(self, other: &Self) -> Self {
        Self {
            customers: self.customers + other.customers,
            acquisition_cost_minor: self.acquisition_cost_minor.saturating_add(other.acquisition_cost_minor),
            share_minor: self.share_minor.saturating_add(other.share_minor),
            revenue_minor: self.revenue_minor.saturating_add(other.revenue_minor),
            brought_minor: self.brought_minor.saturating_add(other.brought_minor),
            clv_minor: self.clv_minor + other.clv_minor,
            with_cost: self.with_cost + other.with_cost,
            paid_back: self.paid_back + other.paid_back,
        }
    }
}
