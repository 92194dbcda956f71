//! SQL and nothing else: a function a statement, the resource first in its name, the tenant its first argument.
//!
//! A column is added in a migration, in [`row`] and in the statements of [`customer_write`].

pub mod customer_merge;
pub mod customer_read;
pub mod customer_write;
pub mod erased_customer;
pub mod row;

#[cfg(test)]
mod tests;
