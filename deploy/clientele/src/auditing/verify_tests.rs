use clientele_proto::qualification::v1::{AuditEntry, AuditLeaf};
use clientele_qualification::domain::audit::hex;
use merkle::{HeadSigner, LogId};
use proptest::prelude::*;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::auditing::line::{EntryLine, HeadLine};

fn signer() -> HeadSigner {
    HeadSigner::from_seed(&[7; 32])
}

fn keys() -> AuditKeys {
    AuditKeys::of(signer())
}

fn entry(index: u8, erased: bool) -> EntryLine {
    let (salt, content) = (vec![index; 32], vec![index ^ 0xff; 5]);
    let leaf = AuditLeaf {
        audit_entry_id: index.to_string(),
        content_hash: Sha256::new().chain_update(&salt).chain_update(&content).finalize().to_vec(),
        ..AuditLeaf::default()
    };
    let leaf = leaf.encode_to_vec();
    EntryLine::of(&AuditEntry { leaf_index: Some(i64::from(index)), leaf, salt, content, erased, ..Default::default() })
        .unwrap()
}

fn head(entries: &[EntryLine], time: u64) -> HeadFile {
    let mut frontier = Frontier::new();
    for entry in entries {
        frontier.append(leaf_hash(&entry.leaf().unwrap()), |_, _| {}).unwrap();
    }
    let log_id = LogId::new("qualification/acme").unwrap();
    let (tree_size, root_hash) = (frontier.size(), frontier.root());
    let signed = signer().sign(TreeHead { log_id, tree_size, root_hash, timestamp_ms: time });
    HeadFile {
        log_id: "qualification/acme".into(),
        tree_size,
        root_hash: root_hash.to_string(),
        timestamp_ms: time,
        key_id: signed.key_id.to_string(),
        signature: hex(&signed.signature),
    }
}

fn entries(count: u8) -> Vec<EntryLine> {
    (0..count).map(|index| entry(index, index == 2)).collect()
}

fn file(entries: &[EntryLine], head: Option<&HeadFile>) -> Vec<u8> {
    let mut lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    lines.extend(head.map(|head| serde_json::to_string(&HeadLine { tree_head: head.clone() }).unwrap()));
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn wrong(file: &[u8], head: Option<&HeadFile>, since: Option<&HeadFile>) -> String {
    format!("{:#}", verify(file, &keys(), head, since).unwrap_err())
}

#[test]
fn a_whole_file_is_in_order_and_continues_every_head_that_was_kept() {
    let all = entries(9);
    let newest = head(&all, 2000);
    let whole = file(&all, Some(&newest));
    for kept in 0..=9 {
        let since = head(&all[..kept], 1000);
        let found = verify(whole.as_slice(), &keys(), None, Some(&since)).unwrap();
        assert_eq!((found.leaves, found.erased, found.head.tree_size), (9, 1, 9));
    }
    // A head that was kept elsewhere vouches for the beginning.
    let found = verify(whole.as_slice(), &keys(), Some(&head(&all[..4], 1000)), None).unwrap();
    assert_eq!((found.leaves, found.head.tree_size), (9, 4));
}

#[test]
fn lines_that_were_removed_moved_or_put_in_between_are_told_of_by_their_number() {
    let all = entries(6);
    let newest = head(&all, 2000);
    let mut fewer = all.clone();
    fewer.remove(3);
    assert!(wrong(&file(&fewer, Some(&newest)), None, None).starts_with("line 4: leaf 4 stands where leaf 3 should"));
    let mut moved = all.clone();
    moved.swap(1, 2);
    assert!(wrong(&file(&moved, Some(&newest)), None, None).starts_with("line 2: leaf 2"));
    // Numbered anew, so that only the root shows it.
    let renumbered: Vec<_> =
        fewer.iter().zip(0..).map(|(entry, leaf_index)| EntryLine { leaf_index, ..entry.clone() }).collect();
    assert!(wrong(&file(&renumbered, Some(&newest)), None, None).contains("its end is missing"));
    let resealed = head(&renumbered, 2000);
    let since = head(&all[..4], 1000);
    assert!(verify(file(&renumbered, Some(&resealed)).as_slice(), &keys(), None, None).is_ok());
    assert!(
        wrong(&file(&renumbered, Some(&resealed)), None, Some(&since)).contains("the first 4 leaves are not those")
    );
}

#[test]
fn a_head_of_another_key_or_log_or_without_its_end_is_refused() {
    let all = entries(3);
    let newest = head(&all, 2000);
    let text = file(&all, Some(&newest));
    let other = AuditKeys::of(HeadSigner::from_seed(&[8; 32]));
    assert!(format!("{:#}", verify(text.as_slice(), &other, None, None).unwrap_err()).contains("not among the keys"));
    assert!(wrong(&file(&all, None), None, None).contains("no head at its end"));
    let forged = HeadFile { log_id: "qualification/other".into(), ..newest.clone() };
    assert!(wrong(&text, Some(&forged), None).contains("the signature is not the key's"));
    let mut more = text.clone();
    more.extend(file(&all, None));
    assert!(wrong(&more, None, None).starts_with("line 5: there is more after the head"));
    assert!(wrong(b"{}\n", None, None).starts_with("line 1: neither"));
    // The older head as the newer one.
    assert!(wrong(&text, Some(&head(&all[..2], 1)), Some(&newest)).contains("is the newer one"));
}

proptest! {
    /// Whatever digit, letter or sign of the file is changed: it is not in order any more.
    #[test]
    fn a_changed_byte_is_found(place in any::<prop::sample::Index>(), to in proptest::char::range(' ', '~')) {
        let all = entries(5);
        let mut text = file(&all, Some(&head(&all, 2000)));
        let place = place.index(text.len());
        prop_assume!(text[place] != to as u8 && !text[place].is_ascii_whitespace());
        let before = text.clone();
        text[place] = to as u8;
        let same = |text: &[u8]| -> Vec<Option<Line>> {
            text.split(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).ok()).collect()
        };
        let found = verify(text.as_slice(), &keys(), None, None);
        // Another way to write the same, such as a digit in upper case, changes nothing.
        let is_same = same(&text) == same(&before) || text.eq_ignore_ascii_case(&before) && found.is_ok();
        prop_assert!(found.is_err() || is_same);
    }
}
