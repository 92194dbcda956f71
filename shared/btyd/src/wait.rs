//! When a purchase has come with a given probability: the inverse of the chance that it comes within a time.

/// Steps of Newton's method, with bisection where it leaves the bracket, that no search needs.
const MAX_STEPS: u32 = 200;
/// Logarithms of times beyond which doubles overflow.
const LONGEST: f64 = 690.0;

/// What is known of the wait for a purchase at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The chance that it has come.
    pub within: f64,
    /// The chance that it comes later.
    pub later: f64,
    /// The derivative of the former by the logarithm of the time.
    pub density_of_log: f64,
}

/// The time at which the odds of having come, against coming later, are e^`log_odds`, looked for from e^`start` on; `None` where it is
/// beyond all doubles.
///
/// By Newton's method on the log-odds in the logarithm of the time.
pub(crate) fn quantile(log_odds: f64, start: f64, wait: impl Fn(f64) -> Wait) -> Option<f64> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut log = start;
    for _ in 0..MAX_STEPS {
        let Wait { within, later, density_of_log } = wait(log.exp());
        let excess = (within / later).ln() - log_odds;
        if excess > 0.0 {
            high = log;
        } else {
            low = log;
        }
        let step = -excess / (density_of_log * (1.0 / within + 1.0 / later));
        let newton = log + step.clamp(-50.0, 50.0);
        // Before the bracket is asked: a step too small to leave the point leaves it no better than the end it became.
        if settled(newton, log) {
            return Some(newton.exp());
        }
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if !next.is_finite() || next > LONGEST {
            return None;
        }
        if settled(next, log) {
            return Some(next.exp());
        }
        log = next;
    }
    Some(log.exp())
}

/// The same to double precision.
fn settled(next: f64, log: f64) -> bool {
    (next - log).abs() <= 1e-14 * (1.0 + log.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wait at a rate that is exponential over customers: the odds are the time.
    fn lomax(time: f64) -> Wait {
        let later = 1.0 / (1.0 + time);
        Wait { within: time * later, later, density_of_log: time * later * later }
    }

    #[test]
    fn a_wait_is_found_from_everywhere_and_from_itself() {
        for log_odds in [-600.0, -3.0, 0.0, 0.1, 40.0, 600.0] {
            for start in [log_odds, 0.0, -20.0, 30.0] {
                let found = quantile(log_odds, start, lomax).unwrap();
                assert!((found.ln() - log_odds).abs() <= 1e-13 * (1.0 + log_odds.abs()), "{log_odds} {start}: {found}");
            }
        }
        assert_eq!(quantile(700.0, 0.0, lomax), None);
    }
}
