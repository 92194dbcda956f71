//! A proof that one entry stands in the log, as JSON: whoever has the public keys checks it without a server, and without the rest of the log.

use anyhow::{Context as _, Result, bail};
use clientele_proto::qualification::v1::{AuditEntry, AuditInclusionProof, AuditLeaf};
use clientele_qualification::{audit_keys::AuditKeys, domain::audit::hex};
use merkle::{Hash, InclusionProof, TreeHead, leaf_hash};
use prost::Message as _;
use serde::{Deserialize, Serialize};

use super::{head::HeadFile, line::EntryLine, verify::signed};

/// An entry, the way from it to the root, and the signed head that vouches for the root. Hashes in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// The entry, with its content where that was not erased.
    pub entry: EntryLine,
    /// The hashes beside the way from the leaf to the root, from the bottom.
    pub proof_hashes: Vec<String>,
    /// The head.
    pub tree_head: HeadFile,
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// What happened.
    pub leaf: AuditLeaf,
    /// Its place in the log, from 0.
    pub leaf_index: u64,
    /// Whether what the subject was afterwards is there, and is what was written down.
    pub has_content: bool,
    /// Who vouches for it.
    pub head: TreeHead,
}

impl ProofFile {
    /// What the service answered; the proof is one under `head`.
    pub fn of(entry: &AuditEntry, proof: &AuditInclusionProof, head: HeadFile) -> Result<Self> {
        let proof_hashes = proof.proof_hashes.iter().map(|hash| hex(hash)).collect();
        Ok(Self { entry: EntryLine::of(entry)?, proof_hashes, tree_head: head })
    }

    /// Checks signature, way and content; under a head of the auditor's own where one is given. The first thing that is wrong is the error.
    pub fn verify(&self, keys: &AuditKeys, own: Option<&HeadFile>) -> Result<Proven> {
        let head = signed(&self.tree_head, keys).context("the head of the proof")?;
        if let Some(own) = own {
            let own = signed(own, keys).context("the head given")?;
            if (&own.log_id, own.tree_size, own.root_hash) != (&head.log_id, head.tree_size, head.root_hash) {
                bail!(
                    "the proof is under another head: of {} with {} entries, and the one given of {} with {}",
                    head.log_id,
                    head.tree_size,
                    own.log_id,
                    own.tree_size
                );
            }
        }
        let hash = |text: &String| text.parse::<Hash>().with_context(|| format!("proof_hashes: {text} is no hash"));
        let proof = InclusionProof(self.proof_hashes.iter().map(hash).collect::<Result<_>>()?);
        let bytes = self.entry.leaf()?;
        let has_content = self.entry.check_content(&bytes)?;
        let leaf_index = self.entry.leaf_index;
        proof
            .verify(leaf_index, head.tree_size, &leaf_hash(&bytes), &head.root_hash)
            .context("the entry does not stand at its place in the log")?;
        let leaf = AuditLeaf::decode(bytes.as_slice()).context("the leaf is no AuditLeaf")?;
        Ok(Proven { leaf, leaf_index, has_content, head })
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::AuditLeaf;
    use merkle::{Frontier, HeadSigner, LogId, node_hash};
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn entry(index: u8) -> AuditEntry {
        let (salt, content) = (vec![index; 32], vec![index, 1, 2]);
        let leaf = AuditLeaf {
            transition: format!("step-{index}"),
            content_hash: Sha256::new().chain_update(&salt).chain_update(&content).finalize().to_vec(),
            ..AuditLeaf::default()
        };
        let leaf = leaf.encode_to_vec();
        AuditEntry { leaf_index: Some(index.into()), leaf, salt, content, ..AuditEntry::default() }
    }

    /// The proof of the second of three entries, by hand: beside it stands the first, and then the third.
    fn proof() -> ProofFile {
        let hashes: Vec<Hash> = (0..3).map(|index| leaf_hash(&entry(index).leaf)).collect();
        let mut frontier = Frontier::new();
        for hash in &hashes {
            frontier.append(*hash, |_, _| {}).unwrap();
        }
        assert_eq!(frontier.root(), node_hash(&node_hash(&hashes[0], &hashes[1]), &hashes[2]));
        let log_id = LogId::new("qualification/acme").unwrap();
        let head = TreeHead { log_id, tree_size: 3, root_hash: frontier.root(), timestamp_ms: 1 };
        let signed = HeadSigner::from_seed(&[7; 32]).sign(head);
        let tree_head = HeadFile {
            log_id: "qualification/acme".into(),
            tree_size: 3,
            root_hash: frontier.root().to_string(),
            timestamp_ms: 1,
            key_id: signed.key_id.to_string(),
            signature: hex(&signed.signature),
        };
        let told = AuditInclusionProof {
            proof_hashes: [hashes[0], hashes[2]].iter().map(|hash| hash.0.to_vec()).collect(),
            ..AuditInclusionProof::default()
        };
        ProofFile::of(&entry(1), &told, tree_head).unwrap()
    }

    fn keys() -> AuditKeys {
        AuditKeys::of(HeadSigner::from_seed(&[7; 32]))
    }

    #[test]
    fn an_entry_is_proven_by_itself() {
        let file = serde_json::from_str::<ProofFile>(&serde_json::to_string(&proof()).unwrap()).unwrap();
        let proven = file.verify(&keys(), None).unwrap();
        assert_eq!((proven.leaf.transition.as_str(), proven.leaf_index, proven.has_content), ("step-1", 1, true));
        file.verify(&keys(), Some(&file.tree_head)).unwrap();
        let erased = EntryLine { salt: None, content: None, ..file.entry.clone() };
        assert!(!ProofFile { entry: erased, ..file }.verify(&keys(), None).unwrap().has_content);
    }

    #[test]
    fn whatever_is_changed_is_found() {
        let good = proof();
        let other = EntryLine::of(&entry(2)).unwrap();
        let changed = |change: fn(&mut ProofFile, &EntryLine)| {
            let mut file = good.clone();
            change(&mut file, &other);
            format!("{:#}", file.verify(&keys(), None).unwrap_err())
        };
        assert!(changed(|file, _| file.entry.leaf_index = 0).contains("does not stand at its place"));
        assert!(changed(|file, other| file.entry.leaf.clone_from(&other.leaf)).contains("its hash is not the leaf's"));
        assert!(changed(|file, other| file.entry = other.clone()).contains("does not stand at its place"));
        assert!(changed(|file, _| file.proof_hashes.swap(0, 1)).contains("does not stand at its place"));
        assert!(changed(|file, _| file.proof_hashes.clear()).contains("does not stand at its place"));
        assert!(changed(|file, _| file.tree_head.tree_size = 4).contains("the head of the proof"));
        assert!(changed(|file, _| file.proof_hashes[0] = "x".into()).contains("is no hash"));
        let strange = AuditKeys::of(HeadSigner::from_seed(&[8; 32]));
        assert!(format!("{:#}", good.verify(&strange, None).unwrap_err()).contains("not among the keys given"));
        let mut own = good.tree_head.clone();
        own.tree_size = 9;
        assert!(good.verify(&keys(), Some(&own)).is_err());
    }
}
