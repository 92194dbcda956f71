//! From statements to a graph, with everything that is wrong on the way.

use std::collections::{BTreeMap, HashMap};

use crate::graph::{ControlInterest, Graph, Holdings, Record};
use crate::settings::TOLERANCE;
use crate::{Directness, Interest, InterestType, Party, Problem, Relationship, Right, Settings, ShareRange, Statement};

/// Holdings while they are gathered: (subject, holder) to share.
type Gathered = BTreeMap<(usize, usize), ShareRange>;

pub(crate) fn read(statements: &[Statement], settings: Settings) -> Graph {
    let mut problems = Vec::new();
    let statements = without_conflicts(statements, &mut problems);
    let records: Vec<Record> = statements
        .values()
        .filter_map(|statement| match statement {
            Statement::Person(person) => Some(Record { id: person.id.clone(), is_person: true }),
            Statement::Entity(entity) => Some(Record { id: entity.id.clone(), is_person: false }),
            Statement::Relationship(_) => None,
        })
        .collect();
    let by_id: HashMap<String, usize> =
        records.iter().enumerate().map(|(record, it)| (it.id.clone(), record)).collect();
    let mut reader = Reader {
        statements: &statements,
        records: &records,
        by_id: &by_id,
        settings: &settings,
        problems: &mut problems,
        economic: Gathered::new(),
        voting: Gathered::new(),
        control: Vec::new(),
        officials: Vec::new(),
    };
    for statement in statements.values() {
        if let Statement::Relationship(relationship) = statement {
            reader.relationship(relationship);
        }
    }
    let Reader { economic, voting, mut control, mut officials, .. } = reader;
    control.sort_unstable();
    control.dedup();
    officials.sort_unstable();
    officials.dedup();
    let economic = Holdings::of(Right::Economic, economic, &records, &mut problems);
    let mut voting = Holdings::of(Right::Voting, voting, &records, &mut problems);
    if settings.votes_follow_shares {
        for (votes, shares) in voting.holders.iter_mut().zip(&economic.holders) {
            if votes.is_empty() {
                votes.clone_from(shares);
            }
        }
    }
    Graph { records, by_id, economic, voting, control, officials, problems, settings }
}

/// Each record once, by id; those stated in several ways not at all.
fn without_conflicts<'a>(statements: &'a [Statement], problems: &mut Vec<Problem>) -> BTreeMap<&'a str, &'a Statement> {
    let mut by_id: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    for statement in statements {
        let same = by_id.entry(statement.id()).or_default();
        if !same.contains(&statement) {
            same.push(statement);
        }
    }
    let mut kept = BTreeMap::new();
    for (id, same) in by_id {
        match same.as_slice() {
            [one] => {
                kept.insert(id, *one);
            }
            several => problems.push(Problem::ConflictingRecords { id: id.to_owned(), count: several.len() }),
        }
    }
    kept
}

struct Reader<'a> {
    statements: &'a BTreeMap<&'a str, &'a Statement>,
    records: &'a [Record],
    by_id: &'a HashMap<String, usize>,
    settings: &'a Settings,
    problems: &'a mut Vec<Problem>,
    economic: Gathered,
    voting: Gathered,
    control: Vec<ControlInterest>,
    officials: Vec<(usize, usize)>,
}

impl Reader<'_> {
    fn relationship(&mut self, relationship: &Relationship) {
        let subject = self.party(relationship, "subject", &relationship.subject);
        let holder = self.party(relationship, "interestedParty", &relationship.interested_party);
        let (Some(entity), Some(holder)) = (subject, holder) else { return };
        for (position, interest) in relationship.interests.iter().enumerate() {
            self.interest(&relationship.id, position, interest, holder, entity);
        }
    }

    fn party(&mut self, relationship: &Relationship, field: &'static str, party: &Party) -> Option<usize> {
        let id = match party {
            Party::Record(id) => id,
            Party::Unspecified(reason) => {
                let relationship = relationship.id.clone();
                self.problems.push(Problem::Unspecified { relationship, field, reason: *reason });
                return None;
            }
        };
        let (relationship, id) = (relationship.id.clone(), id.clone());
        let expected = if field == "subject" { "entity" } else { "person or entity" };
        match self.by_id.get(&id) {
            Some(&record) if field != "subject" || !self.records[record].is_person => return Some(record),
            None if !self.statements.contains_key(id.as_str()) => {
                self.problems.push(Problem::DanglingReference { relationship, field, id });
            }
            _ => self.problems.push(Problem::WrongRecord { relationship, field, id, expected }),
        }
        None
    }

    fn interest(&mut self, id: &str, position: usize, interest: &Interest, holder: usize, entity: usize) {
        let (relationship, at) = (id.to_owned(), position);
        if let (Some(start), Some(end)) = (interest.start, interest.end)
            && end < start
        {
            self.problems.push(Problem::Dates { relationship, interest: at });
            return;
        }
        if !interest.holds_on(self.settings.as_of) {
            return;
        }
        let is_share = matches!(interest.kind, InterestType::Shareholding | InterestType::VotingRights);
        if is_share && interest.directness == Directness::Indirect {
            self.problems.push(Problem::Indirect { relationship, interest: at });
            return;
        }
        if is_share {
            let range = self.share(relationship, at, interest);
            let gathered =
                if interest.kind == InterestType::Shareholding { &mut self.economic } else { &mut self.voting };
            let sum = gathered.entry((entity, holder)).or_insert(ShareRange::ZERO);
            *sum = sum.plus(range);
        }
        if self.settings.control.contains(&interest.kind) {
            self.control.push(ControlInterest { holder, entity, kind: interest.kind });
        }
        if interest.kind == InterestType::SeniorManagingOfficial && self.records[holder].is_person {
            self.officials.push((holder, entity));
        }
    }

    fn share(&mut self, relationship: String, interest: usize, stated: &Interest) -> ShareRange {
        let Some(share) = stated.share else {
            self.problems.push(Problem::NoShare { relationship, interest });
            return ShareRange::UNKNOWN;
        };
        share.range().unwrap_or_else(|error| {
            self.problems.push(Problem::Share { relationship, interest, error });
            ShareRange::UNKNOWN
        })
    }
}

impl Holdings {
    fn of(right: Right, gathered: Gathered, records: &[Record], problems: &mut Vec<Problem>) -> Self {
        let mut holders = vec![Vec::new(); records.len()];
        for ((entity, holder), share) in gathered {
            if entity == holder {
                problems.push(Problem::SelfHolding { entity: records[entity].id.clone(), right });
            }
            holders[entity].push((holder, share));
        }
        for (entity, holders) in holders.iter_mut().enumerate() {
            let least: f64 = holders.iter().map(|(_, share)| share.low).sum();
            if least > 1.0 + TOLERANCE {
                let (entity, percent) = (records[entity].id.clone(), (least * 1e8).round() / 1e6);
                problems.push(Problem::OverHundred { entity, right, percent });
            }
            // Nobody has what others surely have.
            for (_, share) in holders.iter_mut() {
                *share = share.at_most(1.0 - (least - share.low));
            }
        }
        Self { holders }
    }
}
