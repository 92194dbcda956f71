//! sBG and BG/BB against the papers' formulas evaluated with 110 digits; see `tests/fixtures/README.md` for how the tables were made.

use btyd::{BgBb, BgBbParameters, Cell, Cells, Sbg, SbgParameters, Survivors};

/// What the README promises.
const RELATIVE: f64 = 1e-11;
/// Below this a probability is not representable to full precision.
const TINY: f64 = 1e-290;

fn rows(text: &'static str) -> impl Iterator<Item = Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').map(|it| it.parse().unwrap()).collect())
}

#[track_caller]
fn check(worst: &mut f64, what: &str, row: &[f64], got: f64, expected: f64, scale: f64) {
    if expected.abs() < TINY && got.abs() < TINY {
        return;
    }
    let error = (got - expected).abs() / scale;
    assert!(error <= RELATIVE, "{what} {got:e} is not {expected:e} ({error:e}) at {row:?}");
    *worst = worst.max(error);
}

/// The error of a logarithm is measured against itself where it is large, and as the relative error of its argument otherwise.
fn of_logarithm(value: f64) -> f64 {
    value.abs().max(1.0)
}

#[test]
fn sbg_agrees_with_the_papers_at_high_precision() {
    let mut worst = [0.0; 8];
    for row in rows(include_str!("../fixtures/sbg.csv")) {
        let [alpha, beta, period, rate] = row[..4] else { panic!("{row:?}") };
        let [ln_survival, ln_churn, survival, churn, renewals, del, derl] = row[4..11] else { panic!("{row:?}") };
        let model = Sbg::new(SbgParameters { alpha, beta }).unwrap();
        let t = period as u32;
        let [s, p, e, d, r, log, slope_s, slope_p] = &mut worst;
        check(s, "S", &row, model.survival(t), survival, survival);
        check(p, "P", &row, model.churn_probability(t), churn, churn);
        check(e, "E", &row, model.expected_renewals(t), renewals, renewals);
        check(d, "DEL", &row, model.discounted_lifetime(rate), del, del);
        check(r, "DERL", &row, model.discounted_residual_lifetime(t, rate), derl, derl);

        // A customer still there after t renewals, and one who left at the end of period t.
        let stayed = vec![1.0; t as usize + 1];
        let mut left = stayed.clone();
        left[t as usize] = 0.0;
        let [stayed, left] = [stayed, left].map(|curve| Survivors::new([curve]).unwrap());
        check(log, "ln S", &row, model.log_likelihood(&stayed), ln_survival, of_logarithm(ln_survival));
        check(log, "ln P", &row, model.log_likelihood(&left), ln_churn, of_logarithm(ln_churn));
        for (i, parameter) in [alpha, beta].into_iter().enumerate() {
            let (by_stayed, by_left) = (row[11 + i], row[13 + i]);
            let got = [model.gradient(&stayed)[i], model.gradient(&left)[i]];
            check(slope_s, "slope of ln S", &row, got[0], by_stayed, by_stayed.abs());
            check(slope_p, "slope of ln P", &row, got[1], by_left, by_left.abs().max(1.0 / parameter));
        }
    }
    eprintln!("largest errors: {worst:?}");
}

#[test]
fn bg_bb_agrees_with_the_paper_at_high_precision() {
    let mut worst = [0.0; 9];
    for row in rows(include_str!("../fixtures/bg_bb.csv")) {
        let [alpha, beta, gamma, delta, x, t_x, n, next, rate] = row[..9] else { panic!("{row:?}") };
        let [log_likelihood, alive, alive_ahead, expected, expected_new, dert, mean_p, mean_theta] = row[9..17] else {
            panic!("{row:?}")
        };
        let model = BgBb::new(BgBbParameters { alpha, beta, gamma, delta }).unwrap();
        let (x, t_x, n, next) = (x as u32, t_x as u32, n as u32, next as u32);
        let [log, a, b, c, d, e, f, g, slope] = &mut worst;
        let cells = Cells::new([Cell { frequency: x, recency: t_x, opportunities: n, customers: 1 }]).unwrap();
        let parts = of_logarithm(log_likelihood);
        check(log, "LL", &row, model.log_likelihood(&cells), log_likelihood, parts);
        check(a, "P(alive)", &row, model.probability_alive(x, t_x, n), alive, alive);
        check(b, "P(alive) ahead", &row, model.probability_alive_at(x, t_x, n, next), alive_ahead, alive_ahead);
        check(c, "E", &row, model.expected_purchases(x, t_x, n, next), expected, expected);
        check(d, "E new", &row, model.expected_purchases_new(next), expected_new, expected_new);
        check(e, "DERT", &row, model.discounted_purchases(x, t_x, n, rate), dert, dert);
        check(f, "E(p)", &row, model.purchase_probability(x, t_x, n), mean_p, mean_p);
        check(g, "E(theta)", &row, model.dropout_probability(x, t_x, n), mean_theta, mean_theta);
        let parameters = [alpha, beta, gamma, delta];
        for (i, got) in model.gradient(&cells).into_iter().enumerate() {
            let by = row[17 + i];
            check(
                slope,
                ["d_alpha", "d_beta", "d_gamma", "d_delta"][i],
                &row,
                got,
                by,
                by.abs().max(parts / parameters[i]),
            );
        }
    }
    eprintln!("largest errors: {worst:?}");
}
