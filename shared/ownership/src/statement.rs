//! What is stated of persons, entities and their relationships, in the standard's terms.

use jiff::civil::Date;

use crate::{DeclaredShare, Directness, EntityType, InterestType, PersonType, UnspecifiedReason};

/// One record of the standard, the newest of its `recordId` and not closed.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// A natural person.
    Person(Person),
    /// A company, trust, state or other body.
    Entity(Entity),
    /// Interests of a party in an entity.
    Relationship(Relationship),
}

/// A natural person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `recordId`.
    pub id: String,
    /// How well they are known.
    pub kind: PersonType,
}

/// A company, trust, state or other body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// `recordId`.
    pub id: String,
    /// What it is.
    pub kind: EntityType,
}

/// Interests of a party in an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Relationship {
    /// `recordId`.
    pub id: String,
    /// Whose capital, votes or management it is about.
    pub subject: Party,
    /// Who has the interests.
    pub interested_party: Party,
    /// What they are.
    pub interests: Vec<Interest>,
}

/// One end of a relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A person or entity by its `recordId`.
    Record(String),
    /// Nobody who is named, and why.
    Unspecified(UnspecifiedReason),
}

/// One interest.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// What kind.
    pub kind: InterestType,
    /// Held directly or through others.
    pub directness: Directness,
    /// How much of all interests of the kind.
    pub share: Option<DeclaredShare>,
    /// The first day.
    pub start: Option<Date>,
    /// The first day on which it is no more.
    pub end: Option<Date>,
}

impl Interest {
    /// A direct interest without dates.
    pub fn direct(kind: InterestType, share: Option<DeclaredShare>) -> Self {
        Self { kind, directness: Directness::Direct, share, start: None, end: None }
    }

    /// It is there on that day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day < end)
    }
}

impl Statement {
    /// `recordId`.
    pub fn id(&self) -> &str {
        match self {
            Self::Person(person) => &person.id,
            Self::Entity(entity) => &entity.id,
            Self::Relationship(relationship) => &relationship.id,
        }
    }
}
