//! The policy of tenants that made none: version 0.

use clientele_proto::qualification::v1::{
    DocumentKind, DocumentRequirement, PartyKind, RequiredCheck, RequirementPolicy, RequirementRule,
    RequirementSelector, RiskLevel,
};

/// The built-in policy: proof that the customer exists, of whom it belongs to and who speaks for it, screening and a risk; for a high risk, enhanced due
/// diligence and a second approver.
pub fn builtin() -> RequirementPolicy {
    let organisation =
        || RequirementSelector { party_kinds: vec![PartyKind::Organisation.into()], ..RequirementSelector::default() };
    let in_china = RequirementSelector { country_codes: vec!["CN".into()], ..organisation() };
    let elsewhere = RequirementSelector { excluded_country_codes: vec!["CN".into()], ..organisation() };
    let of_risk = |level: RiskLevel| RequirementSelector { risk_levels: vec![level.into()], ..Default::default() };
    let rules = vec![
        RequirementRule {
            name: "Everybody".into(),
            checks: vec![RequiredCheck::Screening.into(), RequiredCheck::RiskAssessment.into()],
            approvals_needed: 1,
            approval_months: 36,
            ..RequirementRule::default()
        },
        RequirementRule {
            name: "Organisations".into(),
            selector: Some(organisation()),
            documents: vec![document(DocumentKind::OwnershipDeclaration, false)],
            ..RequirementRule::default()
        },
        RequirementRule {
            name: "Organisations in China".into(),
            selector: Some(in_china),
            documents: vec![
                document(DocumentKind::BusinessLicence, true),
                document(DocumentKind::RepresentativeId, false),
            ],
            ..RequirementRule::default()
        },
        RequirementRule {
            name: "Organisations elsewhere".into(),
            selector: Some(elsewhere),
            documents: vec![document(DocumentKind::CertificateOfIncorporation, true)],
            ..RequirementRule::default()
        },
        RequirementRule {
            name: "Medium risk".into(),
            selector: Some(of_risk(RiskLevel::Medium)),
            approval_months: 24,
            ..RequirementRule::default()
        },
        RequirementRule {
            name: "High risk".into(),
            selector: Some(of_risk(RiskLevel::High)),
            checks: vec![RequiredCheck::SourceOfFunds.into(), RequiredCheck::AdverseMedia.into()],
            approvals_needed: 2,
            approval_months: 12,
            ..RequirementRule::default()
        },
    ];
    RequirementPolicy { rules, note: "Built in".into(), ..RequirementPolicy::default() }
}

fn document(kind: DocumentKind, mandatory: bool) -> DocumentRequirement {
    DocumentRequirement { kind: kind.into(), mandatory, ..DocumentRequirement::default() }
}
