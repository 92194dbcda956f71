//! Which model is chosen, and what is said of it.

use crate::cdnow::{assert_near, day, purchases};
use crate::simulate::{Base, Chance};
use btyd::{Basis, Choice, FitError, Histories, Holdout, PassedOver, PurchaseLog, TransactionKind, TransactionModel};

/// The choice for a log calibrated up to one day, with a holdout up to another.
fn choice(log: impl Fn() -> PurchaseLog, calibration_end: i32, end: i32) -> Result<Choice, FitError> {
    let gaps = (log().gaps(calibration_end), log().gaps(end));
    let calibration = log().calibrate(calibration_end, end);
    let all = Histories::from_summaries(&log().summarise(end).customers, 7.0)?.with_gaps(gaps.1)?;
    Choice::of(&calibration, Some(gaps.0), &all)
}

fn cdnow() -> PurchaseLog {
    let mut log = PurchaseLog::new();
    for (customer, day, cents) in purchases() {
        log.purchase(customer, day, cents);
    }
    log
}

#[test]
fn a_rhythm_is_seen_in_the_holdout() {
    let base = Base { k: 4, r: 1.5, alpha: 10.0, a: 0.6, b: 3.0 };
    let log = || base.purchases(&mut Chance::new(3), 4_000, 728);
    let choice = choice(log, 500, 727).unwrap();
    eprintln!("{choice}");
    assert_eq!(choice.fit.model.kind(), TransactionKind::MbgCnbd);
    let TransactionModel::MbgCnbd(model) = choice.fit.model else { panic!("{choice:?}") };
    assert_eq!(model.k(), 4);
    // The figures are those of the holdout, and the model one of all data.
    let purchases = choice.chosen().unwrap().holdout.unwrap().actual;
    assert_eq!(choice.basis, Basis::Holdout { days: 227, purchases });
    let text = choice.to_string();
    assert!(text.starts_with("MBG/CNBD-k with k = 4 foretold "), "{text}");
    assert!(text.contains(&format!(" of the {purchases} purchases of 227 days")), "{text}");
    assert!(["MBG/NBD", "BG/NBD", "Pareto/NBD"].iter().all(|name| text.contains(name)), "{text}");
    assert!(choice.fit.customers == 4_000);
}

#[test]
fn of_equals_the_simplest_is_chosen() {
    let choice = choice(cdnow, day("1997-09-30"), day("1998-06-30")).unwrap();
    eprintln!("{choice}");
    let error = |kind| choice.candidates.iter().find(|it| it.kind == kind).unwrap().error.unwrap();
    let least = choice.candidates.iter().filter_map(|it| it.error).fold(f64::INFINITY, f64::min);
    let chosen = choice.chosen().unwrap();
    assert!(chosen.error.unwrap() <= 1.01 * least);
    let simpler = choice.candidates.iter().take_while(|it| it.kind != chosen.kind);
    assert!(simpler.into_iter().all(|it| it.passed_over.is_some() || it.error.unwrap() > 1.01 * least));
    // Without a rhythm the fifth parameter is no candidate.
    let rhythm = &choice.candidates[3];
    assert_eq!(rhythm.passed_over, Some(PassedOver::SameAsMbgNbd));
    assert_near(error(TransactionKind::MbgCnbd) / error(TransactionKind::MbgNbd), 1.0, 1e-6);
    assert_near(chosen.holdout.unwrap().actual as f64, 1882.0, 0.0);
}

#[test]
fn the_error_of_a_holdout_is_the_mean_poisson_deviance() {
    let (calibration_end, end) = (day("1997-09-30"), day("1998-06-30"));
    let choice = choice(cdnow, calibration_end, end).unwrap();
    let candidate = &choice.candidates[1];
    let model = candidate.fit.as_ref().unwrap().model;
    let calibration = cdnow().calibrate(calibration_end, end);
    let mut sum = 0.0;
    for (it, &actual) in calibration.summaries.customers.iter().zip(&calibration.holdout_purchases) {
        let [recency, age] = [it.recency_days, it.age_days].map(|days| f64::from(days) / 7.0);
        let expected = model.expected_purchases(it.frequency, recency, age, 39.0).max(1e-4);
        let y = f64::from(actual);
        sum += 2.0 * (if actual > 0 { y * (y / expected).ln() } else { 0.0 } - y + expected);
    }
    assert_near(candidate.error.unwrap() / (sum / 2357.0), 1.0, 1e-11);
    assert_eq!(candidate.holdout.unwrap(), Holdout::of(&model, &calibration, 7.0).unwrap());
}

#[test]
fn a_history_too_short_is_judged_by_aic_and_said_so() {
    let base = Base { k: 1, r: 0.8, alpha: 30.0, a: 0.8, b: 2.4 };
    let log = || base.purchases(&mut Chance::new(5), 3_000, 400);
    let none = choice(log, 399, 399).unwrap();
    assert_eq!(none.basis, Basis::NoHoldout);
    assert!(none.to_string().contains("AIC"), "{none}");
    let lowest = none.candidates.iter().filter_map(|it| it.error).fold(f64::INFINITY, f64::min);
    assert!(none.chosen().unwrap().error.unwrap() <= lowest + 2.0);
    let fit = none.chosen().unwrap().fit.as_ref().unwrap();
    assert_near(none.chosen().unwrap().error.unwrap(), 8.0 - 2.0 * fit.log_likelihood, 1e-9);

    let Basis::ShortHoldout { purchases } = choice(log, 397, 398).unwrap().basis else { panic!("a long holdout") };
    assert!(purchases < 100);
    let few = choice(|| base.purchases(&mut Chance::new(5), 60, 400), 200, 399).unwrap();
    assert!(matches!(few.basis, Basis::ShortCalibration { repeaters } if repeaters < 50), "{few}");
    eprintln!("{none}\n{few}");
}

#[test]
fn a_model_that_the_data_do_not_determine_is_passed_over() {
    // Nobody leaves: dropout parameters run to their bounds, and the others are compared.
    let base = Base { k: 3, r: 2.0, alpha: 15.0, a: 1e-3, b: 10.0 };
    let log = || base.purchases(&mut Chance::new(9), 1_500, 500);
    let choice = choice(log, 350, 499).unwrap();
    eprintln!("{choice}");
    assert!(choice.candidates.iter().any(|it| matches!(it.passed_over, Some(PassedOver::AtBound(_)))), "{choice}");
    let chosen = choice.chosen().unwrap();
    let all_passed_over = choice.candidates.iter().all(|it| it.passed_over.is_some());
    assert!(chosen.passed_over.is_none() || all_passed_over);
}

#[test]
fn nothing_to_choose_by_is_said_so() {
    let once = || {
        let mut log = PurchaseLog::new();
        (0..9).for_each(|customer| log.purchase(customer, 5, 1_00));
        log
    };
    assert_eq!(choice(once, 20, 40).unwrap_err(), FitError::NoRepeaters { customers: 9 });
    assert_eq!(choice(PurchaseLog::new, 20, 40).unwrap_err(), FitError::NoCustomers);
}
