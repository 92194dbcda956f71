//! What a run keeps of its fits: what they had to go by, how they differ from the last ones, how they do on days held back.

use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{ModelFit, ScoreRun, ScoreRunSettings, TimeUnit, TransactionModel, score_run::State};

use crate::{
    harness::Value,
    scoring::{Row, SHOP, cdnow, date, settings},
};

async fn cdnow_shop() -> Value {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value
}

fn fits(run: &ScoreRun) -> &[ModelFit] {
    assert_eq!(run.state(), State::Succeeded, "{}", run.failure);
    &run.summary.as_ref().unwrap().model_fits
}

/// The fits of a run but for what they are compared with: a later run has the one before it to drift from.
pub fn without_drift(run: &ScoreRun) -> Vec<ModelFit> {
    fits(run).iter().map(|fit| ModelFit { drift: None, ..fit.clone() }).collect()
}

#[tokio::test]
async fn a_fit_says_what_it_had_to_go_by() {
    let value = cdnow_shop().await;
    let run = value.run(settings("1997-09-30")).await;
    for fit in fits(&run) {
        assert_eq!((fit.data_start_date, fit.data_end_date), (Some(date("1997-01-01")), Some(date("1997-09-30"))));
        assert_eq!(fit.library_version, btyd::VERSION);
        assert!(fit.iterations > 0 && fit.evaluations >= fit.iterations, "{fit:?}");
        assert!(fit.converged && fit.log_likelihood < 0.0);
    }
    let histories = "SELECT count(DISTINCT (x, tx, t)) FROM (
        SELECT count(DISTINCT occur_date) AS x, max(occur_date) - min(occur_date) AS tx, date '1997-09-30' - min(occur_date) AS t
        FROM value.transaction WHERE occur_date <= '1997-09-30' GROUP BY buyer_id) of_buyer";
    assert_eq!(fits(&run)[0].distinct_histories, value.count(histories).await);
    let spends = "SELECT count(DISTINCT (x, spent)) FROM (
        SELECT count(DISTINCT t.occur_date) AS x, sum(amount_minor) AS spent FROM value.transaction t
        JOIN (SELECT buyer_id, min(occur_date) AS first FROM value.transaction GROUP BY buyer_id) f USING (buyer_id)
        WHERE t.occur_date > f.first AND t.occur_date <= '1997-09-30' GROUP BY buyer_id HAVING sum(amount_minor) > 0) of_buyer";
    assert_eq!(fits(&run)[1].distinct_histories, value.count(spends).await);
}

#[tokio::test]
async fn the_first_fit_has_nothing_to_drift_from_and_the_same_again_has_not_drifted() {
    let value = cdnow_shop().await;
    let first = value.run(settings("1997-09-30")).await;
    assert_eq!(fits(&first)[0].drift, None);
    let second = value.run(settings("1997-09-30")).await;
    let drift = fits(&second)[0].drift.clone().unwrap();
    assert_eq!((drift.earlier_score_run_id.as_str(), drift.statistic), (first.score_run_id.as_str(), 0.0));
    // The 99th percentile of chi-squared with four degrees of freedom, twice: both fits are to as many customers.
    assert!((drift.threshold - 2.0 * 13.2767).abs() < 1e-9 && !drift.is_much, "{drift:?}");
    assert_eq!(drift.first_year_purchases_before, drift.first_year_purchases_now);
    let mut names: Vec<_> = drift.parameter_changes.iter().map(|change| change.parameter.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "alpha", "b", "r"]);
    assert!(drift.parameter_changes.iter().all(|change| change.standard_errors_apart == Some(0.0)));
    assert_eq!(fits(&second)[1].drift, None);

    // Another model, another unit, an earlier day: nothing to compare with.
    let others = [
        ScoreRunSettings { transaction_model: TransactionModel::MbgNbd.into(), ..settings("1997-09-30") },
        ScoreRunSettings { time_unit: TimeUnit::Day.into(), ..settings("1997-09-30") },
        settings("1997-09-29"),
    ];
    for other in others {
        assert_eq!(fits(&value.run(other).await)[0].drift, None);
    }
}

/// Every customer who never came back buys once more, on the day after the first run.
#[tokio::test]
async fn customers_who_changed_are_a_warning_that_names_the_run() {
    let value = cdnow_shop().await;
    let first = value.run(settings("1997-09-30")).await;
    let mut owner = value.database.owner().await;
    sqlx::query(
        "INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id)
         SELECT buyer_id, 1000, now(), '1997-10-01', 1, tenant_id, 'USD', gen_random_uuid()::text FROM value.transaction
         WHERE occur_date <= '1997-09-30' GROUP BY tenant_id, buyer_id HAVING count(DISTINCT occur_date) = 1",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let second = value.run(settings("1997-10-01")).await;
    let fit = &fits(&second)[0];
    let drift = fit.drift.as_ref().unwrap();
    assert!(drift.is_much && drift.statistic > drift.threshold, "{drift:?}");
    assert!(drift.first_year_purchases_now > 1.1 * drift.first_year_purchases_before, "{drift:?}");
    let sizes: Vec<_> =
        drift.parameter_changes.iter().map(|of| of.standard_errors_apart.unwrap_or_default().abs()).collect();
    assert!(sizes.is_sorted_by(|left, right| left >= right), "{sizes:?}");
    let warning = format!("against the fit of score run {}: customers have changed", first.score_run_id);
    assert!(fit.warnings.iter().any(|told| told.starts_with(&warning)), "{:?}", fit.warnings);
}

#[tokio::test]
async fn a_named_model_is_tried_on_the_days_that_are_held_back() {
    let value = cdnow_shop().await;
    // 273 days from 30 September 1997 to 30 June 1998: the holdout of the literature.
    let run = value.run(ScoreRunSettings { holdout_days: 273, ..settings("1998-06-30") }).await;
    assert_eq!(run.settings.as_ref().unwrap().holdout_days, 273);
    let whole = value.run(settings("1998-06-30")).await;
    assert_eq!(fits(&run)[0].parameters, fits(&whole)[0].parameters, "the scores know all days");
    assert_eq!(whole.summary.unwrap().holdout, None);
    let summary = run.summary.unwrap();
    assert_eq!(summary.model_choice, "");
    let holdout = summary.holdout.unwrap();
    assert_eq!(
        (holdout.calibration_end_date, holdout.holdout_end_date),
        (Some(date("1997-09-30")), Some(date("1998-06-30")))
    );
    crate::value_reports::assert_published(
        &holdout
            .frequencies
            .iter()
            .map(|row| (row.customers, row.actual_purchases, row.predicted_purchases))
            .collect::<Vec<_>>(),
    );
    assert!(0.0 < holdout.mean_absolute_error && holdout.mean_absolute_error < holdout.root_mean_squared_error);
}

#[tokio::test]
async fn a_holdout_that_leaves_nothing_to_fit_is_a_warning() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let run = value.run(ScoreRunSettings { holdout_days: 3650, ..settings("1997-06-30") }).await;
    assert!(fits(&run)[0].warnings.iter().any(|told| told.starts_with("not tried on the days held back: ")));
    assert_eq!(run.summary.as_ref().unwrap().holdout, None);
    let wrong = ScoreRunSettings { holdout_days: 3651, ..settings("1997-06-30") };
    let request = clientele_proto::value::v1::StartScoreRunRequest { settings: Some(wrong), ..Default::default() };
    let status = value.score_runs().start_score_run(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
}
