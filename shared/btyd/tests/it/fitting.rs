//! Fits on data that break other programs: an answer or a reason, always.

use crate::cdnow::{assert_near, calibration};
use btyd::{
    Fit, FitError, GammaGamma, Histories, History, Spend, Spends, Summary, TransactionKind, TransactionModel, Warning,
};

const KINDS: [TransactionKind; 4] =
    [TransactionKind::BgNbd, TransactionKind::MbgNbd, TransactionKind::ParetoNbd, TransactionKind::MbgCnbd];

fn history(frequency: u32, recency_days: u32, age_days: u32, customers: u32) -> History {
    History { frequency, recency_days, age_days, customers }
}

#[track_caller]
fn assert_usable(fit: &Fit<TransactionModel>) {
    for (_, parameter) in fit.model.named_parameters() {
        assert!(parameter.is_finite() && parameter > 0.0, "{fit:?}");
    }
    assert!(fit.log_likelihood.is_finite(), "{fit:?}");
    assert!(fit.converged != fit.warnings.contains(&Warning::NotConverged), "{fit:?}");
    let expected = fit.model.expected_purchases(3, 10.0, 20.0, 52.0);
    assert!(expected.is_finite() && expected >= 0.0, "{fit:?}");
}

/// The smallest standard generator (Park and Miller 1988).
fn draw(state: &mut u64, below: usize) -> usize {
    *state = *state * 48_271 % 2_147_483_647;
    *state as usize % below
}

#[test]
fn two_hundred_random_samples_of_each_size_end_with_a_finite_fit() {
    let customers = calibration().summaries.customers;
    let mut state = 1;
    let mut not_converged = 0;
    for size in [50, 300] {
        for _ in 0..200 {
            let sample: Vec<Summary> = (0..size).map(|_| customers[draw(&mut state, customers.len())]).collect();
            let histories = Histories::from_summaries(&sample, 7.0).unwrap();
            for kind in KINDS {
                let fit = kind.fit(&histories).unwrap();
                assert_usable(&fit);
                not_converged += u32::from(!fit.converged);
            }
            let spends = Spends::from_summaries(&sample, 100.0).unwrap();
            let fit = GammaGamma::fit(&spends).unwrap();
            let found = fit.model.parameters();
            assert!([found.p, found.q, found.v, fit.log_likelihood].iter().all(|it| it.is_finite()));
            not_converged += u32::from(!fit.converged);
        }
    }
    eprintln!("{not_converged} of 2000 fits not converged");
    assert!(not_converged < 20, "{not_converged}");
}

#[test]
fn a_maximum_is_a_maximum() {
    let customers = calibration().summaries.customers;
    let histories = Histories::from_summaries(&customers, 7.0).unwrap();
    for kind in KINDS {
        let fit = kind.fit(&histories).unwrap();
        assert_near(fit.model.log_likelihood(&histories), fit.log_likelihood, 1e-7);
        let gradient = fit.model.gradient(&histories);
        for (slope, (_, scale)) in gradient.into_iter().zip(fit.model.named_parameters()) {
            assert_near(slope * scale / 2357.0, 0.0, 1e-8);
        }
    }
}

#[test]
fn near_daily_buyers_get_a_fit() {
    let rows = (0..300).map(|i| history(200 + i % 90, 290 + i % 9, 300, 1));
    let histories = Histories::new(rows, 7.0).unwrap();
    for kind in KINDS {
        assert_usable(&kind.fit(&histories).unwrap());
    }
}

#[test]
fn identical_customers_get_a_fit_that_says_it_is_not_determined() {
    let histories = Histories::new([history(3, 40, 60, 1000)], 7.0).unwrap();
    for kind in KINDS {
        let fit = kind.fit(&histories).unwrap();
        assert_usable(&fit);
        let at_bound = |it: &Warning| matches!(it, Warning::ParameterAtBound { .. });
        assert!(fit.warnings.iter().any(at_bound), "{fit:?}");
    }
    let spends = Spends::new([Spend { frequency: 3, mean: 20.0, customers: 1000 }]).unwrap();
    let fit = GammaGamma::fit(&spends).unwrap();
    assert!(!fit.warnings.is_empty());
    assert_near(fit.model.expected_spend(3, 20.0).unwrap(), 20.0, 0.1);
}

#[test]
fn thousands_of_purchases_are_no_trouble() {
    let rows = [
        history(0, 0, 3000, 50),
        history(1500, 2950, 3000, 20),
        history(2990, 2999, 3000, 20),
        history(12, 400, 2000, 60),
    ];
    let histories = Histories::new(rows, 7.0).unwrap();
    for kind in KINDS {
        assert_usable(&kind.fit(&histories).unwrap());
    }
}

#[test]
fn the_time_unit_moves_alpha_and_the_likelihood_and_nothing_else() {
    let customers = calibration().summaries.customers;
    let repeats: u32 = customers.iter().map(|it| it.frequency).sum();
    for kind in KINDS {
        let fit = |days| kind.fit(&Histories::from_summaries(&customers, days).unwrap()).unwrap();
        let (weeks, days) = (fit(7.0), fit(1.0));
        for ((name, in_days), (_, in_weeks)) in
            days.model.named_parameters().into_iter().zip(weeks.model.named_parameters())
        {
            let per_week = if ["alpha", "beta"].contains(&name) { 7.0 } else { 1.0 };
            assert_near(in_days / per_week, in_weeks, 2e-6 * in_weeks);
        }
        // A density of one event time per repeat purchase.
        let shift = f64::from(repeats) * 7.0_f64.ln();
        assert_near(days.log_likelihood, weeks.log_likelihood - shift, 1e-6);
    }
}

#[test]
fn fits_are_the_same_bits_on_one_thread_and_on_many() {
    // Enough distinct rows for several tasks and the warm start.
    let rows = (0..60_000_u32).map(|i| {
        let age = 30 + i * 7919 % 700;
        let frequency = (i * 31 % 17).min(age / 2);
        let recency = if frequency == 0 { 0 } else { age - i * 13 % (age / 2) };
        history(frequency, recency, age, 1)
    });
    let rows: Vec<History> = rows.collect();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let histories = Histories::new(rows.iter().copied(), 7.0).unwrap();
            let spends = rows.iter().map(|it| Spend {
                frequency: it.frequency,
                mean: 1.0 + f64::from(it.recency_days % 97),
                customers: 1,
            });
            let spend = GammaGamma::fit(&Spends::new(spends).unwrap()).unwrap();
            (KINDS.map(|kind| kind.fit(&histories).unwrap()), spend)
        })
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn counted_histories_fit_like_the_same_customers_one_by_one() {
    let customers = calibration().summaries.customers;
    let one_by_one = Histories::from_summaries(&customers, 7.0).unwrap();
    let counted = Histories::new(customers.iter().rev().map(History::from), 7.0).unwrap();
    assert_eq!(one_by_one, counted);
    assert!(counted.rows().len() < customers.len());
    assert_eq!(counted.customers(), 2357);
}

#[test]
fn nothing_to_fit_to_is_said_so() {
    for kind in KINDS {
        let fit = |rows: &[History]| kind.fit(&Histories::new(rows.iter().copied(), 7.0).unwrap());
        assert_eq!(fit(&[]).unwrap_err(), FitError::NoCustomers);
        assert_eq!(fit(&[history(0, 0, 0, 9)]).unwrap_err(), FitError::NoTime);
        let once = fit(&[history(0, 0, 30, 9)]).unwrap_err();
        assert_eq!(once, FitError::NoRepeaters { customers: 9 });
    }
    let zero = Spend { frequency: 2, mean: 0.0, customers: 1 };
    let none = GammaGamma::fit(&Spends::new([zero]).unwrap()).unwrap_err();
    assert_eq!(none, FitError::NoSpend);
}

#[test]
fn an_impossible_history_is_named() {
    for wrong in [history(1, 9, 8, 1), history(0, 1, 8, 1), history(1, 0, 8, 1), history(u32::MAX, 8, 8, 1)] {
        let refused = Histories::new([history(0, 0, 1, 1), wrong], 7.0).unwrap_err();
        assert_eq!(refused, FitError::ImpossibleHistory { position: 1, history: wrong });
    }
    let refused = Histories::new([history(0, 0, 1, 1)], 0.0).unwrap_err();
    assert_eq!(refused, FitError::TimeUnit { days_per_unit: 0.0 });
}

#[test]
fn spend_without_a_mean_gives_one_time_buyers_no_expectation() {
    // Mean spends 10, 100, 1000, ...: a tail so heavy that q falls below 1.
    let spends = (0..2_000_u32).map(|i| Spend {
        frequency: 1 + i % 5,
        mean: 10.0_f64.powf(f64::from(i % 40) * 0.2),
        customers: 1,
    });
    let fit = GammaGamma::fit(&Spends::new(spends).unwrap()).unwrap();
    let q = fit.model.parameters().q;
    assert!(q <= 1.0, "{fit:?}");
    assert!(fit.warnings.contains(&Warning::NoPopulationMean { q }));
    assert_eq!(fit.model.population_mean(), None);
    assert_eq!(fit.model.expected_spend(0, 0.0), None);
}
