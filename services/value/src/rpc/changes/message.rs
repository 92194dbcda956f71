//! What changed about a customer, as the contract tells it.

use clientele_proto::{
    Money,
    value::v1::{ClvChangeParts, ComparedScore, IndexMetric, IndexMetricChange, ScoreChange, ScoreChangeKind},
};

use super::pair::Pair;
use crate::{
    domain::{
        clv_change::{ClvParts, ClvPath},
        currency::{Currency, rounded},
        index::MetricScore,
    },
    rpc::scores::{as_of_date, judgement_of, name},
    scoring::{
        ScoredRun,
        policy_message::metric_message,
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

/// A customer's scores before and after; at least one of them.
pub(super) type Records = [Option<ScoreRecord>; 2];

/// What changed about a customer.
pub(super) fn change(pair: &Pair, [before, after]: &Records, path: Option<ClvPath>) -> ScoreChange {
    let currency = pair.after.0.settings.currency;
    let customer = after.as_ref().or(before.as_ref());
    let kind = match (before, after) {
        (Some(_), Some(_)) => ScoreChangeKind::Kept,
        (None, _) => ScoreChangeKind::Arrived,
        (_, None) => ScoreChangeKind::Left,
    };
    let [clv_before, clv_after] =
        [before, after].map(|record| record.as_ref().and_then(|record| record.clv_minor).map(rounded));
    let clv_change = (clv_before.is_some() || clv_after.is_some())
        .then(|| clv_after.unwrap_or_default().saturating_sub(clv_before.unwrap_or_default()));
    let index = |record: &Option<ScoreRecord>| record.as_ref().and_then(|record| record.index);
    ScoreChange {
        customer_id: customer.and_then(|of| of.customer_id).map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: customer.and_then(|of| of.external_id.clone()).unwrap_or_default(),
        kind: kind.into(),
        before: before.as_ref().map(|record| compared(&pair.before.0, record)),
        after: after.as_ref().map(|record| compared(&pair.after.0, record)),
        clv_change: clv_change.map(|minor| money(currency, minor)),
        clv_change_parts: path.map(|path| parts(currency, path.parts())),
        index_change: index(before).zip(index(after)).map(|(before, after)| after - before),
        index_metric_changes: Vec::new(),
    }
}

/// What the change of a customer's index is made of, the largest first; nothing without an index on both sides.
pub(super) fn index_metric_changes(pair: &Pair, [before, after]: &Records) -> Vec<IndexMetricChange> {
    let judged = |run: &ScoredRun, record: &Option<ScoreRecord>| judgement_of(run, record.as_ref()?);
    let Some((before, after)) = judged(&pair.before.0, before).zip(judged(&pair.after.0, after)) else {
        return Vec::new();
    };
    let points = |metrics: &[MetricScore], metric: IndexMetric| -> f64 {
        metrics.iter().filter(|of| metric_message(of.metric) == metric).map(MetricScore::points).sum()
    };
    let mut metrics: Vec<IndexMetric> =
        before.metrics.iter().chain(&after.metrics).map(|of| metric_message(of.metric)).collect();
    metrics.sort_unstable();
    metrics.dedup();
    let mut changes: Vec<IndexMetricChange> = metrics
        .into_iter()
        .map(|metric| IndexMetricChange {
            metric: metric.into(),
            points_before: points(&before.metrics, metric),
            points_after: points(&after.metrics, metric),
        })
        .collect();
    let size = |change: &IndexMetricChange| (change.points_after - change.points_before).abs();
    changes.sort_by(|left, right| size(right).total_cmp(&size(left)));
    changes
}

/// The parts of a change of CLV.
pub(super) fn parts(currency: Currency, parts: ClvParts) -> ClvChangeParts {
    let told = |minor: i64| -> Option<Money> { Some(money(currency, minor)) };
    ClvChangeParts {
        time: told(parts.time),
        purchases: told(parts.purchases),
        models: told(parts.models),
        settings: told(parts.settings),
    }
}

fn compared(run: &ScoredRun, record: &ScoreRecord) -> ComparedScore {
    let currency = run.settings.currency;
    ComparedScore {
        as_of_date: Some(date(as_of_date(run, record))),
        rank: i64::from(record.rank),
        tier: name(&run.tier_names, record.tier).to_owned(),
        segment: name(&run.segment_names, record.segment).to_owned(),
        stage: record.stage.map(i32::from).unwrap_or_default(),
        index: record.index,
        p_alive: record.p_alive,
        expected_purchases: record.expected_purchases,
        clv: record.clv_minor.map(|minor| money(currency, rounded(minor))),
        frequency: i64::from(record.frequency),
        last_purchase_date: Some(date(record.last_purchase_date.to_jiff())),
        total_revenue: Some(money(currency, record.total_revenue_minor)),
    }
}
