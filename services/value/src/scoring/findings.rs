//! What a run found beside its scores and its summary: kept with the run, read by reports and reasons. Not part of the contract.

use clientele_proto::value::v1::{AcquisitionReport, ConcentrationReport, RetentionReport, RfmCell};

/// The findings of a run, encoded in `value.score_run.findings`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Findings {
    /// Customers with a score.
    #[prost(int64, tag = "1")]
    pub customers: i64,
    /// The median of each score.
    #[prost(message, required, tag = "2")]
    pub medians: Medians,
    /// Concentration of CLV; absent when no CLV could be computed.
    #[prost(message, optional, tag = "3")]
    pub clv_concentration: Option<ConcentrationReport>,
    /// Concentration of net revenue.
    #[prost(message, required, tag = "4")]
    pub revenue_concentration: ConcentrationReport,
    /// Every RFM code that a customer has.
    #[prost(message, repeated, tag = "5")]
    pub rfm_cells: Vec<RfmCell>,
    /// The tiers, best first.
    #[prost(message, repeated, tag = "6")]
    pub tiers: Vec<TierFinding>,
    /// Whether customers were ranked by CLV; otherwise by expected purchases.
    #[prost(bool, tag = "7")]
    pub ranked_by_clv: bool,
    /// Customers by how far they have come as buyers; absent in runs of before this was counted.
    #[prost(message, optional, tag = "8")]
    pub purchase_depth: Option<DepthFinding>,
    /// Retention by month, quarter and year.
    #[prost(message, repeated, tag = "9")]
    pub retention: Vec<RetentionReport>,
    /// The percentiles of the index policy's metrics, in the order of its rules; empty for rules without percentiles.
    #[prost(message, repeated, tag = "10")]
    pub yardsticks: Vec<YardstickFinding>,
    /// The name of the transaction model; empty in runs of before models were chosen.
    #[prost(string, tag = "11")]
    pub transaction_model: String,
    /// Customers by lifecycle stage; absent in runs of before there were stages.
    #[prost(message, optional, tag = "12")]
    pub lifecycle: Option<LifecycleFinding>,
    /// The version of the rates that money was converted by; 0 where none was.
    #[prost(int64, tag = "20")]
    pub fx_version: i64,
    /// What winning customers cost and brought; absent in runs of before this was computed.
    #[prost(message, optional, tag = "21")]
    pub acquisition: Option<AcquisitionReport>,
    /// When the transactions were read, in microseconds since 1970; absent in runs of before this was kept.
    #[prost(int64, optional, tag = "22")]
    pub read_time_micros: Option<i64>,
    /// The peer groups whose wallets stand in for those that customers did not declare, by their numbers from 1; none without a benchmark.
    #[prost(message, repeated, tag = "23")]
    pub peer_groups: Vec<PeerGroupFinding>,
}

/// Customers with the same values of the attributes that make peers.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct PeerGroupFinding {
    /// The values, in the order of the policy's attributes.
    #[prost(string, repeated, tag = "1")]
    pub values: Vec<String>,
    /// Declared wallets.
    #[prost(int64, tag = "2")]
    pub wallets: i64,
    /// What they come to, in minor units.
    #[prost(int64, tag = "3")]
    pub benchmark_minor: i64,
}

/// Customers by lifecycle stage.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LifecycleFinding {
    /// Customers known without a purchase that counts.
    #[prost(int64, tag = "1")]
    pub prospects: i64,
    /// Every stage, in the order of the contract.
    #[prost(message, repeated, tag = "2")]
    pub stages: Vec<StageFinding>,
    /// The run before; empty for none.
    #[prost(string, tag = "3")]
    pub earlier_score_run_id: String,
    /// Who went from which stage to which, or stayed.
    #[prost(message, repeated, tag = "4")]
    pub transitions: Vec<TransitionFinding>,
}

/// The customers of a stage.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct StageFinding {
    /// How many customers.
    #[prost(int64, tag = "1")]
    pub customers: i64,
    /// Their net revenue.
    #[prost(int64, tag = "2")]
    pub revenue_minor: i64,
    /// Their CLV, in minor units.
    #[prost(double, tag = "3")]
    pub clv_minor: f64,
}

/// Customers that went from a stage to another, or stayed; numbers of the contract.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct TransitionFinding {
    /// The stage in the run before; 0 for none.
    #[prost(int32, tag = "1")]
    pub from: i32,
    /// The stage in this one.
    #[prost(int32, tag = "2")]
    pub to: i32,
    /// How many customers.
    #[prost(int64, tag = "3")]
    pub customers: i64,
}

/// A metric's values at its percentiles.
#[derive(Clone, PartialEq, prost::Message)]
pub struct YardstickFinding {
    /// Ascending.
    #[prost(double, repeated, tag = "1")]
    pub knots: Vec<f64>,
}

/// Customers by how far they have come as buyers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct DepthFinding {
    /// Customers known without a purchase that counts.
    #[prost(int64, tag = "1")]
    pub never: i64,
    /// Customers of one purchase day, by the days since then, ascending.
    #[prost(message, repeated, tag = "2")]
    pub once: Vec<OnceFinding>,
    /// Customers of two purchase days or more.
    #[prost(int64, tag = "3")]
    pub repeaters: i64,
    /// Their net revenue.
    #[prost(int64, tag = "4")]
    pub repeaters_revenue_minor: i64,
}

/// Customers of one purchase day, so many days ago.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct OnceFinding {
    /// Days since then.
    #[prost(uint32, tag = "1")]
    pub days_since: u32,
    /// How many customers.
    #[prost(int64, tag = "2")]
    pub customers: i64,
    /// Their net revenue.
    #[prost(int64, tag = "3")]
    pub revenue_minor: i64,
}

/// Scores of the customer in the middle; money in minor units.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Medians {
    /// P(alive).
    #[prost(double, tag = "1")]
    pub p_alive: f64,
    /// Expected purchases.
    #[prost(double, tag = "2")]
    pub expected_purchases: f64,
    /// Expected spend; absent without a spend model.
    #[prost(double, optional, tag = "3")]
    pub expected_spend_minor: Option<f64>,
    /// CLV; absent without a spend model.
    #[prost(double, optional, tag = "4")]
    pub clv_minor: Option<f64>,
    /// Net revenue.
    #[prost(double, tag = "5")]
    pub total_revenue_minor: f64,
    /// The key-account index; absent in runs of before there was one.
    #[prost(double, optional, tag = "6")]
    pub index: Option<f64>,
}

/// One tier as it came out.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct TierFinding {
    /// How many customers.
    #[prost(int64, tag = "1")]
    pub customers: i64,
    /// The value of the last place that enters it by the policy's metric, in minor units or of the index; absent where it has none.
    #[prost(double, optional, tag = "2")]
    pub threshold: Option<f64>,
    /// The last place that enters it, 1 the best.
    #[prost(int64, tag = "3")]
    pub end: i64,
}
