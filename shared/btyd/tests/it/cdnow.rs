//! The CDNOW sample: figures published by the authors of the models.

use btyd::{Calibration, GammaGamma, Histories, Holdout, PurchaseLog, Spends, TransactionKind};

const WEEK: f64 = 7.0;
const CALIBRATION_END: &str = "1997-09-30";
const HOLDOUT_END: &str = "1998-06-30";

/// Days since 1970-01-01 of an ISO date (Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
pub fn day(iso: &str) -> i32 {
    let mut parts = iso.split('-').map(|part| part.parse::<i32>().unwrap());
    let mut next = || parts.next().unwrap();
    let (year, month, day) = (next(), next(), next());
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

/// Every purchase of the sample: customer, day, cents.
pub fn purchases() -> Vec<(u64, i32, i64)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/cdnow_sample.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let purchase = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let cents = (fields[4].parse::<f64>().unwrap() * 100.0).round() as i64;
        (fields[1].parse().unwrap(), day(fields[2]), cents)
    };
    text.lines().skip(1).map(purchase).collect()
}

pub fn calibration() -> Calibration {
    let mut log = PurchaseLog::new();
    for (customer, day, cents) in purchases() {
        log.purchase(customer, day, cents);
    }
    log.calibrate(day(CALIBRATION_END), day(HOLDOUT_END))
}

#[track_caller]
pub fn assert_near(got: f64, expected: f64, within: f64) {
    assert!((got - expected).abs() <= within, "{got} is not {expected} within {within}");
}

#[test]
fn the_sample_has_the_published_counts() {
    let calibration = calibration();
    let customers = &calibration.summaries.customers;
    assert_eq!(customers.len(), 2357);
    assert_eq!(customers.iter().filter(|it| it.frequency > 0).count(), 946);
    assert_eq!(calibration.holdout_days(), 39 * 7);
    assert_eq!(calibration.holdout_purchases.iter().sum::<u32>(), 1882);
}

#[test]
fn bg_nbd_gives_the_published_fit_and_holdout() {
    // Fader, Hardie, Lee 2005, table 2; the holdout as measured with public implementations.
    let calibration = calibration();
    let histories = Histories::from_summaries(&calibration.summaries.customers, WEEK).unwrap();
    let fit = TransactionKind::BgNbd.fit(&histories).unwrap();
    let found = fit.model.parameters();
    eprintln!("{fit:?}");
    assert!(fit.converged);
    assert!(fit.warnings.is_empty());
    assert_near(found.r, 0.2426, 5e-5);
    assert_near(found.alpha, 4.4136, 5e-5);
    assert_near(found.a, 0.7929, 5e-5);
    assert_near(found.b, 2.4259, 5e-5);
    assert_near(fit.log_likelihood, -9582.43, 5e-3);
    // Fader, Hardie, Lee 2005, and the Excel note that goes with it: a new customer's first year, and customer 1.
    assert_near(fit.model.expected_purchases_new(52.0), 1.4440, 5e-5);
    assert_near(fit.model.expected_purchases(2, 30.43, 38.86, 39.0), 1.226, 5e-4);

    let holdout = Holdout::of(&fit.model, &calibration, WEEK).unwrap();
    eprintln!("{holdout:?}");
    assert_eq!((holdout.customers, holdout.actual), (2357, 1882));
    assert_near(holdout.predicted, 1653.0, 0.5);
    assert_near(holdout.mae, 0.786, 1e-3);
}

#[test]
fn mbg_nbd_gives_the_known_fit_and_holdout() {
    let calibration = calibration();
    let histories = Histories::from_summaries(&calibration.summaries.customers, WEEK).unwrap();
    let fit = TransactionKind::MbgNbd.fit(&histories).unwrap();
    let found = fit.model.parameters();
    eprintln!("{fit:?}");
    assert!(fit.converged);
    assert_near(found.r, 0.5248, 5e-5);
    assert_near(found.alpha, 6.183, 5e-4);
    assert_near(found.a, 0.8914, 5e-5);
    assert_near(found.b, 1.614, 5e-4);
    assert_near(fit.log_likelihood, -9582.14, 5e-3);

    let holdout = Holdout::of(&fit.model, &calibration, WEEK).unwrap();
    eprintln!("{holdout:?}");
    assert_near(holdout.predicted, 1577.0, 0.5);
    assert_near(holdout.mae, 0.765, 5e-4);
}

#[test]
fn gamma_gamma_gives_the_published_fit() {
    // Fader and Hardie 2013, note 025: 946 repeaters of the sample.
    let calibration = calibration();
    let spends = Spends::from_summaries(&calibration.summaries.customers, 100.0).unwrap();
    let fit = GammaGamma::fit(&spends).unwrap();
    let found = fit.model.parameters();
    assert_eq!(fit.customers, 946);
    assert!(fit.converged);
    assert!(fit.warnings.is_empty());
    assert_near(found.p, 6.25, 5e-3);
    assert_near(found.q, 3.744, 5e-4);
    assert_near(found.v, 15.44, 5e-3);
    assert_near(fit.log_likelihood, -4055.9, 5e-2);
    assert_near(spends.correlation(), 0.114, 5e-4);
    // The note's population mean is 35.1 dollars: p v / (q - 1) of its rounded parameters.
    assert_near(fit.model.population_mean().unwrap(), 6.25 * 15.44 / 2.744, 0.1);
}
