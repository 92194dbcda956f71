//! Times every stage on a million simulated customers: `cargo run --release --example throughput -p btyd [customers]`.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use btyd::{
    ClvTerms, Confidence, Customer, GammaGamma, Histories, MbgCnbd, PurchaseLog, Rfm, RfmConfig, Scorer, Spends,
    TransactionKind, TransactionModel,
};
use std::error::Error;
use std::time::Instant;

const DAYS: f64 = 730.0;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().nth(1).map_or(Ok(1_000_000), |it| it.parse())?;
    let purchases = simulate(wanted);
    println!("{} purchases of {wanted} customers, {} threads", purchases.len(), rayon::current_num_threads());

    let log = timed("push", || {
        let mut log = PurchaseLog::new();
        for &(customer, day, amount_minor) in &purchases {
            log.purchase(customer, day, amount_minor);
        }
        log
    });
    drop(purchases);
    let gaps = timed("gaps", || log.gaps(DAYS as i32));
    let summaries = timed("summarise", || log.summarise(DAYS as i32)).customers;
    let rfm = timed("rfm", || Rfm::of(&summaries, &RfmConfig::default()))?;
    let histories = timed("histories", || Histories::from_summaries(&summaries, 7.0))?.with_gaps(gaps)?;
    println!("  {} distinct histories", histories.rows().len());
    let mbg = timed("fit MBG/NBD", || TransactionKind::MbgNbd.fit(&histories))?;
    let bg = timed("fit BG/NBD", || TransactionKind::BgNbd.fit(&histories))?;
    let pareto = timed("fit Pareto/NBD", || TransactionKind::ParetoNbd.fit(&histories))?;
    let cnbd = timed("fit MBG/CNBD-k", || TransactionKind::MbgCnbd.fit(&histories))?;
    // These customers keep no rhythm, so that a k is given for what one costs.
    let rhythm = timed("fit MBG/CNBD-4", || MbgCnbd::fit_with(4, &histories))?;
    for fit in [&mbg, &bg, &pareto, &cnbd] {
        let (likelihood, parameters) = (fit.log_likelihood, fit.model.named_parameters());
        println!(
            "  LL {likelihood:.3} in {} evaluations, converged {}: {parameters:?}",
            fit.evaluations, fit.converged
        );
    }
    for (stage, fit) in [("errors MBG/NBD", &mbg), ("errors BG/NBD", &bg), ("errors Pareto/NBD", &pareto)] {
        let covariance = timed(stage, || fit.covariance(&histories))?;
        println!("  standard errors of logarithms {:?}", covariance.standard_errors_of_logs());
    }
    let spends = timed("spends", || Spends::from_summaries(&summaries, 100.0))?;
    let spend = timed("fit Gamma-Gamma", || GammaGamma::fit(&spends))?;
    println!("  LL {:.3} in {} evaluations: {:?}", spend.log_likelihood, spend.evaluations, spend.model.parameters());
    let of_spend = timed("errors Gamma-Gamma", || spend.covariance(&spends))?;
    println!("  {} RFM codes", rfm.codes.len());
    let customers: Vec<Customer> = summaries.iter().map(|it| Customer::of(it, 100.0)).collect();
    let terms = ClvTerms::twelve_months(0.1, 1.0);
    let rhythm = rhythm.map(TransactionModel::MbgCnbd);
    for (stage, fit) in [("score BG/NBD", &bg), ("score Pareto/NBD", &pareto), ("score MBG/CNBD-4", &rhythm)] {
        let scorer = Scorer::new(fit.model, 7.0, Some(spend.model), [90.0, 365.0], terms)?;
        let scores = timed(stage, || scorer.score(&customers));
        let value: f64 = scores.iter().filter_map(|score| score.clv).sum();
        let alive: f64 = scores.iter().map(|score| score.probability_alive).sum();
        println!("  total CLV {value:.0}, sum of P(alive) {alive:.1}");
        let scorer = scorer.with_intervals(&fit.covariance(&histories)?, Some(of_spend), Confidence::USUAL);
        let intervals = timed("  with intervals", || scorer.score(&customers));
        let widest = intervals.iter().filter_map(|it| it.clv).map(|clv| clv.high / clv.low).fold(1.0, f64::max);
        println!("  widest interval of CLV: a factor of {widest:.3}");
        let thousand = || customers.iter().cycle().take(1_000);
        let weeks = |it: &Customer| (it.frequency, f64::from(it.recency_days) / 7.0, f64::from(it.age_days) / 7.0);
        timed("  1,000 one by one", || thousand().map(|it| scorer.score_one(it).probability_alive.high).sum::<f64>());
        let dert = |(x, t_x, age)| fit.model.discounted_expected_residual_transactions(x, t_x, age, 2e-3);
        timed("  1,000 DERTs", || thousand().map(weeks).map(dert).sum::<f64>());
        let wait = |(x, t_x, age)| fit.model.next_purchase_within(x, t_x, age, 0.1);
        timed("  1,000 waits", || thousand().map(weeks).filter_map(wait).sum::<f64>());
    }
    Ok(())
}

fn timed<T>(stage: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    println!("{stage:<18} {:>7.3} s", start.elapsed().as_secs_f64());
    made
}

/// Purchases as BG/NBD has them (r = 1, beta with a = 1), in the order of their days.
fn simulate(customers: u64) -> Vec<(u64, i32, i64)> {
    let mut random = SplitMix(1);
    let mut purchases = Vec::new();
    for customer in 0..customers {
        let rate = -random.unit().ln() / 17.0;
        let dropout = 1.0 - random.unit().powf(1.0 / 12.0);
        let mean_cents = 3_000.0 * (random.unit() / random.unit()).powf(0.4);
        let mut day = random.unit() * 600.0;
        while day < DAYS {
            let cents = mean_cents * (0.2 - random.unit().ln());
            purchases.push((customer, day as i32, 1 + cents as i64));
            day -= random.unit().ln() / rate;
            if random.unit() < dropout {
                break;
            }
        }
    }
    purchases.sort_by_key(|purchase| purchase.1);
    purchases
}

/// The SplitMix64 generator (Steele, Lea, Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    /// Uniform in (0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64 + f64::EPSILON / 4.0
    }
}
