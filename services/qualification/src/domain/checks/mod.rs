//! What checks come to, from the facts of a case and what others say.

pub mod licence;
pub mod owners;
pub mod register;
mod wording;

use std::str::FromStr as _;

use clientele_proto::qualification::v1::{
    CaseFacts, Check, CheckFinding, CheckFindingKind as Kind, CheckResult, IdentifierReading, PartyKind,
};
use identifiers::{Presentation, Scheme, check};

const SCHEME_UNKNOWN: &str = "no scheme of this name is known; name it as in `cn.uscc`";

/// A well-formed identifier: its scheme and its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// Code of the scheme, such as `cn.uscc`.
    pub scheme: &'static str,
    /// The canonical form.
    pub number: String,
}

/// Whether the identifiers of a case are well formed, and those that are.
pub fn check_identifiers(facts: &CaseFacts) -> (Vec<CheckFinding>, Vec<Identifier>) {
    let (mut findings, mut sound) = (Vec::new(), Vec::new());
    for told in &facts.identifiers {
        let Some(scheme) = scheme_of(&told.scheme, &facts.country_code) else {
            findings.push(finding(Kind::SchemeUnknown, CheckResult::Warning, &told.scheme, SCHEME_UNKNOWN));
            continue;
        };
        let code = scheme.code();
        match check(scheme, &told.value, Presentation::Lenient).result {
            Ok(accepted) => {
                for warning in &accepted.warnings {
                    let detail = warning.to_string();
                    findings.push(finding(Kind::IdentifierDoubtful, CheckResult::Warning, code, &detail));
                }
                sound.push(Identifier { scheme: code, number: accepted.normalised.as_str().to_owned() });
            }
            Err(refusal) => {
                let detail = refusal.to_string();
                findings.push(finding(Kind::IdentifierMalformed, CheckResult::Failed, code, &detail));
            }
        }
    }
    if facts.identifiers.is_empty() {
        let is_person = facts.party_kind() == PartyKind::Person;
        let result = if is_person { CheckResult::Warning } else { CheckResult::Failed };
        findings.push(finding(Kind::IdentifierMissing, result, "", "the case names no identifier"));
    }
    sound.sort_unstable();
    sound.dedup();
    (findings, sound)
}

/// How an identifier reads by the scheme that somebody said it is of, at its place among others.
pub fn read(place: usize, (scheme, value): (&str, &str), country: &str) -> IdentifierReading {
    let place = i32::try_from(place).unwrap_or(i32::MAX);
    let Some(scheme) = scheme_of(scheme, country) else {
        let problem = SCHEME_UNKNOWN.to_owned();
        return IdentifierReading { place, problem, ..IdentifierReading::default() };
    };
    let reading = IdentifierReading { place, scheme_code: scheme.code().to_owned(), ..IdentifierReading::default() };
    match check(scheme, value, Presentation::Lenient).result {
        Ok(accepted) => {
            let doubts: Vec<String> = accepted.warnings.iter().map(ToString::to_string).collect();
            let normalised_value = accepted.normalised.as_str().to_owned();
            IdentifierReading { well_formed: true, normalised_value, problem: doubts.join("; "), ..reading }
        }
        Err(refusal) => IdentifierReading { problem: refusal.to_string(), ..reading },
    }
}

/// The scheme that a case means: by its code, or by the name after the full stop, of the customer's country or of all countries.
pub fn scheme_of(named: &str, country: &str) -> Option<Scheme> {
    let name = named.trim().to_ascii_lowercase();
    let of_country = format!("{}.{name}", country.to_ascii_lowercase());
    [name.clone(), of_country].iter().find_map(|code| Scheme::from_str(code).ok()).or_else(|| {
        // Schemes of all countries stand under a name of their own, with or without a prefix.
        let mut all = Scheme::ALL.iter().filter(|scheme| scheme.country().is_none());
        all.find(|scheme| scheme.code().rsplit('.').next() == Some(name.as_str())).copied()
    })
}

/// Findings of identifiers that others have: the scheme, and whose it is as well.
pub fn shared(others: &[(String, uuid::Uuid)]) -> Vec<CheckFinding> {
    let shared = |(scheme, customer): &(String, uuid::Uuid)| CheckFinding {
        other_customer_id: customer.to_string(),
        ..finding(Kind::IdentifierShared, CheckResult::Failed, scheme, "another customer has the same identifier")
    };
    others.iter().map(shared).collect()
}

/// What findings come to together: the worst, where a check that could not be done is worse than a doubt.
pub fn result_of(findings: &[CheckFinding]) -> CheckResult {
    let has = |result| findings.iter().any(|finding| finding.result() == result);
    [CheckResult::Failed, CheckResult::Unavailable, CheckResult::Warning]
        .into_iter()
        .find(|result| has(*result))
        .unwrap_or(CheckResult::Passed)
}

/// Whether a check counts as passed by itself: doubts are for people to look at, and do not stand in the way.
pub fn is_passed(check: &Check) -> bool {
    matches!(check.result(), CheckResult::Passed | CheckResult::Warning)
}

/// A finding.
pub(super) fn finding(kind: Kind, result: CheckResult, scheme: &str, detail: &str) -> CheckFinding {
    CheckFinding {
        kind: kind.into(),
        result: result.into(),
        scheme: scheme.to_owned(),
        detail: detail.to_owned(),
        other_customer_id: String::new(),
        document_id: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::CaseIdentifier;
    use proptest::prelude::*;

    use super::*;

    fn facts(identifiers: &[(&str, &str)]) -> CaseFacts {
        let identifiers = identifiers
            .iter()
            .map(|(scheme, value)| CaseIdentifier { scheme: (*scheme).into(), value: (*value).into() });
        CaseFacts { country_code: "CN".into(), identifiers: identifiers.collect(), ..CaseFacts::default() }
    }

    fn kinds(findings: &[CheckFinding]) -> Vec<Kind> {
        findings.iter().map(CheckFinding::kind).collect()
    }

    /// The credit code is an example of GB 32100-2015 in circulation; the LEI is that of Apple Inc.
    #[test]
    fn identifiers_are_found_under_the_names_that_people_use() {
        let told =
            [("USCC", "9135 0100 M000 100Y 43"), ("cn.uscc", "91350100m000100y43"), ("lei", "HWUPKR0MPOU8FGXBT394")];
        let (findings, sound) = check_identifiers(&facts(&told));
        let found: Vec<_> = sound.iter().map(|one| (one.scheme, one.number.as_str())).collect();
        assert_eq!(found, [("cn.uscc", "91350100M000100Y43"), ("lei", "HWUPKR0MPOU8FGXBT394")], "{findings:?}");
        assert_ne!(result_of(&findings), CheckResult::Failed);
    }

    #[test]
    fn a_wrong_digit_fails_an_unknown_scheme_warns_and_none_at_all_fails() {
        let (findings, sound) = check_identifiers(&facts(&[("cn.uscc", "91350100M000100Y44"), ("loyalty", "1")]));
        assert_eq!(kinds(&findings), [Kind::IdentifierMalformed, Kind::SchemeUnknown]);
        assert_eq!((result_of(&findings), sound.len()), (CheckResult::Failed, 0));
        assert_eq!(kinds(&check_identifiers(&facts(&[])).0), [Kind::IdentifierMissing]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(scheme in "\\PC{0,20}", value in "\\PC{0,40}") {
            let (findings, sound) = check_identifiers(&facts(&[(&scheme, &value)]));
            prop_assert!(!findings.is_empty() || !sound.is_empty());
        }
    }
}
