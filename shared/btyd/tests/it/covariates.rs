//! Pareto/NBD with covariates: against an independent maximisation, and on customers simulated from it.

use crate::cdnow::{assert_near, calibration, day};
use crate::simulate::Chance;
use btyd::{
    Confidence, CovariateError, CovariateHistories, CovariateParetoNbd, Estimate, FitError, Histories, History,
    MAX_COVARIATES, ParetoNbd, ParetoParameters, Undetermined,
};

type Row = (History, Vec<f64>, Vec<f64>);

/// CDNOW customers with the logarithm of a dollar more than their first order for both processes, and the week of it for dropout.
fn cdnow() -> Vec<Row> {
    let first = day("1997-01-01");
    let row = |it: &btyd::Summary| {
        let dollars = (it.total_minor - it.repeat_total_minor) as f64 / 100.0;
        let week = f64::from((it.first_day - first).div_euclid(7));
        (History::from(it), vec![dollars.ln_1p()], vec![dollars.ln_1p(), week])
    };
    calibration().summaries.customers.iter().map(row).collect()
}

#[test]
fn cdnow_with_first_orders_has_the_maximum_of_an_independent_program() {
    // Python, scipy 1.17: Fader and Hardie 2007's likelihood with hyp2f1 as printed, Nelder and Mead's search restarted four times and
    // polished by BFGS with numerical derivatives.
    let customers = CovariateHistories::new(cdnow(), 7.0).unwrap();
    let fit = CovariateParetoNbd::fit(&customers).unwrap();
    eprintln!("{fit:?}");
    assert!(fit.converged && fit.warnings.is_empty());
    assert_eq!(fit.customers, 2357);
    assert_near(fit.log_likelihood, -9_571.941_366, 1e-5);
    let base = fit.model.base().parameters();
    assert_near(base.r, 0.572_913, 1e-5);
    assert_near(base.alpha, 37.022_036, 1e-3);
    assert_near(base.s, 0.608_770, 1e-5);
    assert_near(base.beta, 11.895_353, 1e-3);
    assert_near(fit.model.purchase_effects()[0], 0.365_561, 1e-5);
    assert_near(fit.model.dropout_effects()[0], 0.013_031, 1e-4);
    assert_near(fit.model.dropout_effects()[1], -0.007_729, 1e-5);
}

#[test]
fn errors_are_those_of_an_independent_program() {
    // Python, scipy 1.17: second differences of fourth order of the same likelihood, inverted; steps of 0.004 and of 0.008 agree to 2e-6.
    let customers = CovariateHistories::new(cdnow(), 7.0).unwrap();
    let covariance = CovariateParetoNbd::fit(&customers).unwrap().covariance(&customers).unwrap();
    assert_near(covariance.purchase_errors()[0], 0.061_962_6, 1e-6);
    assert_near(covariance.dropout_errors()[0], 0.150_515_6, 2e-6);
    assert_near(covariance.dropout_errors()[1], 0.027_215_93, 1e-6);
    let base = covariance.of(&[0.0], &[0.0, 0.0]).unwrap().standard_errors_of_logs();
    for (found, expected) in base.into_iter().zip([0.087_035_4, 0.214_469_9, 0.316_443_4, 0.839_116_9]) {
        assert_near(found, expected, 1e-5);
    }
    let own = covariance.of(&[3.0], &[3.0, 6.0]).unwrap();
    for (found, expected) in own.standard_errors_of_logs().into_iter().zip([0.087_035, 0.080_542, 0.316_443, 0.557_692])
    {
        assert_near(found, expected, 1e-5);
    }
    assert_near(own.correlations()[0][1], 0.779_071, 1e-5);
    assert_near(own.correlations()[2][3], 0.964_321, 1e-5);
    assert_near(own.correlations()[1][3], -0.187_059, 1e-5);

    // How much somebody spent at first tells how often, but not how long they buy.
    let holds_0 = |it: &Estimate| it.low < 0.0 && it.high > 0.0;
    assert!(covariance.purchase_effects(Confidence::USUAL)[0].low > 0.2);
    assert!(covariance.dropout_effects(Confidence::USUAL).iter().all(holds_0));
}

#[test]
fn the_unit_of_a_covariate_changes_no_error() {
    let other = |(history, purchase, dropout): Row| {
        (history, vec![1e6 - 3e4 * purchase[0]], vec![dropout[0], 7.0 * dropout[1] + 1.0])
    };
    let [plain, moved] = [cdnow(), cdnow().into_iter().map(other).collect()].map(|rows| {
        let customers = CovariateHistories::new(rows, 7.0).unwrap();
        CovariateParetoNbd::fit(&customers).unwrap().covariance(&customers).unwrap()
    });
    assert_near(moved.purchase_errors()[0] * 3e4 / plain.purchase_errors()[0], 1.0, 1e-5);
    assert_near(moved.dropout_errors()[1] * 7.0 / plain.dropout_errors()[1], 1.0, 1e-5);
    let same = [moved.of(&[1e6 - 6e4], &[2.0, 22.0]), plain.of(&[2.0], &[2.0, 3.0])]
        .map(|covariance| covariance.unwrap().standard_errors_of_logs());
    for (moved, plain) in same[0].into_iter().zip(same[1]) {
        assert_near(moved / plain, 1.0, 1e-4);
    }
}

#[test]
fn covariates_that_follow_from_each_other_have_no_errors() {
    let twice = |(history, purchase, _): Row| (history, vec![purchase[0], 2.0 * purchase[0] + 1.0], vec![]);
    let customers = CovariateHistories::new(cdnow().into_iter().map(twice), 7.0).unwrap();
    let undetermined = CovariateParetoNbd::fit(&customers).unwrap().covariance(&customers).unwrap_err();
    assert_eq!(undetermined, Undetermined::Flat { name: "purchase covariate" });
}

#[test]
fn a_maximum_is_a_maximum_and_the_gradient_the_slope() {
    let customers = CovariateHistories::new(cdnow(), 7.0).unwrap();
    let fit = CovariateParetoNbd::fit(&customers).unwrap();
    assert_near(fit.model.log_likelihood(&customers), fit.log_likelihood, 1e-7);
    for slope in fit.model.gradient(&customers) {
        assert_near(slope / 2357.0, 0.0, 1e-7);
    }

    let base = ParetoParameters { r: 0.7, alpha: 9.0, s: 0.5, beta: 14.0 };
    let at = [base.r, base.alpha, base.s, base.beta, 0.2, -0.1, 0.03];
    let model = |at: &[f64]| {
        let base = ParetoNbd::new(ParetoParameters { r: at[0], alpha: at[1], s: at[2], beta: at[3] }).unwrap();
        CovariateParetoNbd::new(base, at[4..5].to_vec(), at[5..].to_vec())
    };
    let gradient = model(&at).gradient(&customers);
    for i in 0..at.len() {
        let value = |by: f64| {
            let mut moved = at;
            moved[i] += by;
            model(&moved).log_likelihood(&customers)
        };
        let step = 1e-5 * at[i].abs().max(0.1);
        let slope = (value(step) - value(-step)) / (2.0 * step);
        assert_near(gradient[i] / slope, 1.0, 1e-5);
    }
}

#[test]
fn without_covariates_it_is_pareto_nbd() {
    let bare = cdnow().into_iter().map(|(history, ..)| (history, Vec::new(), Vec::new()));
    let customers = CovariateHistories::new(bare, 7.0).unwrap();
    let fit = CovariateParetoNbd::fit(&customers).unwrap();
    let known = ParetoNbd::fit(customers.histories()).unwrap();
    assert_near(fit.log_likelihood, known.log_likelihood, 1e-8);
    assert_near(fit.model.of(&[], &[]).unwrap().parameters().alpha / known.model.parameters().alpha, 1.0, 1e-6);
    let errors = fit.covariance(&customers).unwrap().of(&[], &[]).unwrap().standard_errors_of_logs();
    let known = known.covariance(customers.histories()).unwrap().standard_errors_of_logs();
    for (found, known) in errors.into_iter().zip(known) {
        assert_near(found / known, 1.0, 1e-5);
    }
}

#[test]
fn customers_one_by_one_and_in_tables_have_the_same_likelihood() {
    // A covariate without an effect, which is different for every customer, leaves no tables.
    let rows = cdnow();
    let apart = (0..).zip(&rows).map(|(at, (history, ..))| (*history, vec![f64::from(at)], vec![]));
    let together = rows.iter().map(|(history, ..)| (*history, vec![0.0], vec![]));
    let base = ParetoNbd::new(ParetoParameters { r: 0.5533, alpha: 10.578, s: 0.6062, beta: 11.669 }).unwrap();
    let model = CovariateParetoNbd::new(base, vec![0.0], vec![]);
    let apart = CovariateHistories::new(apart, 7.0).unwrap();
    let together = CovariateHistories::new(together, 7.0).unwrap();
    assert_near(model.log_likelihood(&apart) / model.log_likelihood(&together), 1.0, 1e-13);
    let (apart, together) = (model.gradient(&apart), model.gradient(&together));
    for (apart, together) in apart.iter().zip(&together).take(4) {
        assert_near(apart - together, 0.0, 1e-9 * together.abs().max(100.0));
    }
}

#[test]
fn the_effects_on_simulated_customers_are_found() {
    // Covariates of very different sizes: a channel, and an order in cents.
    let mut chance = Chance::new(11);
    let (r, alpha, s, beta) = (0.8, 60.0, 0.7, 90.0);
    let (of_channel, of_order, on_dropout) = (0.7, -1e-4, -0.6);
    let customer = |_: u32| {
        let channel = f64::from(u8::from(chance.uniform() < 0.4));
        let order = (1_000.0 + 8_000.0 * chance.uniform()).round();
        let rate = chance.gamma(r, alpha) * f64::exp(of_channel * channel + of_order * order);
        let dropout = chance.gamma(s, beta) * f64::exp(on_dropout * channel);
        let first = 200.0 * chance.uniform();
        let left = first + chance.exponential(dropout);
        let mut days = vec![first as i32];
        let mut time = first + chance.exponential(rate);
        while time < left.min(500.0) {
            days.push(time as i32);
            time += chance.exponential(rate);
        }
        days.dedup();
        let [first, last] = [days[0], days[days.len() - 1]];
        let recency_days = first.abs_diff(last);
        let history =
            History { frequency: days.len() as u32 - 1, recency_days, age_days: first.abs_diff(500), customers: 1 };
        (history, vec![channel, order], vec![channel])
    };
    let rows: Vec<Row> = (0..12_000).map(customer).collect();
    let customers = CovariateHistories::new(rows, 1.0).unwrap();
    let fit = CovariateParetoNbd::fit(&customers).unwrap();
    eprintln!("{fit:?}");
    assert!(fit.converged && fit.warnings.is_empty());
    let covariance = fit.covariance(&customers).unwrap();
    let nearly_sure = Confidence::new(0.999).unwrap();
    let effects = [covariance.purchase_effects(nearly_sure), covariance.dropout_effects(nearly_sure)].concat();
    for (found, truth) in effects.iter().zip([of_channel, of_order, on_dropout]) {
        assert!(found.low < truth && truth < found.high, "{found:?} does not hold {truth}");
    }
    assert_near(fit.model.purchase_effects()[0], of_channel, 0.1);
    assert_near(fit.model.purchase_effects()[1] / of_order, 1.0, 0.15);
    assert_near(fit.model.dropout_effects()[0], on_dropout, 0.2);
    let base = fit.model.base().parameters();
    for (found, truth) in [(base.r, r), (base.alpha, alpha), (base.s, s), (base.beta, beta)] {
        assert_near(found / truth, 1.0, 0.25);
    }
    // The model of a customer predicts with that customer's own scales.
    let own = fit.model.of(&[1.0, 5_000.0], &[1.0]).unwrap();
    let factor = f64::exp(fit.model.purchase_effects()[0] + 5_000.0 * fit.model.purchase_effects()[1]);
    assert_near(own.parameters().alpha * factor / base.alpha, 1.0, 1e-12);
    assert!(
        own.expected_purchases_new(365.0)
            > fit.model.of(&[0.0, 5_000.0], &[0.0]).unwrap().expected_purchases_new(365.0)
    );
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let rows = cdnow();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| CovariateParetoNbd::fit(&CovariateHistories::new(rows.clone(), 7.0).unwrap()).unwrap())
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn what_cannot_be_used_is_named() {
    let history = History { frequency: 1, recency_days: 5, age_days: 9, customers: 1 };
    let new = |rows: Vec<Row>| CovariateHistories::new(rows, 7.0);
    let uneven = new(vec![(history, vec![1.0], vec![]), (history, vec![], vec![2.0])]).unwrap_err();
    assert_eq!(uneven, CovariateError::Uneven { position: 1, purchase: 0, dropout: 1, expected: (1, 0) });
    let infinite = new(vec![(history, vec![f64::INFINITY], vec![])]).unwrap_err();
    assert_eq!(infinite, CovariateError::OutOfRange { position: 0 });
    let many = new(vec![(history, vec![0.0; MAX_COVARIATES], vec![1.0])]).unwrap_err();
    assert_eq!(many, CovariateError::TooMany { covariates: MAX_COVARIATES + 1 });

    let same = new(vec![(history, vec![0.5], vec![3.0]), (history, vec![0.7], vec![3.0])]).unwrap();
    let constant = CovariateParetoNbd::fit(&same).unwrap_err();
    assert_eq!(constant, CovariateError::Constant { process: "dropout", covariate: 0 });
    let nobody = CovariateParetoNbd::fit(&new(vec![]).unwrap()).unwrap_err();
    assert_eq!(nobody, CovariateError::Fit(FitError::NoCustomers));

    let base = ParetoNbd::fit(&Histories::new([history, History { customers: 3, ..history }], 7.0).unwrap()).unwrap();
    let model = CovariateParetoNbd::new(base.model, vec![1.0], vec![]);
    assert_eq!(model.of(&[1e6], &[]).unwrap_err(), CovariateError::OutOfRange { position: 0 });
    assert!(matches!(model.of(&[], &[]).unwrap_err(), CovariateError::Uneven { .. }));
}
