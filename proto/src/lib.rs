//! The contract: generated messages, clients and servers, and the descriptor set with every comment and option.
//!
//! To add a message or an RPC, write it in `clientele/<domain>/v1/*.proto`; the build does the rest. See the README for the
//! conventions every RPC keeps.

#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/clientele.rs"));
}

pub mod codec;
pub mod contract;

pub use generated::clientele::{customers, errors, events, qualification, r#type, value};
pub use r#type::v1::{Date, Money};

/// The encoded descriptor set of the contract and all it imports, for reflection.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor_set.bin"));

/// The same without comments, for what needs none.
pub(crate) const PLAIN_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor_set_plain.bin"));
