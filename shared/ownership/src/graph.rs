//! Who holds what of whom.

use std::collections::HashMap;
use std::fmt;

use crate::{InterestType, Problem, Settings, ShareRange, Statement};

/// Which of the two that a holder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// Capital: `shareholding`.
    Economic,
    /// Votes: `votingRights`.
    Voting,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Economic => "shares",
            Self::Voting => "votes",
        })
    }
}

/// Statements, read once and asked about any of their entities.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Sorted by id.
    pub(crate) records: Vec<Record>,
    pub(crate) by_id: HashMap<String, usize>,
    pub(crate) economic: Holdings,
    pub(crate) voting: Holdings,
    pub(crate) control: Vec<ControlInterest>,
    /// Person and entity.
    pub(crate) officials: Vec<(usize, usize)>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) settings: Settings,
}

/// A person or an entity.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub id: String,
    pub is_person: bool,
}

/// Control apart from votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ControlInterest {
    pub holder: usize,
    pub entity: usize,
    pub kind: InterestType,
}

/// Direct holdings of one right.
#[derive(Debug, Clone)]
pub(crate) struct Holdings {
    /// Of every record as a subject, its holders, sorted, each once.
    pub holders: Vec<Vec<(usize, ShareRange)>>,
}

impl Graph {
    /// Reads statements as of the day of the settings. Their order does not matter.
    pub fn new(statements: &[Statement], settings: Settings) -> Self {
        crate::reading::read(statements, settings)
    }

    /// What is wrong with the statements of the whole graph, in the order of ids: relationships, then sums of shares, then of votes.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn holdings(&self, right: Right) -> &Holdings {
        match right {
            Right::Economic => &self.economic,
            Right::Voting => &self.voting,
        }
    }

    pub(crate) fn id(&self, record: usize) -> String {
        self.records[record].id.clone()
    }
}
