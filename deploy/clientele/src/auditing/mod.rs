//! The audit log as a file, and checking it without any server.
//!
//! A file of JSON lines: [`line::EntryLine`] for every leaf, from 0, and at the end the signed head they lead to, as [`head::HeadFile`] has it.
//! A single entry is proven by a [`proof::ProofFile`].

pub mod head;
pub mod line;
pub mod proof;
pub mod read;
pub mod resume;
pub mod verify;
