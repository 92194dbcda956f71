//! Short ways to state a structure.

use jiff::civil::date;
use ownership::{
    DeclaredShare, Entity, EntityType, Graph, Interest, InterestType, Party, Person, PersonType, Relationship, Report,
    Settings, Statement,
};

pub fn settings() -> Settings {
    Settings::new(date(2026, 6, 30))
}

pub fn person(id: &str) -> Statement {
    Statement::Person(Person { id: id.to_owned(), kind: PersonType::KnownPerson })
}

pub fn entity(id: &str) -> Statement {
    Statement::Entity(Entity { id: id.to_owned(), kind: EntityType::RegisteredEntity })
}

pub fn relationship(holder: &str, subject: &str, interests: Vec<Interest>) -> Statement {
    Statement::Relationship(Relationship {
        id: format!("{holder}>{subject}"),
        subject: Party::Record(subject.to_owned()),
        interested_party: Party::Record(holder.to_owned()),
        interests,
    })
}

pub fn shares(share: DeclaredShare) -> Interest {
    Interest::direct(InterestType::Shareholding, Some(share))
}

pub fn votes(share: DeclaredShare) -> Interest {
    Interest::direct(InterestType::VotingRights, Some(share))
}

/// `holder` has so many percent of the shares of `subject`.
pub fn holds(holder: &str, subject: &str, percent: f64) -> Statement {
    relationship(holder, subject, vec![shares(DeclaredShare::exactly(percent))])
}

/// Persons are those in `persons`, all others that are named are entities.
pub fn structure(persons: &[&str], relationships: &[Statement]) -> Vec<Statement> {
    let mut statements: Vec<Statement> = persons.iter().map(|id| person(id)).collect();
    for statement in relationships {
        if let Statement::Relationship(it) = statement {
            for party in [&it.subject, &it.interested_party] {
                if let Party::Record(id) = party
                    && !statements.iter().any(|known| known.id() == id)
                {
                    statements.push(entity(id));
                }
            }
        }
    }
    statements.extend(relationships.iter().cloned());
    statements
}

pub fn report(statements: &[Statement], subject: &str) -> Report {
    Graph::new(statements, settings()).beneficial_owners(subject).unwrap()
}

/// Lower and upper bound of a person's share of the capital.
pub fn economic(report: &Report, person: &str) -> (f64, f64) {
    let share = report.persons.iter().find(|share| share.person == person);
    share.map_or((0.0, 0.0), |share| (share.economic.low, share.economic.high))
}

pub fn assert_exactly(report: &Report, person: &str, expected: f64) {
    let (low, high) = economic(report, person);
    assert!((low - expected).abs() < 1e-12 && (high - expected).abs() < 1e-12, "{person}: {low} to {high}, {expected}");
}

pub fn owners(report: &Report) -> Vec<&str> {
    report.owners.iter().map(|owner| owner.person.as_str()).collect()
}
