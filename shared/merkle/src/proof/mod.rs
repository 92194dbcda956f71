//! Proofs: planned, read, built and checked.

mod consistency;
mod inclusion;
mod plan;

pub use consistency::{ConsistencyProof, consistency_plan, consistency_proof};
pub use inclusion::{InclusionProof, inclusion_plan, inclusion_proof};
pub use plan::{ProofPlan, root, root_plan};
