//! SQL and nothing else: a function a statement, the resource first in its name.

pub mod buyer;
pub mod sales;
pub mod score;
pub mod score_ranking;
pub mod score_run;
pub mod score_set;
pub mod scored_run;
pub mod transaction;
pub mod transaction_change;
pub mod transaction_item;
pub mod transaction_list;
pub mod transaction_revision;
pub mod transaction_row;
pub mod transaction_scan;
