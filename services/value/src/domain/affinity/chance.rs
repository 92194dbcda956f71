//! Whether chance explains what was counted: Fisher's exact test, the sign test, and what is left of either where many pairs are tested.
//!
//! Probabilities are logarithms: of a million customers they are often smaller than the smallest number.

use super::counts::Counts;

/// Terms are scaled down from here on: from far below the mean they rise beyond what a number holds.
const HUGE: f64 = 1e250;

/// ln of the probability of at least so many with both, if the two had nothing to do with each other: Fisher's exact test, one-sided.
pub fn ln_fisher(counts: &Counts) -> f64 {
    let Counts { all, antecedent, consequent, both } = *counts;
    let first =
        ln_choose(consequent, both) + ln_choose(all - consequent, antecedent - both) - ln_choose(all, antecedent);
    let (left, right) = (antecedent as f64, consequent as f64);
    let beyond = all as f64 - left - right;
    let last = antecedent.min(consequent);
    first + ln_tail(both, last, |x| (left - x) * (right - x) / ((x + 1.0) * (beyond + x + 1.0)))
}

/// ln of the probability of at least so many of one sort among so many of two that are equally likely: the sign test, one-sided.
pub fn ln_sign(more: u64, less: u64) -> f64 {
    let all = more + less;
    let first = ln_choose(all, more) - all as f64 * std::f64::consts::LN_2;
    first + ln_tail(more, all, |x| (all as f64 - x) / (x + 1.0))
}

/// ln of the sum of the terms from one on, the first being 1 and `ratio(x)` leading from the x-th to the one after it.
fn ln_tail(from: u64, last: u64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut term, mut sum, mut ln_scale) = (1.0, 1.0, 0.0);
    for x in from..last {
        let ratio = ratio(x as f64);
        term *= ratio;
        sum += term;
        if sum > HUGE {
            (term, sum, ln_scale) = (term / HUGE, sum / HUGE, ln_scale + HUGE.ln());
        }
        if ratio < 1.0 && term < sum * f64::EPSILON / 16.0 {
            break;
        }
    }
    ln_scale + f64::ln(sum)
}

/// The smallest rate of false discoveries at which each would be kept, of tests of these logarithms among `tests` in all, the others of
/// which found nothing (Benjamini and Hochberg 1995).
pub fn false_discovery_rates(ln_p: &[f64], tests: u64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ln_p.len()).collect();
    order.sort_unstable_by(|left, right| ln_p[*left].total_cmp(&ln_p[*right]));
    let mut rates = vec![1.0; ln_p.len()];
    let mut least = 1.0_f64;
    for (place, at) in order.iter().enumerate().rev() {
        let ln_rate = ln_p[*at] + (tests as f64 / (place + 1) as f64).ln();
        least = least.min(ln_rate.exp());
        rates[*at] = least;
    }
    rates
}

fn ln_choose(all: u64, some: u64) -> f64 {
    ln_factorial(all) - ln_factorial(some) - ln_factorial(all - some)
}

/// ln n!: by multiplication where that is exact, else by Stirling's series (Abramowitz and Stegun 6.1.41).
fn ln_factorial(n: u64) -> f64 {
    if n < 19 {
        return ((2..=n).product::<u64>() as f64).ln();
    }
    let x = n as f64 + 1.0;
    let square = 1.0 / (x * x);
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * square + term) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fisher's tea tasting: 3 or more of 4 cups right by chance has the probability 17/70.
    #[test]
    fn a_lady_tasting_tea_may_have_guessed() {
        let cups = Counts { all: 8, antecedent: 4, consequent: 4, both: 3 };
        assert!((ln_fisher(&cups).exp() - 17.0 / 70.0).abs() < 1e-15);
        assert!(ln_fisher(&Counts { both: 0, ..cups }).abs() < 1e-14, "none or more is certain");
    }

    /// 9 or 10 of 10 by the toss of a coin: 11 of 1,024.
    #[test]
    fn nine_of_ten_coins_are_few_in_a_thousand() {
        assert!((ln_sign(9, 1).exp() - 11.0 / 1024.0).abs() < 1e-16);
        assert!(ln_sign(0, 5).abs() < 1e-14);
    }

    /// The table of Benjamini and Hochberg (1995), section 3.2: of 15 tests 4 are kept at 0.05, and 9 at 0.05 without a correction.
    #[test]
    fn of_many_tests_fewer_are_believed() {
        let p: [f64; 15] = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.000,
        ];
        let rates = false_discovery_rates(&p.map(f64::ln), 15);
        assert_eq!(rates.iter().filter(|rate| **rate <= 0.05).count(), 4);
        assert!((rates[3] - 0.0095 * 15.0 / 4.0).abs() < 1e-15);
        // Tests that found nothing count as well.
        let among = false_discovery_rates(&[p[0].ln(), p[1].ln()], 15);
        assert!((among[1] - 0.0004 * 15.0 / 2.0).abs() < 1e-15 && (among[0] - 0.0015).abs() < 1e-15);
    }

    #[test]
    fn factorials_are_the_same_by_either_way() {
        let product: f64 = (2..=19_u32).map(f64::from).product();
        assert!((ln_factorial(19) - product.ln()).abs() < 1e-14 * product.ln());
        assert!((ln_factorial(18).exp() / 6_402_373_705_728_000.0 - 1.0).abs() < 1e-14);
    }

    proptest! {
        #[test]
        fn a_probability_falls_with_every_customer_more(all in 2_u64..5_000, left in 1_u64..5_000, right in 1_u64..5_000) {
            let (left, right) = (left.min(all), right.min(all));
            let least = (left + right).saturating_sub(all);
            let last = left.min(right);
            let mut before = f64::INFINITY;
            for both in (least..=last).step_by(1 + (last - least) as usize / 50) {
                let ln_p = ln_fisher(&Counts { all, antecedent: left, consequent: right, both });
                prop_assert!(ln_p <= 1e-8 && ln_p < before + 1e-8, "{} {} {} {}: {} {}", all, left, right, both, ln_p, before);
                before = ln_p;
            }
        }
    }
}
