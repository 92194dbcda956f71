#![doc = include_str!("../README.md")]

mod kernel;
mod kind;
mod name;
mod normalise;
mod romanise;
mod score;
mod script;
mod token;
mod weights;
mod words;

pub use kind::Kind;
pub use name::Name;
pub use normalise::{MAX_CHARACTERS, MAX_WORDS, plain};
pub use score::{Comparison, How, Left, Match, Side, THRESHOLD, compare, score};
pub use script::Script;
pub use token::Role;
pub use weights::Weights;
