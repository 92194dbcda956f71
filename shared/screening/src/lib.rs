#![doc = include_str!("../README.md")]

mod assess;
pub mod import;
mod index;
mod kernel;
mod kind;
mod list;
mod name;
mod normalise;
mod romanise;
mod score;
mod script;
mod token;
mod weights;
mod words;

pub use assess::{Adjustment, Assessment, Reason, assess};
pub use index::{Hit, Index, MOST_COMPARED};
pub use kind::Kind;
pub use list::{
    Changes, ContentHash, DateError, Details, Gender, Identifier, ListEntry, ListedName, NameKind, PartialDate, changes,
};
pub use name::Name;
pub use normalise::{MAX_CHARACTERS, MAX_WORDS, plain};
pub use score::{Comparison, How, Left, Match, Side, THRESHOLD, compare, score};
pub use script::Script;
pub use token::Role;
pub use weights::Weights;
