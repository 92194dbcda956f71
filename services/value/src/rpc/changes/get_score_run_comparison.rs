//! `GetScoreRunComparison`: both runs read once, side by side; only who changed most is looked up again.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    GetScoreRunComparisonRequest, ScoreChange, ScoreDistributionShift, ScoreRunComparison, ScoreTransition,
    TotalClvChange,
};
use clientele_service::Call;

use super::{
    list_score_changes::records,
    message::{Records, change, index_metric_changes, parts},
    pair::{Pair, pair},
};
use crate::{
    State,
    domain::{
        currency::{Currency, rounded},
        distribution::Distribution,
        lifecycle::Stage,
        movers::Largest,
    },
    rpc::scores::name,
    scoring::{
        comparing::{Apart, Comparison, Stood, Transitions, compare},
        settings_message::{date, money},
    },
};

/// Customers in each list of movers unless the caller says otherwise.
const MOVERS: usize = 10;
const PERCENTILES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

pub(super) async fn get_score_run_comparison(
    state: &State,
    call: Call,
    request: GetScoreRunComparisonRequest,
) -> Result<ScoreRunComparison> {
    let pair = pair(state, call.tenant(), &request.score_run_id, &request.earlier_score_run_id).await?;
    let most = usize::try_from(request.max_movers).ok().filter(|most| *most > 0).unwrap_or(MOVERS);
    let sides = [(pair.before.0.as_ref(), pair.before.1), (pair.after.0.as_ref(), pair.after.1)];
    let found = compare(&state.pool, call.tenant(), sides, most).await.map_err(Error::internal)?;
    let mut movers = Vec::with_capacity(found.movers.len());
    for largest in &found.movers {
        movers.push(explained(state, &call, &pair, largest).await?);
    }
    Ok(reply(&pair, &found, movers))
}

/// The customers of a list of movers, with why they changed.
async fn explained(state: &State, call: &Call, pair: &Pair, largest: &Largest) -> Result<Vec<ScoreChange>> {
    let buyers = largest.buyers();
    if buyers.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let records = records(&mut connection, call.tenant(), pair, &buyers).await.map_err(failed)?;
    Ok(with_paths(pair, &records)
        .into_iter()
        .zip(&records)
        .map(|(change, records)| ScoreChange { index_metric_changes: index_metric_changes(pair, records), ..change })
        .collect())
}

/// Changes with their CLV taken apart where it can be.
pub(super) fn with_paths(pair: &Pair, records: &[Records]) -> Vec<ScoreChange> {
    let (before, after) = (&pair.before.0, &pair.after.0);
    let kept: Vec<(Stood, Stood)> = records
        .iter()
        .filter_map(|[of_before, of_after]| {
            Some((Stood::of_record(of_before.as_ref()?, before), Stood::of_record(of_after.as_ref()?, after)))
        })
        .collect();
    let paths = Apart::new(before, after).map(|apart| apart.paths(&kept)).unwrap_or_default();
    let mut paths = paths.into_iter();
    let path_of = |records: &Records| match records {
        [Some(_), Some(_)] => paths.next().flatten(),
        _ => None,
    };
    let paths: Vec<_> = records.iter().map(path_of).collect();
    records.iter().zip(paths).map(|(records, path)| change(pair, records, path)).collect()
}

fn reply(pair: &Pair, found: &Comparison, movers: Vec<Vec<ScoreChange>>) -> ScoreRunComparison {
    let (before, after) = (&pair.before.0, &pair.after.0);
    let currency = after.settings.currency;
    let [by_tier, by_segment, by_stage] = &found.transitions;
    let mut movers = movers.into_iter();
    let mut next = || movers.next().unwrap_or_default();
    ScoreRunComparison {
        score_run_id: after.id.clone(),
        earlier_score_run_id: before.id.clone(),
        as_of_date: Some(date(after.settings.as_of_date)),
        earlier_as_of_date: Some(date(before.settings.as_of_date)),
        kept_customers: found.kept,
        arrived_customers: found.arrived,
        left_customers: found.left,
        tier_transitions: transitions(currency, by_tier, |number, is_after| {
            name(if is_after { &after.tier_names } else { &before.tier_names }, number).to_owned()
        }),
        segment_transitions: transitions(currency, by_segment, |number, is_after| {
            name(if is_after { &after.segment_names } else { &before.segment_names }, number).to_owned()
        }),
        stage_transitions: transitions(currency, by_stage, |number, _| {
            Stage::of_number(number).map_or("NONE", Stage::name).to_owned()
        }),
        total_clv_change: Some(total(currency, found)),
        distribution_shifts: shifts(currency, found),
        clv_risers: next(),
        clv_fallers: next(),
        index_risers: next(),
        index_fallers: next(),
    }
}

fn transitions(currency: Currency, found: &Transitions, name: impl Fn(i16, bool) -> String) -> Vec<ScoreTransition> {
    let told = found.iter().map(|((from, to), transition)| ScoreTransition {
        from: name(*from, false),
        to: name(*to, true),
        customers: transition.customers,
        clv_change: Some(money(currency, rounded(transition.clv_change))),
    });
    told.collect()
}

fn total(currency: Currency, found: &Comparison) -> TotalClvChange {
    let told = |minor: i64| Some(money(currency, minor));
    let [kept_before, kept_after] = found.kept_clv.map(rounded);
    let (arrived, left) = (rounded(found.arrived_clv), rounded(found.left_clv));
    TotalClvChange {
        before: told(kept_before.saturating_add(left)),
        after: told(kept_after.saturating_add(arrived)),
        arrived: told(arrived),
        left: told(left),
        kept: found.kept_path.map(|path| parts(currency, path.parts())),
    }
}

fn shifts(currency: Currency, found: &Comparison) -> Vec<ScoreDistributionShift> {
    let per_unit = currency.minor_per_unit() as f64;
    let scores = [("p_alive", 1.0), ("expected_purchases", 1.0), ("clv", per_unit), ("index", 1.0)];
    let [before, after] = &found.distributions;
    let told = scores.into_iter().zip(before.iter().zip(after)).map(|((score, unit), (before, after))| {
        let percentiles = |of: &Distribution| PERCENTILES.map(|share| of.percentile(share) / unit).to_vec();
        ((before.count() + after.count()) > 0).then(|| ScoreDistributionShift {
            score: score.to_owned(),
            mean_before: before.mean() / unit,
            mean_after: after.mean() / unit,
            before_percentiles: percentiles(before),
            after_percentiles: percentiles(after),
        })
    });
    told.flatten().collect()
}
