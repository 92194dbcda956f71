//! Rules of the audit log: computing it again, and what states it tells of.

mod check;
mod replay;

pub use check::{Checker, Entry, nodes_of};
pub use replay::{Replay, State};

use std::fmt::Write as _;

use clientele_proto::qualification::v1::{AuditDifference, audit_difference::Kind};

/// The name that heads give a tenant's log.
pub fn log_id(tenant: &str) -> String {
    format!("qualification/{tenant}")
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What differs: how often, and the first of it.
#[derive(Debug, Default)]
pub struct Differences {
    /// How many.
    pub count: i64,
    /// The first of them.
    pub first: Vec<AuditDifference>,
}

/// Differences that are told of.
const TOLD: usize = 100;

impl Differences {
    /// Notes one.
    pub fn add(&mut self, kind: Kind, description: impl Into<String>, place: AuditDifference) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(AuditDifference { kind: kind.into(), description: description.into(), ..place });
        }
    }
}
