//! `GetRfmReport`: counted over all customers when the run was at work, kept with it.

use btyd::Code;
use clientele_error::{Error, Result};
use clientele_proto::{
    Money,
    value::v1::{GetRfmReportRequest, RfmCell, RfmReport, RfmSegmentCount},
};
use clientele_service::Call;

use super::scored_run;
use crate::{
    State,
    domain::currency::Currency,
    scoring::{ScoredRun, settings_message::wide_money},
};

pub(super) async fn get_rfm_report(state: &State, call: Call, request: GetRfmReportRequest) -> Result<RfmReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    Ok(RfmReport {
        score_run_id: run.id.clone(),
        bins: i32::from(run.settings.rfm.bins),
        cells: run.findings.rfm_cells.clone(),
        segments: segments(&run)?,
    })
}

/// The segments of the run's map, with the cells of each summed up.
fn segments(run: &ScoredRun) -> Result<Vec<RfmSegmentCount>> {
    let (currency, bins) = (run.settings.currency, run.settings.rfm.bins);
    let map = run.settings.rfm.segments().map_err(Error::internal)?;
    let scores = || 1..=bins;
    let codes: Vec<Code> =
        scores().flat_map(|r| scores().flat_map(move |f| scores().map(move |m| Code { r, f, m }))).collect();
    let count = |name: &String| {
        let cells: Vec<&RfmCell> = run
            .findings
            .rfm_cells
            .iter()
            .filter(|cell| cell.rfm.as_ref().is_some_and(|rfm| rfm.segment == *name))
            .collect();
        let sum = |of: fn(&RfmCell) -> Option<&Money>| {
            cells.iter().filter_map(|cell| of(cell)).map(|money| minor(money, currency)).sum::<i128>()
        };
        RfmSegmentCount {
            segment: name.clone(),
            codes: codes.iter().filter(|code| map.segment(**code) == Some(name)).count() as i32,
            customers: cells.iter().map(|cell| cell.customers).sum(),
            total_revenue: Some(wide_money(currency, sum(|cell| cell.total_revenue.as_ref()))),
            clv: run.findings.ranked_by_clv.then(|| wide_money(currency, sum(|cell| cell.clv.as_ref()))),
        }
    };
    Ok(run.segment_names.iter().map(count).collect())
}

fn minor(money: &Money, currency: Currency) -> i128 {
    let per_unit = i128::from(currency.minor_per_unit());
    i128::from(money.units) * per_unit + i128::from(money.nanos) * per_unit / 1_000_000_000
}
