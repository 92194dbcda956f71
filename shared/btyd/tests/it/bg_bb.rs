//! BG/BB: the figures its authors published, what must hold for any parameters, and data that break other programs.

use crate::cdnow::assert_near;
use crate::discrete_data::{Random, donors, simulate_buyers};
use btyd::{BgBb, BgBbError, BgBbParameters, Cell, Cells, Fit, Warning};
use proptest::prelude::*;

fn cell(frequency: u32, recency: u32, opportunities: u32, customers: u64) -> Cell {
    Cell { frequency, recency, opportunities, customers }
}

fn fit(cells: impl IntoIterator<Item = Cell>) -> Fit<BgBb> {
    BgBb::fit(&Cells::new(cells).unwrap()).unwrap()
}

fn model(alpha: f64, beta: f64, gamma: f64, delta: f64) -> BgBb {
    BgBb::new(BgBbParameters { alpha, beta, gamma, delta }).unwrap()
}

/// P of one history.
fn probability(model: &BgBb, frequency: u32, recency: u32, opportunities: u32) -> f64 {
    model.log_likelihood(&Cells::new([cell(frequency, recency, opportunities, 1)]).unwrap()).exp()
}

/// Histories with x purchases of which the last is at t_x: the others lie anywhere before it.
fn histories(frequency: u32, recency: u32) -> f64 {
    let before = |i: u32| f64::from(recency - i) / f64::from(i);
    (1..frequency).map(before).product()
}

/// Every possible (x, t_x) of so many opportunities.
fn possible(opportunities: u32) -> impl Iterator<Item = (u32, u32)> {
    let later = (1..=opportunities).flat_map(|t_x| (1..=t_x).map(move |x| (x, t_x)));
    std::iter::once((0, 0)).chain(later)
}

#[test]
fn the_donors_have_the_published_fit() {
    // Fader, Hardie, Shang 2010.
    let cells = Cells::new(donors()).unwrap();
    assert_eq!((cells.rows().len(), cells.customers()), (22, 11_104));
    let fit = BgBb::fit(&cells).unwrap();
    eprintln!("{fit:?}");
    let found = fit.model.parameters();
    assert!(fit.converged && fit.warnings.is_empty());
    assert_near(found.alpha, 1.2035, 5e-5);
    assert_near(found.beta, 0.7497, 5e-5);
    assert_near(found.gamma, 0.6567, 5e-5);
    assert_near(found.delta, 2.7834, 5e-5);
    assert_near(fit.log_likelihood, -33225.6, 0.05);
}

#[test]
fn the_donors_have_the_published_expectations() {
    let model = fit(donors()).model;
    // Table 6: P(alive in 2002), the year after the six observed.
    assert_near(model.probability_alive_at(0, 0, 6, 1), 0.11, 5e-3);
    assert_near(model.probability_alive_at(2, 4, 6, 1), 0.59, 5e-3);
    assert_near(model.probability_alive_at(6, 6, 6, 1), 0.93, 5e-3);
    // The authors' spreadsheet (brucehardie.com note 010): donors of no and of all years, and all donations of 2002 to 2006.
    assert_near(11_104.0 * probability(&model, 0, 0, 6), 3454.9, 0.05);
    assert_near(11_104.0 * probability(&model, 6, 6, 6), 1253.1, 0.05);
    let expected = |it: &Cell| it.customers as f64 * model.expected_purchases(it.frequency, it.recency, 6, 5);
    assert_near(donors().iter().map(expected).sum(), 12_884.2, 0.05);
    // The same: donations of one donor in the first years.
    let published = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887];
    for (years, expected) in (1..).zip(published) {
        assert_near(model.expected_purchases_new(years), expected, 5.1e-5);
    }
}

#[test]
fn expectations_are_sums_over_everything_that_can_happen() {
    let model = model(1.2, 0.75, 0.66, 2.78);
    let (x, t_x, n, next) = (2, 3, 5, 4);
    let joint = probability(&model, x, t_x, n);
    // Every continuation, by the place of its last purchase and the number of its purchases.
    let (mut expected, mut all) = (0.0, 0.0);
    for (more, last) in possible(next) {
        let recency = if more == 0 { t_x } else { n + last };
        let share = histories(more, last).max(1.0) * probability(&model, x + more, recency, n + next) / joint;
        all += share;
        expected += f64::from(more) * share;
    }
    assert_near(all, 1.0, 1e-12);
    assert_near(model.expected_purchases(x, t_x, n, next), expected, 1e-12);
    // One more purchase is as likely as being alive then and buying.
    let buys = probability(&model, x + 1, n + 1, n + 1) / joint;
    assert_near(model.expected_purchases(x, t_x, n, 1), buys, 1e-12);
}

#[test]
fn posterior_means_are_ratios_of_likelihoods() {
    // E(p | history) L = E(p L(p)), and p moves alpha to alpha + 1.
    let (alpha, beta, gamma, delta) = (1.2, 0.75, 0.66, 2.78);
    let one = model(alpha, beta, gamma, delta);
    for (x, t_x, n) in [(0, 0, 6), (3, 4, 6), (6, 6, 6), (1, 1, 0)] {
        if t_x > n {
            continue;
        }
        let joint = probability(&one, x, t_x, n);
        let p = alpha / (alpha + beta) * probability(&model(alpha + 1.0, beta, gamma, delta), x, t_x, n) / joint;
        let theta = gamma / (gamma + delta) * probability(&model(alpha, beta, gamma + 1.0, delta), x, t_x, n) / joint;
        assert_near(one.purchase_probability(x, t_x, n), p, 1e-13);
        assert_near(one.dropout_probability(x, t_x, n), theta, 1e-13);
    }
}

#[test]
fn discounted_purchases_are_the_discounted_sum_written_out() {
    let model = model(1.2, 0.75, 0.66, 2.78);
    let mut sum = 0.0;
    for ahead in 1..2_000 {
        let one = model.expected_purchases(3, 4, 6, ahead) - model.expected_purchases(3, 4, 6, ahead - 1);
        sum += one / 1.1_f64.powi(ahead as i32);
    }
    assert_near(model.discounted_purchases(3, 4, 6, 0.1), sum, 1e-9);
}

#[test]
fn expected_counts_give_back_their_parameters() {
    let truth = model(1.2, 0.75, 0.66, 2.78);
    let cells = (3..=8).flat_map(|n| possible(n).map(move |(x, t_x)| (x, t_x, n)));
    let cells = cells.map(|(x, t_x, n)| {
        let share = histories(x, t_x).max(1.0) * probability(&truth, x, t_x, n);
        cell(x, t_x, n, (1e12 * share).round() as u64)
    });
    let found = fit(cells).model.parameters();
    assert_near(found.alpha, 1.2, 1e-4);
    assert_near(found.beta, 0.75, 1e-4);
    assert_near(found.gamma, 0.66, 1e-4);
    assert_near(found.delta, 2.78, 1e-4);
}

#[test]
fn simulated_customers_are_recovered() {
    for (alpha, beta, gamma, delta) in [(1.2, 0.75, 0.66, 2.78), (0.5, 2.0, 1.0, 5.0)] {
        let truth = BgBbParameters { alpha, beta, gamma, delta };
        let found = fit(simulate_buyers(truth, 200_000, 16, &mut Random(11))).model.parameters();
        // Some three standard errors of a sample of this size.
        assert_near(found.alpha / alpha, 1.0, 0.1);
        assert_near(found.beta / beta, 1.0, 0.1);
        assert_near(found.gamma / gamma, 1.0, 0.1);
        assert_near(found.delta / delta, 1.0, 0.15);
    }
}

#[test]
fn a_maximum_is_a_maximum() {
    let cells = Cells::new(donors()).unwrap();
    let fit = BgBb::fit(&cells).unwrap();
    let found = fit.model.parameters();
    assert_near(fit.model.log_likelihood(&cells), fit.log_likelihood, 1e-7);
    let scales = [found.alpha, found.beta, found.gamma, found.delta];
    for (slope, scale) in fit.model.gradient(&cells).into_iter().zip(scales) {
        assert_near(slope * scale / 11_104.0, 0.0, 1e-8);
    }
}

#[test]
fn fits_are_the_same_bits_on_one_thread_and_on_many() {
    let truth = BgBbParameters { alpha: 0.8, beta: 1.7, gamma: 0.6, delta: 9.0 };
    // Enough distinct cells for several tasks.
    let cells = simulate_buyers(truth, 60_000, 60, &mut Random(3));
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(cells.iter().copied()))
    };
    let one = on(1);
    assert!(Cells::new(cells.iter().copied()).unwrap().rows().len() > 4_000);
    assert_eq!(one, on(3));
}

#[test]
fn counted_cells_fit_like_the_same_customers_in_any_order() {
    let counted = Cells::new(donors()).unwrap();
    let halves = donors().into_iter().rev().flat_map(|it| {
        let half = it.customers / 2;
        [Cell { customers: half, ..it }, Cell { customers: it.customers - half, ..it }]
    });
    assert_eq!(Cells::new(halves).unwrap(), counted);
}

#[test]
fn data_that_determine_nothing_end_with_a_finite_fit_that_says_so() {
    let at_bound = |it: &Warning| matches!(it, Warning::ParameterAtBound { .. });
    for cells in [
        vec![cell(3, 5, 9, 1_000)],
        vec![cell(9, 9, 9, 1_000)],
        vec![cell(0, 0, 9, 1_000), cell(9, 9, 9, 1_000)],
        vec![cell(1, 1, 1_400, 100), cell(1_400, 1_400, 1_400, 100)],
    ] {
        let fit = fit(cells);
        let found = fit.model.parameters();
        for parameter in [found.alpha, found.beta, found.gamma, found.delta, fit.log_likelihood] {
            assert!(parameter.is_finite(), "{fit:?}");
        }
        assert!(fit.warnings.iter().any(at_bound), "{fit:?}");
        let expected = fit.model.expected_purchases(2, 3, 9, 5);
        assert!((0.0..=5.0).contains(&expected), "{fit:?}");
    }
    let short = fit([cell(0, 0, 2, 500), cell(1, 1, 2, 200), cell(1, 2, 2, 100), cell(2, 2, 2, 200)]);
    assert!(short.warnings.contains(&Warning::FewPeriods { periods: 2 }), "{short:?}");
}

#[test]
fn small_samples_of_donors_end_with_a_finite_fit() {
    let donors = donors();
    let mut random = Random(5);
    let mut not_converged = 0;
    for size in [50, 300] {
        for _ in 0..100 {
            let one = |_| {
                let mut at = (random.unit() * 11_104.0) as u64;
                let mut drawn = donors[0];
                for it in &donors {
                    drawn = *it;
                    if at < it.customers {
                        break;
                    }
                    at -= it.customers;
                }
                Cell { customers: 1, ..drawn }
            };
            let fit = fit((0..size).map(one).collect::<Vec<Cell>>());
            let found = fit.model.parameters();
            assert!([found.alpha, found.beta, found.gamma, found.delta].iter().all(|it| it.is_finite() && *it > 0.0));
            assert!(fit.log_likelihood.is_finite(), "{fit:?}");
            not_converged += u32::from(!fit.converged);
        }
    }
    eprintln!("{not_converged} of 200 fits not converged");
    assert!(not_converged < 3, "{not_converged}");
}

#[test]
fn what_cannot_be_used_is_named() {
    for wrong in [cell(2, 1, 3, 1), cell(1, 4, 3, 1), cell(0, 1, 3, 1), cell(0, 0, 65_536, 1)] {
        let refused = Cells::new([cell(0, 0, 1, 1), wrong]).unwrap_err();
        assert_eq!(refused, BgBbError::ImpossibleCell { position: 1, cell: wrong });
    }
    let unfit = |cells: &[Cell]| BgBb::fit(&Cells::new(cells.iter().copied()).unwrap()).unwrap_err();
    assert_eq!(unfit(&[]), BgBbError::NoCustomers);
    assert_eq!(unfit(&[cell(1, 1, 3, 0)]), BgBbError::NoCustomers);
    assert_eq!(unfit(&[cell(0, 0, 0, 9)]), BgBbError::NoOpportunities);
    assert_eq!(unfit(&[cell(0, 0, 3, 9)]), BgBbError::NoRepeaters { customers: 9 });
}

fn parameter() -> impl Strategy<Value = f64> {
    (-3.0..3.0_f64).prop_map(|log| 10.0_f64.powf(log))
}

proptest! {
    #[test]
    fn all_histories_together_are_certain(
        alpha in parameter(), beta in parameter(), gamma in parameter(), delta in parameter(), n in 0_u32..12,
    ) {
        let model = model(alpha, beta, gamma, delta);
        let all: f64 = possible(n).map(|(x, t_x)| histories(x, t_x).max(1.0) * probability(&model, x, t_x, n)).sum();
        prop_assert!((all - 1.0).abs() < 1e-11, "{all}");
    }

    #[test]
    fn probabilities_stay_between_nothing_and_certainty(
        alpha in parameter(), beta in parameter(), gamma in parameter(), delta in parameter(),
        n in 1_u32..400, t in 0.0..1.0_f64, f in 0.0..1.0_f64, ahead in 0_u32..3_000,
    ) {
        let model = model(alpha, beta, gamma, delta);
        let t_x = (t * f64::from(n)).round() as u32;
        let x = if t_x == 0 { 0 } else { 1 + (f * f64::from(t_x - 1)) as u32 };
        let alive = model.probability_alive(x, t_x, n);
        prop_assert!((0.0..=1.0).contains(&alive));
        prop_assert!(t_x < n || alive >= 1.0);
        prop_assert!(model.probability_alive_at(x, t_x, n, ahead) <= alive);
        let expected = model.expected_purchases(x, t_x, n, ahead);
        prop_assert!(expected >= 0.0 && expected <= f64::from(ahead) * alive * (1.0 + 1e-12));
        for mean in [model.purchase_probability(x, t_x, n), model.dropout_probability(x, t_x, n)] {
            prop_assert!((0.0..=1.0).contains(&mean), "{mean}");
        }
        let discounted = model.discounted_purchases(x, t_x, n, 0.1);
        prop_assert!((0.0..=10.0 * alive * (1.0 + 1e-12)).contains(&discounted), "{discounted}");
    }
}
