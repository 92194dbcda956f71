//! The inner loop: distances over short ASCII words.

mod osa;
mod unwritten;

pub(crate) use osa::{MAX_WORD, distance, letters};
pub(crate) use unwritten::similarity as unwritten_vowels;
