//! The crate as a process uses it: one start, one collector, one end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod collector;
mod export;
