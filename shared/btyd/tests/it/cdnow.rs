//! The CDNOW sample: figures published by the authors of the models.

use btyd::{
    BgNbd, Calibration, GammaGamma, Histories, Holdout, MbgNbd, ParetoNbd, ParetoParameters, PurchaseLog, Spends,
};

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
    let fit = BgNbd::fit(&histories).unwrap();
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

    let holdout = Holdout::of(&fit.model.into(), &calibration, WEEK).unwrap();
    eprintln!("{holdout:?}");
    assert_eq!((holdout.customers, holdout.actual), (2357, 1882));
    assert_near(holdout.predicted, 1653.0, 0.5);
    assert_near(holdout.mae, 0.786, 1e-3);
}

#[test]
fn mbg_nbd_gives_the_known_fit_and_holdout() {
    let calibration = calibration();
    let histories = Histories::from_summaries(&calibration.summaries.customers, WEEK).unwrap();
    let fit = MbgNbd::fit(&histories).unwrap();
    let found = fit.model.parameters();
    eprintln!("{fit:?}");
    assert!(fit.converged);
    assert_near(found.r, 0.5248, 5e-5);
    assert_near(found.alpha, 6.183, 5e-4);
    assert_near(found.a, 0.8914, 5e-5);
    assert_near(found.b, 1.614, 5e-4);
    assert_near(fit.log_likelihood, -9582.14, 5e-3);

    let holdout = Holdout::of(&fit.model.into(), &calibration, WEEK).unwrap();
    eprintln!("{holdout:?}");
    assert_near(holdout.predicted, 1577.0, 0.5);
    assert_near(holdout.mae, 0.765, 5e-4);
}

#[test]
fn pareto_nbd_gives_the_published_fit_and_holdout() {
    // Fader, Hardie, Lee 2005, table 2; the holdout as measured with public implementations.
    let calibration = calibration();
    let histories = Histories::from_summaries(&calibration.summaries.customers, WEEK).unwrap();
    let fit = ParetoNbd::fit(&histories).unwrap();
    let found = fit.model.parameters();
    eprintln!("{fit:?}");
    assert!(fit.converged);
    assert!(fit.warnings.is_empty());
    assert_near(found.r, 0.5533, 5e-5);
    assert_near(found.alpha, 10.578, 5e-4);
    assert_near(found.s, 0.6062, 5e-5);
    assert_near(found.beta, 11.669, 5e-4);
    assert_near(fit.log_likelihood, -9594.98, 5e-3);
    // A new customer's first year (the same vignette, from parameters with all digits).
    assert_near(fit.model.expected_purchases_new(52.0), 1.4734, 5e-5);

    let holdout = Holdout::of(&fit.model.into(), &calibration, WEEK).unwrap();
    eprintln!("{holdout:?}");
    assert_eq!((holdout.customers, holdout.actual), (2357, 1882));
    assert_near(holdout.predicted, 1666.0, 0.5);
    assert_near(holdout.mae, 0.755, 5e-4);
}

#[test]
fn pareto_nbd_expects_of_a_frequent_buyer_what_is_published() {
    // A frequent buyer, 52 weeks ahead, from the published parameters (the vignette of the R package BTYD).
    let parameters = ParetoParameters { r: 0.5533, alpha: 10.578, s: 0.6062, beta: 11.669 };
    let model = ParetoNbd::new(parameters).unwrap();
    assert_near(model.expected_purchases(26, 30.86, 31.0, 52.0), 25.46, 5e-3);
    assert_near(model.probability_alive(26, 30.86, 31.0), 0.998, 5e-4);
}

#[test]
fn pareto_nbd_expects_the_known_means_by_calibration_frequency() {
    // Frequencies 0 to 6, and 7 and more, as measured with public implementations; drawn in Fader, Hardie, Lee 2005, figure 3.
    let known = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403];
    let calibration = calibration();
    let histories = Histories::from_summaries(&calibration.summaries.customers, WEEK).unwrap();
    let model = ParetoNbd::fit(&histories).unwrap().model;
    let mut sums = [(0.0, 0.0); 8];
    for it in &calibration.summaries.customers {
        let [recency, age] = [it.recency_days, it.age_days].map(|days| f64::from(days) / WEEK);
        let (sum, count) = &mut sums[it.frequency.min(7) as usize];
        *sum += model.expected_purchases(it.frequency, recency, age, 39.0);
        *count += 1.0;
    }
    for ((sum, count), known) in sums.into_iter().zip(known) {
        assert_near(sum / count, known, 1e-3);
    }
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
