//! Against the textbook formulas evaluated with 150 digits; see `tests/fixtures/README.md` for how the tables were made.

use btyd::{
    BgNbd, DropoutParameters, GammaGamma, Histories, History, MbgNbd, ParetoNbd, ParetoParameters, Spend,
    SpendParameters, Spends, TransactionModel,
};

/// What the README promises.
const RELATIVE: f64 = 1e-11;

fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<f64>)> {
    text.lines().skip(1).map(|line| {
        let (name, numbers) = line.split_once(',').unwrap();
        let numbers = numbers.split(',').map(|it| it.parse().unwrap()).collect();
        (name, numbers)
    })
}

#[track_caller]
fn check(worst: &mut f64, what: &str, row: &[f64], got: f64, expected: f64, scale: f64) {
    let error = (got - expected).abs() / scale;
    assert!(error <= RELATIVE, "{what} {got:e} is not {expected:e} ({error:e}) at {row:?}");
    *worst = worst.max(error);
}

#[test]
fn dropout_models_agree_with_the_textbook_at_high_precision() {
    let mut worst = [0.0; 5];
    for (name, row) in rows(include_str!("../fixtures/dropout.csv")) {
        let [r, alpha, a, b, x, t_x, age, t] = row[..8] else { panic!("{row:?}") };
        let [log_likelihood, alive, expected, expected_new] = row[8..12] else { panic!("{row:?}") };
        let parameters = DropoutParameters { r, alpha, a, b };
        let model: TransactionModel = match name {
            "bg" => BgNbd::new(parameters).unwrap().into(),
            _ => MbgNbd::new(parameters).unwrap().into(),
        };
        let frequency = x as u32;
        let history = History { frequency, recency_days: t_x as u32, age_days: age as u32, customers: 1 };
        let histories = Histories::new([history], 1.0).unwrap();
        let [one, two, three, four, five] = &mut worst;
        check(one, "P(alive)", &row, model.probability_alive(frequency, t_x, age), alive, alive);
        check(two, "E new", &row, model.expected_purchases_new(t), expected_new, expected_new);
        check(three, "E", &row, model.expected_purchases(frequency, t_x, age, t), expected, expected);
        // A log-likelihood passes through zero: measured against its largest part.
        let parts = log_likelihood.abs().max((r + x) * (alpha + age).ln().abs()).max(1.0);
        check(four, "LL", &row, model.log_likelihood(&histories), log_likelihood, parts);
        let events = (r + x) / alpha;
        for (i, (got, expected)) in model.gradient(&histories).into_iter().zip(&row[12..]).enumerate() {
            let scale = expected.abs().max([parts / r, events, parts / a, parts / b][i]);
            check(five, ["d_r", "d_alpha", "d_a", "d_b"][i], &row, got, *expected, scale);
        }
    }
    eprintln!("largest errors: {worst:?}");
}

#[test]
fn pareto_nbd_agrees_with_the_textbook_at_high_precision() {
    let mut worst = [0.0; 7];
    for line in include_str!("../fixtures/pareto.csv").lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|it| it.parse().unwrap()).collect();
        let [r, alpha, s, beta, x, t_x, age, t, rate] = row[..9] else { panic!("{row:?}") };
        let [log_likelihood, alive, expected, expected_new, any, dert] = row[9..15] else { panic!("{row:?}") };
        let model = ParetoNbd::new(ParetoParameters { r, alpha, s, beta }).unwrap();
        let frequency = x as u32;
        let history = History { frequency, recency_days: t_x as u32, age_days: age as u32, customers: 1 };
        let histories = Histories::new([history], 1.0).unwrap();
        let [one, two, three, four, five, six, seven] = &mut worst;
        // Below the smallest numbers of full precision digits are lost.
        let size = |it: f64| it.max(1e-300);
        check(one, "P(alive)", &row, model.probability_alive(frequency, t_x, age), alive, size(alive));
        check(two, "E new", &row, model.expected_purchases_new(t), expected_new, expected_new);
        check(three, "E", &row, model.expected_purchases(frequency, t_x, age, t), expected, size(expected));
        check(four, "P(Y > 0)", &row, model.probability_of_purchase(frequency, t_x, age, t), any, 1e-3);
        let discounted = model.discounted_expected_residual_transactions(frequency, t_x, age, rate);
        check(five, "DERT", &row, discounted, dert, size(dert));
        // A log-likelihood passes through zero: measured against its largest part.
        let parts = log_likelihood.abs().max((r + x) * (alpha + age).ln().abs()).max(s * (age / beta).ln_1p()).max(1.0);
        check(six, "LL", &row, model.log_likelihood(&histories), log_likelihood, parts);
        let scales = [parts / r, (r + x) / alpha, parts / s, parts / beta];
        for (i, (got, expected)) in model.gradient(&histories).into_iter().zip(&row[15..]).enumerate() {
            let scale = expected.abs().max(scales[i]);
            check(seven, ["d_r", "d_alpha", "d_s", "d_beta"][i], &row, got, *expected, scale);
        }
    }
    eprintln!("largest errors: {worst:?}");
}

#[test]
fn gamma_gamma_agrees_with_the_textbook_at_high_precision() {
    let mut worst = [0.0; 3];
    for line in include_str!("../fixtures/gamma_gamma.csv").lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|it| it.parse().unwrap()).collect();
        let [p, q, v, x, z, log_likelihood, expected_spend] = row[..7] else { panic!("{row:?}") };
        let model = GammaGamma::new(SpendParameters { p, q, v }).unwrap();
        let frequency = x as u32;
        let spends = Spends::new([Spend { frequency, mean: z, customers: 1 }]).unwrap();
        let [one, two, three] = &mut worst;
        // Sums of terms of opposite sign: measured against the largest.
        let parts = (p * x + q) * (x * z + v).ln().abs().max(v.ln().abs()).max(1.0);
        check(one, "LL", &row, model.log_likelihood(&spends), log_likelihood, parts);
        if let Some(spend) = model.expected_spend(frequency, z) {
            check(two, "E(Z)", &row, spend, expected_spend, expected_spend);
        } else {
            assert!(p * x + q <= 1.0);
        }
        for (i, (got, expected)) in model.gradient(&spends).into_iter().zip(&row[7..]).enumerate() {
            let scale = expected.abs().max([parts / p, parts / q, parts / v][i]);
            check(three, ["d_p", "d_q", "d_v"][i], &row, got, *expected, scale);
        }
    }
    eprintln!("largest errors: {worst:?}");
}
