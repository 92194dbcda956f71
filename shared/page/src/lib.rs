//! Lists: AIP-160 filters, ordering and opaque page tokens.
//!
//! A resource declares a [`Schema`] once; every list then reads its request with [`Schema::plan`], pushes the plan onto its
//! query and turns the rows into a [`Page`]. `README.md` beside this crate shows the whole of it.

mod answer;
mod decimal;
mod error;
mod filter;
mod keyset;
mod order;
mod plan;
mod schema;
mod size;
mod sql;
pub mod suite;
mod token;
mod value;

pub use answer::refused;
pub use error::PageError;
pub use filter::{Filter, MAX_DEPTH, MAX_LENGTH, MAX_TESTS};
pub use keyset::{Key, after};
pub use order::{Order, Term};
pub use plan::{ListPlan, ListRequest, Page, PageSizes};
pub use schema::{Field, Kind, Schema};
pub use size::page_size;
pub use sql::Fragment;
pub use token::{Arguments, TOKEN_MAX_LENGTH};
pub use value::{FieldValue, Value};
