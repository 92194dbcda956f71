//! The audit log: sealed without gap or loss, signed, proven, exported, erased.

use clientele_feed::Apply as _;
use clientele_proto::{
    customers::v1::CustomerErased,
    events::v1::Event,
    qualification::v1::{
        AuditEntry, AuditTreeHead, ExportAuditEntriesRequest, GetAuditConsistencyProofRequest,
        GetAuditInclusionProofRequest, GetAuditKeySetRequest, GetAuditTreeHeadRequest, ListAuditEntriesRequest,
        get_audit_inclusion_proof_request::Key,
    },
};
use clientele_qualification::{
    audit_keys::AuditKeys,
    jobs::{audit_sealer::seal, customers_projection::CustomersProjection},
};
use merkle::{
    ConsistencyProof, Hash, HeadSigner, InclusionProof, KeyId, LogId, PublicKey, SignedTreeHead, TreeHead, leaf_hash,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use prost::{Message as _, Name as _};
use sqlx::Connection as _;
use tonic::Code;

use crate::{
    audited::{Audited, SEED, signed},
    harness::TENANT,
};

#[tokio::test]
async fn every_entry_is_proven_against_the_signed_head_and_every_head_continues_those_before() {
    let log = Audited::start().await;
    for number in 0..13 {
        log.step(number % 3, "", &number.to_string()).await;
        log.sealed(number + 1).await;
    }
    let keys = log.client(TENANT).get_audit_key_set(GetAuditKeySetRequest {}).await.unwrap().into_inner().keys;
    assert!(keys[0].signing && keys[0].public_key_pem.starts_with("-----BEGIN PUBLIC KEY-----"));
    let key = PublicKey::from_bytes(keys[0].public_key.as_slice().try_into().unwrap()).unwrap();
    assert_eq!(key, HeadSigner::from_seed(&SEED).public_key());
    assert_eq!(key.id().to_string(), keys[0].key_id);

    let latest = log.head(0).await;
    assert_eq!((latest.log_id.as_str(), latest.tree_size), ("qualification/acme", 13));
    let root = signed(&latest).verify(&key).unwrap().root_hash;
    let exported = log.exported(0, 0).await;
    for (index, entry) in exported.iter().enumerate() {
        assert_eq!(entry.leaf_index, Some(index as i64));
        for by in [Key::AuditEntryId(entry.audit_entry_id.clone()), Key::LeafIndex(index as i64)] {
            let request = GetAuditInclusionProofRequest { key: Some(by), tree_size: 0 };
            let proof = log.client(TENANT).get_audit_inclusion_proof(request).await.unwrap().into_inner();
            assert_eq!((proof.leaf_index, proof.tree_size), (index as i64, 13));
            assert_eq!(proof.tree_head.as_ref(), Some(&latest));
            let hashes =
                InclusionProof(proof.proof_hashes.iter().map(|hash| hash.as_slice().try_into().unwrap()).collect());
            hashes.verify(index as u64, 13, &leaf_hash(&entry.leaf), &root).unwrap();
        }
    }
    let mut heads: Vec<AuditTreeHead> = Vec::new();
    for size in log.head_sizes().await {
        heads.push(log.head(size).await);
    }
    assert_eq!(heads.last(), Some(&latest));
    for (place, old) in heads.iter().enumerate() {
        let old = signed(old);
        let old = old.verify(&key).unwrap();
        for new in &heads[place..] {
            let new = signed(new);
            let request = GetAuditConsistencyProofRequest {
                first_tree_size: old.tree_size as i64,
                second_tree_size: new.head.tree_size as i64,
            };
            let proof = log.client(TENANT).get_audit_consistency_proof(request).await.unwrap().into_inner();
            let hashes = proof.proof_hashes.iter().map(|hash| hash.as_slice().try_into().unwrap()).collect();
            old.verify_growth(new.verify(&key).unwrap(), &ConsistencyProof(hashes)).unwrap();
        }
    }
}

#[tokio::test]
async fn what_the_log_does_not_have_is_refused_by_its_name() {
    let log = Audited::start().await;
    let mut client = log.client(TENANT);
    let refused = client.get_audit_tree_head(GetAuditTreeHeadRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    log.step(0, "", "A").await;
    log.sealed(1).await;

    let inclusion = |key, tree_size| GetAuditInclusionProofRequest { key: Some(key), tree_size };
    let unknown = client.get_audit_inclusion_proof(inclusion(Key::LeafIndex(1), 0)).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let beyond = client.get_audit_inclusion_proof(inclusion(Key::LeafIndex(0), 2)).await.unwrap_err();
    assert_eq!(beyond.code(), Code::OutOfRange);
    let request = GetAuditConsistencyProofRequest { first_tree_size: 2, second_tree_size: 1 };
    assert_eq!(client.get_audit_consistency_proof(request).await.unwrap_err().code(), Code::OutOfRange);
    let request = ExportAuditEntriesRequest { first_leaf_index: 0, tree_size: 2 };
    assert_eq!(client.export_audit_entries(request).await.unwrap_err().code(), Code::OutOfRange);
    // Another tenant has another log.
    let other = log.client("stranger").get_audit_inclusion_proof(inclusion(Key::LeafIndex(0), 0)).await.unwrap_err();
    assert_eq!(other.code(), Code::NotFound);
    let request = ListAuditEntriesRequest::default();
    assert_eq!(log.client("stranger").list_audit_entries(request).await.unwrap().into_inner().audit_entries, []);
}

#[tokio::test]
async fn entries_are_listed_by_what_they_say_and_contents_only_when_asked_for() {
    let log = Audited::start().await;
    for number in 0..6 {
        log.step(number % 2, "", &number.to_string()).await;
    }
    log.sealed(6).await;
    let list = async |filter: &str, include_contents| {
        let request = ListAuditEntriesRequest { filter: filter.into(), include_contents, ..Default::default() };
        log.client(TENANT).list_audit_entries(request).await.unwrap().into_inner().audit_entries
    };
    let states = |entries: &[AuditEntry]| -> Vec<String> {
        entries.iter().map(|entry| entry.audit_leaf.as_ref().unwrap().state_after.clone()).collect()
    };
    assert_eq!(states(&list("", false).await), ["5", "4", "3", "2", "1", "0"]);
    let subject = format!("subject_kind = \"thing\" AND subject_id = \"{}\" AND leaf_index > 1", Audited::subject(1));
    let some = list(&subject, false).await;
    assert_eq!(states(&some), ["5", "3"]);
    assert!(some.iter().all(|entry| entry.content.is_empty() && entry.salt.is_empty() && !entry.erased));
    let with =
        list("transition = \"moved\" AND actor = \"tester\" AND transition_time > \"2020-01-01T00:00:00Z\"", true)
            .await;
    assert_eq!(with.len(), 6);
    assert!(with.iter().all(|entry| entry.salt.len() == 32 && !entry.content.is_empty()));
    assert_eq!(list("transition_time < \"2020-01-01T00:00:00Z\"", false).await, []);
}

#[tokio::test]
async fn the_contents_of_an_erased_customer_go_and_every_proof_stands() {
    let log = Audited::start().await;
    for number in 0..4 {
        let before = if number < 2 { "" } else { "OPEN" };
        log.step(number % 2, before, if number < 2 { "OPEN" } else { "SHUT" }).await;
    }
    log.sealed(4).await;
    let before = log.head(0).await;
    // One more that is not committed while the customer is erased.
    let mut late = log.pool.begin().await.unwrap();
    log.step_on(&mut late, 1, "SHUT", "LATE").await;

    let erased = CustomerErased { customer_id: Audited::subject(1).to_string(), ..Default::default() };
    let event = Event {
        r#type: CustomerErased::full_name(),
        tenant_id: TENANT.into(),
        data: Some(prost_types::Any { type_url: String::new(), value: erased.encode_to_vec() }),
        ..Event::default()
    };
    CustomersProjection.apply(&mut log.pool.acquire().await.unwrap(), &event).await.unwrap();
    log.until("SELECT count(*) = 1 FROM qualification.audit_erasure WHERE done_time IS NOT NULL").await;
    late.commit().await.unwrap();
    log.sealed(5).await;

    let exported = log.exported(0, 0).await;
    let gone: Vec<bool> = exported.iter().map(|entry| entry.erased).collect();
    assert_eq!(gone, [false, true, false, true, true]);
    assert!(
        exported.iter().all(|entry| entry.erased == entry.content.is_empty() && entry.erased == entry.salt.is_empty())
    );
    let report = log.verified().await;
    assert!(report.intact, "{:?}", report.differences);
    assert_eq!((report.erased_count, report.entry_count, report.tree_size), (3, 5, 5));
    assert_eq!(log.head(4).await, before);
}

#[tokio::test]
async fn a_service_that_is_stopped_in_the_middle_goes_on_where_it_was() {
    let mut log = Audited::start().await;
    for number in 0..3 {
        log.step(0, "", &number.to_string()).await;
    }
    log.sealed(3).await;
    let before = log.head(0).await;
    log.restart().await;
    for number in 3..6 {
        log.step(0, "", &number.to_string()).await;
    }
    log.sealed(6).await;
    assert_eq!(log.head(3).await, before);
    assert_eq!(log.exported(4, 0).await.iter().map(|entry| entry.leaf_index).collect::<Vec<_>>(), [Some(4), Some(5)]);
    assert_eq!(log.exported(1, 2).await.len(), 1);
}

/// Transactions that write entries in one order and commit in another, with the sealer in between: `(transaction, tenth)` says what happens
/// next to which transaction.
fn interleaving() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((0..5_usize, 0..10_u8), 1..60)
}

#[tokio::test]
async fn whatever_commits_when_is_sealed_once_in_the_order_of_its_subject() {
    let log = Audited::without_service().await;
    let mut runner = TestRunner::default();
    let mut cases = Vec::new();
    for _ in 0..25 {
        cases.push(interleaving().new_tree(&mut runner).unwrap().current());
    }
    let keys = AuditKeys::of(HeadSigner::from_seed(&SEED));
    let (mut committed, mut counts) = (0_i64, [0_usize; 5]);
    for steps in cases {
        let mut open: [Option<sqlx::Transaction<'_, sqlx::Postgres>>; 5] = [const { None }; 5];
        // Each transaction writes of its own subject: it holds its lock.
        let mut written = [0_i64; 5];
        for (which, what) in steps {
            match what {
                0..=5 => {
                    if open[which].is_none() {
                        open[which] = Some(log.pool.begin().await.unwrap());
                    }
                    let tx = open[which].as_mut().unwrap();
                    let before = counts[which] + written[which] as usize;
                    let state = |number: usize| if number == 0 { String::new() } else { number.to_string() };
                    log.step_on(&mut *tx, which as i64, &state(before), &state(before + 1)).await;
                    written[which] += 1;
                }
                6 | 7 => {
                    if let Some(tx) = open[which].take() {
                        tx.commit().await.unwrap();
                        committed += written[which];
                        counts[which] += written[which] as usize;
                        written[which] = 0;
                    }
                }
                8 => {
                    if let Some(tx) = open[which].take() {
                        tx.rollback().await.unwrap();
                        written[which] = 0;
                    }
                }
                _ => {
                    let mut connection = log.pool.acquire().await.unwrap();
                    seal(&log.context, &keys, &mut connection).await.unwrap();
                }
            }
        }
        for tx in open.into_iter().flatten() {
            tx.rollback().await.unwrap();
        }
    }
    // Two sealers at once for what is left.
    let mut one = log.pool.acquire().await.unwrap();
    let mut other = log.pool.acquire().await.unwrap();
    let (one, other) = tokio::join!(seal(&log.context, &keys, &mut one), seal(&log.context, &keys, &mut other));
    one.unwrap();
    other.unwrap();
    assert!(committed > 20, "{committed} entries are few");
    let places: Vec<i64> =
        sqlx::query_scalar("SELECT leaf_index FROM qualification.audit_entry ORDER BY leaf_index NULLS LAST")
            .fetch_all(&*log.pool)
            .await
            .unwrap();
    assert_eq!(places, (0..committed).collect::<Vec<_>>());
    // No chain of states is broken, and every head, node and leaf is what it must be.
    let log = log.served().await;
    let report = log.verified().await;
    assert!(report.intact, "{:?}", report.differences);
    assert_eq!((report.tree_size, report.unsealed_count), (committed, 0));
}

#[tokio::test]
async fn two_sealers_at_once_give_every_place_once() {
    let log = Audited::without_service().await;
    let keys = AuditKeys::of(HeadSigner::from_seed(&SEED));
    for round in 0..20 {
        for subject in 0..10 {
            log.step(subject, &if round == 0 { String::new() } else { round.to_string() }, &(round + 1).to_string())
                .await;
        }
        let mut one = sqlx::PgConnection::connect(&log.database.owner_url()).await.unwrap();
        let mut other = sqlx::PgConnection::connect(&log.database.owner_url()).await.unwrap();
        let (one, other) = tokio::join!(seal(&log.context, &keys, &mut one), seal(&log.context, &keys, &mut other));
        assert_eq!(one.unwrap() + other.unwrap(), 10);
    }
    let log = log.served().await;
    let report = log.verified().await;
    assert!(report.intact, "{:?}", report.differences);
    assert_eq!((report.tree_size, report.subject_count), (200, 10));
}

#[test]
fn a_head_is_read_back_as_it_was_signed() {
    let signer = HeadSigner::from_seed(&SEED);
    let head = TreeHead {
        log_id: LogId::new("qualification/acme").unwrap(),
        tree_size: 1,
        root_hash: leaf_hash(b"a"),
        timestamp_ms: 1_790_000_000_123,
    };
    let told = AuditTreeHead {
        log_id: "qualification/acme".into(),
        tree_size: 1,
        root_hash: head.root_hash.0.to_vec(),
        sign_time: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 123_000_000 }),
        key_id: signer.public_key().id().to_string(),
        signature: signer.sign(head.clone()).signature.to_vec(),
    };
    let expected =
        SignedTreeHead { signature: signer.sign(head.clone()).signature, key_id: signer.public_key().id(), head };
    assert_eq!(signed(&told), expected);
    assert_eq!(KeyId(told.key_id.parse::<Hash>().unwrap().0), expected.key_id);
}
