//! The rules: plain types and functions that know no wire, no database, no clock.

pub mod account_signals;
pub mod calendar;
pub mod churn;
pub mod cluster_summary;
pub mod concentration;
pub mod currency;
pub mod day;
pub mod index;
pub mod key;
pub mod lifecycle;
pub mod line_item;
pub mod money;
pub mod quantity;
pub mod reasons;
pub mod sales_figures;
pub mod sales_organisation;
pub mod sales_period;
pub mod score_settings;
pub mod tier_policy;
pub mod tiers;
pub mod transaction;
