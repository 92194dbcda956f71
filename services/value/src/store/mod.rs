//! SQL and nothing else: a function a statement, the resource first in its name.

pub mod buyer;
pub mod transaction;
pub mod transaction_list;
