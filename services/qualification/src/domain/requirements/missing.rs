//! What is missing of what a policy asks for, at each step of a case.

use clientele_proto::qualification::v1::{CheckOutcome, DocumentRequirement, RequiredCheck, Requirements};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use super::evidence::{Document, Evidence};

/// A step for which something must be on hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is handed in: mandatory documents must be there.
    Submission,
    /// Checks are ended: those that the policy asks for of everybody must be done, whatever came out.
    Checks,
    /// Its approval is recommended: all of it must be verified, decided, passed or waived.
    Approval,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which, such as `documents.BUSINESS_LICENCE`.
    pub requirement: String,
    /// What is wrong and how to mend it.
    pub description: &'static str,
}

/// States of documents, by the contract's numbers: received, being verified, verified, nearing its end.
const RECEIVED: i16 = 2;
const VERIFYING: i16 = 3;
const VERIFIED: i16 = 4;
const EXPIRING: i16 = 5;

/// What is missing for a step at `now`; nothing where it can be taken.
pub fn missing(stage: Stage, asked: &Requirements, evidence: &Evidence, now: Timestamp) -> Vec<Missing> {
    let mut found = Vec::new();
    if stage != Stage::Checks {
        for document in &asked.documents {
            if let Some(description) = missing_document(stage, document, evidence, now) {
                let requirement = format!("documents.{}", short(document.kind().as_str_name(), "DOCUMENT_KIND_"));
                found.push(Missing { requirement, description });
            }
        }
    }
    if stage != Stage::Submission {
        for check in asked.checks() {
            if let Some(description) = missing_check(stage, check, evidence) {
                let requirement = format!("checks.{}", short(check.as_str_name(), "REQUIRED_CHECK_"));
                found.push(Missing { requirement, description });
            }
        }
    }
    if stage == Stage::Approval {
        if evidence.has_open_hit() {
            let description = "has hits that nobody has decided; decide each of them";
            found.push(Missing { requirement: "screening_hits".into(), description });
        }
        // Also a check that no rule asks for.
        if evidence.has_failed_check() && found.iter().all(|one| one.description != FAILED) {
            found.push(Missing { requirement: "checks".into(), description: FAILED });
        }
    }
    found
}

const FAILED: &str = "was failed; repeat it, or waive it with a reason";

fn missing_document(
    stage: Stage,
    asked: &DocumentRequirement,
    evidence: &Evidence,
    now: Timestamp,
) -> Option<&'static str> {
    let of_kind = || evidence.documents.iter().filter(|document| document.kind == asked.kind);
    if stage == Stage::Submission {
        let is_there = |document: &Document| {
            matches!(document.state, RECEIVED | VERIFYING | VERIFIED | EXPIRING)
                && document.expire_time.is_none_or(|end| end > now)
                && is_young(document.valid_from, asked.max_age_days, now, true)
        };
        let is_needed = asked.mandatory && !of_kind().any(is_there);
        return is_needed.then_some("must be handed in, valid and not older than the policy allows");
    }
    if of_kind().any(|document| matches!(document.state, RECEIVED | VERIFYING)) {
        return Some("was handed in and nobody has decided about it; verify or reject it");
    }
    let is_verified = |document: &Document| {
        matches!(document.state, VERIFIED | EXPIRING)
            && document.start_time.is_none_or(|start| start <= now)
            && document.expire_time.is_none_or(|end| end > now)
            && is_young(document.valid_from, asked.max_age_days, now, false)
    };
    let is_needed = asked.mandatory && !of_kind().any(is_verified);
    is_needed.then_some("must be verified, valid and not older than the policy allows")
}

/// Whether a document's validity began late enough. While nobody has read it, its age may be unknown.
fn is_young(valid_from: Option<Date>, max_age_days: i32, now: Timestamp, may_be_unknown: bool) -> bool {
    if max_age_days == 0 {
        return true;
    }
    let today = now.to_zoned(TimeZone::UTC).date();
    let earliest = today.saturating_sub(i64::from(max_age_days).days());
    valid_from.map_or(may_be_unknown, |day| day >= earliest)
}

fn missing_check(stage: Stage, check: RequiredCheck, evidence: &Evidence) -> Option<&'static str> {
    if check == RequiredCheck::RiskAssessment {
        return evidence.risk.is_none().then_some("must be assessed");
    }
    let outcome = evidence.checks.iter().find(|done| done.check == check).map(|done| done.outcome);
    match (stage, outcome) {
        (Stage::Checks, None) if is_of_people(check) => None,
        (_, None) => Some("must be done"),
        (Stage::Approval, Some(CheckOutcome::Failed)) => Some(FAILED),
        _ => None,
    }
}

/// Whether people do it once the case is before them.
fn is_of_people(check: RequiredCheck) -> bool {
    matches!(
        check,
        RequiredCheck::SourceOfFunds
            | RequiredCheck::AdverseMedia
            | RequiredCheck::SiteVisit
            | RequiredCheck::References
    )
}

fn short(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::RiskLevel;
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;
    use crate::domain::requirements::{Check, Hit, Risk};

    fn now() -> Timestamp {
        "2028-03-01T00:30:00Z".parse().unwrap()
    }

    fn asked() -> Requirements {
        let licence = DocumentRequirement { kind: 1, mandatory: true, grace_days: 0, max_age_days: 1 };
        let declaration = DocumentRequirement { kind: 9, mandatory: false, grace_days: 0, max_age_days: 0 };
        let checks = [RequiredCheck::Screening, RequiredCheck::RiskAssessment, RequiredCheck::SourceOfFunds];
        Requirements {
            documents: vec![licence, declaration],
            checks: checks.map(i32::from).to_vec(),
            ..Requirements::default()
        }
    }

    fn document(kind: i32, state: i16) -> Document {
        let valid_from = Some(date(2028, 2, 29));
        Document { document_id: Uuid::nil(), kind, state, version: 1, valid_from, start_time: None, expire_time: None }
    }

    fn names(stage: Stage, evidence: &Evidence) -> Vec<String> {
        missing(stage, &asked(), evidence, now()).into_iter().map(|one| one.requirement).collect()
    }

    fn done(check: RequiredCheck, outcome: CheckOutcome) -> Check {
        Check { check, outcome, check_time: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn each_step_asks_for_its_own() {
        let mut evidence = Evidence::default();
        assert_eq!(names(Stage::Submission, &evidence), ["documents.BUSINESS_LICENCE"]);
        assert_eq!(names(Stage::Checks, &evidence), ["checks.SCREENING", "checks.RISK_ASSESSMENT"]);
        evidence.documents = vec![document(1, RECEIVED), document(9, VERIFYING)];
        assert_eq!(names(Stage::Submission, &evidence), [""; 0]);
        evidence.risk = Some(Risk { level: RiskLevel::High, version: 1 });
        evidence.checks = vec![done(RequiredCheck::Screening, CheckOutcome::Failed)];
        assert_eq!(names(Stage::Checks, &evidence), [""; 0]);
        evidence.hits = vec![Hit { hit_id: Uuid::nil(), state: 4, version: 1 }];
        assert_eq!(
            names(Stage::Approval, &evidence),
            [
                "documents.BUSINESS_LICENCE",
                "documents.OWNERSHIP_DECLARATION",
                "checks.SCREENING",
                "checks.SOURCE_OF_FUNDS",
                "screening_hits",
            ]
        );
        evidence.documents = vec![document(1, VERIFIED)];
        evidence.checks = vec![
            done(RequiredCheck::Screening, CheckOutcome::Passed),
            done(RequiredCheck::SourceOfFunds, CheckOutcome::Waived),
        ];
        evidence.hits[0].state = 3;
        assert_eq!(names(Stage::Approval, &evidence), [""; 0]);
    }

    /// 2028 is a leap year: 29 February is a day before 1 March.
    #[test]
    fn a_document_that_is_too_old_or_has_run_out_is_none() {
        let mut evidence = Evidence { documents: vec![document(1, VERIFIED)], ..Evidence::default() };
        assert_eq!(names(Stage::Submission, &evidence), [""; 0]);
        evidence.documents[0].valid_from = Some(date(2028, 2, 28));
        assert_eq!(names(Stage::Submission, &evidence), ["documents.BUSINESS_LICENCE"]);
        evidence.documents[0].valid_from = None;
        assert_eq!(names(Stage::Submission, &evidence), [""; 0]);
        assert!(names(Stage::Approval, &evidence).contains(&"documents.BUSINESS_LICENCE".to_owned()));
        evidence.documents[0] = Document { expire_time: Some(now()), ..document(1, VERIFIED) };
        assert_eq!(names(Stage::Submission, &evidence), ["documents.BUSINESS_LICENCE"]);
        // One that begins later can be handed in, and nothing rests on it before.
        let later = now().checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        evidence.documents[0] = Document { start_time: Some(later), ..document(1, VERIFIED) };
        assert_eq!(names(Stage::Submission, &evidence), [""; 0]);
        assert!(names(Stage::Approval, &evidence).contains(&"documents.BUSINESS_LICENCE".to_owned()));
        evidence.documents[0].start_time = Some(now());
        assert!(!names(Stage::Approval, &evidence).contains(&"documents.BUSINESS_LICENCE".to_owned()));
    }

    #[test]
    fn a_check_that_was_failed_counts_also_where_no_rule_asks_for_it() {
        let evidence =
            Evidence { checks: vec![done(RequiredCheck::References, CheckOutcome::Failed)], ..Evidence::default() };
        let found = missing(Stage::Approval, &Requirements::default(), &evidence, now());
        assert_eq!(found.iter().map(|one| one.requirement.as_str()).collect::<Vec<_>>(), ["checks"]);
    }
}
