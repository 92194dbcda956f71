//! The probes of transparency-dev/merkle: proofs to accept, and their neighbours to refuse. See `tests/fixtures/README.md`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merkle::{ConsistencyProof, Hash, InclusionProof, NotAHash};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionProbe {
    file: String,
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsistencyProbe {
    file: String,
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

fn hash(text: &str) -> Result<Hash, NotAHash> {
    Hash::try_from(STANDARD.decode(text).unwrap().as_slice())
}

fn hashes(texts: Option<&Vec<String>>) -> Result<Vec<Hash>, NotAHash> {
    texts.into_iter().flatten().map(|text| hash(text)).collect()
}

/// Some probes have roots of 12 bytes ("dont care 1"), which no [`Hash`] has: filled up with zeros they say the same.
fn root(text: &str) -> Result<Hash, NotAHash> {
    let mut bytes = STANDARD.decode(text).unwrap();
    if bytes.len() == 12 {
        bytes.resize(32, 0);
    }
    Hash::try_from(bytes.as_slice())
}

impl InclusionProbe {
    fn verify(&self) -> Result<(), Box<dyn std::error::Error>> {
        let (leaf, root) = (hash(&self.leaf_hash)?, hash(&self.root)?);
        let proof = InclusionProof(hashes(self.proof.as_ref())?);
        Ok(proof.verify(self.leaf_idx, self.tree_size, &leaf, &root)?)
    }
}

impl ConsistencyProbe {
    fn verify(&self) -> Result<(), Box<dyn std::error::Error>> {
        let (old, new) = (root(&self.root1)?, root(&self.root2)?);
        let proof = ConsistencyProof(hashes(self.proof.as_ref())?);
        Ok(proof.verify(self.size1, self.size2, &old, &new)?)
    }
}

#[test]
fn inclusion_probes_come_out_as_in_the_reference_code() {
    let probes: Vec<InclusionProbe> = serde_json::from_str(include_str!("../fixtures/inclusion.json")).unwrap();
    assert_eq!(probes.len(), 98);
    for probe in &probes {
        assert_eq!(probe.verify().is_err(), probe.want_err, "{}", probe.file);
    }
}

#[test]
fn consistency_probes_come_out_as_in_the_reference_code() {
    let probes: Vec<ConsistencyProbe> = serde_json::from_str(include_str!("../fixtures/consistency.json")).unwrap();
    assert_eq!(probes.len(), 98);
    for probe in &probes {
        assert_eq!(probe.verify().is_err(), probe.want_err, "{}", probe.file);
    }
}
