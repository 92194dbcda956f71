//! What a customer has brought after what it cost, as the contract tells it, and why.

use clientele_proto::value::v1 as proto;
use jiff::Unit;

use crate::{
    domain::{
        contribution::Contribution,
        contribution_reasons::{Facts, reason},
        reasons::Reason,
    },
    scoring::{
        ScoredRun,
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

/// What the customer has brought and cost; `None` in runs of before costs were kept by kind.
pub(super) fn contribution(run: &ScoredRun, record: &ScoreRecord) -> Option<Contribution> {
    run.findings.acquisition.as_ref()?;
    let cost_of_goods_minor = record.cost_of_goods_minor.unwrap_or_default();
    let acquisition_cost_minor = record.acquisition_cost_minor.unwrap_or_default();
    let own = acquisition_cost_minor.saturating_sub(record.acquisition_share_minor.unwrap_or_default());
    Some(Contribution {
        revenue_minor: record.total_revenue_minor,
        margin: run.settings.margin,
        cost_of_goods_minor,
        cost_to_serve_minor: record.total_cost_minor.saturating_sub(cost_of_goods_minor).saturating_sub(own),
        acquisition_cost_minor,
    })
}

/// The message.
pub(super) fn message(run: &ScoredRun, record: &ScoreRecord, of: &Contribution) -> proto::Contribution {
    let money = |minor: i64| money(run.settings.currency, minor);
    let payback = record.payback_date.map(jiff_sqlx::Date::to_jiff);
    let first = record.first_purchase_date.to_jiff();
    proto::Contribution {
        revenue: Some(money(of.revenue_minor)),
        cost_of_goods: Some(money(of.cost_of_goods_minor)),
        margin: Some(money(of.margin_minor())),
        cost_to_serve: Some(money(of.cost_to_serve_minor)),
        acquisition_cost: Some(money(of.acquisition_cost_minor)),
        acquisition_spend_share: Some(money(record.acquisition_share_minor.unwrap_or_default())),
        profit: Some(money(of.profit_minor())),
        clv_to_cac: of.clv_to_cac(record.clv_minor),
        payback_date: payback.map(date),
        payback_days: payback.map(|day| day.since((Unit::Day, first)).map_or(0, |span| span.get_days())),
        payback_left: of.payback_left_minor().map(money),
    }
}

/// Why; `None` where no cost is known.
pub(super) fn why(run: &ScoredRun, record: &ScoreRecord) -> Option<Reason> {
    reason(&Facts {
        currency: run.settings.currency,
        contribution: contribution(run, record)?,
        share_minor: record.acquisition_share_minor.unwrap_or_default(),
        clv_minor: record.clv_minor,
        first_purchase_date: record.first_purchase_date.to_jiff(),
        payback_date: record.payback_date.map(jiff_sqlx::Date::to_jiff),
    })
}
