//! SQL and nothing else: a function a statement, the resource first in its name.

pub mod account_signals;
pub mod bought_items;
pub mod buyer;
pub mod churn_alert;
pub mod churn_raising;
pub mod churn_report;
pub mod declared_needs;
pub mod item_scan;
pub mod product_affinity;
pub mod rescore;
pub mod sales;
pub mod score;
pub mod score_ranking;
pub mod score_run;
pub mod score_set;
pub mod scored_run;
pub mod tier;
pub mod transaction;
pub mod transaction_change;
pub mod transaction_item;
pub mod transaction_list;
pub mod transaction_revision;
pub mod transaction_row;
pub mod transaction_scan;
pub mod value_policy;
