//! Scores every customer of a tenant as of a day: the runs, their engine, and reading what they found.
//!
//! A run goes through [`reading`] (transactions into memory), [`engine`] (summaries, fits, predictions, ranks, tiers), [`report`] (what it
//! tells of itself) and [`storing`] (scores into the table); [`run`] is the whole of it, called by the worker of
//! [`crate::jobs::score_worker`]. To add a score: a column in `value.score`, a field in [`engine::Scored`], a line in [`storing`], in
//! [`crate::store::score`] and in [`crate::rpc::scores`].

mod acquiring;
mod acquisition_report;
pub mod affinities;
pub mod affinity_message;
mod choosing;
pub mod churn_message;
mod churning;
pub mod comparing;
pub mod conversion_message;
pub mod converting;
mod drifting;
pub mod engine;
mod error;
mod findings;
pub mod fitted;
pub mod forecasting;
mod forecasts;
mod history;
mod hub;
pub mod judging;
pub mod known;
pub mod lifecycle_message;
pub mod needs;
pub mod peers;
pub mod policy_message;
pub mod predicting;
pub mod preview;
pub mod profiles;
pub mod progress;
mod publishing;
pub mod quality;
pub mod reading;
mod reads;
pub mod report;
pub mod reproducing;
pub mod rescoring;
pub mod rfm_message;
pub mod run;
pub mod run_message;
pub mod session;
pub mod settings_message;
pub mod staging;
pub mod storing;
pub mod tiering;

use std::time::Duration;

use clientele_pg::Pool;

pub use error::RunError;
pub use findings::{
    DepthFinding, Findings, LifecycleFinding, Medians, OnceFinding, PeerGroupFinding, StageFinding, TierFinding,
    TransitionFinding, YardstickFinding,
};
pub use forecasts::Forecasts;
pub use hub::Hub;
pub use reads::{CustomerKey, Reads, ScoredRun, newest_run, run_by_id};

/// How runs are worked on.
#[derive(Debug, Clone, Copy)]
pub struct ScoringSettings {
    /// How long a worker that does not renew its lease keeps it: after that long a run of a crashed process is taken up again.
    pub lease: Duration,
    /// Succeeded runs of a tenant whose scores are kept.
    pub runs_kept: u32,
}

impl Default for ScoringSettings {
    fn default() -> Self {
        Self { lease: Duration::from_secs(10), runs_kept: 10 }
    }
}

/// What scoring has at hand.
#[derive(Debug)]
pub struct Scoring {
    /// How runs are worked on.
    pub settings: ScoringSettings,
    /// What RPCs and worker tell each other.
    pub hub: Hub,
    /// Scores, read together.
    pub reads: Reads,
    /// What scores leave open.
    pub forecasts: Forecasts,
}

impl Scoring {
    /// Scoring over `pool`.
    pub fn new(pool: &Pool, settings: ScoringSettings) -> Self {
        Self { settings, hub: Hub::default(), reads: Reads::new(pool), forecasts: Forecasts::default() }
    }
}
