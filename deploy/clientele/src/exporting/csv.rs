//! Rows as lines of a spreadsheet.

use jiff::Timestamp;

use super::cell::{Cell, Column, Row};
use crate::{
    report::{date, plain},
    term::csv_line,
};

/// The first line.
pub fn header(columns: &[Column]) -> String {
    csv_line(columns.iter().map(|column| column.name))
}

/// The line of a row.
pub fn line(row: &Row) -> String {
    let cells: Vec<_> = row.iter().map(text).collect();
    csv_line(cells.iter().map(String::as_str))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(number) => number.map(|number| number.to_string()).unwrap_or_default(),
        Cell::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
        Cell::Money(amount) => plain(amount.as_ref()),
        Cell::Day(day) => date(day.as_ref()),
        Cell::Instant(time) => {
            let time = time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
            time.map(|time| time.to_string()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date, Money,
        value::v1::{LineItem, SalesOrganisation, Transaction, TransactionKind, transaction::Customer},
    };

    use super::*;
    use crate::exporting::cell::Rows;

    fn euros(cents: i64) -> Money {
        let nanos = (cents % 100 * 10_000_000) as i32;
        Money { currency_code: "EUR".into(), units: cents / 100, nanos }
    }

    fn transaction() -> Transaction {
        Transaction {
            external_id: "INV-1".into(),
            customer: Some(Customer::CustomerExternalId("Smith, \"J\"".into())),
            kind: TransactionKind::Purchase.into(),
            amount: Some(euros(123_450)),
            occur_date: Some(Date { year: 1997, month: 1, day: 2 }),
            occur_time: Some(prost_types::Timestamp { seconds: 852_163_200, nanos: 500_000_000 }),
            sales_organisation: Some(SalesOrganisation { company: "North".into(), ..Default::default() }),
            ..Transaction::default()
        }
    }

    fn lines(transaction: &Transaction) -> Vec<String> {
        transaction.rows().iter().map(line).collect()
    }

    #[test]
    fn a_transaction_without_items_is_one_line() {
        let expected =
            "INV-1,,\"Smith, \"\"J\"\"\",purchase,1997-01-02,1997-01-02T00:00:00.5Z,EUR,1234.50,,,North,,,,,,,,,\n";
        assert_eq!(lines(&transaction()), [expected]);
        assert_eq!(header(Transaction::COLUMNS).split(',').count(), Transaction::COLUMNS.len());
    }

    #[test]
    fn each_item_is_a_line_that_says_what_the_transaction_says() {
        let item = |product: &str, cents| LineItem {
            product_external_id: product.into(),
            quantity: "2.5".into(),
            amount: Some(euros(cents)),
            ..LineItem::default()
        };
        let lines = lines(&Transaction { items: vec![item("P-1", 123_400), item("P-2", 50)], ..transaction() });
        let ends: Vec<_> = lines.iter().map(|line| line.split_once("North,").unwrap().1).collect();
        assert_eq!(ends, [",,,1,P-1,,,2.5,1234.00\n", ",,,2,P-2,,,2.5,0.50\n"]);
        assert!(lines.iter().all(|line| line.starts_with("INV-1,")));
    }
}
