//! How contracts of one kind were renewed, and the sBG model of it.
//!
//! Of each contract it counts how many renewals were due so far and how many of them it had. Contracts of which as many were due are a
//! cohort of one age, right-censored at it: all their curves together are what the model is fitted to.

use std::collections::BTreeMap;

use btyd::{Fit, Sbg, SbgError, Survivors};

/// Contracts by renewals that were due and renewals they had.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lives(BTreeMap<(usize, usize), u64>);

/// What became of one renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RenewalRate {
    /// Contracts of which it was due.
    pub due: u64,
    /// Those that were renewed.
    pub renewed: u64,
}

impl RenewalRate {
    /// Renewed by due; `None` where none was due.
    pub fn retention(self) -> Option<f64> {
        (self.due > 0).then(|| self.renewed as f64 / self.due as f64)
    }
}

impl Lives {
    /// Counts contracts of which so many renewals were due, and which had the first `renewed` of them.
    pub fn add(&mut self, due: usize, renewed: usize, contracts: u64) {
        *self.0.entry((due, renewed.min(due))).or_default() += contracts;
    }

    /// Counts those of others too.
    pub fn add_all(&mut self, others: &Self) {
        for ((due, renewed), contracts) in &others.0 {
            self.add(*due, *renewed, *contracts);
        }
    }

    /// How many there are.
    pub fn contracts(&self) -> u64 {
        self.0.values().sum()
    }

    /// What became of each renewal, from the first, while any was due.
    pub fn rates(&self) -> Vec<RenewalRate> {
        let mut rates: Vec<RenewalRate> = Vec::new();
        for ((due, renewed), contracts) in &self.0 {
            // One more than it had was due, unless it is still to decide.
            let met = (*renewed + 1).min(*due);
            rates.resize(rates.len().max(met), RenewalRate::default());
            for (at, rate) in rates.iter_mut().take(met).enumerate() {
                rate.due += contracts;
                rate.renewed += if at < *renewed { *contracts } else { 0 };
            }
        }
        rates
    }

    /// The model, with what it was fitted to.
    pub fn fit(&self) -> Result<(Fit<Sbg>, Survivors), SbgError> {
        let mut curves: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for ((due, renewed), contracts) in &self.0 {
            let curve = curves.entry(*due).or_insert_with(|| vec![0.0; due + 1]);
            for left in curve.iter_mut().take(renewed + 1) {
                *left += *contracts as f64;
            }
        }
        let survivors = Survivors::new(curves.values())?;
        Ok((Sbg::fit(&survivors)?, survivors))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A cohort whose survivors are known, every contract for itself.
    fn cohort(survivors: &[u64]) -> Lives {
        let mut lives = Lives::default();
        let due = survivors.len() - 1;
        for (renewed, pair) in survivors.windows(2).enumerate() {
            lives.add(due, renewed, pair[0] - pair[1]);
        }
        lives.add(due, due, survivors[due]);
        lives
    }

    /// Fader and Hardie 2007, "How to Project Customer Retention", seven years of their regular segment: alpha 0.704, beta 1.182.
    #[test]
    fn the_published_segment_has_the_published_parameters() {
        let lives = cohort(&[1000, 631, 468, 382, 326, 289, 262, 241]);
        assert_eq!(lives.contracts(), 1000);
        let (fit, survivors) = lives.fit().unwrap();
        let found = fit.model.parameters();
        assert!((found.alpha - 0.704).abs() < 5e-4 && (found.beta - 1.182).abs() < 5e-4, "{found:?}");
        assert_eq!((fit.customers, survivors.periods()), (1000, 7));
        let rates = lives.rates();
        assert_eq!(
            (rates.len(), rates[0], rates[6].due, rates[6].renewed),
            (7, RenewalRate { due: 1000, renewed: 631 }, 262, 241)
        );
    }

    /// Three began a term ago, of which two renewed; two began two terms ago, of which one left at the second renewal; one has just begun.
    #[test]
    fn contracts_of_all_ages_count_as_far_as_they_have_come() {
        let mut lives = Lives::default();
        lives.add(1, 1, 2);
        lives.add(1, 0, 1);
        lives.add(2, 1, 1);
        lives.add(2, 2, 1);
        lives.add(0, 0, 1);
        let rates = [RenewalRate { due: 5, renewed: 4 }, RenewalRate { due: 2, renewed: 1 }];
        assert_eq!((lives.contracts(), lives.rates()), (6, rates.to_vec()));
        assert_eq!(rates.map(RenewalRate::retention), [Some(0.8), Some(0.5)]);
    }

    #[test]
    fn where_nothing_was_due_or_nobody_left_there_is_no_model() {
        assert_eq!(Lives::default().fit().unwrap_err(), SbgError::NoPeriods);
        assert_eq!(cohort(&[5, 5, 5]).fit().unwrap_err(), SbgError::NoChurn);
        assert_eq!(cohort(&[5, 0]).fit().unwrap_err(), SbgError::NoRenewal);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(contracts in prop::collection::vec((0_usize..9, 0_usize..9), 1..60), cut in 0_usize..60) {
            let of = |some: &[(usize, usize)]| {
                let mut lives = Lives::default();
                for (due, renewed) in some {
                    lives.add(*due, *renewed, 1);
                }
                lives
            };
            let cut = cut.min(contracts.len());
            let mut parts = of(&contracts[..cut]);
            parts.add_all(&of(&contracts[cut..]));
            let whole = of(&contracts);
            prop_assert_eq!(&parts, &whole);
            // Who is due a renewal had the one before it.
            let rates = whole.rates();
            for pair in rates.windows(2) {
                prop_assert!(pair[1].due <= pair[0].renewed && pair[0].renewed <= pair[0].due);
            }
        }
    }
}
