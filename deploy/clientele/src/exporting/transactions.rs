//! Transactions as rows: one an item, each with all that its transaction says; one for a transaction without items.

use clientele_proto::value::v1::{CostKind, LineItem, Transaction, TransactionKind, transaction::Customer};

use super::cell::{
    Cell, Column,
    Kind::{Day, Instant, Int, Money, Text},
    Row, Rows,
};

impl Rows for Transaction {
    const COLUMNS: &'static [Column] = &[
        Column { name: "external_id", kind: Text },
        Column { name: "customer_id", kind: Text },
        Column { name: "customer_external_id", kind: Text },
        Column { name: "kind", kind: Text },
        Column { name: "occur_date", kind: Day },
        Column { name: "occur_time", kind: Instant },
        Column { name: "currency_code", kind: Text },
        Column { name: "amount", kind: Money },
        Column { name: "refunded_external_id", kind: Text },
        Column { name: "cost_kind", kind: Text },
        Column { name: "company", kind: Text },
        Column { name: "department", kind: Text },
        Column { name: "employee", kind: Text },
        Column { name: "create_time", kind: Instant },
        Column { name: "line", kind: Int },
        Column { name: "product_external_id", kind: Text },
        Column { name: "product_name", kind: Text },
        Column { name: "category", kind: Text },
        Column { name: "quantity", kind: Text },
        Column { name: "item_amount", kind: Money },
    ];

    fn rows(&self) -> Vec<Row> {
        let of_transaction = of_transaction(self);
        let row = |of_item: [Cell; 6]| of_transaction.iter().cloned().chain(of_item).collect();
        if self.items.is_empty() {
            return vec![row(of_item(None, &LineItem::default()))];
        }
        (1..).zip(&self.items).map(|(line, item)| row(of_item(Some(line), item))).collect()
    }
}

fn of_transaction(transaction: &Transaction) -> [Cell; 14] {
    let (customer_id, customer_external_id) = match transaction.customer.clone() {
        Some(Customer::CustomerId(id)) => (id, String::new()),
        Some(Customer::CustomerExternalId(key)) => (String::new(), key),
        None => Default::default(),
    };
    let sold = transaction.sales_organisation.clone().unwrap_or_default();
    let currency = transaction.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default();
    [
        Cell::text(&transaction.external_id),
        Cell::Text(customer_id),
        Cell::Text(customer_external_id),
        Cell::text(kind(transaction.kind())),
        Cell::Day(transaction.occur_date),
        Cell::Instant(transaction.occur_time),
        Cell::Text(currency),
        Cell::Money(transaction.amount.clone()),
        Cell::text(&transaction.refunded_external_id),
        Cell::text(cost_kind(transaction.cost_kind())),
        Cell::Text(sold.company),
        Cell::Text(sold.department),
        Cell::Text(sold.employee),
        Cell::Instant(transaction.create_time),
    ]
}

fn of_item(line: Option<i64>, item: &LineItem) -> [Cell; 6] {
    [
        Cell::Int(line),
        Cell::text(&item.product_external_id),
        Cell::text(&item.product_name),
        Cell::text(&item.category),
        Cell::text(&item.quantity),
        Cell::Money(item.amount.clone()),
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
