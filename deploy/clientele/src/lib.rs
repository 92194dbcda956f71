//! The operator's command line, as a library: its files, its pictures, its commands, and everything on one machine.

pub mod auditing;
pub mod commands;
pub mod exporting;
pub mod files;
pub mod importing;
pub mod launcher;
pub mod online;
pub mod report;
pub mod term;
