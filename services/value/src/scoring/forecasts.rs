//! Forecasts made lately, in memory that has a limit.
//!
//! A forecast follows from the models of a run, which never change, and from what a customer did. So it is made once for whoever is read
//! again and again, and for all who did the same.

use std::sync::Arc;

use btyd::{Confidence, Customer};
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::{forecasting::Forecast, reads::ScoredRun};

/// Forecasts remembered at most, in some 3 MB.
const REMEMBERED: usize = 8_192;

/// The forecasts of one process.
#[derive(Debug)]
pub struct Forecasts(Cache<Key, Arc<Forecast>>);

/// All that a forecast depends on; numbers by their bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    score_run_id: Uuid,
    frequency: u32,
    recency_days: u32,
    age_days: u32,
    mean_spend: u64,
    confidence: u64,
}

impl Default for Forecasts {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Forecasts {
    /// The forecast of a customer by a run; `None` where the run's models cannot be read.
    pub fn of(&self, run: &ScoredRun, customer: &Customer, confidence: Confidence) -> Option<Arc<Forecast>> {
        let forecaster = run.forecaster.as_ref()?;
        let key = Key {
            score_run_id: run.score_run_id,
            frequency: customer.frequency,
            recency_days: customer.recency_days,
            age_days: customer.age_days,
            mean_spend: customer.mean_spend.to_bits(),
            confidence: confidence.level().to_bits(),
        };
        if let Some(known) = self.0.get(&key) {
            return Some(known);
        }
        let made = Arc::new(forecaster.forecast(customer, confidence));
        self.0.insert(key, Arc::clone(&made));
        Some(made)
    }
}
