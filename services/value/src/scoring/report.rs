//! What a run tells of itself: the summary of the contract, and the findings that reports and reasons read.

use std::collections::BTreeMap;

use btyd::{Cohorts, Covariance, Fit, GammaGamma, TransactionModel};
use clientele_proto::value::v1::{
    CalendarUnit as UnitMessage, ConcentrationPoint, ConcentrationReport, HoldoutReport, HoldoutRow, ModelFit,
    OtherCurrency, RetentionCohort, RetentionReport, RfmCell, RfmScore, RfmThresholds, ScoreRunSummary, TierCount,
    ValueMetric,
};
use rayon::prelude::*;

use super::{
    acquisition_report,
    choosing::Tried,
    engine::Scored,
    findings::{
        DepthFinding, Findings, LifecycleFinding, Medians, OnceFinding, StageFinding, TierFinding, TransitionFinding,
        YardstickFinding,
    },
    fitted::{log_covariances, model_name},
    judging::TierFound,
    peers,
    reading::day_of_number,
    settings_message::{date, money},
};
use crate::domain::{
    calendar::CalendarUnit,
    concentration::concentration,
    currency::{Currency, rounded},
    lifecycle::Stage,
    score_settings::ScoreSettings,
    tier_policy::TierMetric,
};

/// The summary of a run.
pub fn summary(
    scored: &Scored,
    settings: &ScoreSettings,
    transactions: i64,
    other_currencies: Vec<OtherCurrency>,
) -> ScoreRunSummary {
    let currency = settings.currency;
    let clvs = clv_by_tier(scored);
    let left = left_by_tier(scored, settings);
    let tiers = settings.tiers.tiers.iter().zip(&scored.judged.tier_findings).zip(clvs).zip(left);
    let (shared, unborne, unborne_spends) = acquisition_report::unborne(scored, currency);
    ScoreRunSummary {
        customers: scored.summaries.len() as i64,
        transactions,
        model_fits: vec![transaction_fit(scored, settings), spend_fit(scored, settings)],
        other_currencies,
        refunded_purchase_days: scored.excluded.days_refunded as i64,
        unmatched_refunds: Some(money(currency, scored.excluded.refund_unmatched_minor)),
        customers_without_purchases: scored.excluded.customers_without_purchase as i64,
        rfm_thresholds: Some(RfmThresholds {
            recency: scored.cuts.recency.clone(),
            frequency: scored.cuts.frequency.clone(),
            monetary: scored.cuts.monetary.iter().map(|cut| money(currency, cut.ceil() as i64)).collect(),
        }),
        tiers: tiers
            .map(|(((tier, found), clv), left)| TierCount {
                tier: tier.name.clone(),
                customers: found.customers as i64,
                clv: scored.spend_fit.is_ok().then(|| in_minor(currency, clv)),
                risen: found.risen as i64,
                fallen: found.fallen as i64,
                arrived: found.arrived as i64,
                left,
            })
            .collect(),
        model_choice: scored.chosen.why.clone(),
        holdout: scored.chosen.tried.as_ref().and_then(|tried| tried.as_ref().ok()).map(holdout),
        shared_acquisition_spend: Some(shared),
        unborne_acquisition_spend: Some(unborne),
        unborne_acquisition_spends: unborne_spends,
    }
}

/// The findings of a run.
pub fn findings(scored: &Scored, settings: &ScoreSettings, segments: impl Fn(u8, u8, u8) -> String) -> Findings {
    let currency = settings.currency;
    let per_unit = currency.minor_per_unit() as f64;
    let clvs: Vec<f64> = scored.order.par_iter().map_while_some(|position| scored.scores[*position as usize].clv);
    let mut revenues: Vec<i64> = scored.summaries.par_iter().map(|summary| summary.total_minor).collect();
    revenues.par_sort_unstable_by(|left, right| right.cmp(left));
    let median_revenue = revenues.get(revenues.len() / 2).copied().unwrap_or_default() as f64;
    let revenues: Vec<f64> = revenues.into_par_iter().map(|minor| minor as f64 / per_unit).collect();
    let complete = !clvs.is_empty() && clvs.len() == scored.order.len();
    let spends = scored.scores.par_iter().filter_map(|score| score.expected_spend).collect();
    Findings {
        customers: scored.summaries.len() as i64,
        medians: Medians {
            p_alive: median(scored.scores.par_iter().map(|score| score.probability_alive).collect())
                .unwrap_or_default(),
            expected_purchases: median(scored.scores.par_iter().map(|score| score.expected_purchases[0]).collect())
                .unwrap_or_default(),
            expected_spend_minor: median(spends).map(|spend| spend * per_unit),
            clv_minor: clvs.get(clvs.len() / 2).map(|clv| clv * per_unit),
            total_revenue_minor: median_revenue,
            index: Some(scored.judged.median_index),
        },
        clv_concentration: complete.then(|| concentration_report(currency, ValueMetric::Clv, &clvs)),
        revenue_concentration: concentration_report(currency, ValueMetric::TotalRevenue, &revenues),
        rfm_cells: rfm_cells(scored, currency, segments),
        tiers: scored.judged.tier_findings.iter().map(|found| tier_finding(found, settings)).collect(),
        ranked_by_clv: !clvs.is_empty(),
        purchase_depth: Some(purchase_depth(scored)),
        retention: CalendarUnit::ALL
            .iter()
            .zip(&scored.cohorts)
            .map(|(unit, cohorts)| retention(*unit, cohorts))
            .collect(),
        transaction_model: model_name(scored.transaction_fit.model.kind()).to_owned(),
        yardsticks: scored
            .judged
            .yardsticks
            .iter()
            .map(|yardstick| YardstickFinding { knots: yardstick.knots().to_vec() })
            .collect(),
        lifecycle: Some(lifecycle(scored, per_unit)),
        fx_version: scored.fx_version,
        acquisition: Some(acquisition_report::report(scored, settings)),
        read_time_micros: scored.read_time.map(jiff::Timestamp::as_microsecond),
        peer_groups: scored.known.peers.groups.iter().map(peers::finding).collect(),
    }
}

fn lifecycle(scored: &Scored, per_unit: f64) -> LifecycleFinding {
    let mut stages = vec![StageFinding::default(); Stage::ALL.len()];
    for ((stay, summary), score) in scored.staged.stays.iter().zip(&scored.summaries).zip(&scored.scores) {
        let found = &mut stages[stay.stage as usize];
        found.customers += 1;
        found.revenue_minor = found.revenue_minor.saturating_add(summary.total_minor);
        found.clv_minor += score.clv.unwrap_or_default() * per_unit;
    }
    let before = scored.known.before.as_ref();
    LifecycleFinding {
        prospects: scored.known_customers - scored.summaries.len() as i64,
        stages,
        earlier_score_run_id: before.map(|before| before.score_run_id.to_string()).unwrap_or_default(),
        transitions: scored
            .staged
            .transitions()
            .map(|(from, to, customers)| TransitionFinding {
                from: from.map_or(0, |from| from.number().into()),
                to: to.number().into(),
                customers: customers as i64,
            })
            .collect(),
    }
}

fn tier_finding(found: &TierFound, settings: &ScoreSettings) -> TierFinding {
    let per_unit = match settings.tiers.metric {
        TierMetric::Index => 1.0,
        TierMetric::Clv | TierMetric::TotalRevenue => settings.currency.minor_per_unit() as f64,
    };
    TierFinding {
        customers: found.customers as i64,
        threshold: found.threshold.map(|value| value * per_unit),
        end: found.end as i64,
    }
}

fn purchase_depth(scored: &Scored) -> DepthFinding {
    let mut once: BTreeMap<u32, OnceFinding> = BTreeMap::new();
    let mut depth =
        DepthFinding { never: scored.known_customers - scored.summaries.len() as i64, ..DepthFinding::default() };
    for summary in &scored.summaries {
        let (customers, revenue_minor) = if summary.frequency > 0 {
            (&mut depth.repeaters, &mut depth.repeaters_revenue_minor)
        } else {
            let days_since = summary.days_since_last();
            let found = once.entry(days_since).or_insert(OnceFinding { days_since, ..OnceFinding::default() });
            (&mut found.customers, &mut found.revenue_minor)
        };
        *customers += 1;
        *revenue_minor = revenue_minor.saturating_add(summary.total_minor);
    }
    depth.once = once.into_values().collect();
    depth
}

fn retention(unit: CalendarUnit, cohorts: &Cohorts) -> RetentionReport {
    let unit = match unit {
        CalendarUnit::Month => UnitMessage::Month,
        CalendarUnit::Quarter => UnitMessage::Quarter,
        CalendarUnit::Year => UnitMessage::Year,
    };
    let counts = |counts: &[u64]| counts.iter().map(|count| *count as i64).collect();
    RetentionReport {
        unit: unit.into(),
        cohorts: cohorts
            .cohorts
            .iter()
            .map(|cohort| RetentionCohort {
                start_date: Some(date(day_of_number(cohort.start_day))),
                customers: cohort.active.first().copied().unwrap_or_default() as i64,
                active_customers: counts(&cohort.active),
            })
            .collect(),
        earlier_customers: cohorts.earlier_customers as i64,
        ..RetentionReport::default()
    }
}

trait MapWhileSome {
    fn map_while_some(self, value: impl Fn(&u32) -> Option<f64> + Sync + Send) -> Vec<f64>;
}

/// Those with a CLV come first in the order, so that leaving the others out keeps it.
impl MapWhileSome for rayon::slice::Iter<'_, u32> {
    fn map_while_some(self, value: impl Fn(&u32) -> Option<f64> + Sync + Send) -> Vec<f64> {
        self.filter_map(value).collect()
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn in_minor(currency: Currency, units: f64) -> clientele_proto::Money {
    money(currency, rounded(units * currency.minor_per_unit() as f64))
}

fn clv_by_tier(scored: &Scored) -> Vec<f64> {
    let mut sums = vec![0.0; scored.judged.tier_findings.len()];
    for (tier, score) in scored.judged.tiers.iter().zip(&scored.scores) {
        sums[usize::from(*tier)] += score.clv.unwrap_or_default();
    }
    sums
}

/// Customers that the run before had in each tier and that have no score any more.
fn left_by_tier(scored: &Scored, settings: &ScoreSettings) -> Vec<i64> {
    let mut left = vec![0; settings.tiers.tiers.len()];
    for stood in scored.known.before.iter().flat_map(|before| &before.standings) {
        if scored.summaries.binary_search_by_key(&stood.buyer, |summary| summary.customer).is_ok() {
            continue;
        }
        let names = scored.known.before.as_ref().map(|before| before.tier_names.as_slice()).unwrap_or_default();
        let place = names.get(usize::from(stood.tier)).and_then(|name| settings.tiers.place(name));
        if let Some(customers) = place.and_then(|place| left.get_mut(place)) {
            *customers += 1;
        }
    }
    left
}

fn transaction_fit(scored: &Scored, settings: &ScoreSettings) -> ModelFit {
    let fit = &scored.transaction_fit;
    let mut told = model_fit(model_name(fit.model.kind()), fit, &fit.model.named_parameters());
    if let TransactionModel::MbgCnbd(model) = fit.model {
        told.parameters.insert("k".to_owned(), f64::from(model.k()));
    }
    tell_errors(&mut told, &scored.transaction_covariance);
    tell_data(&mut told, scored, settings);
    told.distinct_histories = scored.fitted_data.histories as i64;
    if let Some(drift) = &scored.drift {
        told.warnings.extend(drift.warning());
        told.drift = Some(drift.message());
    }
    if let Some(Err(why)) = &scored.chosen.tried {
        told.warnings.push(format!("not tried on the days held back: {why}"));
    }
    told
}

/// The standard errors of a fit's parameters, or a warning that says why there are none.
fn tell_errors<const N: usize>(fit: &mut ModelFit, covariance: &Result<Covariance<N>, String>) {
    match covariance {
        Ok(covariance) => {
            let errors = covariance.parameters().into_iter().zip(covariance.standard_errors());
            fit.standard_errors = errors.map(|((name, _), error)| (name.to_owned(), error)).collect();
            fit.log_covariances = log_covariances(covariance);
        }
        Err(why) => fit.warnings.push(format!("no standard errors: {why}")),
    }
}

/// What a fit had to go by.
fn tell_data(fit: &mut ModelFit, scored: &Scored, settings: &ScoreSettings) {
    fit.data_start_date = Some(date(day_of_number(scored.fitted_data.first_day)));
    fit.data_end_date = Some(date(settings.as_of_date));
    btyd::VERSION.clone_into(&mut fit.library_version);
}

fn holdout(tried: &Tried) -> HoldoutReport {
    let row = |row: &btyd::HoldoutRow| HoldoutRow {
        customers: row.customers as i64,
        actual_purchases: row.actual as i64,
        predicted_purchases: row.predicted,
    };
    HoldoutReport {
        calibration_end_date: Some(date(day_of_number(tried.calibration_end_day))),
        holdout_end_date: Some(date(day_of_number(tried.holdout_end_day))),
        frequencies: tried.table.by_frequency.iter().map(row).collect(),
        deciles: tried.table.by_decile.iter().map(row).collect(),
        mean_absolute_error: tried.holdout.mae,
        root_mean_squared_error: tried.holdout.rmse,
    }
}

fn spend_fit(scored: &Scored, settings: &ScoreSettings) -> ModelFit {
    let mut told = match &scored.spend_fit {
        Ok(fit) => fitted_spend(fit, &scored.spend_covariance),
        Err(why) => ModelFit {
            model: "gamma-gamma".to_owned(),
            warnings: vec![format!(
                "not fitted, so there is neither expected spend nor CLV and customers are ranked by expected purchases: {why}"
            )],
            ..ModelFit::default()
        },
    };
    tell_data(&mut told, scored, settings);
    told.distinct_histories = scored.fitted_data.spends as i64;
    told
}

fn fitted_spend(fit: &Fit<GammaGamma>, covariance: &Result<Covariance<3>, String>) -> ModelFit {
    let parameters = fit.model.parameters();
    let mut told = model_fit("gamma-gamma", fit, &[("p", parameters.p), ("q", parameters.q), ("v", parameters.v)]);
    tell_errors(&mut told, covariance);
    told
}

fn model_fit<M>(model: &str, fit: &Fit<M>, parameters: &[(&str, f64)]) -> ModelFit {
    ModelFit {
        model: model.to_owned(),
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers as i64,
        converged: fit.converged,
        warnings: fit.warnings.iter().map(ToString::to_string).collect(),
        iterations: i32::try_from(fit.iterations).unwrap_or(i32::MAX),
        evaluations: i32::try_from(fit.evaluations).unwrap_or(i32::MAX),
        ..ModelFit::default()
    }
}

fn concentration_report(currency: Currency, metric: ValueMetric, best_first: &[f64]) -> ConcentrationReport {
    let found = concentration(best_first);
    ConcentrationReport {
        score_run_id: String::new(),
        metric: metric.into(),
        customers: best_first.len() as i64,
        total: Some(in_minor(currency, found.total)),
        points: found
            .points
            .iter()
            .map(|(customer_share, value_share)| ConcentrationPoint {
                customer_share: *customer_share,
                value_share: *value_share,
            })
            .collect(),
        gini: found.gini,
        customer_share_of_80_percent: found.customer_share_of_80_percent,
    }
}

fn rfm_cells(scored: &Scored, currency: Currency, segment: impl Fn(u8, u8, u8) -> String) -> Vec<RfmCell> {
    let mut cells = vec![(0_i64, 0_i64, 0.0_f64); 1000];
    for ((code, summary), score) in scored.codes.iter().zip(&scored.summaries).zip(&scored.scores) {
        let cell = &mut cells[usize::from(code.r) * 100 + usize::from(code.f) * 10 + usize::from(code.m)];
        cell.0 += 1;
        cell.1 = cell.1.saturating_add(summary.total_minor);
        cell.2 += score.clv.unwrap_or_default();
    }
    let filled = cells.iter().enumerate().filter(|(_, (customers, ..))| *customers > 0);
    filled
        .map(|(code, (customers, revenue, clv))| {
            let [r, f, m] = [code / 100, code / 10 % 10, code % 10].map(|score| score as u8);
            RfmCell {
                rfm: Some(RfmScore {
                    recency: i32::from(r),
                    frequency: i32::from(f),
                    monetary: i32::from(m),
                    code: code.to_string(),
                    segment: segment(r, f, m),
                }),
                customers: *customers,
                total_revenue: Some(money(currency, *revenue)),
                clv: scored.spend_fit.is_ok().then(|| in_minor(currency, *clv)),
            }
        })
        .collect()
}
