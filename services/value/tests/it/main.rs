//! The service through its own server, on a real Postgres, with time, ids and peers of the tests' choice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::float_cmp,
    reason = "a test that meets the unexpected has to fail"
)]

mod account_signals;
mod acquisition_spends;
mod batch_record_transactions;
mod change_transaction;
mod churn_alerts;
mod contract_reports;
mod contracts;
mod contribution;
mod cross_sell;
mod currencies;
mod customer_erasure;
mod customer_merges;
mod customer_profiles;
mod customer_share;
mod customers_projection;
mod export_scores;
mod export_transactions;
mod fx_rates;
mod get_prediction;
mod get_sales_report;
mod get_score_reproduction;
mod get_transaction;
mod harness;
mod import_transactions;
mod lifecycle;
mod list_merges;
mod list_transactions;
mod model_fits;
mod policies;
mod published_figures;
mod qualification_projection;
mod record_transaction;
mod reports;
mod rescoring;
mod rfm_segments;
mod sales_currencies;
mod score_changes;
mod score_forecast;
mod score_runs;
mod score_worker;
mod scores;
mod scoring;
mod segment_clusterings;
mod segments;
mod start_score_run;
mod tier_rules;
mod tiers;
mod transaction_detail;
mod value_reports;
mod wallet_benchmarks;
