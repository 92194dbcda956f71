//! The published figures of the CDNOW sample, through the service.
//!
//! BG/NBD: Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24, table 2. Gamma-Gamma: Fader, Hardie
//! 2013, brucehardie.com note 025, section 4. Pareto/NBD: the same table 2. MBG/NBD: measurements.md of the project.

use clientele_proto::value::v1::{ModelFit, ScoreRun, ScoreRunSettings, TransactionModel};

use crate::{
    harness::Value,
    model_fits::without_drift,
    scoring::{Row, cdnow, settings},
};

async fn run(settings: ScoreRunSettings) -> (Value, ScoreRun) {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    let run = value.run(settings).await;
    (value, run)
}

fn fit<'a>(run: &'a ScoreRun, model: &str) -> &'a ModelFit {
    run.summary.as_ref().unwrap().model_fits.iter().find(|fit| fit.model == model).unwrap()
}

fn assert_near(fit: &ModelFit, name: &str, published: f64, half_a_digit: f64) {
    let found = fit.parameters[name];
    assert!((found - published).abs() <= half_a_digit, "{name}: {found}, published {published}");
}

#[tokio::test]
async fn bg_nbd_and_gamma_gamma_are_those_of_the_papers() {
    let (value, run) = run(settings("1997-09-30")).await;
    let bg = fit(&run, "bg-nbd");
    assert!(bg.converged);
    assert_eq!(bg.customers, 2357);
    for (name, published) in [("r", 0.2426), ("alpha", 4.4136), ("a", 0.7929), ("b", 2.4259)] {
        assert_near(bg, name, published, 0.000_1);
    }
    assert!((bg.log_likelihood - -9582.43).abs() < 0.005, "{}", bg.log_likelihood);

    assert!(bg.standard_errors.keys().eq(bg.parameters.keys()), "{:?}", bg.standard_errors);

    let spend = fit(&run, "gamma-gamma");
    assert_eq!(spend.customers, 946);
    for (name, published, half_a_digit) in [("p", 6.25, 0.005), ("q", 3.744, 0.000_5), ("v", 15.44, 0.01)] {
        assert_near(spend, name, published, half_a_digit);
    }

    let summary = run.summary.as_ref().unwrap();
    assert_eq!(summary.customers, 2357);
    let tiers: Vec<_> = summary.tiers.iter().map(|tier| (tier.tier.as_str(), tier.customers)).collect();
    // 5 %, 20 % and 50 % of 2,357, rounded up, tiers before taken off.
    assert_eq!(tiers, [("KEY", 118), ("GROWTH", 354), ("STANDARD", 707), ("BASE", 1178)]);
    assert_eq!(value.count("SELECT count(*) FROM value.score").await, 2357);
    assert_eq!(value.count("SELECT count(DISTINCT rank) FROM value.score WHERE rank BETWEEN 1 AND 2357").await, 2357);
}

#[tokio::test]
async fn mbg_nbd_reaches_its_log_likelihood() {
    let model = TransactionModel::MbgNbd.into();
    let (_value, run) = run(ScoreRunSettings { transaction_model: model, ..settings("1997-09-30") }).await;
    let mbg = fit(&run, "mbg-nbd");
    assert!((mbg.log_likelihood - -9582.14).abs() < 0.005, "{}", mbg.log_likelihood);
    for (name, measured, half_a_digit) in
        [("r", 0.5248, 0.000_1), ("alpha", 6.183, 0.001), ("a", 0.8914, 0.000_1), ("b", 1.614, 0.001)]
    {
        assert_near(mbg, name, measured, half_a_digit);
    }
}

#[tokio::test]
async fn pareto_nbd_is_that_of_the_papers() {
    let model = TransactionModel::ParetoNbd.into();
    let (_value, run) = run(ScoreRunSettings { transaction_model: model, ..settings("1997-09-30") }).await;
    let pareto = fit(&run, "pareto-nbd");
    assert!(pareto.converged);
    assert!((pareto.log_likelihood - -9594.98).abs() < 0.005, "{}", pareto.log_likelihood);
    for (name, published, within) in
        [("r", 0.5533, 0.000_1), ("alpha", 10.578, 0.001), ("s", 0.6062, 0.000_1), ("beta", 11.669, 0.001)]
    {
        assert_near(pareto, name, published, within);
    }
}

/// The clumpy purchases of CDNOW have no rhythm: k is 1, where MBG/CNBD-k is MBG/NBD.
#[tokio::test]
async fn mbg_cnbd_finds_no_rhythm_where_there_is_none() {
    let model = TransactionModel::MbgCnbd.into();
    let (_, run) = run(ScoreRunSettings { transaction_model: model, ..settings("1997-09-30") }).await;
    let fit = fit(&run, "mbg-cnbd");
    assert_eq!(fit.parameters["k"], 1.0);
    assert_near(fit, "r", 0.5248, 0.000_5);
}

#[tokio::test]
async fn auto_takes_the_model_that_foretells_best_and_says_why() {
    let model = TransactionModel::Auto.into();
    let (value, run) = run(ScoreRunSettings { transaction_model: model, ..settings("1998-06-30") }).await;
    let summary = run.summary.unwrap();
    let chosen = &summary.model_fits[0];
    assert!(chosen.converged && chosen.model != "gamma-gamma", "{chosen:?}");
    assert!(summary.model_choice.contains("days"), "{}", summary.model_choice);
    let holdout = summary.holdout.unwrap();
    // A third of the 545 days since the first purchase is held back.
    assert_eq!(holdout.calibration_end_date, Some(crate::scoring::date("1997-12-31")));
    for rows in [&holdout.frequencies, &holdout.deciles] {
        assert_eq!(rows.iter().map(|row| row.customers).sum::<i64>(), 2357);
        let actual: i64 = rows.iter().map(|row| row.actual_purchases).sum();
        let bought_later =
            "SELECT count(DISTINCT (buyer_id, occur_date)) FROM value.transaction WHERE occur_date > '1997-12-31'";
        assert_eq!(actual, value.count(bought_later).await);
    }
    assert_eq!(run.settings.unwrap().transaction_model(), TransactionModel::Auto);
}

#[tokio::test]
async fn two_runs_on_the_same_inputs_are_identical_to_the_bit() {
    let (value, first) = run(settings("1997-09-30")).await;
    let second = value.run(settings("1997-09-30")).await;
    assert_eq!(without_drift(&first), without_drift(&second));
    let pairs = "SELECT count(*) FROM value.score a JOIN value.score b USING (tenant_id, buyer_id) WHERE a.score_set < b.score_set";
    assert_eq!(value.count(pairs).await, 2357);
    let differences = "SELECT count(*) FROM value.score a JOIN value.score b USING (tenant_id, buyer_id) WHERE a.score_set < b.score_set \
                       AND to_jsonb(a) - 'score_set' IS DISTINCT FROM to_jsonb(b) - 'score_set'";
    assert_eq!(value.count(differences).await, 0);
}
