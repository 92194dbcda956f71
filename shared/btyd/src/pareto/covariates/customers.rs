//! Histories with covariates, in groups of equal covariates.

use super::{CovariateError, MAX_COVARIATES};
use crate::histories::{Histories, History};
use std::collections::BTreeMap;

/// Purchase histories of customers with covariates, and the length of the time unit of every figure computed from them.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateHistories {
    groups: Vec<Group>,
    all: Histories,
    purchase: usize,
    dropout: usize,
}

/// Customers who share their covariates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub purchase: Vec<f64>,
    pub dropout: Vec<f64>,
    pub histories: Histories,
}

impl CovariateHistories {
    /// Collects histories with their covariates of purchases and of dropout, z1 and z2; in any order, and as many of either for every
    /// customer. `days_per_unit` is 7 for weeks, 1 for days.
    ///
    /// # Errors
    ///
    /// [`CovariateError::Uneven`], [`CovariateError::TooMany`] and [`CovariateError::OutOfRange`] for covariates; [`CovariateError::Fit`] for
    /// what [`Histories::new`] refuses.
    pub fn new<Z: AsRef<[f64]>>(
        customers: impl IntoIterator<Item = (History, Z, Z)>,
        days_per_unit: f64,
    ) -> Result<Self, CovariateError> {
        let mut rows = Vec::new();
        let mut by_covariates: BTreeMap<Vec<u64>, Vec<History>> = BTreeMap::new();
        let mut expected = None;
        for (position, (history, purchase, dropout)) in customers.into_iter().enumerate() {
            let (purchase, dropout) = (purchase.as_ref(), dropout.as_ref());
            let numbers = (purchase.len(), dropout.len());
            let expected = *expected.get_or_insert(numbers);
            if numbers != expected {
                return Err(CovariateError::Uneven { position, purchase: numbers.0, dropout: numbers.1, expected });
            }
            // The sum also turns -0 into 0.
            let covariates = || purchase.iter().chain(dropout).map(|it| it + 0.0);
            if !covariates().all(f64::is_finite) {
                return Err(CovariateError::OutOfRange { position });
            }
            rows.push(history);
            by_covariates.entry(covariates().map(f64::to_bits).collect()).or_default().push(history);
        }
        let (purchase, dropout) = expected.unwrap_or_default();
        if purchase + dropout > MAX_COVARIATES {
            return Err(CovariateError::TooMany { covariates: purchase + dropout });
        }
        let all = Histories::new(rows, days_per_unit)?;
        let group = |(covariates, rows): (Vec<u64>, Vec<History>)| {
            let covariates: Vec<f64> = covariates.into_iter().map(f64::from_bits).collect();
            let (of_purchase, of_dropout) = covariates.split_at(purchase);
            let histories = Histories::new(rows, days_per_unit)?;
            Ok(Group { purchase: of_purchase.to_vec(), dropout: of_dropout.to_vec(), histories })
        };
        let groups = by_covariates.into_iter().map(group).collect::<Result<_, CovariateError>>()?;
        Ok(Self { groups, all, purchase, dropout })
    }

    /// All histories, their covariates left out.
    pub fn histories(&self) -> &Histories {
        &self.all
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// How many covariates of purchases and of dropout there are.
    pub fn covariates(&self) -> (usize, usize) {
        (self.purchase, self.dropout)
    }
}
