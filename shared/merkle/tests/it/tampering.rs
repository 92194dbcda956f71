//! Whatever is changed in a proof, what it is about, or where it leads, is noticed.

use merkle::{
    ConsistencyProof, Hash, InclusionProof, Levels, NodeId, ProofError, consistency_proof, inclusion_proof, leaf_hash,
};
use proptest::prelude::*;

use crate::naive;

fn log(size: usize) -> Levels {
    let mut log = Levels::new();
    for leaf in naive::leaves(size) {
        log.append(leaf_hash(&leaf)).unwrap();
    }
    log
}

fn flipped(hash: Hash, byte: usize, mask: u8) -> Hash {
    let mut bytes = hash.0;
    bytes[byte] ^= mask;
    Hash(bytes)
}

/// By definition: on which side each hash of an inclusion proof stands, from the bottom.
fn sides(index: usize, size: usize) -> Vec<bool> {
    if size == 1 {
        return Vec::new();
    }
    let k = size.next_power_of_two() / 2;
    let is_left = index >= k;
    let mut sides = if is_left { sides(index - k, size - k) } else { sides(index, k) };
    sides.push(is_left);
    sides
}

proptest! {
    #[test]
    fn a_flipped_byte_of_leaf_proof_or_root_is_refused(size in 1_usize..300, at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), byte in 0..32_usize, mask in 1..=255_u8) {
        let log = log(size);
        let index = at.index(size);
        let leaf = leaf_hash(&naive::leaves(size)[index]);
        let proof = inclusion_proof(index as u64, size as u64, &log).unwrap();
        let verify = |proof: &InclusionProof, leaf, root| proof.verify(index as u64, size as u64, &leaf, &root);
        prop_assert_eq!(verify(&proof, leaf, log.root()), Ok(()));
        prop_assert_eq!(verify(&proof, flipped(leaf, byte, mask), log.root()), Err(ProofError::Root));
        prop_assert_eq!(verify(&proof, leaf, flipped(log.root(), byte, mask)), Err(ProofError::Root));
        if !proof.0.is_empty() {
            let mut changed = proof.clone();
            let hash = &mut changed.0[which.index(proof.0.len())];
            *hash = flipped(*hash, byte, mask);
            prop_assert_eq!(verify(&changed, leaf, log.root()), Err(ProofError::Root));
        }
    }

    #[test]
    fn a_hash_more_or_less_is_refused(size in 1_usize..300, at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>()) {
        let log = log(size);
        let index = at.index(size);
        let leaf = leaf_hash(&naive::leaves(size)[index]);
        let proof = inclusion_proof(index as u64, size as u64, &log).unwrap().0;
        let mut longer = proof.clone();
        longer.insert(place.index(proof.len() + 1), log.root());
        let mut others = vec![longer];
        if !proof.is_empty() {
            let mut shorter = proof.clone();
            shorter.remove(place.index(proof.len()));
            others.push(shorter);
        }
        for other in others {
            let refusal = ProofError::Count { expected: proof.len(), found: other.len() };
            prop_assert_eq!(InclusionProof(other).verify(index as u64, size as u64, &leaf, &log.root()), Err(refusal));
        }
    }

    #[test]
    fn another_index_or_size_passes_only_where_the_way_is_the_same(size in 1_usize..300, at in any::<prop::sample::Index>(), other_index in 0_usize..400, other_size in 0_usize..400) {
        let log = log(size);
        let index = at.index(size);
        let leaf = leaf_hash(&naive::leaves(size)[index]);
        let proof = inclusion_proof(index as u64, size as u64, &log).unwrap();
        let passes = proof.verify(other_index as u64, other_size as u64, &leaf, &log.root()).is_ok();
        let same_way = other_index < other_size && sides(other_index, other_size) == sides(index, size);
        prop_assert_eq!(passes, same_way);
        // No other index passes with the right size: that is what the log's signature vouches for.
        prop_assert!(!(passes && other_size == size && other_index != index));
    }

    #[test]
    fn a_flipped_byte_of_a_consistency_proof_or_its_roots_is_refused(new in 1_usize..300, at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), byte in 0..32_usize, mask in 1..=255_u8) {
        let log = log(new);
        let old = 1 + at.index(new);
        let [old_root, new_root] = [old, new].map(|size| merkle::root(size as u64, &log).unwrap());
        let proof = consistency_proof(old as u64, new as u64, &log).unwrap();
        let verify = |proof: &ConsistencyProof, old_root, new_root| proof.verify(old as u64, new as u64, &old_root, &new_root);
        prop_assert_eq!(verify(&proof, old_root, new_root), Ok(()));
        prop_assert!(verify(&proof, flipped(old_root, byte, mask), new_root).is_err());
        prop_assert_eq!(verify(&proof, old_root, flipped(new_root, byte, mask)), Err(ProofError::NewRoot));
        if !proof.0.is_empty() {
            let mut changed = proof.clone();
            let hash = &mut changed.0[which.index(proof.0.len())];
            *hash = flipped(*hash, byte, mask);
            prop_assert!(verify(&changed, old_root, new_root).is_err());
            changed.0.pop();
            let refusal = ProofError::Count { expected: proof.0.len(), found: changed.0.len() };
            prop_assert_eq!(verify(&changed, old_root, new_root), Err(refusal));
        }
    }

    #[test]
    fn a_log_rewritten_before_the_old_end_is_not_consistent(new in 1_usize..200, at in any::<prop::sample::Index>(), victim in any::<prop::sample::Index>()) {
        let honest = log(new);
        let old = 1 + at.index(new);
        let mut leaves = naive::leaves(new);
        leaves[victim.index(old)] = b"as if it had always been so".to_vec();
        let mut rewritten = Levels::new();
        for leaf in &leaves {
            rewritten.append(leaf_hash(leaf)).unwrap();
        }
        let old_root = merkle::root(old as u64, &honest).unwrap();
        let proof = consistency_proof(old as u64, new as u64, &rewritten).unwrap();
        prop_assert!(proof.verify(old as u64, new as u64, &old_root, &rewritten.root()).is_err());
    }
}

#[test]
fn an_inner_node_does_not_pass_for_a_leaf() {
    let log = log(4);
    let inner = merkle::NodeStore::hash(&log, NodeId { level: 1, index: 0 }).unwrap();
    let proof = InclusionProof(inclusion_proof(0, 4, &log).unwrap().0[1..].to_vec());
    // The hashes lead to the root, but in a tree of 4 leaves no leaf stands so high. In one of 2 this would pass: the size must be known.
    assert_eq!(proof.verify(0, 4, &inner, &log.root()), Err(ProofError::Count { expected: 2, found: 1 }));
}
