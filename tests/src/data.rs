//! Customers and transactions as tests make them.

use clientele_proto::{
    Date, Money,
    customers::v1::{Customer, Organisation, Person, customer::Kind},
    value::v1::{ScoreRunSettings, Transaction, TransactionKind, transaction},
};

/// A person known to the caller as `external_id`.
pub fn person(external_id: &str, family_name: &str) -> Customer {
    Customer {
        external_id: external_id.to_owned(),
        kind: Some(Kind::Person(Person { family_name: family_name.to_owned(), ..Person::default() })),
        ..Customer::default()
    }
}

/// An organisation known to the caller as `external_id`.
pub fn organisation(external_id: &str, legal_name: &str) -> Customer {
    Customer {
        external_id: external_id.to_owned(),
        kind: Some(Kind::Organisation(Organisation { legal_name: legal_name.to_owned(), ..Organisation::default() })),
        ..Customer::default()
    }
}

/// So many euros.
pub fn euros(units: i64) -> Money {
    Money { currency_code: "EUR".to_owned(), units, nanos: 0 }
}

/// A day.
pub fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

/// A purchase by the caller's own keys.
pub fn purchase(external_id: &str, customer: &str, units: i64, on: Date) -> Transaction {
    Transaction {
        external_id: external_id.to_owned(),
        customer: Some(transaction::Customer::CustomerExternalId(customer.to_owned())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(euros(units)),
        occur_date: Some(on),
        ..Transaction::default()
    }
}

/// Settings of a run with every default.
pub fn run_settings(as_of_date: Date, currency_code: &str) -> ScoreRunSettings {
    ScoreRunSettings {
        as_of_date: Some(as_of_date),
        currency_code: currency_code.to_owned(),
        ..ScoreRunSettings::default()
    }
}
