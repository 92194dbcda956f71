//! Recording many transactions at once: what the batch and the import share.
//!
//! A [`Chunk`] is read from rows of the wire ([`chunk`]), its customers' keys are resolved to buyers ([`resolve`]), and it is settled in
//! one transaction ([`settle`]): recorded by one `COPY`, with duplicates and conflicts told apart. Its rows are those of one call ([`one_call`]),
//! or of several calls of the same moment ([`crate::rpc::transactions`]).

pub mod chunk;
pub mod compare;
pub mod known_buyers;
pub mod one_call;
pub mod resolve;
pub mod settle;

pub use chunk::{Chunk, Exception, Outcome};
pub use known_buyers::{ERASED, KnownBuyers};
pub use one_call::OneCall;
pub use settle::{Behalf, NewRows, Recorder, Settled, resolve_chunk, settle};
