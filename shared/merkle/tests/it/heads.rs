//! Heads: their bytes, their signatures, and that one continues another.

use merkle::{
    ConsistencyProof, GrowthError, Hash, HeadError, HeadSigner, Levels, LogId, ProofError, PublicKey, SignedTreeHead,
    TreeHead, consistency_proof, leaf_hash,
};
use proptest::prelude::*;

/// The key pair of RFC 8032, section 7.1, TEST 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// `openssl pkey -pubout -outform DER | tail -c 32 | sha256sum`
const KEY_ID: &str = "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9";
const ROOT: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

/// Put together by Python's `struct` from the documented layout.
const ENCODED: &str = concat!(
    "6d65726b6c652f747265656865616401",
    "0016",
    "7175616c696669636174696f6e2fc3bc6ec3af746564",
    "0000000000000008",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    "000001a0c4506c00",
);
/// `openssl pkeyutl -sign -rawin` (OpenSSL 3.0.19) over these bytes.
const SIGNATURE: &str = concat!(
    "f4e28b52d180cd898bdca14400b60688acc902c1f6b1f3f474f3d75f98215f34",
    "19ab6d1e82a618c3cbbc68ea7cbb2d08bdd3d99e8759faa42c2e31c171312508",
);

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|byte| u8::from_str_radix(&text[2 * byte..2 * byte + 2], 16).unwrap()).collect()
}

fn signer() -> HeadSigner {
    HeadSigner::from_seed(&hex(SEED).try_into().unwrap())
}

fn head() -> TreeHead {
    TreeHead {
        log_id: "qualification/ünïted".parse().unwrap(),
        tree_size: 8,
        root_hash: ROOT.parse().unwrap(),
        timestamp_ms: 1_790_000_000_000,
    }
}

#[test]
fn a_head_encodes_as_documented() {
    assert_eq!(head().encode(), hex(ENCODED));
    assert_eq!(TreeHead::decode(&hex(ENCODED)), Ok(head()));
}

#[test]
fn a_signature_is_the_one_that_openssl_makes() {
    let signed = signer().sign(head());
    assert_eq!(signed.signature.to_vec(), hex(SIGNATURE));
    assert_eq!(signed.key_id.to_string(), KEY_ID);
    let key = PublicKey::from_bytes(&hex(PUBLIC_KEY).try_into().unwrap()).unwrap();
    assert_eq!(key, signer().public_key());
    assert_eq!(signed.verify(&key), Ok(&head()));
    assert_eq!(signed.encode(), [hex(ENCODED), hex(KEY_ID), hex(SIGNATURE)].concat());
}

#[test]
fn another_keys_head_names_both_keys() {
    let signed = signer().sign(head());
    let other = HeadSigner::from_seed(&[1; 32]);
    let refusal = HeadError::OtherKey { expected: other.public_key().id(), found: signer().public_key().id() };
    assert_eq!(signed.verify(&other.public_key()), Err(refusal));
    let renamed = SignedTreeHead { key_id: other.public_key().id(), ..signed };
    assert_eq!(renamed.verify(&other.public_key()), Err(HeadError::Signature));
}

#[test]
fn keys_that_would_accept_anything_are_no_keys() {
    // The identity, of order 1, and a y that is on no point of the curve.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut off_the_curve = [0; 32];
    off_the_curve[0] = 2;
    for bytes in [identity, off_the_curve] {
        assert_eq!(PublicKey::from_bytes(&bytes), Err(HeadError::PublicKey));
    }
}

#[test]
fn a_head_over_nothing_has_one_root() {
    let empty = TreeHead { tree_size: 0, root_hash: Hash::of_empty_tree(), ..head() };
    assert!(signer().sign(empty.clone()).verify(&signer().public_key()).is_ok());
    let odd = TreeHead { root_hash: Hash([9; 32]), ..empty };
    assert_eq!(TreeHead::decode(&odd.encode()), Err(HeadError::EmptyRoot));
    assert_eq!(signer().sign(odd).verify(&signer().public_key()), Err(HeadError::EmptyRoot));
}

#[test]
fn a_log_has_a_name_of_at_most_255_bytes() {
    assert_eq!(LogId::new(""), Err(HeadError::LogIdLength { bytes: 0 }));
    assert_eq!(LogId::new("x".repeat(256)), Err(HeadError::LogIdLength { bytes: 256 }));
    let longest = TreeHead { log_id: LogId::new("x".repeat(255)).unwrap(), ..head() };
    assert_eq!(TreeHead::decode(&longest.encode()), Ok(longest));
    let mut not_text = head().encode();
    not_text[18] = 0xff;
    assert_eq!(TreeHead::decode(&not_text), Err(HeadError::LogIdText));
}

#[test]
fn growth_is_checked_from_head_to_head() {
    let mut log = Levels::new();
    let mut heads = Vec::new();
    for number in 0..20_u64 {
        heads.push(TreeHead {
            log_id: LogId::new("log").unwrap(),
            tree_size: log.size(),
            root_hash: log.root(),
            timestamp_ms: number,
        });
        log.append(leaf_hash(&number.to_be_bytes())).unwrap();
    }
    let none = ConsistencyProof(Vec::new());
    for (older, old) in heads.iter().enumerate() {
        for new in &heads[older..] {
            let proof = consistency_proof(old.tree_size, new.tree_size, &log).unwrap_or(none.clone());
            assert_eq!(old.verify_growth(new, &proof), Ok(()));
        }
    }
    let (old, new) = (&heads[0], &heads[3]);
    let surplus = ConsistencyProof(vec![old.root_hash]);
    assert_eq!(old.verify_growth(new, &surplus), Err(ProofError::Count { expected: 0, found: 1 }.into()));
    assert_eq!(new.verify_growth(old, &none), Err(GrowthError::Time { old: 3, new: 0 }));
    let shrunk = TreeHead { timestamp_ms: 4, ..heads[2].clone() };
    assert_eq!(new.verify_growth(&shrunk, &none), Err(ProofError::Shrinks { old: 3, new: 2 }.into()));
    let other = TreeHead { log_id: LogId::new("other").unwrap(), ..new.clone() };
    assert!(matches!(old.verify_growth(&other, &none), Err(GrowthError::OtherLog { .. })));
}

proptest! {
    #[test]
    fn a_flipped_byte_of_a_signed_head_is_refused(at in any::<prop::sample::Index>(), mask in 1..=255_u8) {
        let key = signer().public_key();
        let mut bytes = signer().sign(head()).encode();
        prop_assert!(SignedTreeHead::decode(&bytes).unwrap().verify(&key).is_ok());
        let position = at.index(bytes.len());
        bytes[position] ^= mask;
        prop_assert!(!SignedTreeHead::decode(&bytes).is_ok_and(|signed| signed.verify(&key).is_ok()));
    }

    #[test]
    fn heads_read_back_and_shorter_or_longer_bytes_do_not(name in "\\PC{1,60}", tree_size in 1..=u64::MAX, root in any::<[u8; 32]>(), timestamp_ms in any::<u64>(), cut in any::<prop::sample::Index>()) {
        let head = TreeHead { log_id: LogId::new(name).unwrap(), tree_size, root_hash: Hash(root), timestamp_ms };
        let mut bytes = head.encode();
        prop_assert_eq!(TreeHead::decode(&bytes), Ok(head.clone()));
        prop_assert!(TreeHead::decode(&bytes[..cut.index(bytes.len())]).is_err());
        bytes.push(0);
        prop_assert!(TreeHead::decode(&bytes).is_err());
        let signed = signer().sign(head);
        prop_assert_eq!(SignedTreeHead::decode(&signed.encode()), Ok(signed));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), begins_right in any::<bool>()) {
        let bytes = if begins_right { [b"merkle/treehead\x01".as_slice(), &bytes].concat() } else { bytes };
        if let Ok(head) = TreeHead::decode(&bytes) {
            prop_assert_eq!(head.encode(), bytes.clone());
        }
        let _ = SignedTreeHead::decode(&bytes);
    }
}
