//! What a decision rests on, and one hash over it: a recommendation and its approvals are about the same evidence, or they are void.

use jiff::{Timestamp, civil::Date};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use clientele_proto::qualification::v1::{CheckOutcome, RequiredCheck, RiskLevel};

/// Numbers of states of documents.
const VERIFIED: i16 = 4;
const EXPIRING: i16 = 5;

/// All that a decision about a case rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The encoded facts, as the maker said them.
    pub facts: Vec<u8>,
    /// Version of the policy.
    pub policy_version: i64,
    /// The customer's documents, but for those that were refused or replaced, by their ids.
    pub documents: Vec<Document>,
    /// Its screening hits, by their ids.
    pub hits: Vec<Hit>,
    /// Its risk.
    pub risk: Option<Risk>,
    /// Version of what is declared of its ownership.
    pub ownership_version: Option<i32>,
    /// Checks that count, by their numbers.
    pub checks: Vec<Check>,
}

/// A document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub document_id: Uuid,
    /// Number of its kind.
    pub kind: i32,
    /// Number of its state.
    pub state: i16,
    /// Its version.
    pub version: i64,
    /// First day of its validity.
    pub valid_from: Option<Date>,
    /// The instant at which that begins.
    pub start_time: Option<Timestamp>,
    /// The instant at which it runs out.
    pub expire_time: Option<Timestamp>,
}

/// A screening hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its id.
    pub hit_id: Uuid,
    /// Number of its state: 1 open, 2 true match, 3 false positive, 4 inconclusive.
    pub state: i16,
    /// Its version.
    pub version: i64,
}

/// A risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Risk {
    /// How high.
    pub level: RiskLevel,
    /// Version of the assessment.
    pub version: i64,
}

/// What came out of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub check: RequiredCheck,
    /// What came out.
    pub outcome: CheckOutcome,
    /// When.
    pub check_time: Timestamp,
}

impl Evidence {
    /// The risk; UNSPECIFIED where none was assessed.
    pub fn risk_level(&self) -> RiskLevel {
        self.risk.map_or(RiskLevel::Unspecified, |risk| risk.level)
    }

    /// Whether a hit was found to be a true match.
    pub fn has_true_match(&self) -> bool {
        self.hits.iter().any(|hit| hit.state == 2)
    }

    /// Whether a hit waits for a decision.
    pub fn has_open_hit(&self) -> bool {
        self.hits.iter().any(|hit| matches!(hit.state, 1 | 4))
    }

    /// Whether a check was failed.
    pub fn has_failed_check(&self) -> bool {
        self.checks.iter().any(|check| check.outcome == CheckOutcome::Failed)
    }

    /// SHA-256 of each piece of evidence, in a fixed order.
    pub fn hashes(&self) -> Vec<Vec<u8>> {
        // Each piece is told by its name and by fields of fixed length (the facts come last), so that no two different ones are the same bytes.
        let documents = self.documents.iter().map(|document| {
            let expiry = document.expire_time.map_or(i64::MAX, Timestamp::as_microsecond);
            // A verified document is not changed any more: that it was reminded of its end is no other evidence.
            let (state, version) = match document.state {
                VERIFIED | EXPIRING => (VERIFIED, 0),
                other => (other, document.version),
            };
            piece(
                b"document",
                &[
                    document.document_id.as_bytes(),
                    &document.kind.to_be_bytes(),
                    &state.to_be_bytes(),
                    &version.to_be_bytes(),
                    &expiry.to_be_bytes(),
                ],
            )
        });
        let hits = self
            .hits
            .iter()
            .map(|hit| piece(b"hit", &[hit.hit_id.as_bytes(), &hit.state.to_be_bytes(), &hit.version.to_be_bytes()]));
        let risk = self
            .risk
            .iter()
            .map(|risk| piece(b"risk", &[&i32::from(risk.level).to_be_bytes(), &risk.version.to_be_bytes()]));
        let ownership = self.ownership_version.iter().map(|version| piece(b"ownership", &[&version.to_be_bytes()]));
        let checks = self.checks.iter().map(|check| {
            let (kind, outcome) = (i32::from(check.check), i32::from(check.outcome));
            let time = check.check_time.as_microsecond();
            piece(b"check", &[&kind.to_be_bytes(), &outcome.to_be_bytes(), &time.to_be_bytes()])
        });
        let facts = piece(b"facts", &[&self.policy_version.to_be_bytes(), &self.facts]);
        std::iter::once(facts).chain(documents).chain(hits).chain(risk).chain(ownership).chain(checks).collect()
    }

    /// One SHA-256 over all of it.
    pub fn root(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        for one in self.hashes() {
            hash.update(&one);
        }
        hash.finalize().to_vec()
    }
}

fn piece(name: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let document = Document {
            document_id: Uuid::from_u128(1),
            kind: 1,
            state: 4,
            version: 2,
            valid_from: None,
            start_time: None,
            expire_time: None,
        };
        Evidence {
            facts: b"facts".to_vec(),
            policy_version: 3,
            documents: vec![document],
            hits: vec![Hit { hit_id: Uuid::from_u128(2), state: 3, version: 1 }],
            risk: Some(Risk { level: RiskLevel::Low, version: 1 }),
            ownership_version: Some(1),
            checks: vec![Check {
                check: RequiredCheck::Screening,
                outcome: CheckOutcome::Passed,
                check_time: Timestamp::UNIX_EPOCH,
            }],
        }
    }

    #[test]
    fn every_piece_of_evidence_changes_the_root() {
        let root = evidence().root();
        assert_eq!((root.len(), evidence().root() == root), (32, true));
        let changes: [fn(&mut Evidence); 11] = [
            |evidence| evidence.facts.push(0),
            |evidence| evidence.policy_version = 4,
            |evidence| evidence.documents[0].expire_time = Some(Timestamp::UNIX_EPOCH),
            |evidence| evidence.documents[0].state = 7,
            |evidence| evidence.documents.clear(),
            |evidence| evidence.hits[0].state = 1,
            |evidence| evidence.risk = Some(Risk { level: RiskLevel::High, version: 1 }),
            |evidence| evidence.checks[0].outcome = CheckOutcome::Waived,
            |evidence| evidence.risk = None,
            |evidence| evidence.ownership_version = Some(2),
            |evidence| evidence.ownership_version = None,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut changed = evidence();
            change(&mut changed);
            assert_ne!(changed.root(), root, "change {number}");
        }
    }

    #[test]
    fn a_reminder_is_no_other_evidence() {
        let root = evidence().root();
        let mut reminded = evidence();
        (reminded.documents[0].state, reminded.documents[0].version) = (EXPIRING, 3);
        assert_eq!(reminded.root(), root);
        // What is still looked at can change.
        let received = |version| {
            let mut evidence = evidence();
            (evidence.documents[0].state, evidence.documents[0].version) = (2, version);
            evidence.root()
        };
        assert_ne!(received(1), received(2));
    }
}
