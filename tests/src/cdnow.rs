//! The CDNOW sample of `data/`, as the services take it in.

use std::collections::BTreeSet;

use clientele_proto::{
    Date, Money,
    customers::v1::{Customer, Person, customer::Kind},
    value::v1::{Transaction, TransactionKind, transaction},
};

/// One purchase of the sample.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Number of the customer within the sample.
    pub customer_id: String,
    /// The day.
    pub date: jiff::civil::Date,
    /// The amount, in cents.
    pub cents: i64,
}

/// Every purchase, in the order of the file.
///
/// # Panics
/// When the file is not there or not as expected.
pub fn purchases() -> Vec<Purchase> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv");
    let mut reader = csv::Reader::from_path(path).expect("the CDNOW sample");
    reader
        .deserialize::<(String, String, jiff::civil::Date, u32, String)>()
        .map(|row| {
            let (_, customer_id, date, _, amount) = row.expect("a row of five columns");
            let (units, cents) = amount.split_once('.').unwrap_or((&amount, "0"));
            let cents = format!("{cents:0<2}").parse::<i64>().expect("cents");
            Purchase { customer_id, date, cents: units.parse::<i64>().expect("dollars") * 100 + cents }
        })
        .collect()
}

/// Every purchase as a transaction.
pub fn transactions() -> Vec<Transaction> {
    purchases().iter().enumerate().map(|(row, purchase)| transaction(row, purchase)).collect()
}

fn transaction(row: usize, purchase: &Purchase) -> Transaction {
    Transaction {
        external_id: format!("cdnow-{row:05}"),
        customer: Some(transaction::Customer::CustomerExternalId(purchase.customer_id.clone())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(Money {
            currency_code: "USD".to_owned(),
            units: purchase.cents / 100,
            nanos: (purchase.cents % 100) as i32 * 10_000_000,
        }),
        occur_date: Some(Date {
            year: i32::from(purchase.date.year()),
            month: i32::from(purchase.date.month()),
            day: i32::from(purchase.date.day()),
        }),
        ..Transaction::default()
    }
}

/// Every customer, in the order of their numbers.
///
/// # Panics
/// When the file is not there or not as expected.
pub fn customers() -> Vec<Customer> {
    let numbers: BTreeSet<u32> =
        purchases().iter().map(|purchase| purchase.customer_id.parse().expect("a number")).collect();
    numbers
        .into_iter()
        .map(|number| Customer {
            external_id: number.to_string(),
            kind: Some(Kind::Person(Person { family_name: format!("Buyer {number}"), ..Person::default() })),
            ..Customer::default()
        })
        .collect()
}
