//! The answer: who the beneficial owners are, why, and what is not known.

use std::collections::BTreeMap;

use crate::algebra::{Integrated, integrate};
use crate::control::{Command, Controls};
use crate::graph::Graph;
use crate::paths::{Found, chains_to};
use crate::settings::TOLERANCE;
use crate::{Chain, Problem, Right, ShareRange, SubjectError};

/// Why a person is a beneficial owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The share in capital or votes meets the threshold.
    Ownership,
    /// They control the company, or entities that together with them have votes that meet the threshold.
    Control,
    /// Nobody else is found: they manage the company.
    SeniorManagingOfficial,
}

/// Whether it is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Even the lower bounds say so.
    Certain,
    /// Only the upper bounds do: the stated ranges leave it open.
    Possible,
}

/// A natural person who owns or controls the company in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct BeneficialOwner {
    /// `recordId`.
    pub person: String,
    /// Of the capital, directly and through every chain.
    pub economic: ShareRange,
    /// Of the votes, by the same algebra.
    pub voting: ShareRange,
    /// Of the company's votes, what the person and entities under their control have for sure, a fraction of 1.
    pub commanded_votes: f64,
    /// Why, all that apply.
    pub bases: Vec<Basis>,
    /// Whether it is sure.
    pub certainty: Certainty,
    /// The chains the shares come through: of the capital, then of the votes, largest first.
    pub chains: Vec<Chain>,
    /// From the person down to the company, where they control it; empty otherwise.
    pub control_chain: Vec<String>,
}

/// What a natural person has, threshold or not.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonShare {
    /// `recordId`.
    pub person: String,
    /// Of the capital.
    pub economic: ShareRange,
    /// Of the votes.
    pub voting: ShareRange,
}

/// An entity of which not everything is held by someone stated: where to ask on.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadEnd {
    /// `recordId`.
    pub entity: String,
    /// Of shares or votes.
    pub right: Right,
    /// How much of the company is lost here.
    pub share: ShareRange,
}

/// The answer for one company.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// `recordId` of the company.
    pub subject: String,
    /// Certain ones first, then by capital and votes.
    pub owners: Vec<BeneficialOwner>,
    /// Every natural person with a share, by id.
    pub persons: Vec<PersonShare>,
    /// Of the capital, what no natural person has.
    pub unreached_economic: ShareRange,
    /// Of the votes, what no natural person has.
    pub unreached_voting: ShareRange,
    /// Where it is lost, largest first.
    pub dead_ends: Vec<DeadEnd>,
    /// Of the whole graph, then circles above the company.
    pub problems: Vec<Problem>,
    /// There were more chains than the limit: those listed are the largest.
    pub chains_cut: bool,
}

impl Graph {
    /// Finds the beneficial owners of a company.
    ///
    /// Shares are exact to 1e-9 in circles that let at least 0.1 % out to others; what lets less out than 1e-9 counts as closed.
    ///
    /// # Errors
    ///
    /// [`SubjectError`].
    pub fn beneficial_owners(&self, subject: &str) -> Result<Report, SubjectError> {
        let index = *self.by_id.get(subject).ok_or_else(|| SubjectError::Unknown(subject.to_owned()))?;
        if self.records[index].is_person {
            return Err(SubjectError::Person(subject.to_owned()));
        }
        let economic = integrate(Right::Economic, index, &self.economic, &self.records);
        let voting = integrate(Right::Voting, index, &self.voting, &self.records);
        let controls = Controls::above(index, self);
        let mut people: BTreeMap<usize, (ShareRange, ShareRange)> = BTreeMap::new();
        let none = (ShareRange::ZERO, ShareRange::ZERO);
        for (person, share) in &economic.persons {
            people.entry(*person).or_insert(none).0 = *share;
        }
        for (person, share) in &voting.persons {
            people.entry(*person).or_insert(none).1 = *share;
        }
        let persons =
            people.iter().map(|(person, (economic, voting))| self.person_share(*person, *economic, *voting)).collect();
        for person in controls.persons() {
            people.entry(*person).or_insert(none);
        }
        let mut owners: Vec<(usize, BeneficialOwner)> = Vec::new();
        for (person, (economic, voting)) in people {
            let command = controls.command(person, index);
            owners.extend(self.owner(person, economic, voting, &command).map(|owner| (person, owner)));
        }
        if !owners.iter().any(|(_, owner)| owner.certainty == Certainty::Certain) {
            self.fall_back(index, &mut owners);
        }
        let chains_cut = self.add_chains(index, &mut owners);
        let mut owners: Vec<BeneficialOwner> = owners.into_iter().map(|(_, owner)| owner).collect();
        owners.sort_by(|a, b| {
            let shares = |owner: &BeneficialOwner| (owner.economic.low, owner.voting.low);
            let ((a_economic, a_voting), (b_economic, b_voting)) = (shares(a), shares(b));
            a.certainty
                .cmp(&b.certainty)
                .then(b_economic.total_cmp(&a_economic))
                .then(b_voting.total_cmp(&a_voting))
                .then_with(|| a.person.cmp(&b.person))
        });
        let mut dead_ends = self.dead_ends(Right::Economic, &economic);
        dead_ends.extend(self.dead_ends(Right::Voting, &voting));
        dead_ends.sort_by(|a, b| b.share.high.total_cmp(&a.share.high).then_with(|| a.entity.cmp(&b.entity)));
        let circles = economic.problems.into_iter().chain(voting.problems);
        Ok(Report {
            subject: subject.to_owned(),
            owners,
            persons,
            unreached_economic: economic.unreached,
            unreached_voting: voting.unreached,
            dead_ends,
            problems: self.problems.iter().cloned().chain(circles).collect(),
            chains_cut,
        })
    }

    fn person_share(&self, person: usize, economic: ShareRange, voting: ShareRange) -> PersonShare {
        PersonShare { person: self.id(person), economic, voting }
    }

    fn owner(
        &self,
        person: usize,
        economic: ShareRange,
        voting: ShareRange,
        command: &Command,
    ) -> Option<BeneficialOwner> {
        let threshold = self.settings.threshold;
        let owns = |share: ShareRange| threshold.is_met(share.low, share.low_exclusive);
        let may_own = |share: ShareRange| threshold.can_be_met(share.high, share.high_exclusive);
        let is_owner = owns(economic) || owns(voting);
        // Votes that are commanded are a ground of their own only where those that are owned are not enough.
        let commands = threshold.is_met(command.votes, command.votes_exclusive);
        let controls = command.chain.is_some() || (!is_owner && commands);
        let (bases, certainty) = match (is_owner, controls) {
            (true, true) => (vec![Basis::Ownership, Basis::Control], Certainty::Certain),
            (true, false) => (vec![Basis::Ownership], Certainty::Certain),
            (false, true) => (vec![Basis::Control], Certainty::Certain),
            (false, false) if may_own(economic) || may_own(voting) => (vec![Basis::Ownership], Certainty::Possible),
            (false, false) => return None,
        };
        Some(BeneficialOwner {
            person: self.id(person),
            economic,
            voting,
            commanded_votes: command.votes,
            bases,
            certainty,
            chains: Vec::new(),
            control_chain: command.chain.iter().flatten().map(|record| self.id(*record)).collect(),
        })
    }

    /// Who manages the company stands in where no owner is certain.
    fn fall_back(&self, subject: usize, owners: &mut Vec<(usize, BeneficialOwner)>) {
        let officials = self.officials.iter().filter(|(_, entity)| *entity == subject).map(|(person, _)| *person);
        for person in officials {
            if let Some((_, owner)) = owners.iter_mut().find(|(known, _)| *known == person) {
                owner.bases.push(Basis::SeniorManagingOfficial);
                owner.certainty = Certainty::Certain;
                continue;
            }
            let owner = BeneficialOwner {
                person: self.id(person),
                economic: ShareRange::ZERO,
                voting: ShareRange::ZERO,
                commanded_votes: 0.0,
                bases: vec![Basis::SeniorManagingOfficial],
                certainty: Certainty::Certain,
                chains: Vec::new(),
                control_chain: Vec::new(),
            };
            owners.push((person, owner));
        }
    }

    fn add_chains(&self, subject: usize, owners: &mut [(usize, BeneficialOwner)]) -> bool {
        let mut is_cut = false;
        for right in [Right::Economic, Right::Voting] {
            let Found { mut chains, is_cut: cut } = chains_to(subject, right, self);
            is_cut |= cut;
            for (person, owner) in owners.iter_mut() {
                owner.chains.extend(chains.remove(person).into_iter().flatten());
            }
        }
        is_cut
    }

    fn dead_ends(&self, right: Right, integrated: &Integrated) -> Vec<DeadEnd> {
        let holders = &self.holdings(right).holders;
        let lost = |entity: usize| {
            let sum = |bound: fn(&ShareRange) -> f64| -> f64 { holders[entity].iter().map(|(_, it)| bound(it)).sum() };
            let (least, most) = (sum(|share| share.low), sum(|share| share.high));
            ShareRange { low: (1.0 - most).max(0.0), high: (1.0 - least).max(0.0), ..ShareRange::ZERO }
        };
        let ends = integrated.entities.iter().map(|(entity, share)| DeadEnd {
            entity: self.id(*entity),
            right,
            share: lost(*entity).through(*share).at_most(1.0),
        });
        ends.filter(|end| end.share.high > TOLERANCE).collect()
    }
}
