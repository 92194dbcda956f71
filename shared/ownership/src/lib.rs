#![doc = include_str!("../README.md")]

mod algebra;
mod codes;
mod compare;
mod components;
mod control;
mod graph;
mod paths;
mod problem;
mod reading;
mod report;
mod settings;
mod share;
mod statement;

pub use codes::{Directness, EntityType, InterestType, NotACode, PersonType, UnspecifiedReason};
pub use compare::{Declared, Difference, compare};
pub use graph::{Graph, Right};
pub use paths::Chain;
pub use problem::{Problem, SubjectError};
pub use report::{Basis, BeneficialOwner, Certainty, DeadEnd, PersonShare, Report};
pub use settings::{Limits, Settings, SettingsError, Threshold};
pub use share::{DeclaredShare, ShareError, ShareRange};
pub use statement::{Entity, Interest, Party, Person, Relationship, Statement};
