//! Transactions as lines of a spreadsheet: a line an item, each with all that its transaction says.

use clientele_proto::value::v1::{CostKind, LineItem, Transaction, TransactionKind, transaction::Customer};
use jiff::Timestamp;

use crate::{
    report::{date, plain},
    term::csv_line,
};

/// The columns, named as the API names the fields.
const COLUMNS: [&str; 20] = [
    "external_id",
    "customer_id",
    "customer_external_id",
    "kind",
    "occur_date",
    "occur_time",
    "currency_code",
    "amount",
    "refunded_external_id",
    "cost_kind",
    "company",
    "department",
    "employee",
    "create_time",
    "line",
    "product_external_id",
    "product_name",
    "category",
    "quantity",
    "item_amount",
];

/// The first line.
pub fn header() -> String {
    csv_line(COLUMNS.into_iter())
}

/// The lines of a transaction.
pub fn lines(transaction: &Transaction) -> String {
    let of_transaction = of_transaction(transaction);
    let line = |of_item: [String; 6]| csv_line(of_transaction.iter().chain(&of_item).map(String::as_str));
    if transaction.items.is_empty() {
        return line(Default::default());
    }
    transaction.items.iter().enumerate().map(|(at, item)| line(of_item(at + 1, item))).collect()
}

fn of_transaction(transaction: &Transaction) -> [String; 14] {
    let (customer_id, customer_external_id) = match transaction.customer.clone() {
        Some(Customer::CustomerId(id)) => (id, String::new()),
        Some(Customer::CustomerExternalId(key)) => (String::new(), key),
        None => Default::default(),
    };
    let sold = transaction.sales_organisation.clone().unwrap_or_default();
    [
        transaction.external_id.clone(),
        customer_id,
        customer_external_id,
        kind(transaction.kind()).to_owned(),
        date(transaction.occur_date.as_ref()),
        instant(transaction.occur_time.as_ref()),
        transaction.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default(),
        plain(transaction.amount.as_ref()),
        transaction.refunded_external_id.clone(),
        cost_kind(transaction.cost_kind()).to_owned(),
        sold.company,
        sold.department,
        sold.employee,
        instant(transaction.create_time.as_ref()),
    ]
}

fn of_item(line: usize, item: &LineItem) -> [String; 6] {
    [
        line.to_string(),
        item.product_external_id.clone(),
        item.product_name.clone(),
        item.category.clone(),
        item.quantity.clone(),
        plain(item.amount.as_ref()),
    ]
}

/// As import files write it.
fn kind(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Purchase => "purchase",
        TransactionKind::Refund => "refund",
        TransactionKind::Cost => "cost",
        TransactionKind::Unspecified => "",
    }
}

fn cost_kind(kind: CostKind) -> &'static str {
    match kind {
        CostKind::CostOfGoods => "cost_of_goods",
        CostKind::CostToServe => "cost_to_serve",
        CostKind::Acquisition => "acquisition",
        CostKind::Unspecified => "",
    }
}

fn instant(time: Option<&prost_types::Timestamp>) -> String {
    let time = time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money, value::v1::SalesOrganisation};

    use super::*;

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

    #[test]
    fn a_transaction_without_items_is_one_line() {
        let expected =
            "INV-1,,\"Smith, \"\"J\"\"\",purchase,1997-01-02,1997-01-02T00:00:00.5Z,EUR,1234.50,,,North,,,,,,,,,\n";
        assert_eq!(lines(&transaction()), expected);
        assert_eq!(header().split(',').count(), COLUMNS.len());
    }

    #[test]
    fn each_item_is_a_line_that_says_what_the_transaction_says() {
        let item = |product: &str, cents| LineItem {
            product_external_id: product.into(),
            quantity: "2.5".into(),
            amount: Some(euros(cents)),
            ..LineItem::default()
        };
        let text = lines(&Transaction { items: vec![item("P-1", 123_400), item("P-2", 50)], ..transaction() });
        let ends: Vec<_> = text.lines().map(|line| line.split_once("North,").unwrap().1).collect();
        assert_eq!(ends, [",,,1,P-1,,,2.5,1234.00", ",,,2,P-2,,,2.5,0.50"]);
        assert!(text.lines().all(|line| line.starts_with("INV-1,")));
    }
}
