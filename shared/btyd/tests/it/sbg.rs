//! sBG: the figures its authors published, what must hold for any parameters, and data that break other programs.

use crate::cdnow::assert_near;
use crate::discrete_data::{Random, simulate_cohort, survivors};
use btyd::{Fit, Sbg, SbgError, SbgParameters, Survivors, Warning};
use proptest::prelude::*;

fn fit(curve: &[f64]) -> Fit<Sbg> {
    Sbg::fit(&Survivors::new([curve]).unwrap()).unwrap()
}

fn model(alpha: f64, beta: f64) -> Sbg {
    Sbg::new(SbgParameters { alpha, beta }).unwrap()
}

#[test]
fn the_high_end_segment_has_the_published_fit_and_projection() {
    // Fader, Hardie 2007: seven years fitted.
    let curve = survivors("high_end");
    let fit = fit(&curve[..8]);
    eprintln!("{fit:?}");
    let found = fit.model.parameters();
    assert!(fit.converged && fit.warnings.is_empty());
    assert_eq!(fit.customers, 1000);
    assert_near(found.alpha, 0.668, 5e-4);
    assert_near(found.beta, 3.806, 5e-4);
    assert_near(fit.log_likelihood, -1611.2, 0.05);
    // Years 8 to 12 and DERL at ten per cent after year 7, as a public implementation of the two papers prints them.
    for (year, share) in [(8, 0.460), (9, 0.436), (10, 0.414), (11, 0.395), (12, 0.378)] {
        assert_near(fit.model.survival(year), share, 5e-4);
    }
    assert_near(fit.model.discounted_residual_lifetime(7, 0.1), 7.530, 5e-4);
}

#[test]
fn the_regular_segment_has_the_published_fit_and_foretells_the_next_five_years() {
    let curve = survivors("regular");
    let fit = fit(&curve[..8]);
    eprintln!("{fit:?}");
    let found = fit.model.parameters();
    assert!(fit.converged && fit.warnings.is_empty());
    assert_near(found.alpha, 0.704, 5e-4);
    assert_near(found.beta, 1.182, 5e-4);
    // "Remarkably accurate forecasts": to a percentage point of the cohort.
    for (year, actual) in curve.iter().enumerate().skip(8) {
        assert_near(fit.model.survival(year as u32), actual / 1000.0, 0.01);
    }
}

#[test]
fn percentages_give_the_same_parameters_and_a_hundredth_of_the_likelihood() {
    let curve = survivors("regular");
    let percent: Vec<f64> = curve.iter().map(|it| it / 10.0).collect();
    let (counts, percents) = (fit(&curve), fit(&percent));
    assert_near(percents.model.parameters().alpha, counts.model.parameters().alpha, 1e-6);
    assert_near(percents.model.parameters().beta, counts.model.parameters().beta, 1e-6);
    assert_near(10.0 * percents.log_likelihood, counts.log_likelihood, 1e-6);
    assert_eq!(percents.customers, 100);
}

#[test]
fn cohorts_of_different_ages_are_fitted_together() {
    // Expected counts are most likely under the parameters that made them, whatever the ages of the cohorts.
    let truth = model(1.3, 4.2);
    let cohort = |size: f64, age: u32| (0..=age).map(|t| size * truth.survival(t)).collect::<Vec<f64>>();
    let cohorts = [cohort(5_000.0, 9), cohort(2_000.0, 4), cohort(900.0, 1), cohort(700.0, 0)];
    let together = Survivors::new(&cohorts).unwrap();
    assert_eq!(together.periods(), 9);
    assert_near(together.customers(), 8_600.0, 1e-9);
    let found = Sbg::fit(&together).unwrap();
    assert_near(found.model.parameters().alpha, 1.3, 1e-5);
    assert_near(found.model.parameters().beta, 4.2, 1e-5);
    let apart: f64 = cohorts.iter().map(|curve| truth.log_likelihood(&Survivors::new([curve]).unwrap())).sum();
    assert_near(truth.log_likelihood(&together), apart, 1e-8);
}

#[test]
fn simulated_customers_are_recovered() {
    for (alpha, beta) in [(0.7, 1.2), (0.668, 3.806), (2.0, 6.0)] {
        let curve = simulate_cohort(SbgParameters { alpha, beta }, 200_000, 12, &mut Random(7));
        let found = fit(&curve).model.parameters();
        // Some three standard errors of a sample of this size.
        assert_near(found.alpha / alpha, 1.0, 0.06);
        assert_near(found.beta / beta, 1.0, 0.06);
    }
}

#[test]
fn a_maximum_is_a_maximum() {
    for segment in ["regular", "high_end"] {
        let curve = Survivors::new([survivors(segment)]).unwrap();
        let fit = Sbg::fit(&curve).unwrap();
        assert_near(fit.model.log_likelihood(&curve), fit.log_likelihood, 1e-8);
        for slope in fit.model.gradient(&curve) {
            assert_near(slope / 1000.0, 0.0, 1e-8);
        }
    }
}

#[test]
fn a_customer_who_renewed_is_a_new_customer_of_a_stickier_model() {
    let model = model(0.668, 3.806);
    let later = model.after(5);
    assert_near(later.parameters().beta, 8.806, 1e-12);
    for period in 1..40 {
        assert_near(later.survival(period), model.survival(period + 5) / model.survival(5), 1e-13);
        assert_near(later.retention_rate(period), model.retention_rate(period + 5), 1e-15);
    }
    assert_near(later.mean_churn(), 1.0 - model.retention_rate(6), 1e-15);
    // What is still due is what a customer just renewed pays, given that they renew.
    let renewed = model.after(6).discounted_lifetime(0.1) * model.retention_rate(6);
    assert_near(model.discounted_residual_lifetime(5, 0.1), renewed, 1e-12);
}

#[test]
fn the_expected_lifetime_is_infinite_up_to_alpha_one() {
    assert_eq!(model(1.0, 5.0).expected_lifetime(), None);
    assert_near(model(3.0, 5.0).expected_lifetime().unwrap(), 2.5, 1e-15);
    // Of the infinite sum all but a tail of order 1/t² is there after t renewals.
    assert_near(model(3.0, 5.0).expected_renewals(1_000_000), 2.5, 1e-9);
    assert_near(model(3.0, 5.0).discounted_lifetime(0.0), 3.5, 1e-15);
}

#[test]
fn customers_who_do_not_differ_are_said_so_and_projected_at_their_common_rate() {
    let curve: Vec<f64> = (0..8).map(|t| 1000.0 * 0.8_f64.powi(t)).collect();
    let fit = fit(&curve);
    assert!(fit.warnings.iter().any(|it| matches!(it, Warning::ChurnAlike { .. })), "{fit:?}");
    assert_near(fit.model.retention_rate(20), 0.8, 1e-2);
}

#[test]
fn customers_who_leave_at_once_or_never_are_said_so() {
    let fit = fit(&[1000.0, 400.0, 400.0, 400.0, 400.0]);
    assert!(fit.warnings.iter().any(|it| matches!(it, Warning::ChurnPolarised { .. })), "{fit:?}");
    assert_near(fit.model.survival(4), 0.4, 1e-3);
}

#[test]
fn few_periods_are_said_so() {
    for (curve, periods) in [(vec![100.0, 80.0], 1), (vec![100.0, 80.0, 70.0, 65.0], 3)] {
        let fit = fit(&curve);
        assert!(fit.warnings.contains(&Warning::FewPeriods { periods }), "{fit:?}");
        assert_near(fit.model.survival(1), 0.8, 0.01);
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let refused = |curve: &[f64]| Survivors::new([&[9.0, 8.0][..], curve]).unwrap_err();
    let increase = SbgError::Increase { cohort: 1, period: 2, before: 4.0, survivors: 4.5 };
    assert_eq!(refused(&[5.0, 4.0, 4.5]), increase);
    assert_eq!(refused(&[5.0, -1.0]), SbgError::NotACount { cohort: 1, period: 1, survivors: -1.0 });
    assert!(matches!(refused(&[f64::NAN]), SbgError::NotACount { cohort: 1, period: 0, .. }));
    assert!(matches!(refused(&[f64::INFINITY]), SbgError::NotACount { cohort: 1, period: 0, .. }));

    let unfit = |curve: &[f64]| Sbg::fit(&Survivors::new([curve]).unwrap()).unwrap_err();
    assert_eq!(unfit(&[]), SbgError::NoPeriods);
    assert_eq!(unfit(&[7.0]), SbgError::NoPeriods);
    assert_eq!(unfit(&[0.0, 0.0]), SbgError::NoPeriods);
    assert_eq!(unfit(&[7.0, 7.0, 7.0]), SbgError::NoChurn);
    assert_eq!(unfit(&[7.0, 0.0, 0.0]), SbgError::NoRenewal);
    let refused = Sbg::new(SbgParameters { alpha: 1.0, beta: 0.0 }).unwrap_err();
    assert_eq!((refused.name, refused.value), ("beta", 0.0));
}

fn parameter() -> impl Strategy<Value = f64> {
    (-3.0..3.0_f64).prop_map(|log| 10.0_f64.powf(log))
}

proptest! {
    #[test]
    fn all_lifetimes_together_are_certain(alpha in parameter(), beta in parameter(), periods in 0_u32..300) {
        let model = model(alpha, beta);
        let left: f64 = (0..=periods).map(|t| model.churn_probability(t)).sum();
        prop_assert!((left + model.survival(periods) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn survival_falls_and_retention_rises(alpha in parameter(), beta in parameter(), period in 1_u32..3_000) {
        let model = model(alpha, beta);
        let (now, next) = (model.survival(period), model.survival(period + 1));
        prop_assert!((0.0..=1.0).contains(&now) && next <= now);
        prop_assert!(model.retention_rate(period) <= model.retention_rate(period + 1));
        // Below the smallest normal number there are no digits to compare.
        prop_assert!((now * model.retention_rate(period + 1) - next).abs() <= 1e-12 * now + f64::MIN_POSITIVE);
    }

    #[test]
    fn every_curve_ends_with_a_usable_fit_or_a_reason(steps in prop::collection::vec(0_u32..200, 1..15), rest in 0_u32..100) {
        let total: u32 = steps.iter().sum::<u32>() + rest;
        let mut curve = vec![f64::from(total)];
        for step in &steps {
            curve.push(curve[curve.len() - 1] - f64::from(*step));
        }
        match Sbg::fit(&Survivors::new([&curve]).unwrap()) {
            Ok(fit) => {
                let found = fit.model.parameters();
                prop_assert!(found.alpha > 0.0 && found.alpha.is_finite() && found.beta > 0.0 && found.beta.is_finite());
                prop_assert!(fit.log_likelihood.is_finite() && fit.log_likelihood <= 0.0);
                prop_assert!(fit.converged, "{:?} {:?}", curve, fit);
            }
            Err(reason) => prop_assert!(
                matches!(reason, SbgError::NoPeriods | SbgError::NoChurn | SbgError::NoRenewal), "{reason}"
            ),
        }
    }
}
