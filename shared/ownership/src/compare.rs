//! What was declared against what was computed.

use std::collections::BTreeMap;

use crate::{BeneficialOwner, Report, Right, ShareRange};

/// A beneficial owner as a company declares them.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// `recordId` of the person.
    pub person: String,
    /// Of the capital, where it is declared.
    pub economic: Option<ShareRange>,
    /// Of the votes, where it is declared.
    pub voting: Option<ShareRange>,
}

/// Where a declaration and the computation part.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// Declared, and no beneficial owner by the statements.
    DeclaredNotComputed {
        /// The person.
        person: String,
        /// Their computed share of the capital, below the threshold.
        economic: ShareRange,
        /// Their computed share of the votes.
        voting: ShareRange,
    },
    /// A beneficial owner by the statements, and not declared.
    ComputedNotDeclared(BeneficialOwner),
    /// Both, with shares that lie apart.
    Share {
        /// The person.
        person: String,
        /// Of shares or votes.
        right: Right,
        /// What was declared.
        declared: ShareRange,
        /// What was computed.
        computed: ShareRange,
        /// How far the ranges lie apart, a fraction of 1.
        gap: f64,
    },
}

/// The differences, by person: shares differ where the ranges lie more than `tolerance` apart, a fraction of 1. Of two declarations of a
/// person the later counts.
pub fn compare(declared: &[Declared], computed: &Report, tolerance: f64) -> Vec<Difference> {
    let declared: BTreeMap<&str, &Declared> = declared.iter().map(|it| (it.person.as_str(), it)).collect();
    let owners: BTreeMap<&str, &BeneficialOwner> =
        computed.owners.iter().map(|owner| (owner.person.as_str(), owner)).collect();
    let mut differences = Vec::new();
    for (person, declaration) in &declared {
        let share = computed.persons.iter().find(|share| share.person == *person);
        let (economic, voting) =
            share.map_or((ShareRange::ZERO, ShareRange::ZERO), |share| (share.economic, share.voting));
        if !owners.contains_key(person) {
            differences.push(Difference::DeclaredNotComputed { person: (*person).to_owned(), economic, voting });
            continue;
        }
        let sides = [(Right::Economic, declaration.economic, economic), (Right::Voting, declaration.voting, voting)];
        for (right, declared, computed) in sides {
            let Some(declared) = declared else { continue };
            let gap = declared.gap(&computed);
            if gap > tolerance {
                differences.push(Difference::Share { person: (*person).to_owned(), right, declared, computed, gap });
            }
        }
    }
    let missing = owners.iter().filter(|(person, _)| !declared.contains_key(**person));
    differences.extend(missing.map(|(_, owner)| Difference::ComputedNotDeclared((*owner).clone())));
    differences
}
