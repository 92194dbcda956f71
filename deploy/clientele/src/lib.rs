//! The operator's command line, as a library: its files, its pictures and its commands.

pub mod commands;
pub mod files;
pub mod term;
