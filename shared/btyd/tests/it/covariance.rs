//! Standard errors: against second derivatives of the textbook likelihoods at high precision, published figures, and data that tell too
//! little.

use crate::cdnow::{assert_near, calibration};
use crate::discrete_data::{donors, survivors};
use btyd::{
    BgBb, Cells, Confidence, Covariance, DropoutParameters, GammaGamma, Histories, History, MbgCnbd, Sbg, Spend,
    Spends, Survivors, TransactionKind, Undetermined,
};

const KINDS: [TransactionKind; 4] =
    [TransactionKind::BgNbd, TransactionKind::MbgNbd, TransactionKind::ParetoNbd, TransactionKind::MbgCnbd];

fn history(frequency: u32, recency_days: u32, age_days: u32, customers: u32) -> History {
    History { frequency, recency_days, age_days, customers }
}

/// The covariance of a transaction model of the CDNOW sample in time units of so many days.
fn cdnow(kind: TransactionKind, days_per_unit: f64) -> Covariance<4> {
    let histories = Histories::from_summaries(&calibration().summaries.customers, days_per_unit).unwrap();
    kind.fit(&histories).unwrap().covariance(&histories).unwrap()
}

fn cdnow_spend() -> Covariance<3> {
    let spends = Spends::from_summaries(&calibration().summaries.customers, 100.0).unwrap();
    GammaGamma::fit(&spends).unwrap().covariance(&spends).unwrap()
}

/// The rows of `tests/fixtures/covariance.csv` for one model: name, value and covariances of a parameter.
fn expected(model: &str) -> Vec<(&'static str, f64, Vec<f64>)> {
    let lines = include_str!("../fixtures/covariance.csv").lines();
    let fields = lines.map(|line| line.split(',').collect::<Vec<&str>>()).filter(|fields| fields[0] == model);
    let row = |fields: Vec<&'static str>| {
        let numbers = fields[2..].iter().filter(|it| !it.is_empty()).map(|it| it.parse().unwrap());
        let mut numbers: Vec<f64> = numbers.collect();
        (fields[1], numbers.remove(0), numbers)
    };
    fields.map(row).collect()
}

/// Compares covariances in standard errors: differences of gradients are exact to some 1e-6.
#[track_caller]
fn check<const N: usize>(model: &str, found: &Covariance<N>) {
    let expected = expected(model);
    assert_eq!(expected.len(), N);
    let mut worst = 0.0_f64;
    let (of_logs, parameters) = (found.of_logs(), found.parameters());
    for (i, (name, value, row)) in expected.iter().enumerate() {
        assert_eq!(parameters[i].0, *name);
        assert_near(parameters[i].1 / value, 1.0, 1e-6);
        for (j, covariance) in row.iter().enumerate() {
            let error = (of_logs[i][j] - covariance).abs() / (row[i] * expected[j].2[j]).sqrt();
            worst = worst.max(error);
        }
        assert_near(found.standard_errors()[i] / (value * row[i].sqrt()), 1.0, 1e-5);
    }
    eprintln!("{model}: {worst:.1e}");
    assert!(worst <= 1e-5, "{model}: {worst:e}");
}

#[test]
fn covariances_agree_with_the_textbook_likelihoods_at_high_precision() {
    for (model, kind) in ["bg", "mbg", "pareto"].into_iter().zip(KINDS) {
        check(model, &cdnow(kind, 7.0));
    }
    check("gamma_gamma", &cdnow_spend());
    for segment in ["high_end", "regular"] {
        let curve = Survivors::new([&survivors(segment)[..8]]).unwrap();
        check(&format!("sbg_{segment}"), &Sbg::fit(&curve).unwrap().covariance(&curve).unwrap());
    }
    let cells = Cells::new(donors()).unwrap();
    check("bgbb", &BgBb::fit(&cells).unwrap().covariance(&cells).unwrap());
}

#[test]
fn standard_errors_are_the_published_ones() {
    // Of Pareto/NBD, as the tests of the R package CLVTools ask for (`test_correctness_pnbd.R`), from numeric second derivatives.
    let pareto = cdnow(TransactionKind::ParetoNbd, 7.0);
    let published = [0.047_626_4, 0.842_722_2, 0.187_259_4, 6.210_544_8];
    for (found, published) in pareto.standard_errors().into_iter().zip(published) {
        assert_near(found / published, 1.0, 2e-4);
    }
}

#[test]
fn a_rhythm_of_one_phase_has_the_errors_of_mbg_nbd() {
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    let errors = MbgCnbd::fit_with(1, &histories).unwrap().covariance(&histories).unwrap().standard_errors();
    for (one, other) in errors.into_iter().zip(cdnow(TransactionKind::MbgNbd, 7.0).standard_errors()) {
        assert_near(one / other, 1.0, 1e-5);
    }
}

#[test]
fn with_a_rhythm_the_covariance_is_the_inverse_of_the_bends_of_the_likelihood() {
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    let fit = MbgCnbd::fit_with(2, &histories).unwrap();
    let covariance = fit.covariance(&histories).unwrap().of_logs();
    let best = fit.model.parameters();
    let value = |moves: [(usize, f64); 2]| {
        let mut at = [best.r, best.alpha, best.a, best.b];
        for (i, by) in moves {
            at[i] *= by.exp();
        }
        let [r, alpha, a, b] = at;
        MbgCnbd::new(2, DropoutParameters { r, alpha, a, b }).unwrap().log_likelihood(&histories)
    };
    let step = 1e-3;
    let bend = |i: usize, j: usize| {
        let corner = |one: f64, other: f64| value([(i, one * step), (j, other * step)]);
        (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / (4.0 * step * step)
    };
    for i in 0..4 {
        for j in 0..4 {
            let product: f64 = (0..4).map(|k| -bend(i, k) * covariance[k][j]).sum();
            let unit = if i == j { 1.0 } else { 0.0 };
            // In standard errors, as the units of a row and a column need not be alike.
            let scaled = (product - unit) * (covariance[i][i] / covariance[j][j]).sqrt();
            assert_near(scaled, 0.0, 1e-3);
        }
    }
}

#[test]
fn the_time_unit_moves_the_error_of_a_scale_and_nothing_else() {
    for kind in KINDS {
        let (weeks, days) = (cdnow(kind, 7.0), cdnow(kind, 1.0));
        for i in 0..4 {
            assert_near(days.standard_errors_of_logs()[i] / weeks.standard_errors_of_logs()[i], 1.0, 1e-4);
            let per_week = if ["alpha", "beta"].contains(&days.parameters()[i].0) { 7.0 } else { 1.0 };
            assert_near(days.standard_errors()[i] / (per_week * weeks.standard_errors()[i]), 1.0, 1e-4);
        }
    }
}

#[test]
fn four_times_the_customers_have_half_the_error() {
    let customers = calibration().summaries.customers;
    let once = Histories::from_summaries(&customers, 7.0).unwrap();
    let rows = once.rows().iter().map(|row| History { customers: 4 * row.customers, ..*row });
    let four_times = Histories::new(rows, 7.0).unwrap();
    for kind in KINDS {
        let errors = |histories: &Histories| {
            let fit = kind.fit(histories).unwrap();
            fit.covariance(histories).unwrap().standard_errors()
        };
        for (one, four) in errors(&once).into_iter().zip(errors(&four_times)) {
            assert_near(one / four, 2.0, 1e-5);
        }
    }
}

#[test]
fn intervals_are_positive_and_wider_with_the_level() {
    let covariance = cdnow(TransactionKind::ParetoNbd, 7.0);
    let at = |level| covariance.intervals(Confidence::new(level).unwrap());
    for ((half, most), (_, value)) in at(0.5).into_iter().zip(at(0.999_999)).zip(covariance.parameters()) {
        assert!(0.0 < most.low && most.low < half.low && half.low < value);
        assert!(value < half.high && half.high < most.high);
        assert_near(half.low * half.high / (value * value), 1.0, 1e-12);
    }
    // r and alpha of a rate's gamma distribution can make up for each other, as can s and beta.
    let correlations = covariance.correlations();
    assert!(correlations[0][1] > 0.8 && correlations[2][3] > 0.8, "{correlations:?}");
}

#[test]
fn a_covariance_written_down_and_read_again_is_the_same() {
    let covariance = cdnow(TransactionKind::MbgNbd, 7.0);
    assert_eq!(Covariance::new(covariance.parameters(), covariance.of_logs()), Ok(covariance));
}

#[test]
fn data_that_leave_a_parameter_open_give_a_reason() {
    let alike = Histories::new([history(3, 40, 60, 1000)], 7.0).unwrap();
    for kind in KINDS {
        let open = kind.fit(&alike).unwrap().covariance(&alike).unwrap_err();
        assert!(matches!(open, Undetermined::AtBound { .. } | Undetermined::NotConverged), "{open}");
    }
    let spends = Spends::new([Spend { frequency: 3, mean: 20.0, customers: 1000 }]).unwrap();
    let open = GammaGamma::fit(&spends).unwrap().covariance(&spends).unwrap_err();
    assert!(matches!(open, Undetermined::AtBound { .. } | Undetermined::NotConverged), "{open}");
    // Everybody leaves at the same rate.
    let curve = Survivors::new([[1024.0, 512.0, 256.0, 128.0, 64.0]]).unwrap();
    let open = Sbg::fit(&curve).unwrap().covariance(&curve).unwrap_err();
    assert!(matches!(open, Undetermined::AtBound { name: "alpha + beta", .. }), "{open}");
}

#[test]
fn other_data_than_were_fitted_are_noticed() {
    let customers = calibration().summaries.customers;
    let of = |customers| Histories::from_summaries(customers, 7.0).unwrap();
    let (first, second) = customers.split_at(customers.len() / 2);
    for kind in KINDS {
        let fit = kind.fit(&of(first)).unwrap();
        assert!(fit.covariance(&of(first)).is_ok());
        let refused = fit.covariance(&of(second)).unwrap_err();
        assert!(matches!(refused, Undetermined::NotAtMaximum { .. }), "{refused}");
    }
}

/// The smallest standard generator (Park and Miller 1988).
fn draw(state: &mut u64, below: usize) -> usize {
    *state = *state * 48_271 % 2_147_483_647;
    *state as usize % below
}

#[test]
fn small_samples_end_with_finite_errors_or_a_reason() {
    let customers = calibration().summaries.customers;
    let mut state = 7;
    let mut determined = 0;
    for _ in 0..100 {
        let sample: Vec<_> = (0..100).map(|_| customers[draw(&mut state, customers.len())]).collect();
        let histories = Histories::from_summaries(&sample, 7.0).unwrap();
        for kind in KINDS {
            let Ok(covariance) = kind.fit(&histories).unwrap().covariance(&histories) else { continue };
            determined += 1;
            assert!(covariance.standard_errors().iter().all(|it| it.is_finite() && *it > 0.0));
            assert!(covariance.correlations().iter().flatten().all(|it| it.abs() <= 1.0));
        }
    }
    eprintln!("{determined} of 400 determined");
    assert!(determined > 100);
}

#[test]
fn covariances_are_the_same_bits_on_one_thread_and_on_many() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (KINDS.map(|kind| cdnow(kind, 7.0)), cdnow_spend()))
    };
    assert_eq!(on(1), on(3));
}
