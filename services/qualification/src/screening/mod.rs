//! Screening: customers beside listed parties. [`party`] says who is screened of a customer; [`customer`] compares it with all lists and settles its
//! hits; [`hit`] keeps one hit and tells of it; [`index`] holds the listed names in memory; [`importing`] takes the file of a list.

pub mod customer;
pub mod hit;
pub mod importing;
pub mod index;
pub mod message;
pub mod party;
