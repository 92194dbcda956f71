//! A transaction of the contract into one of ours, or everything that is wrong with it.

use clientele_error::Violation;
use clientele_proto::{
    Date, Money,
    value::v1::{Transaction, TransactionKind, transaction::Customer},
};
use jiff::{Timestamp, civil};

use crate::{
    domain::{
        day::{self, DayError},
        key,
        money::Amount,
        transaction::{CustomerKey, Facts, Kind, NewTransaction, check_together},
    },
    recording::Chunk,
};

/// Violations as they are found, under the path of what is being read.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    fn add(&mut self, field: impl Into<String>, error: impl ToString) {
        self.0.push(Violation::new(field, error.to_string()));
    }

    /// The value, or the error noted.
    fn take<T, E: ToString>(&mut self, field: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(field, error)).ok()
    }
}

/// A row that breaks rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its id, shortened where it is no id at all.
    pub external_id: String,
    /// What is wrong with it.
    pub violations: Vec<Violation>,
}

/// Reads a row. Nothing may have happened after `latest`.
pub fn parse(row: Transaction, latest: civil::Date) -> Result<NewTransaction, BadRow> {
    let mut violations = Violations::default();
    violations.take("external_id", key::check(&row.external_id));
    let customer = parse_customer(row.customer, &mut violations);
    let kind = parse_kind(row.kind, &mut violations);
    let amount = parse_amount(row.amount.as_ref(), &mut violations);
    let occurred = parse_occurred(row.occur_date, row.occur_time, latest, &mut violations);
    violations.take("refunded_external_id", key::check_optional(&row.refunded_external_id));
    for error in check_together(&row.external_id, kind, amount, &row.refunded_external_id) {
        violations.add(error.field(), error);
    }
    match (customer, kind, amount, occurred) {
        (Some(customer), Some(kind), Some(amount), Some((occur_date, occur_time))) if violations.0.is_empty() => {
            let refunded_external_id = Some(row.refunded_external_id).filter(|key| !key.is_empty());
            let facts = Facts { kind, amount, occur_date, occur_time, refunded_external_id };
            Ok(NewTransaction { external_id: row.external_id, customer, facts })
        }
        _ => Err(BadRow { external_id: key::shortened(&row.external_id).to_owned(), violations: violations.0 }),
    }
}

fn parse_customer(customer: Option<Customer>, violations: &mut Violations) -> Option<CustomerKey> {
    match customer {
        Some(Customer::CustomerId(id)) => violations.take("customer_id", key::uuid(&id)).map(CustomerKey::Id),
        Some(Customer::CustomerExternalId(key)) => {
            violations.take("customer_external_id", key::check(&key))?;
            Some(CustomerKey::External(key))
        }
        None => {
            violations.add("customer", "must be given, as customer_id or as customer_external_id");
            None
        }
    }
}

fn parse_kind(kind: i32, violations: &mut Violations) -> Option<Kind> {
    match TransactionKind::try_from(kind) {
        Ok(TransactionKind::Purchase) => Some(Kind::Purchase),
        Ok(TransactionKind::Refund) => Some(Kind::Refund),
        Ok(TransactionKind::Cost) => Some(Kind::Cost),
        Ok(TransactionKind::Unspecified) => {
            violations.add("kind", "must be given: a purchase, a refund or a cost");
            None
        }
        Err(_) => {
            violations.add("kind", "must be one of the kinds of the contract");
            None
        }
    }
}

fn parse_amount(amount: Option<&Money>, violations: &mut Violations) -> Option<Amount> {
    let Some(amount) = amount else {
        violations.add("amount", "must be given");
        return None;
    };
    match Amount::new(&amount.currency_code, amount.units, amount.nanos) {
        Ok(amount) => Some(amount),
        Err(errors) => {
            for error in errors {
                violations.add(format!("amount.{}", error.field()), error);
            }
            None
        }
    }
}

/// The day, and the instant where it is known. Without a day it is the instant's day in UTC.
fn parse_occurred(
    occur_date: Option<Date>,
    occur_time: Option<prost_types::Timestamp>,
    latest: civil::Date,
    violations: &mut Violations,
) -> Option<(civil::Date, Option<Timestamp>)> {
    let date = occur_date.map(|date| day::day(date.year, date.month, date.day, latest));
    let time = occur_time.map(|time| day::instant(time.seconds, time.nanos, latest));
    if let Some(Err(errors)) = &date {
        for error in errors {
            violations.add(day_field(*error), error);
        }
    }
    if let Some(Err(error)) = &time {
        violations.add("occur_time", error);
    }
    match (date, time) {
        (None, None) => {
            violations.add("occur_date", "give an occur_date, an occur_time or both");
            None
        }
        (Some(Ok(date)), None) => Some((date, None)),
        (None, Some(Ok(time))) => Some((day::day_of(time), Some(time))),
        (Some(Ok(date)), Some(Ok(time))) => Some((date, Some(time))),
        _ => None,
    }
}

fn day_field(error: DayError) -> String {
    error.field().map_or_else(|| "occur_date".to_owned(), |part| format!("occur_date.{part}"))
}

/// Reads the rows of a chunk.
pub fn chunk(rows: Vec<Transaction>, latest: civil::Date) -> Chunk {
    let mut chunk = Chunk::default();
    for row in rows {
        match parse(row, latest) {
            Ok(transaction) => chunk.accept(transaction),
            Err(bad) => chunk.reject(bad.external_id, bad.violations),
        }
    }
    chunk
}
