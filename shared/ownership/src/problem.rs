//! What is wrong with the statements, and where.

use crate::{Right, ShareError, UnspecifiedReason};

/// Something in the statements that needs a person's eye. The computation goes on without or around it, as each says.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// Two records differ and have one id. None of them is used.
    #[error("record `{id}` is stated in {count} ways: none of them is used")]
    ConflictingRecords {
        /// The `recordId`.
        id: String,
        /// How many.
        count: usize,
    },
    /// A relationship names a record that is not stated. It is not used.
    #[error("relationship `{relationship}`: {field} names `{id}`, which is not stated")]
    DanglingReference {
        /// The relationship.
        relationship: String,
        /// `subject` or `interestedParty`.
        field: &'static str,
        /// The missing `recordId`.
        id: String,
    },
    /// The subject is a person or another relationship. It is not used.
    #[error("relationship `{relationship}`: {field} names `{id}`, which is no {expected}")]
    WrongRecord {
        /// The relationship.
        relationship: String,
        /// `subject` or `interestedParty`.
        field: &'static str,
        /// The `recordId`.
        id: String,
        /// `entity`, or `person or entity`.
        expected: &'static str,
    },
    /// A party is not named. What it holds reaches nobody.
    #[error("relationship `{relationship}`: {field} is unspecified, {reason}")]
    Unspecified {
        /// The relationship.
        relationship: String,
        /// `subject` or `interestedParty`.
        field: &'static str,
        /// The standard's reason.
        reason: UnspecifiedReason,
    },
    /// A share that cannot be. The interest counts with an unknown share.
    #[error("relationship `{relationship}`, interests[{interest}].share: {error}")]
    Share {
        /// The relationship.
        relationship: String,
        /// Which interest, from 0.
        interest: usize,
        /// Why.
        error: ShareError,
    },
    /// Shares or votes without saying how many. They count as 0 to 100 %.
    #[error("relationship `{relationship}`, interests[{interest}]: no share is given")]
    NoShare {
        /// The relationship.
        relationship: String,
        /// Which interest, from 0.
        interest: usize,
    },
    /// It ends before it starts. It is not used.
    #[error("relationship `{relationship}`, interests[{interest}]: endDate is before startDate")]
    Dates {
        /// The relationship.
        relationship: String,
        /// Which interest, from 0.
        interest: usize,
    },
    /// An indirect holding: it sums up others and is not used, so as not to count them twice.
    #[error("relationship `{relationship}`, interests[{interest}]: indirect, computed from direct holdings instead")]
    Indirect {
        /// The relationship.
        relationship: String,
        /// Which interest, from 0.
        interest: usize,
    },
    /// The least that holders of an entity have is more than all. It counts as stated.
    #[error("entity `{entity}`: its holders have at least {percent} % of its {right}")]
    OverHundred {
        /// The entity.
        entity: String,
        /// Of shares or votes.
        right: Right,
        /// The sum of lower bounds, percent.
        percent: f64,
    },
    /// An entity holds itself. Its other holders share what it holds.
    #[error("entity `{entity}` has {right} of itself")]
    SelfHolding {
        /// The entity.
        entity: String,
        /// Of shares or votes.
        right: Right,
    },
    /// Entities that own each other wholly: no natural person reaches them.
    #[error("a circle owns all {right} of itself, and nobody owns it: {}", entities.join(", "))]
    ClosedCircle {
        /// Its entities, by id.
        entities: Vec<String>,
        /// Of shares or votes.
        right: Right,
    },
    /// Stated holdings above 100 % make a circle own more than all of itself. Nothing is computed through it.
    #[error("a circle owns more than all {right} of itself: {}", entities.join(", "))]
    ImpossibleCircle {
        /// Its entities, by id.
        entities: Vec<String>,
        /// Of shares or votes.
        right: Right,
    },
    /// A circle of more than 1,000 entities that lets so little out to others that its shares do not settle. Nothing is computed through it.
    #[error("a circle lets too little of its {right} out to be solved: {}", entities.join(", "))]
    UnsolvedCircle {
        /// Its entities, by id.
        entities: Vec<String>,
        /// Of shares or votes.
        right: Right,
    },
}

/// There is no such company to ask about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Not among the statements.
    #[error("subject `{0}` is not stated")]
    Unknown(String),
    /// A natural person.
    #[error("subject `{0}` is a person: only entities have owners")]
    Person(String),
}
