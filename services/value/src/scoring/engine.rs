//! From purchases to scores: summaries, fits, RFM, predictions, ranks, tiers. Pure computation; the same input gives the same bits,
//! whatever the number of threads.

use std::collections::HashMap;

use btyd::{
    Code, Cohorts, Covariance, Customer, Fit, GammaGamma, Histories, Periods, Rfm, RfmConfig, Score, SegmentMap,
    Spends, Summary, TransactionModel,
    purchase_log::Excluded,
    rfm::{Cuts, Monetary},
};
use clientele_proto::value::v1::score_run_progress::Stage;
use rayon::prelude::*;

use super::{
    acquiring::{Winning, days_to_pay_back},
    choosing::{Chosen, Trial},
    drifting::{Drifted, drifted},
    error::RunError,
    fitted,
    judging::{Base, Judged, Known, index, judge},
    progress::Progress,
    reading::{Purchases, day_number, day_of_number},
    staging::{Staged, stage},
};
use crate::domain::{
    calendar::CalendarUnit,
    contribution::{Acquired, Costs},
    currency::grouped,
    index::Purchased,
    score_settings::{RfmPolicy, ScoreSettings},
    tier_rule::ScoreFields,
};

/// Every customer scored, ascending by buyer, and the models behind it.
#[derive(Debug)]
pub struct Scored {
    /// What each customer did.
    pub summaries: Vec<Summary>,
    /// What the models expect of each; money in units of the currency.
    pub scores: Vec<Score<1>>,
    /// The RFM scores of each.
    pub codes: Vec<Code>,
    /// The place of each by CLV, 1 the best.
    pub ranks: Vec<u32>,
    /// The index and the tier of each.
    pub judged: Judged,
    /// The lifecycle stage of each.
    pub staged: Staged,
    /// What was known beside purchases.
    pub known: Known,
    /// Up to where the feed was, when all this was read.
    pub feed_position: i64,
    /// When that was.
    pub read_time: Option<jiff::Timestamp>,
    /// The version of the rates that money was converted by.
    pub fx_version: i64,
    /// Recorded costs by buyer.
    pub costs: HashMap<u64, Costs>,
    /// What winning customers cost.
    pub winning: Winning,
    /// Positions of the customers, best first.
    pub order: Vec<u32>,
    /// Where the RFM scores were cut; money in minor units.
    pub cuts: Cuts<Vec<f64>>,
    /// What was left out.
    pub excluded: Excluded,
    /// Customers known, with or without a purchase.
    pub known_customers: i64,
    /// The cohorts of each calendar unit.
    pub cohorts: [Cohorts; CalendarUnit::ALL.len()],
    /// The model of buying and staying.
    pub transaction_fit: Fit<TransactionModel>,
    /// What the data leave open about its parameters, or why there is no telling.
    pub transaction_covariance: Result<Covariance<4>, String>,
    /// How it was chosen and tried.
    pub chosen: Chosen,
    /// How it differs from the last fit of the same model, where there is one.
    pub drift: Option<Drifted>,
    /// The model of spend, or why there is none.
    pub spend_fit: Result<Fit<GammaGamma>, String>,
    /// What the data leave open about its parameters, or why there is no telling.
    pub spend_covariance: Result<Covariance<3>, String>,
    /// What the fits had to go by.
    pub fitted_data: FittedData,
}

/// What models were fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FittedData {
    /// Day of the first purchase, in days since 1970-01-01.
    pub first_day: i32,
    /// Different purchase histories.
    pub histories: usize,
    /// Different spend histories.
    pub spends: usize,
}

/// Scores everyone who bought something.
pub fn score(purchases: Purchases, settings: &ScoreSettings, progress: &Progress) -> Result<(Scored, i64), RunError> {
    let per_unit = settings.currency.minor_per_unit() as f64;
    progress.begin(Stage::Summarising, 1)?;
    let transactions = purchases.transactions;
    if purchases.log.is_empty() {
        return Err(nothing_bought(settings, &purchases));
    }
    let calendars = calendars(&purchases, settings);
    let first_day = purchases.log.first_purchase_day().unwrap_or_default();
    let trial = Trial::new(&purchases.log, settings);
    let gaps = trial.needs_gaps().then(|| purchases.log.gaps(day_number(settings.as_of_date)));
    let days_to_pay_back = days_to_pay_back(&purchases, settings);
    let (summarised, cohorts) = purchases.log.summarise_by_cohort(day_number(settings.as_of_date), &calendars);
    let (summaries, excluded) = (summarised.customers, summarised.excluded);
    if summaries.is_empty() {
        return Err(RunError::Explained(
            "every purchase was refunded: nobody is left to score; check the refunds or take another as_of_date"
                .to_owned(),
        ));
    }
    progress.advance(1)?;

    progress.begin(Stage::Fitting, 2)?;
    let mut histories = Histories::from_summaries(&summaries, settings.time_unit.days())?;
    if let Some(gaps) = gaps {
        histories = histories.with_gaps(gaps)?;
    }
    let (transaction_fit, chosen) = trial.fit(&histories)?;
    let transaction_covariance = transaction_fit.covariance(&histories).map_err(|why| why.to_string());
    let drift = drifted(&purchases.earlier_fits, &transaction_fit, transaction_covariance.as_ref().ok(), &histories);
    let mut fitted_data = FittedData { first_day, histories: histories.rows().len(), spends: 0 };
    drop(histories);
    progress.advance(1)?;
    let spend_fit = Spends::from_summaries(&summaries, per_unit)
        .and_then(|spends| {
            fitted_data.spends = spends.distinct();
            let fit = GammaGamma::fit(&spends)?;
            let covariance = fit.covariance(&spends).map_err(|why| why.to_string());
            Ok((fit, covariance))
        })
        .map_err(|error| error.to_string());
    let (spend_fit, spend_covariance) = match spend_fit {
        Ok((fit, covariance)) => (Ok(fit), covariance),
        Err(why) => (Err(why.clone()), Err(why)),
    };
    progress.advance(1)?;

    progress.begin(Stage::Scoring, 3)?;
    let rfm = rfm(&summaries, settings)?;
    progress.advance(1)?;
    let scores = predict(&summaries, &transaction_fit, spend_fit.as_ref().ok(), settings)?;
    progress.advance(1)?;
    let order = ranked(&scores);
    let mut ranks = vec![0; order.len()];
    for (rank, position) in (1..).zip(&order) {
        ranks[*position as usize] = rank;
    }
    let mut known = purchases.known;
    let costs = &purchases.costs;
    let winning = Winning::of(&summaries, &days_to_pay_back, purchases.acquisition, costs, settings.margin);
    drop(days_to_pay_back);
    let cost = |at: usize| costs.get(&summaries[at].customer).copied().unwrap_or_default();
    let purchased = |at: usize| {
        let recorded = if costs.is_empty() { Costs::default() } else { cost(at) };
        let acquired = winning.of_one(summaries[at].customer);
        purchased(&summaries[at], &scores[at], (recorded.total(), acquired), per_unit)
    };
    let buyer = |at: usize| summaries[at].customer;
    let base = Base { buyer: &buyer, purchased: &purchased, ranking: &order };
    let (indexed, staged) =
        rayon::join(|| index(&base, &known, settings), || stage(&summaries, known.before.as_ref(), settings));
    let (segments, _) = segment_names(&settings.rfm)?;
    let as_of_day = day_number(settings.as_of_date);
    let fields = |at: usize, index: f64| {
        let (summary, score, code, stay) = (&summaries[at], &scores[at], rfm.codes[at], staged.stays[at]);
        let acquired = winning.of_one(summary.customer);
        ScoreFields {
            index,
            segment: segments.segment(code),
            rfm_code: i16::from(code.r) * 100 + i16::from(code.f) * 10 + i16::from(code.m),
            p_alive: score.probability_alive,
            expected_purchases: score.expected_purchases[0],
            expected_spend_minor: score.expected_spend.map(|spend| spend * per_unit),
            clv_minor: score.clv.map(|clv| clv * per_unit),
            total_revenue_minor: summary.total_minor,
            repeat_revenue_minor: summary.repeat_total_minor,
            last_year_minor: summary.last_year_minor,
            acquisition_cost_minor: acquired.cost_minor,
            frequency: summary.frequency as i32,
            first_day: summary.first_day,
            last_day: summary.last_day,
            as_of_day,
            stage: Some((stay.stage, stay.since)),
            payback_date: acquired.payback_day.map(day_of_number),
            minor_per_unit: per_unit,
        }
    };
    let judged = judge(&base, indexed, &fields, &known, settings);
    // Nothing else asks them, and they may be large.
    known.profiles = HashMap::new();
    progress.advance(1)?;
    let scored = Scored {
        summaries,
        scores,
        codes: rfm.codes,
        ranks,
        judged,
        staged,
        known,
        feed_position: purchases.feed_position,
        read_time: purchases.read_time,
        fx_version: purchases.fx_version,
        costs: purchases.costs,
        winning,
        order,
        cuts: rfm.cuts,
        excluded,
        known_customers: purchases.known_customers,
        cohorts,
        transaction_fit,
        transaction_covariance,
        chosen,
        drift,
        spend_fit,
        spend_covariance,
        fitted_data,
    };
    Ok((scored, transactions))
}

/// The periods of each unit from the first purchase to the as-of date.
fn calendars(purchases: &Purchases, settings: &ScoreSettings) -> [Periods; CalendarUnit::ALL.len()] {
    let last = settings.as_of_date;
    let first = purchases.log.first_purchase_day().map_or(last, day_of_number);
    CalendarUnit::ALL.map(|unit| {
        let starts: Vec<i32> = unit.starts(first, last).into_iter().map(day_number).collect();
        Periods::new(&starts, day_number(last))
    })
}

fn nothing_bought(settings: &ScoreSettings, purchases: &Purchases) -> RunError {
    let (currency, until) = (settings.currency.code(), settings.as_of_date);
    let others: Vec<String> = purchases
        .other_currencies
        .iter()
        .filter(|other| other.transactions > 0)
        .map(|other| format!("{} in {}", grouped(other.transactions as u64), other.currency_code))
        .collect();
    let remedy = if settings.conversion.is_some() && !others.is_empty() {
        format!("there are transactions without a rate ({}): store rates with BatchUpsertFxRates", others.join(", "))
    } else if others.is_empty() {
        "record or import transactions, or take a later as_of_date".to_owned()
    } else {
        format!("there are transactions in other currencies ({}): take one of them as currency_code", others.join(", "))
    };
    RunError::Explained(format!("there are no purchases in {currency} up to {until}: {remedy}"))
}

fn rfm(summaries: &[Summary], settings: &ScoreSettings) -> Result<Rfm, RunError> {
    let policy = &settings.rfm;
    let config = RfmConfig {
        scores: policy.bins,
        monetary: Monetary::Total,
        cuts: Cuts {
            recency: policy.recency_cuts.clone(),
            frequency: policy.frequency_cuts.clone(),
            monetary: policy.monetary_cuts.as_ref().map(|cuts| cuts.iter().map(|cut| *cut as f64).collect()),
        },
    };
    Rfm::of(summaries, &config).map_err(|error| RunError::Explained(error.to_string()))
}

fn predict(
    summaries: &[Summary],
    transaction_fit: &Fit<TransactionModel>,
    spend_fit: Option<&Fit<GammaGamma>>,
    settings: &ScoreSettings,
) -> Result<Vec<Score<1>>, RunError> {
    let spend = spend_fit.map(|fit| fit.model);
    let scorer = fitted::scorer(transaction_fit.model, transaction_fit.per_unit, spend, settings)
        .map_err(|error| RunError::Explained(error.to_string()))?;
    let per_unit = settings.currency.minor_per_unit() as f64;
    let customers: Vec<Customer> = summaries.par_iter().map(|summary| Customer::of(summary, per_unit)).collect();
    Ok(scorer.score(&customers))
}

/// What a customer's purchases tell the index, beside what it cost: recorded costs, and winning it.
pub fn purchased(
    summary: &Summary,
    score: &Score<1>,
    (recorded_minor, acquired): (i64, Acquired),
    per_unit: f64,
) -> Purchased {
    Purchased {
        clv_minor: score.clv.map(|clv| clv * per_unit),
        total_revenue_minor: summary.total_minor,
        last_year_minor: summary.last_year_minor,
        year_before_minor: summary.year_before_minor,
        total_cost_minor: recorded_minor.saturating_add(acquired.share_minor),
        acquisition_cost_minor: acquired.cost_minor,
        expected_purchases: score.expected_purchases[0],
        frequency: summary.frequency as i32,
        recency_days: summary.recency_days as i32,
        age_days: summary.age_days as i32,
    }
}

/// Positions of the customers, best first: by CLV; those without one after them, by expected purchases; equals by buyer, ascending.
pub fn ranked(scores: &[Score<1>]) -> Vec<u32> {
    // Neither is ever negative, and the bits of such numbers are in their order; the 1 leaves the last place to those without.
    let falling = |value: f64| !(value.to_bits() + 1);
    let mut keys: Vec<(u64, u64, u32)> = scores
        .par_iter()
        .zip(0_u32..scores.len() as u32)
        .map(|(score, position)| (score.clv.map_or(u64::MAX, falling), falling(score.expected_purchases[0]), position))
        .collect();
    keys.par_sort_unstable();
    keys.into_par_iter().map(|(_, _, position)| position).collect()
}

/// The segments by number, from 1: the names of the policy's map, each once, in its order.
pub fn segment_names(policy: &RfmPolicy) -> Result<(SegmentMap, Vec<String>), RunError> {
    let map = policy.segments().map_err(|error| RunError::Fault(error.to_string()))?;
    let mut names: Vec<String> = Vec::new();
    for rule in map.rules() {
        if !names.contains(&rule.name) {
            names.push(rule.name.clone());
        }
    }
    Ok((map, names))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scored(clv: Option<f64>, expected_purchases: f64) -> Score<1> {
        Score { probability_alive: 1.0, expected_purchases: [expected_purchases], expected_spend: None, clv }
    }

    #[test]
    fn customers_without_a_clv_come_after_those_with_one_by_expected_purchases() {
        let scores = [scored(None, 1.0), scored(Some(0.0), 0.0), scored(None, 2.0), scored(Some(5.0), 0.1)];
        assert_eq!(ranked(&scores), [3, 1, 2, 0]);
    }

    #[test]
    fn equals_are_ranked_in_the_order_of_their_buyers() {
        assert_eq!(ranked(&[scored(Some(1.0), 1.0); 5]), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn every_code_of_every_number_of_bins_has_one_of_the_names() {
        for bins in 2..=9 {
            let policy = RfmPolicy { bins, ..RfmPolicy::default() };
            let (map, names) = segment_names(&policy).unwrap();
            for code in (1..=bins).flat_map(|r| (1..=bins).flat_map(move |f| (1..=bins).map(move |m| Code { r, f, m })))
            {
                let segment = map.segment(code).unwrap();
                assert_eq!(names.iter().filter(|name| *name == segment).count(), 1, "{bins}: {code}");
            }
        }
    }

    proptest! {
        #[test]
        fn ranks_follow_the_clv(clvs in prop::collection::vec(prop::option::of(0.0_f64..1e9), 0..200)) {
            let scores: Vec<_> = clvs.iter().map(|clv| scored(*clv, 1.0)).collect();
            let order = ranked(&scores);
            let falling = order.iter().map(|position| clvs[*position as usize].unwrap_or(-1.0));
            prop_assert!(falling.collect::<Vec<_>>().is_sorted_by(|left, right| left >= right));
        }
    }
}
