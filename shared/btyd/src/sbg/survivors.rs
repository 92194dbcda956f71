//! Survivor curves of cohorts: what sBG is fitted to.

use super::error::SbgError;

/// The survivor curves of one cohort or several, right-censored at the age each has reached, come down to who left and who stayed at
/// each renewal (Fader and Hardie, "Fitting the sBG Model to Multi-Cohort Data", a note at brucehardie.com).
#[derive(Debug, Clone, PartialEq)]
pub struct Survivors {
    /// By renewal, from the first.
    renewals: Vec<Renewal>,
    customers: f64,
}

/// What customers of one age did, over all cohorts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Renewal {
    pub left: f64,
    pub stayed: f64,
}

impl Survivors {
    /// Collects curves: of each cohort the customers it began with, then those left after 1, 2, ... renewals.
    ///
    /// Cohorts may differ in size and length. Counts need not be whole: percentages give the same parameters, with the likelihood of
    /// 100 customers. A cohort without a second value has told nothing yet and only counts its customers.
    ///
    /// # Errors
    ///
    /// [`SbgError::NotACount`] for a value that is negative or not finite, [`SbgError::Increase`] for a cohort that grows.
    pub fn new(cohorts: impl IntoIterator<Item = impl AsRef<[f64]>>) -> Result<Self, SbgError> {
        let mut collected = Self { renewals: Vec::new(), customers: 0.0 };
        for (cohort, curve) in cohorts.into_iter().enumerate() {
            let curve = curve.as_ref();
            check(cohort, curve)?;
            collected.customers += curve.first().copied().unwrap_or(0.0);
            let periods = curve.len().saturating_sub(1);
            if collected.renewals.len() < periods {
                collected.renewals.resize(periods, Renewal::default());
            }
            for (renewal, pair) in collected.renewals.iter_mut().zip(curve.windows(2)) {
                renewal.left += pair[0] - pair[1];
                renewal.stayed += pair[1];
            }
        }
        Ok(collected)
    }

    /// Customers of all cohorts at their starts.
    pub fn customers(&self) -> f64 {
        self.customers
    }

    /// Renewals that the oldest cohort has seen.
    pub fn periods(&self) -> u32 {
        u32::try_from(self.renewals.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn renewals(&self) -> &[Renewal] {
        &self.renewals
    }
}

fn check(cohort: usize, curve: &[f64]) -> Result<(), SbgError> {
    let mut before = f64::INFINITY;
    for (period, &survivors) in curve.iter().enumerate() {
        if !(survivors.is_finite() && survivors >= 0.0) {
            return Err(SbgError::NotACount { cohort, period, survivors });
        }
        if survivors > before {
            return Err(SbgError::Increase { cohort, period, before, survivors });
        }
        before = survivors;
    }
    Ok(())
}
