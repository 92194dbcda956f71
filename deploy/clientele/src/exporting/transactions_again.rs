//! Transactions that were exported, read again as an import reads them.

use clientele_proto::{
    Date, Money,
    value::v1::{CostKind, LineItem, SalesOrganisation, Transaction, TransactionKind, transaction::Customer},
};
use iso_currency::Currency;
use proptest::prelude::*;
use prost_types::Timestamp;

use super::{FileFormat, sink::Sink};
use crate::{
    files::{RowError, TransactionColumns, TransactionId, Transactions},
    importing::transactions::message,
};

fn exported(transactions: &[Transaction]) -> String {
    let mut written = Vec::new();
    let mut sink = Sink::begin::<Transaction>(FileFormat::Csv, &mut written).unwrap();
    for transaction in transactions {
        sink.write(transaction).unwrap();
    }
    sink.end().unwrap();
    String::from_utf8(written).unwrap()
}

fn read(csv: &str) -> Vec<Result<Transaction, RowError>> {
    let rows = Transactions::new(csv.as_bytes(), &TransactionColumns::default()).unwrap();
    rows.map(|row| row.map(message)).collect()
}

/// What a file says and the service needs: without what only the service writes.
fn sent(transaction: &Transaction) -> Transaction {
    Transaction { create_time: None, item_count: 0, etag: String::new(), ..transaction.clone() }
}

fn euros(cents: i64) -> Money {
    money("EUR", cents, 100)
}

fn money(code: &str, minor: i64, unit: i64) -> Money {
    let nanos = (minor % unit * (1_000_000_000 / unit)) as i32;
    Money { currency_code: code.into(), units: minor / unit, nanos }
}

fn purchase(external_id: &str) -> Transaction {
    Transaction {
        external_id: external_id.into(),
        customer: Some(Customer::CustomerExternalId("C-1".into())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(euros(500)),
        occur_date: Some(Date { year: 2026, month: 2, day: 1 }),
        create_time: Some(Timestamp { seconds: 1_770_000_000, nanos: 0 }),
        etag: "\"1\"".into(),
        ..Transaction::default()
    }
}

fn item(product: &str, cents: i64) -> LineItem {
    LineItem { product_external_id: product.into(), amount: Some(euros(cents)), ..LineItem::default() }
}

#[test]
fn every_kind_of_transaction_comes_back_as_it_was() {
    let pump = LineItem {
        product_name: "Pump, \"3\" bar ".into(),
        category: " Pumps".into(),
        quantity: "0.125".into(),
        ..item("P-1", 200)
    };
    let sold = SalesOrganisation { company: "North".into(), department: String::new(), employee: "Ida, ".into() };
    let all = [
        purchase("INV-1"),
        Transaction { items: vec![pump, item("P-1", 0), item(" ", 300)], item_count: 3, ..purchase(" INV 2") },
        Transaction {
            kind: TransactionKind::Refund.into(),
            refunded_external_id: " INV 2".into(),
            occur_time: Some(Timestamp { seconds: -2_000_000_000, nanos: 250_000_000 }),
            occur_date: Some(Date { year: 1906, month: 8, day: 16 }),
            ..purchase("R-1")
        },
        Transaction {
            kind: TransactionKind::Cost.into(),
            cost_kind: CostKind::CostOfGoods.into(),
            customer: Some(Customer::CustomerId("01990000-0000-7000-8000-000000000001".into())),
            ..purchase("K-1")
        },
        Transaction { kind: TransactionKind::Cost.into(), cost_kind: CostKind::CostToServe.into(), ..purchase("K-2") },
        Transaction { kind: TransactionKind::Cost.into(), cost_kind: CostKind::Acquisition.into(), ..purchase("K-3") },
        Transaction { amount: Some(money("JPY", i64::MAX, 1)), sales_organisation: Some(sold), ..purchase("=客户") },
        Transaction { amount: Some(money("KWD", 1_234_567, 1000)), ..purchase("KW") },
        Transaction { amount: Some(euros(0)), items: vec![item("gift", 0)], item_count: 1, ..purchase("0") },
    ];
    let csv = exported(&all);
    let again: Vec<_> = read(&csv).into_iter().map(Result::unwrap).collect();
    assert_eq!(again, all.each_ref().map(sent));
    assert_eq!(exported(&again).lines().count(), csv.lines().count());
}

#[test]
fn rows_that_were_sorted_or_lost_are_told_with_the_line_that_is_missing() {
    let whole = Transaction { items: vec![item("P-1", 100), item("P-2", 200), item("P-3", 200)], ..purchase("A") };
    let csv = exported(&[whole, purchase("B")]);
    let [head, first, second, third, other] = csv.lines().collect::<Vec<_>>().try_into().unwrap();
    let told = |rows: &[&str]| -> Vec<String> {
        let csv = [&[head], rows].concat().join("\n");
        read(&csv).into_iter().map(|row| row.map_or_else(|error| error.to_string(), |it| it.external_id)).collect()
    };
    assert_eq!(told(&[first, second, third, other]), ["A", "B"]);
    let lost = told(&[first, third, other]);
    assert!(lost[0].contains("is a transaction of which row 2 cannot be used"), "{lost:?}");
    assert!(
        lost[1].contains("column 15 \"line\": \"3\" is not the next line of its transaction, which is 2; keep"),
        "{lost:?}"
    );
    assert_eq!((lost.len(), lost[2].as_str()), (3, "B"));
    let sorted = told(&[first, other, second, third]);
    // What came first is sent, and the service tells that its items do not sum to its amount.
    assert_eq!((sorted[0].as_str(), sorted[1].as_str()), ("A", "B"));
    assert!(sorted[2].contains("\"2\" is not the next line of its transaction, which is 1"), "{sorted:?}");
    assert!(sorted[3].contains("is a transaction of which row 3 cannot be used"), "{sorted:?}");
    // Two exports in one file, one after the other: the service knows the second of both.
    assert_eq!(told(&[first, second, third, first, second, third]), ["A", "A"]);
    assert_eq!(told(&[other, other]), ["B", "B"]);
}

#[test]
fn a_customer_by_two_ids_is_refused() {
    let csv = exported(&[purchase("A")]).replace("A,,C-1", "A,01990000-0000-7000-8000-000000000001,C-1");
    let error = read(&csv).remove(0).unwrap_err().to_string();
    assert!(
        error.contains("column 3 \"customer_external_id\": \"C-1\" is the customer's id in your system, beside"),
        "{error}"
    );
    let csv = exported(&[purchase("A")]).replace("A,,C-1", "A,,");
    let error = read(&csv).remove(0).unwrap_err().to_string();
    assert!(error.contains("column 3 \"customer_external_id\": is empty"), "{error}");
}

#[test]
fn who_asks_for_no_ids_gets_each_transaction_once() {
    let whole = Transaction { items: vec![item("P-1", 100), item("P-2", 400)], ..purchase("A") };
    let columns = TransactionColumns {
        id: TransactionId::Omitted,
        sold_by: [const { crate::files::ColumnChoice::Absent }; 3],
        product: [const { crate::files::ColumnChoice::Absent }; 4],
        ..TransactionColumns::default()
    };
    let csv = exported(&[whole, purchase("B")]);
    let rows: Vec<_> = Transactions::new(csv.as_bytes(), &columns).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.amount_minor).collect::<Vec<_>>(), [500, 500]);
    assert_eq!((rows[0].customer.as_str(), rows[0].currency), ("C-1", Currency::EUR));
}

/// Text of the contract: anything but control characters.
fn text(least: usize) -> impl Strategy<Value = String> {
    prop_oneof![3 => "[A-Za-z0-9]{1,8}", 1 => "[ ,\"';=é客\u{a0}\u{2028}-]{1,6}", 1 => ""]
        .prop_filter("too short", move |text: &String| text.chars().count() >= least)
}

fn any_transaction() -> impl Strategy<Value = Transaction> {
    let item = (text(1), text(0), text(0), prop_oneof![Just(""), Just("2"), Just("0.5")], 0_i64..10_000).prop_map(
        |(product, product_name, category, quantity, cents)| LineItem {
            product_name,
            category,
            quantity: quantity.into(),
            ..item(&product, cents)
        },
    );
    let time = proptest::option::of(
        (-2_000_000_000_i64..1_700_000_000, 0..1_000_000)
            .prop_map(|(seconds, micros)| Timestamp { seconds, nanos: micros * 1000 }),
    );
    let sold = (text(0), text(0), text(0)).prop_map(|(company, department, employee)| SalesOrganisation {
        company,
        department,
        employee,
    });
    (text(1), text(1), 1..=3, proptest::collection::vec(item, 0..4), time, sold, text(0), 1..=3).prop_map(
        |(external_id, customer, kind, items, occur_time, sold, refunded, cost_kind)| {
            let refunds = kind == 2 && refunded != external_id;
            let is_sold = [&sold.company, &sold.department, &sold.employee].iter().any(|part| !part.is_empty());
            let cents: i64 = items
                .iter()
                .filter_map(|item| item.amount.as_ref())
                .map(|it| it.units * 100 + i64::from(it.nanos) / 10_000_000)
                .sum();
            Transaction {
                customer: Some(Customer::CustomerExternalId(customer)),
                kind,
                amount: Some(euros(cents)),
                items,
                occur_time,
                refunded_external_id: if refunds { refunded } else { String::new() },
                sales_organisation: is_sold.then_some(sold),
                cost_kind: if kind == 3 { cost_kind } else { 0 },
                ..sent(&purchase(&external_id))
            }
        },
    )
}

proptest! {
    #[test]
    fn whatever_can_be_recorded_comes_back(all in proptest::collection::vec(any_transaction(), 1..8)) {
        let again: Vec<_> = read(&exported(&all)).into_iter().map(|row| row.map_err(|error| error.to_string())).collect();
        prop_assert_eq!(again, all.iter().map(|it| Ok(sent(it))).collect::<Vec<_>>());
    }
}
