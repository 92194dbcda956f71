#![doc = include_str!("../README.md")]

mod error;
mod frontier;
mod hash;
mod head;
mod levels;
mod node;
mod proof;
mod shape;
mod signed_head;
mod store;

pub use error::{BuildError, GrowthError, HeadError, ProofError};
pub use frontier::Frontier;
pub use hash::{HASH_BYTES, Hash, NotAHash, leaf_hash, node_hash};
pub use head::{LogId, MAX_LOG_ID_BYTES, TreeHead};
pub use levels::{Levels, NoSuchNode};
pub use node::{NodeId, complete_subtrees};
pub use proof::{
    ConsistencyProof, InclusionProof, ProofPlan, consistency_plan, consistency_proof, inclusion_plan, inclusion_proof,
    root, root_plan,
};
pub use signed_head::{HeadSigner, KeyId, PublicKey, SIGNATURE_BYTES, SignedTreeHead};
pub use store::NodeStore;
