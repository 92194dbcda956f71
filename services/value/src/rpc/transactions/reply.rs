//! Transactions and outcomes as the contract writes them.

use clientele_error::{Reason, Violation};
use clientele_proto::{
    Date, Money,
    errors::v1::FieldViolation,
    value::v1::{
        self as proto, RecordOutcome, Transaction, TransactionKind, record_outcome::Result as OutcomeResult,
        transaction::Customer,
    },
};
use jiff::{Timestamp, civil};

use crate::{
    domain::{
        line_item::LineItem,
        money::Amount,
        quantity::Quantity,
        sales_organisation::SalesOrganisation,
        transaction::{self, CostKind, CustomerKey, Kind},
    },
    recording::{Exception, Outcome},
};

/// A recorded transaction.
pub fn transaction(transaction: transaction::Transaction) -> Transaction {
    let etag = transaction.etag();
    let facts = transaction.facts;
    Transaction {
        external_id: transaction.external_id,
        customer: Some(match transaction.customer {
            CustomerKey::Id(id) => Customer::CustomerId(id.to_string()),
            CustomerKey::External(key) => Customer::CustomerExternalId(key),
        }),
        kind: kind(facts.kind).into(),
        amount: Some(money(facts.amount)),
        occur_date: Some(date(facts.occur_date)),
        occur_time: facts.occur_time.map(timestamp),
        refunded_external_id: facts.refunded_external_id.unwrap_or_default(),
        create_time: Some(timestamp(transaction.create_time)),
        items: facts.items.into_iter().map(item).collect(),
        sales_organisation: facts.sales_organisation.map(|organisation| sales_organisation(*organisation)),
        cost_kind: facts.cost_kind.map_or(proto::CostKind::Unspecified, cost_kind).into(),
        item_count: transaction.item_count as i32,
        etag,
    }
}

fn item(item: LineItem) -> proto::LineItem {
    proto::LineItem {
        product_external_id: item.product_external_id,
        product_name: item.product_name,
        category: item.category,
        quantity: item.quantity.as_ref().map(Quantity::to_string).unwrap_or_default(),
        amount: Some(money(item.amount)),
    }
}

fn sales_organisation(organisation: SalesOrganisation) -> proto::SalesOrganisation {
    let SalesOrganisation { company, department, employee } = organisation;
    proto::SalesOrganisation { company, department, employee }
}

fn cost_kind(kind: CostKind) -> proto::CostKind {
    match kind {
        CostKind::CostOfGoods => proto::CostKind::CostOfGoods,
        CostKind::CostToServe => proto::CostKind::CostToServe,
        CostKind::Acquisition => proto::CostKind::Acquisition,
    }
}

fn kind(kind: Kind) -> TransactionKind {
    match kind {
        Kind::Purchase => TransactionKind::Purchase,
        Kind::Refund => TransactionKind::Refund,
        Kind::Cost => TransactionKind::Cost,
    }
}

fn money(amount: Amount) -> Money {
    let (units, nanos) = amount.units_and_nanos();
    Money { currency_code: amount.currency_code().to_owned(), units, nanos }
}

/// A day.
pub fn date(date: civil::Date) -> Date {
    Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// An instant.
pub fn timestamp(timestamp: Timestamp) -> prost_types::Timestamp {
    // Before 1970 a fraction counts forwards from the second before.
    let micros = timestamp.as_microsecond();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: (micros.rem_euclid(1_000_000) * 1000) as i32,
    }
}

/// A row that was recorded now.
pub fn accepted(row: i64, external_id: String) -> RecordOutcome {
    RecordOutcome { row, result: OutcomeResult::Accepted.into(), external_id, ..RecordOutcome::default() }
}

/// A row that was not; `first_row` is the position of its chunk.
pub fn exception(first_row: i64, exception: Exception) -> RecordOutcome {
    let (result, reason, violations) = match exception.outcome {
        Outcome::Duplicate => (OutcomeResult::Duplicate, Reason::Unspecified, Vec::new()),
        Outcome::Rejected { reason, violations } => (OutcomeResult::Rejected, reason, violations),
    };
    RecordOutcome {
        row: first_row + exception.place as i64,
        result: result.into(),
        external_id: exception.external_id,
        reason: reason.into(),
        violations: violations.into_iter().map(violation).collect(),
    }
}

fn violation(violation: Violation) -> FieldViolation {
    FieldViolation { field: violation.field, description: violation.description }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_before_1970_has_a_fraction_that_counts_forwards() {
        let instant: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        assert_eq!(timestamp(instant), prost_types::Timestamp { seconds: -1, nanos: 250_000_000 });
    }
}
