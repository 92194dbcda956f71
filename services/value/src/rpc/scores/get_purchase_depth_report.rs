//! `GetPurchaseDepthReport`: counted over all customers when the run was at work; what is recent is said by the caller.

use clientele_error::Result;
use clientele_proto::value::v1::{
    GetPurchaseDepthReportRequest, PurchaseDepth, PurchaseDepthLevel, PurchaseDepthReport,
};
use clientele_service::Call;

use super::{counted, scored_run};
use crate::{
    State,
    scoring::{
        OnceFinding, ScoredRun,
        settings_message::{date, money},
    },
};

/// A single purchase is recent for so many days, unless the caller says otherwise.
const RECENT_DAYS: i32 = 90;

pub(super) async fn get_purchase_depth_report(
    state: &State,
    call: Call,
    request: GetPurchaseDepthReportRequest,
) -> Result<PurchaseDepthReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let recent_days = if request.recent_days == 0 { RECENT_DAYS } else { request.recent_days };
    report(&run, recent_days)
}

fn report(run: &ScoredRun, recent_days: i32) -> Result<PurchaseDepthReport> {
    let found = counted(run, run.findings.purchase_depth.as_ref())?;
    let recent = found.once.partition_point(|once| i64::from(once.days_since) <= i64::from(recent_days));
    let (recent, gone) = found.once.split_at(recent);
    let (recent, gone) = (sum(recent), sum(gone));
    let level = |depth: PurchaseDepth, (customers, revenue_minor): (i64, i64)| PurchaseDepthLevel {
        depth: depth.into(),
        customers,
        total_revenue: Some(money(run.settings.currency, revenue_minor)),
    };
    let buyers = recent.0 + gone.0 + found.repeaters;
    Ok(PurchaseDepthReport {
        score_run_id: run.id.clone(),
        as_of_date: Some(date(run.settings.as_of_date)),
        recent_days,
        levels: vec![
            level(PurchaseDepth::Never, (found.never, 0)),
            level(PurchaseDepth::OnceAndGone, gone),
            level(PurchaseDepth::OnceAndRecent, recent),
            level(PurchaseDepth::TwiceOrMore, (found.repeaters, found.repeaters_revenue_minor)),
        ],
        repeat_rate: found.repeaters as f64 / buyers.max(1) as f64,
    })
}

/// Customers and their revenue.
fn sum(found: &[OnceFinding]) -> (i64, i64) {
    found.iter().fold((0, 0), |(customers, revenue), once| {
        (customers + once.customers, revenue.saturating_add(once.revenue_minor))
    })
}
