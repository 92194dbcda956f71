//! Beneficial owners computed, and as the contract has them.

use std::collections::HashMap;

use clientele_error::{Error, Result};
use clientele_proto::{
    Date as DateMessage,
    qualification::v1::{
        BeneficialOwner, BeneficialOwnerBasis, BeneficialOwnerCertainty, BeneficialOwnership, OwnershipChain,
        OwnershipComparison, OwnershipDeadEnd, OwnershipDifference, OwnershipDifferenceKind, OwnershipRight,
        OwnershipStructure, ShareRange as ShareRangeMessage,
    },
};
use jiff::civil::Date;
use ownership::{Basis, Certainty, Difference, Graph, Report, Right, Settings, ShareRange, Statement, Threshold};

use super::{declared::declared, reading::statements};

/// Percentage points up to which shares are the same, where nobody says otherwise.
pub const TOLERANCE_PERCENT: f64 = 1.0;

/// How it is computed.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// For which day.
    pub as_of: Date,
    /// Percent.
    pub threshold_percent: f64,
    /// Whether the threshold has to be passed.
    pub must_exceed: bool,
}

impl How {
    /// The threshold by which changes are told.
    pub const fn usual(as_of: Date) -> Self {
        Self { as_of, threshold_percent: 25.0, must_exceed: false }
    }

    fn settings(self) -> Result<Settings> {
        let share = self.threshold_percent / 100.0;
        let threshold = if self.must_exceed { Threshold::MoreThan(share) } else { Threshold::AtLeast(share) };
        Settings::new(self.as_of)
            .with_threshold(threshold)
            .map_err(|_| Error::invalid_field("threshold_percent", "must be above 0 and below 100"))
    }
}

/// The report of a customer, off the threads that answer calls: large circles take long.
pub async fn report(structure: &OwnershipStructure, statements: Vec<Statement>, how: How) -> Result<Report> {
    let settings = how.settings()?;
    let subject = structure.subject_record_id.clone();
    let computed = move || Graph::new(&statements, settings).beneficial_owners(&subject);
    tokio::task::spawn_blocking(computed).await.map_err(Error::internal)?.map_err(Error::internal)
}

/// The same of a structure that is stored.
pub async fn report_of(structure: &OwnershipStructure, how: How) -> Result<Report> {
    // What is stored has been read before.
    let statements =
        statements(structure).map_err(|_| Error::internal("a stored ownership structure cannot be read"))?;
    report(structure, statements, how).await
}

/// Record ids of the owners of that certainty, sorted.
pub fn owner_ids(report: &Report, certainty: Certainty) -> Vec<String> {
    let of = report.owners.iter().filter(|owner| owner.certainty == certainty);
    let mut ids: Vec<String> = of.map(|owner| owner.person.clone()).collect();
    ids.sort_unstable();
    ids
}

/// A report as the contract has it.
pub fn message(structure: &OwnershipStructure, report: &Report, how: How) -> BeneficialOwnership {
    let names = names(structure);
    BeneficialOwnership {
        customer_id: structure.customer_id.clone(),
        ownership_structure_id: structure.ownership_structure_id.clone(),
        version: structure.version,
        as_of_date: Some(DateMessage {
            year: how.as_of.year().into(),
            month: how.as_of.month().into(),
            day: how.as_of.day().into(),
        }),
        threshold_percent: how.threshold_percent,
        beneficial_owners: report.owners.iter().map(|owner| owner_message(owner, &names)).collect(),
        unreached_economic: Some(range(report.unreached_economic)),
        unreached_voting: Some(range(report.unreached_voting)),
        dead_ends: report
            .dead_ends
            .iter()
            .map(|end| OwnershipDeadEnd {
                record_id: end.entity.clone(),
                right: right(end.right).into(),
                share: Some(range(end.share)),
            })
            .collect(),
        problems: report.problems.iter().map(ToString::to_string).collect(),
        chains_cut: report.chains_cut,
    }
}

/// Declared against computed, as the contract has it.
pub fn comparison(
    structure: &OwnershipStructure,
    report: &Report,
    how: How,
    tolerance_percent: f64,
) -> OwnershipComparison {
    let names = names(structure);
    let declared = declared(structure, how.as_of);
    let differences = ownership::compare(&declared, report, tolerance_percent / 100.0);
    OwnershipComparison {
        computed: Some(message(structure, report, how)),
        declared_record_ids: declared.into_iter().map(|owner| owner.person).collect(),
        differences: differences.into_iter().map(|difference| difference_message(difference, &names)).collect(),
    }
}

fn names(structure: &OwnershipStructure) -> HashMap<&str, &str> {
    structure.persons.iter().map(|person| (person.record_id.as_str(), person.name.as_str())).collect()
}

fn owner_message(owner: &ownership::BeneficialOwner, names: &HashMap<&str, &str>) -> BeneficialOwner {
    let basis = |basis: &Basis| match basis {
        Basis::Ownership => BeneficialOwnerBasis::Ownership.into(),
        Basis::Control => BeneficialOwnerBasis::Control.into(),
        Basis::SeniorManagingOfficial => BeneficialOwnerBasis::SeniorManagingOfficial.into(),
    };
    let certainty = match owner.certainty {
        Certainty::Certain => BeneficialOwnerCertainty::Certain,
        Certainty::Possible => BeneficialOwnerCertainty::Possible,
    };
    let chains = owner.chains.iter().map(|chain| OwnershipChain {
        right: right(chain.right).into(),
        record_ids: chain.records.clone(),
        share: Some(range(chain.share)),
    });
    BeneficialOwner {
        record_id: owner.person.clone(),
        name: name(names, &owner.person),
        economic: Some(range(owner.economic)),
        voting: Some(range(owner.voting)),
        commanded_votes: owner.commanded_votes * 100.0,
        bases: owner.bases.iter().map(basis).collect(),
        certainty: certainty.into(),
        chains: chains.collect(),
        control_record_ids: owner.control_chain.clone(),
    }
}

fn difference_message(difference: Difference, names: &HashMap<&str, &str>) -> OwnershipDifference {
    let of = |kind: OwnershipDifferenceKind, person: String| OwnershipDifference {
        kind: kind.into(),
        name: name(names, &person),
        record_id: person,
        ..OwnershipDifference::default()
    };
    match difference {
        Difference::DeclaredNotComputed { person, .. } => of(OwnershipDifferenceKind::DeclaredNotComputed, person),
        Difference::ComputedNotDeclared(owner) => of(OwnershipDifferenceKind::ComputedNotDeclared, owner.person),
        Difference::Share { person, right: of_what, declared, computed, .. } => OwnershipDifference {
            right: right(of_what).into(),
            declared: Some(range(declared)),
            computed: Some(range(computed)),
            ..of(OwnershipDifferenceKind::Share, person)
        },
    }
}

fn name(names: &HashMap<&str, &str>, id: &str) -> String {
    names.get(id).copied().unwrap_or_default().to_owned()
}

fn right(right: Right) -> OwnershipRight {
    match right {
        Right::Economic => OwnershipRight::Economic,
        Right::Voting => OwnershipRight::Voting,
    }
}

/// Fractions as percent.
fn range(range: ShareRange) -> ShareRangeMessage {
    ShareRangeMessage {
        low: range.low * 100.0,
        high: range.high * 100.0,
        low_exclusive: range.low_exclusive,
        high_exclusive: range.high_exclusive,
    }
}
