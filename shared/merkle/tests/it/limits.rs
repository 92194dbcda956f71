//! Large logs, sizes at the ends of their range, requests that make no sense.

use std::cell::Cell;

use merkle::{
    BuildError, ConsistencyProof, Frontier, Hash, InclusionProof, Levels, NodeId, NodeStore as _, ProofError,
    consistency_plan, consistency_proof, inclusion_plan, inclusion_proof, leaf_hash,
};
use proptest::prelude::*;

#[test]
fn a_proof_of_a_log_of_a_million_reads_a_few_dozen_hashes() {
    const SIZE: u64 = 1_000_000;
    let mut log = Levels::new();
    for number in 0..SIZE {
        log.append(leaf_hash(&number.to_be_bytes())).unwrap();
    }
    let reads = Cell::new(0);
    let store = |node| {
        reads.set(reads.get() + 1);
        log.hash(node)
    };
    for index in [0, 1, 524_287, 524_288, 700_001, SIZE - 1] {
        let proof = inclusion_proof(index, SIZE, &store).unwrap();
        assert_eq!(proof.verify(index, SIZE, &leaf_hash(&index.to_be_bytes()), &log.root()), Ok(()));
    }
    let old_root = merkle::root(777_777, &log).unwrap();
    let proof = consistency_proof(777_777, SIZE, &store).unwrap();
    assert_eq!(proof.verify(777_777, SIZE, &old_root, &log.root()), Ok(()));
    assert!(reads.get() <= 7 * 40, "{}", reads.get());
}

proptest! {
    #[test]
    fn plans_for_any_sizes_are_short_and_read_only_complete_subtrees(a in any::<u64>(), b in any::<u64>(), shift in 0..64_u32) {
        let size = (a >> shift).max(1);
        let levels = 64 - size.leading_zeros() as usize;
        let plans = [inclusion_plan(b % size, size).unwrap(), consistency_plan(1 + b % size, size).unwrap()];
        for plan in plans {
            prop_assert!(plan.nodes().len() <= 2 * levels);
            for node in plan.nodes() {
                let end = (u128::from(node.index) + 1) << node.level;
                prop_assert!(end <= u128::from(size));
            }
        }
    }

    #[test]
    fn no_numbers_and_no_proof_panic(a in any::<u64>(), b in any::<u64>(), hashes in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70)) {
        let some = Hash([1; 32]);
        prop_assert!(InclusionProof(hashes.clone()).verify(a, b, &some, &Hash([2; 32])).is_err());
        prop_assert!(ConsistencyProof(hashes.clone()).verify(a, b, &some, &Hash([2; 32])).is_err());
        prop_assert_eq!(inclusion_plan(a, b).is_ok(), a < b);
        prop_assert_eq!(consistency_plan(a, b).is_ok(), 0 < a && a <= b);
        prop_assert_eq!(Frontier::from_hashes(a, hashes.clone()).is_ok(), hashes.len() == a.count_ones() as usize);
    }
}

#[test]
fn a_full_log_takes_no_leaf_and_the_one_before_does() {
    let edge = vec![Hash([3; 32]); 64];
    let mut full = Frontier::from_hashes(u64::MAX, edge.clone()).unwrap();
    assert_eq!(full.append(Hash([4; 32]), |_, _| ()), Err(ProofError::LogFull));
    assert_eq!(full, Frontier::from_hashes(u64::MAX, edge).unwrap());

    let mut almost = Frontier::from_hashes(u64::MAX - 1, vec![Hash([3; 32]); 63]).unwrap();
    let mut completed = Vec::new();
    assert_eq!(almost.append(Hash([4; 32]), |node, _| completed.push(node)), Ok(u64::MAX - 1));
    assert_eq!(completed, [NodeId { level: 0, index: u64::MAX - 1 }]);
}

#[test]
fn requests_out_of_range_say_which() {
    let mut log = Levels::new();
    log.append(leaf_hash(b"one")).unwrap();
    let outside = inclusion_proof(1, 1, &log).unwrap_err();
    assert_eq!(outside, BuildError::Request(ProofError::Index { index: 1, size: 1 }));
    assert_eq!(outside.to_string(), "leaf 1 is not in a tree of 1 leaves");
    let shrinking = consistency_proof(2, 1, &log).unwrap_err();
    assert_eq!(shrinking, BuildError::Request(ProofError::Shrinks { old: 2, new: 1 }));
    assert_eq!(consistency_proof(0, 1, &log).unwrap_err(), BuildError::Request(ProofError::OldTreeEmpty));
    assert!(matches!(inclusion_proof(0, 2, &log), Err(BuildError::Store(_))));
    let plan = inclusion_plan(0, 3).unwrap();
    assert_eq!(plan.assemble(&[Hash([0; 32])]), Err(ProofError::Count { expected: 2, found: 1 }));
}
