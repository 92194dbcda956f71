//! Whether the declared beneficial owners are those that are computed.

use clientele_proto::qualification::v1::{
    CheckFinding, CheckFindingKind as Kind, CheckResult, OwnershipComparison, OwnershipDifference,
    OwnershipDifferenceKind,
};

use super::finding;

/// What a comparison comes to; `None` where no structure is declared.
pub fn judge(comparison: Option<&OwnershipComparison>) -> Vec<CheckFinding> {
    let Some(comparison) = comparison else {
        let detail = "no ownership structure is declared";
        return vec![finding(Kind::OwnershipMissing, CheckResult::Unavailable, "", detail)];
    };
    let mut findings: Vec<CheckFinding> = comparison.differences.iter().map(difference).collect();
    let computed = comparison.computed.clone().unwrap_or_default();
    if computed.beneficial_owners.is_empty() {
        let detail = "nobody is found to be a beneficial owner";
        findings.push(finding(Kind::OwnersUnknown, CheckResult::Warning, "", detail));
    }
    for end in &computed.dead_ends {
        let detail = format!("nobody is known behind {}", end.record_id);
        findings.push(finding(Kind::OwnersUnknown, CheckResult::Warning, "", &detail));
    }
    findings
}

fn difference(difference: &OwnershipDifference) -> CheckFinding {
    let who = if difference.name.is_empty() { &difference.record_id } else { &difference.name };
    let detail = match difference.kind() {
        OwnershipDifferenceKind::DeclaredNotComputed => format!("{who} is declared a beneficial owner and is none"),
        OwnershipDifferenceKind::ComputedNotDeclared => format!("{who} is a beneficial owner and is not declared"),
        _ => format!("the declared share of {who} is another one than the statements come to"),
    };
    finding(Kind::OwnershipDiffers, CheckResult::Failed, "", &detail)
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::{BeneficialOwner, BeneficialOwnership, OwnershipDeadEnd};

    use super::*;

    fn computed(owners: usize, dead_ends: usize) -> BeneficialOwnership {
        BeneficialOwnership {
            beneficial_owners: vec![BeneficialOwner::default(); owners],
            dead_ends: vec![OwnershipDeadEnd { record_id: "x".into(), ..OwnershipDeadEnd::default() }; dead_ends],
            ..BeneficialOwnership::default()
        }
    }

    #[test]
    fn an_owner_who_is_not_declared_fails_and_one_who_is_not_known_warns() {
        let kinds = |comparison: Option<&OwnershipComparison>| {
            judge(comparison).iter().map(|found| (found.kind(), found.result())).collect::<Vec<_>>()
        };
        assert_eq!(kinds(None), [(Kind::OwnershipMissing, CheckResult::Unavailable)]);
        let sound = OwnershipComparison { computed: Some(computed(1, 0)), ..OwnershipComparison::default() };
        assert_eq!(kinds(Some(&sound)), []);
        let unknown = OwnershipComparison { computed: Some(computed(0, 1)), ..OwnershipComparison::default() };
        assert_eq!(kinds(Some(&unknown)), [(Kind::OwnersUnknown, CheckResult::Warning); 2]);
        let differs = OwnershipDifference {
            kind: OwnershipDifferenceKind::ComputedNotDeclared.into(),
            ..OwnershipDifference::default()
        };
        let differs = OwnershipComparison { differences: vec![differs], ..sound };
        assert_eq!(kinds(Some(&differs)), [(Kind::OwnershipDiffers, CheckResult::Failed)]);
    }
}
