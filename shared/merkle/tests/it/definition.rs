//! Everything agrees with the definition, for every size up to 70.

use merkle::{
    Frontier, Levels, NodeId, NodeStore as _, complete_subtrees, consistency_proof, inclusion_proof, leaf_hash,
};

use crate::naive;

const LARGEST: usize = 70;

fn log(leaves: &[Vec<u8>]) -> Levels {
    let mut log = Levels::new();
    for (index, leaf) in leaves.iter().enumerate() {
        assert_eq!(log.append(leaf_hash(leaf)), Ok(index as u64));
    }
    log
}

#[test]
fn every_root_of_every_past_size_is_the_definitions() {
    let leaves = naive::leaves(LARGEST);
    let whole = log(&leaves);
    for size in 0..=LARGEST {
        let expected = naive::root(&leaves[..size]);
        assert_eq!(log(&leaves[..size]).root(), expected);
        assert_eq!(merkle::root(size as u64, &whole), Ok(expected));
        assert_eq!(Frontier::from_store(size as u64, &whole).unwrap().root(), expected);
    }
}

#[test]
fn every_stored_subtree_is_the_root_of_its_leaves() {
    let leaves = naive::leaves(LARGEST);
    let log = log(&leaves);
    for level in 0..7 {
        for index in 0..LARGEST >> level {
            let hash = log.hash(NodeId { level, index: index as u64 }).unwrap();
            assert_eq!(hash, naive::root(&leaves[index << level..(index + 1) << level]));
        }
        assert!(log.hash(NodeId { level, index: (LARGEST >> level) as u64 }).is_err());
    }
}

#[test]
fn every_inclusion_proof_is_the_definitions_and_verifies() {
    let leaves = naive::leaves(LARGEST);
    let whole = log(&leaves);
    for size in 1..=LARGEST {
        let root = naive::root(&leaves[..size]);
        for index in 0..size {
            let proof = inclusion_proof(index as u64, size as u64, &whole).unwrap();
            assert_eq!(proof.0, naive::path(index, &leaves[..size]));
            assert_eq!(proof.verify(index as u64, size as u64, &leaf_hash(&leaves[index]), &root), Ok(()));
        }
    }
}

#[test]
fn every_consistency_proof_is_the_definitions_and_verifies() {
    let leaves = naive::leaves(LARGEST);
    let whole = log(&leaves);
    for new in 1..=LARGEST {
        for old in 1..=new {
            let proof = consistency_proof(old as u64, new as u64, &whole).unwrap();
            assert_eq!(proof.0, naive::proof(old, &leaves[..new]));
            let [old_root, new_root] = [old, new].map(|size| naive::root(&leaves[..size]));
            assert_eq!(proof.verify(old as u64, new as u64, &old_root, &new_root), Ok(()));
        }
    }
}

#[test]
fn a_log_taken_up_from_its_frontier_goes_on_as_if_never_put_down() {
    let leaves = naive::leaves(LARGEST);
    for size in 0..=LARGEST {
        let begun = log(&leaves[..size]);
        let hashes = complete_subtrees(size as u64).map(|node| begun.hash(node).unwrap()).collect();
        let mut frontier = Frontier::from_hashes(size as u64, hashes).unwrap();
        for leaf in &leaves[size..] {
            frontier.append(leaf_hash(leaf), |_, _| ()).unwrap();
        }
        assert_eq!(frontier.root(), naive::root(&leaves));
    }
}
