//! The fields of a document that only make sense together, or in the world.

use clientele_error::Violation;
use clientele_proto::{Date as TypedDate, qualification::v1::Document};
use jiff::{Timestamp, civil::Date};

use crate::domain::document::{
    facts,
    validity::{end_of_day, time_zone},
};

/// When a document is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    /// Its first day.
    pub valid_from: Option<Date>,
    /// Its last day.
    pub valid_until: Option<Date>,
    /// When that ends.
    pub expire_time: Option<Timestamp>,
}

/// Reads them; `within` is where they stand in the request.
pub(super) fn parse(document: &Document, within: &str) -> Result<Validity, Vec<Violation>> {
    let mut violations = facts::check(&document.facts, within);
    let at = |field: &str| format!("{within}{field}");
    let zone = time_zone(&document.time_zone);
    if zone.is_none() {
        violations.push(Violation::new(at("time_zone"), "must be the IANA name of a time zone, such as Asia/Shanghai"));
    }
    let from = document.valid_from_date.as_ref().map(civil);
    let until = document.valid_until_date.as_ref().map(civil);
    if from == Some(None) {
        violations.push(Violation::new(at("valid_from_date"), "must be a day that exists"));
    }
    if until == Some(None) || until == Some(Some(Date::MAX)) {
        violations.push(Violation::new(at("valid_until_date"), "must be a day that exists, before 9999-12-31"));
    }
    let (valid_from, valid_until) = (from.flatten(), until.flatten());
    if valid_from.zip(valid_until).is_some_and(|(from, until)| until < from) {
        violations.push(Violation::new(at("valid_until_date"), "must not be before valid_from_date"));
    }
    match zone {
        Some(zone) if violations.is_empty() => {
            let expire_time = valid_until.and_then(|day| end_of_day(day, &zone));
            Ok(Validity { valid_from, valid_until, expire_time })
        }
        _ => Err(violations),
    }
}

/// A day of the contract; `None` for one that does not exist.
fn civil(day: &TypedDate) -> Option<Date> {
    let (year, month, day) =
        (i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
    Date::new(year, month, day).ok()
}
