//! A stored score as the contract tells it, with its reasons where they are asked for.

use btyd::Code;
use clientele_proto::value::v1::{PurchaseSummary, RfmScore, Score, ScoreReason, ScoreView};
use jiff::{Unit, civil::Date};

use crate::{
    domain::{
        currency::rounded,
        reasons::{CustomerFacts, Facts, RunFacts, reasons},
    },
    scoring::{
        ScoredRun,
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

/// The score.
pub(super) fn score(run: &ScoredRun, record: &ScoreRecord, view: ScoreView) -> Score {
    let currency = run.settings.currency;
    let predicted = |minor: f64| money(currency, rounded(minor));
    let days = Days::of(run, record);
    let code = code(record);
    Score {
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        score_run_id: run.id.clone(),
        as_of_date: Some(date(run.settings.as_of_date)),
        rank: i64::from(record.rank),
        tier: name(&run.tier_names, record.tier).to_owned(),
        rfm: Some(RfmScore {
            recency: i32::from(code.r),
            frequency: i32::from(code.f),
            monetary: i32::from(code.m),
            code: record.rfm_code.to_string(),
            segment: name(&run.segment_names, record.segment).to_owned(),
        }),
        purchases: Some(PurchaseSummary {
            frequency: i64::from(record.frequency),
            recency_days: days.recency,
            age_days: days.age,
            days_since_last_purchase: days.age - days.recency,
            first_purchase_date: Some(date(record.first_purchase_date.to_jiff())),
            last_purchase_date: Some(date(record.last_purchase_date.to_jiff())),
            total_revenue: Some(money(currency, record.total_revenue_minor)),
            monetary_value: Some(predicted(monetary_value_minor(record))),
            total_cost: Some(money(currency, record.total_cost_minor)),
        }),
        p_alive: record.p_alive,
        expected_purchases: record.expected_purchases,
        expected_spend: record.expected_spend_minor.map(predicted),
        clv: record.clv_minor.map(predicted),
        reasons: if view == ScoreView::Full { score_reasons(run, record, code, &days) } else { Vec::new() },
    }
}

struct Days {
    recency: i32,
    age: i32,
}

impl Days {
    fn of(run: &ScoredRun, record: &ScoreRecord) -> Self {
        let first = record.first_purchase_date.to_jiff();
        let since = |later: Date| later.since((Unit::Day, first)).map_or(0, |span| span.get_days());
        Self { recency: since(record.last_purchase_date.to_jiff()), age: since(run.settings.as_of_date) }
    }
}

fn code(record: &ScoreRecord) -> Code {
    let [r, f, m] = [record.rfm_code / 100, record.rfm_code / 10 % 10, record.rfm_code % 10].map(|score| score as u8);
    Code { r, f, m }
}

fn monetary_value_minor(record: &ScoreRecord) -> f64 {
    if record.frequency == 0 { 0.0 } else { record.repeat_revenue_minor as f64 / f64::from(record.frequency) }
}

/// The name of a number that counts from 1.
fn name(names: &[String], number: i16) -> &str {
    usize::try_from(number - 1).ok().and_then(|at| names.get(at)).map_or("", String::as_str)
}

fn score_reasons(run: &ScoredRun, record: &ScoreRecord, code: Code, days: &Days) -> Vec<ScoreReason> {
    let findings = &run.findings;
    let tier = record.tier.max(1) as usize - 1;
    let before: i64 = findings.tiers.iter().take(tier).map(|tier| tier.customers).sum();
    let own = findings.tiers.get(tier).copied().unwrap_or_default();
    let facts = Facts {
        customer: CustomerFacts {
            rank: record.rank as u64,
            tier: name(&run.tier_names, record.tier),
            segment: name(&run.segment_names, record.segment),
            code,
            frequency: record.frequency as u32,
            recency_days: days.recency as u32,
            age_days: days.age as u32,
            total_revenue_minor: record.total_revenue_minor,
            repeat_revenue_minor: record.repeat_revenue_minor,
            p_alive: record.p_alive,
            expected_purchases: record.expected_purchases,
            expected_spend_minor: record.expected_spend_minor,
            clv_minor: record.clv_minor,
        },
        run: RunFacts {
            currency: run.settings.currency,
            customers: findings.customers as u64,
            bins: run.settings.rfm.bins,
            model: run.settings.transaction_model,
            horizon_months: run.settings.horizon_months,
            annual_discount_rate: run.settings.annual_discount_rate,
            margin: run.settings.margin,
            ranked_by_clv: findings.ranked_by_clv,
            tier_metric: run.settings.tiers.metric,
            tier: (before as u64 + 1, (before + own.customers) as u64, own.threshold_minor),
            medians: &findings.medians,
        },
    };
    let reasons = reasons(&facts).into_iter().map(|reason| ScoreReason {
        score: reason.score.to_owned(),
        text: reason.text,
        inputs: reason.inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ratio_to_median: reason.ratio_to_median,
    });
    reasons.collect()
}
