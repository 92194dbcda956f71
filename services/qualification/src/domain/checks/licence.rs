//! What verified licences and the customer record say, beside what the case says.

use clientele_proto::qualification::v1::{
    CaseFacts, CheckFinding, CheckFindingKind as Kind, CheckResult, DocumentFact, DocumentFactField as Field,
};
use identifiers::{Presentation, Scheme, check};
use uuid::Uuid;

use super::{finding, scheme_of, wording::is_same};

/// A verified licence, certificate or register extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Licence {
    /// The document.
    pub document_id: Uuid,
    /// What it says.
    pub facts: Vec<DocumentFact>,
}

/// A customer, as the customers service tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Its legal name, or the full name of a person; empty where that is not known.
    pub name: String,
    /// Its country; empty where that is not known.
    pub country_code: String,
}

/// Where they differ. What nobody says anything about does not differ.
pub fn judge(case: &CaseFacts, licences: &[Licence], record: &Record) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for licence in licences {
        for fact in &licence.facts {
            let found = differs(case, fact);
            findings.extend(found.map(|found| CheckFinding { document_id: licence.document_id.to_string(), ..found }));
        }
    }
    if licences.iter().all(|licence| licence.facts.is_empty()) {
        let detail = "no verified licence says anything that could be compared; record its facts with UpdateDocument";
        findings.push(finding(Kind::LicenceFactsMissing, CheckResult::Unavailable, "", detail));
    }
    if !record.name.is_empty() && !is_same(&record.name, &case.legal_name) {
        let detail = format!("the customer record has the name {}", record.name);
        findings.push(finding(Kind::RecordNameDiffers, CheckResult::Warning, "", &detail));
    }
    if !record.country_code.is_empty() && record.country_code != case.country_code {
        let detail = format!("the customer record has the country {}", record.country_code);
        findings.push(finding(Kind::RecordCountryDiffers, CheckResult::Warning, "", &detail));
    }
    findings
}

fn differs(case: &CaseFacts, fact: &DocumentFact) -> Option<CheckFinding> {
    let (kind, result, said, what) = match fact.field() {
        Field::LegalName => (Kind::LicenceNameDiffers, CheckResult::Failed, &case.legal_name, "the name"),
        Field::LegalRepresentative => (
            Kind::LicenceRepresentativeDiffers,
            CheckResult::Failed,
            &case.legal_representative,
            "the legal representative",
        ),
        // People write addresses in many ways.
        Field::RegisteredAddress => {
            (Kind::LicenceAddressDiffers, CheckResult::Warning, &case.registered_address, "the address")
        }
        Field::Identifier => return identifier_differs(case, fact),
        Field::Unspecified
        | Field::LegalForm
        | Field::RegisteredCapital
        | Field::EstablishmentDate
        | Field::BusinessScope => return None,
    };
    let is_different = !said.is_empty() && !is_same(said, &fact.value);
    is_different.then(|| finding(kind, result, "", &format!("the licence has {what} {}", fact.value)))
}

/// Whether a case names other identifiers of the scheme, or none.
fn identifier_differs(case: &CaseFacts, fact: &DocumentFact) -> Option<CheckFinding> {
    let scheme = scheme_of(&fact.scheme, &case.country_code);
    let canonical = |value: &str| canonical(scheme, value);
    let of_scheme = case.identifiers.iter().filter(|told| match scheme {
        Some(scheme) => scheme_of(&told.scheme, &case.country_code) == Some(scheme),
        None => is_same(&told.scheme, &fact.scheme),
    });
    let said: Vec<String> = of_scheme.map(|told| canonical(&told.value)).collect();
    let found = canonical(&fact.value);
    if said.contains(&found) {
        return None;
    }
    let code = scheme.map_or(fact.scheme.as_str(), |scheme| scheme.code());
    let (result, detail) = if said.is_empty() {
        (CheckResult::Warning, format!("the licence has {found}, and the case no identifier of this scheme"))
    } else {
        (CheckResult::Failed, format!("the licence has {found}"))
    };
    Some(finding(Kind::LicenceIdentifierDiffers, result, code, &detail))
}

fn canonical(scheme: Option<Scheme>, value: &str) -> String {
    let checked = scheme.and_then(|scheme| check(scheme, value, Presentation::Lenient).result.ok());
    checked.map_or_else(|| value.trim().to_uppercase(), |accepted| accepted.normalised.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::CaseIdentifier;

    use super::*;
    use crate::domain::checks::result_of;

    fn case() -> CaseFacts {
        CaseFacts {
            legal_name: "上海机械（集团）有限公司".into(),
            country_code: "CN".into(),
            legal_representative: "王芳".into(),
            identifiers: vec![CaseIdentifier { scheme: "USCC".into(), value: "91350100M000100Y43".into() }],
            ..CaseFacts::default()
        }
    }

    fn licence(facts: &[(Field, &str, &str)]) -> Licence {
        let facts = facts.iter().map(|(field, scheme, value)| DocumentFact {
            field: (*field).into(),
            scheme: (*scheme).into(),
            value: (*value).into(),
            ..DocumentFact::default()
        });
        Licence { document_id: Uuid::from_u128(7), facts: facts.collect() }
    }

    fn kinds(facts: &[(Field, &str, &str)]) -> (Vec<Kind>, CheckResult) {
        let findings = judge(&case(), &[licence(facts)], &Record::default());
        assert!(findings.iter().all(|found| found.document_id == Uuid::from_u128(7).to_string()), "{findings:?}");
        (findings.iter().map(CheckFinding::kind).collect(), result_of(&findings))
    }

    #[test]
    fn the_same_written_otherwise_is_the_same() {
        let said = [
            (Field::LegalName, "", "上海机械(集团)有限公司"),
            (Field::LegalRepresentative, "", " 王 芳 "),
            (Field::Identifier, "cn.uscc", "9135 0100 M000 100Y 43"),
            // The case says nothing about it.
            (Field::RegisteredAddress, "", "上海市"),
            (Field::BusinessScope, "", "机械"),
        ];
        assert_eq!(kinds(&said), (vec![], CheckResult::Passed));
    }

    #[test]
    fn what_differs_is_named_and_fails() {
        let said = [
            (Field::LegalName, "", "上海机械有限公司"),
            (Field::LegalRepresentative, "", "王方"),
            (Field::Identifier, "USCC", "91350100M000100Y44"),
        ];
        let differ = vec![Kind::LicenceNameDiffers, Kind::LicenceRepresentativeDiffers, Kind::LicenceIdentifierDiffers];
        assert_eq!(kinds(&said), (differ, CheckResult::Failed));
        let other_scheme = [(Field::Identifier, "lei", "HWUPKR0MPOU8FGXBT394")];
        assert_eq!(kinds(&other_scheme), (vec![Kind::LicenceIdentifierDiffers], CheckResult::Warning));
    }

    #[test]
    fn without_facts_nothing_was_compared_and_the_record_is_looked_at_all_the_same() {
        let record = Record { name: "Shanghai Machinery".into(), country_code: "HK".into() };
        let findings = judge(&case(), &[licence(&[])], &record);
        let kinds: Vec<Kind> = findings.iter().map(CheckFinding::kind).collect();
        assert_eq!(kinds, [Kind::LicenceFactsMissing, Kind::RecordNameDiffers, Kind::RecordCountryDiffers]);
        assert_eq!(result_of(&findings), CheckResult::Unavailable);
    }
}
