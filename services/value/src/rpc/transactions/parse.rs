//! A transaction of the contract into one of ours, or everything that is wrong with it. Its items and what else only some have are read in
//! [`super::parse_detail`].

use clientele_error::Violation;
use clientele_proto::{
    Date, Money,
    value::v1::{Transaction, TransactionKind, transaction::Customer},
};
use jiff::{Timestamp, civil};

use super::parse_detail::{parse_cost_kind, parse_items, parse_sales_organisation};
use crate::{
    domain::{
        day::{self, DayError},
        key,
        line_item::check_items,
        money::Amount,
        transaction::{CostKind, CustomerKey, Facts, Kind, NewTransaction, check_together},
    },
    recording::Chunk,
};

/// Violations of a row of many that are told at most: a thousand items can have thousands.
const TOLD: usize = 50;

/// Characters of an etag at most.
const ETAG_LENGTH: usize = 64;

/// Violations as they are found, under the path of what is being read.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(super) fn add(&mut self, field: impl Into<String>, error: &(impl ToString + ?Sized)) {
        self.0.push(Violation::new(field, error.to_string()));
    }

    /// The value, or the error noted.
    pub(super) fn take<T, E: ToString>(&mut self, field: impl Into<String>, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(field, &error)).ok()
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
    let amount = parse_amount("amount", row.amount.as_ref(), &mut violations);
    let occurred = parse_occurred(row.occur_date, row.occur_time, latest, &mut violations);
    violations.take("refunded_external_id", key::check_optional(&row.refunded_external_id));
    if row.etag.chars().nth(ETAG_LENGTH).is_some() {
        violations.add("etag", &format!("must have at most {ETAG_LENGTH} characters"));
    }
    let cost_kind = parse_cost_kind(row.cost_kind, &mut violations);
    for error in check_together(&row.external_id, kind, amount, &row.refunded_external_id, cost_kind) {
        violations.add(error.field(), &error);
    }
    let items = parse_items(row.items, &mut violations);
    if let (Some(amount), Some(items)) = (amount, &items) {
        for error in check_items(amount, items) {
            violations.add(error.field(), &error);
        }
    }
    let sales_organisation = parse_sales_organisation(row.sales_organisation, &mut violations);
    match (customer, kind, amount, occurred) {
        (Some(customer), Some(kind), Some(amount), Some((occur_date, occur_time))) if violations.0.is_empty() => {
            let facts = Facts {
                kind,
                amount,
                occur_date,
                occur_time,
                refunded_external_id: Some(row.refunded_external_id).filter(|key| !key.is_empty()),
                items: items.unwrap_or_default(),
                sales_organisation,
                cost_kind: (kind == Kind::Cost).then(|| cost_kind.unwrap_or(CostKind::CostToServe)),
            };
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

/// The amount that stands under `path`.
pub(super) fn parse_amount(path: &str, amount: Option<&Money>, violations: &mut Violations) -> Option<Amount> {
    let Some(amount) = amount else {
        violations.add(path, "must be given");
        return None;
    };
    match Amount::new(&amount.currency_code, amount.units, amount.nanos) {
        Ok(amount) => Some(amount),
        Err(errors) => {
            for error in errors {
                violations.add(format!("{path}.{}", error.field()), &error);
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
            Err(mut bad) => {
                bad.violations.truncate(TOLD);
                chunk.reject(bad.external_id, bad.violations);
            }
        }
    }
    chunk
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clientele_proto::contract::POOL;
    use clientele_service::validation;
    use proptest::prelude::*;
    use prost::Message as _;

    use clientele_proto::value::v1::{LineItem, SalesOrganisation};

    use super::*;

    const LATEST: civil::Date = civil::date(2026, 11, 24);

    fn good() -> Transaction {
        Transaction {
            external_id: "INV-1".into(),
            customer: Some(Customer::CustomerExternalId("C-1".into())),
            kind: TransactionKind::Purchase.into(),
            amount: Some(Money { currency_code: "EUR".into(), units: 1, nanos: 750_000_000 }),
            occur_date: Some(Date { year: 1997, month: 1, day: 1 }),
            ..Transaction::default()
        }
    }

    fn fields(row: Transaction) -> BTreeSet<String> {
        let violations = parse(row, LATEST).err().map(|bad| bad.violations).unwrap_or_default();
        violations.into_iter().map(|violation| violation.field).collect()
    }

    /// The fields that break the annotations of the contract.
    fn fields_by_contract(row: &Transaction) -> BTreeSet<String> {
        let descriptor = POOL.get_message_by_name("clientele.value.v1.Transaction").unwrap();
        let violations = validation::check(&descriptor, row.encode_to_vec().into()).err();
        violations
            .iter()
            .flat_map(clientele_error::Error::violations)
            .map(|violation| violation.field.clone())
            .collect()
    }

    #[test]
    fn a_good_row_is_read_as_it_stands() {
        let parsed = parse(good(), LATEST).unwrap();
        assert_eq!(parsed.external_id, "INV-1");
        assert_eq!(parsed.customer, CustomerKey::External("C-1".into()));
        assert_eq!(
            (parsed.facts.kind, parsed.facts.amount.minor(), parsed.facts.amount.currency_code()),
            (Kind::Purchase, 175, "EUR")
        );
        assert_eq!((parsed.facts.occur_date, parsed.facts.occur_time), (civil::date(1997, 1, 1), None));
        assert_eq!(parsed.facts.refunded_external_id, None);
    }

    #[test]
    fn an_instant_without_a_day_lies_on_its_day_in_utc() {
        let time = prost_types::Timestamp { seconds: 852_076_799, nanos: 0 };
        let row = Transaction { occur_date: None, occur_time: Some(time), ..good() };
        assert_eq!(parse(row, LATEST).unwrap().facts.occur_date, civil::date(1996, 12, 31));
    }

    #[test]
    fn an_empty_row_reports_every_bad_field_at_once() {
        let expected = ["amount", "customer", "external_id", "kind", "occur_date"].map(str::to_owned);
        assert_eq!(fields(Transaction::default()), BTreeSet::from(expected));
    }

    #[test]
    fn what_no_annotation_can_say_is_refused_under_its_path() {
        let amount = |code: &str, units, nanos| Some(Money { currency_code: code.into(), units, nanos });
        let on = |year, month, day| Some(Date { year, month, day });
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let refund = Transaction { kind: TransactionKind::Refund.into(), ..good() };
        for (row, field) in [
            (Transaction { amount: amount("EUR", 1, 755_000_000), ..good() }, "amount.nanos"),
            (Transaction { amount: amount("EUR", 1, -10_000_000), ..good() }, "amount.nanos"),
            (Transaction { amount: amount("EUR", -1, 0), ..good() }, "amount.units"),
            (Transaction { amount: amount("EUR", i64::MAX, 0), ..good() }, "amount.units"),
            (Transaction { amount: amount("ZZZ", 1, 0), ..good() }, "amount.currency_code"),
            (Transaction { amount: amount("XXX", 1, 0), ..good() }, "amount.currency_code"),
            (Transaction { occur_date: on(2026, 11, 25), ..good() }, "occur_date"),
            (Transaction { occur_date: on(1899, 1, 1), ..good() }, "occur_date"),
            (Transaction { occur_time: time(i64::MAX), ..good() }, "occur_time"),
            (Transaction { occur_time: time(1_900_000_000), ..good() }, "occur_time"),
            (Transaction { amount: amount("EUR", 0, 0), ..refund.clone() }, "amount"),
            (Transaction { refunded_external_id: "INV-1".into(), ..refund }, "refunded_external_id"),
            (Transaction { refunded_external_id: "INV-0".into(), ..good() }, "refunded_external_id"),
        ] {
            assert_eq!(fields(row.clone()), BTreeSet::from([field.to_owned()]), "{row:?}");
        }
    }

    #[test]
    fn detail_is_refused_under_its_path_all_at_once() {
        let item = |product: &str, units| LineItem {
            product_external_id: product.into(),
            amount: Some(Money { currency_code: "EUR".into(), units, nanos: 750_000_000 }),
            ..LineItem::default()
        };
        let bad = LineItem { quantity: "1e3".into(), category: "a\nb".into(), amount: None, ..LineItem::default() };
        let organisation = SalesOrganisation { employee: "x".repeat(201), ..SalesOrganisation::default() };
        let row = Transaction {
            items: vec![item("P-1", 1), bad],
            sales_organisation: Some(organisation),
            cost_kind: 1,
            ..good()
        };
        let expected = [
            "cost_kind",
            "items[1].amount",
            "items[1].category",
            "items[1].product_external_id",
            "items[1].quantity",
            "sales_organisation.employee",
        ];
        assert_eq!(fields(row), BTreeSet::from(expected.map(str::to_owned)));
        let row = Transaction { items: vec![item("P-1", 1), item("P-2", 0)], ..good() };
        assert_eq!(fields(row), BTreeSet::from(["items".to_owned()]), "2.50 are not 1.75");
    }

    #[test]
    fn a_cost_is_the_cost_to_serve_unless_it_says_otherwise() {
        let cost = Transaction { kind: TransactionKind::Cost.into(), ..good() };
        assert_eq!(parse(cost.clone(), LATEST).unwrap().facts.cost_kind, Some(CostKind::CostToServe));
        let cost = Transaction { cost_kind: 3, ..cost };
        assert_eq!(parse(cost, LATEST).unwrap().facts.cost_kind, Some(CostKind::Acquisition));
        assert_eq!(parse(good(), LATEST).unwrap().facts.cost_kind, None);
    }

    #[test]
    fn a_bad_row_is_named_by_no_more_than_an_id_can_have() {
        let row = Transaction { external_id: "x".repeat(1_000_000), ..good() };
        assert_eq!(parse(row, LATEST).unwrap_err().external_id.len(), 200);
    }

    fn key() -> impl Strategy<Value = String> {
        prop_oneof![4 => "[A-Za-z0-9-]{1,12}", 1 => "", 1 => "[a-z]{198,203}", 1 => "a[\\x00-\\x1f\\u{80}-\\u{9f}]", 1 => "\\PC{1,20}"]
    }

    fn customer() -> impl Strategy<Value = Option<Customer>> {
        prop_oneof![
            1 => Just(None),
            4 => key().prop_map(|key| Some(Customer::CustomerExternalId(key))),
            2 => any::<u128>().prop_map(|id| Some(Customer::CustomerId(uuid::Uuid::from_u128(id).to_string()))),
            1 => any::<u128>().prop_map(|id| Some(Customer::CustomerId(uuid::Uuid::from_u128(id).simple().to_string()))),
            1 => "[0-9A-Fa-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-g]{12}".prop_map(|id| Some(Customer::CustomerId(id))),
            1 => key().prop_map(|key| Some(Customer::CustomerId(key))),
        ]
    }

    fn amount() -> impl Strategy<Value = Option<Money>> {
        let code = prop_oneof![4 => "EUR|USD|JPY", 1 => "[A-Z]{2,4}", 1 => "[a-z]{3}", 1 => Just(String::new())];
        let nanos = prop_oneof![4 => (0..100_i32).prop_map(|cents| cents * 10_000_000), 1 => any::<i32>()];
        let money = (code, prop_oneof![4 => 0..1000_i64, 1 => any::<i64>()], nanos);
        prop_oneof![1 => Just(None), 9 => money.prop_map(|(currency_code, units, nanos)| Some(Money { currency_code, units, nanos }))]
    }

    fn optional_text() -> impl Strategy<Value = String> {
        prop_oneof![3 => Just(String::new()), 3 => "\\PC{1,20}", 1 => "[a-z]{198,203}", 1 => "a[\\x00-\\x1f]"]
    }

    fn item() -> impl Strategy<Value = LineItem> {
        let quantity = prop_oneof![2 => Just(String::new()), 4 => "[0-9]{1,13}(\\.[0-9]{0,7})?", 1 => "\\PC{1,5}"];
        (key(), optional_text(), optional_text(), quantity, amount()).prop_map(
            |(product_external_id, product_name, category, quantity, amount)| LineItem {
                product_external_id,
                product_name,
                category,
                quantity,
                amount,
            },
        )
    }

    fn free() -> LineItem {
        let amount = Some(Money { currency_code: "EUR".into(), units: 0, nanos: 0 });
        LineItem { product_external_id: "P-1".into(), amount, ..LineItem::default() }
    }

    fn organisation() -> impl Strategy<Value = SalesOrganisation> {
        (optional_text(), optional_text(), optional_text())
            .prop_map(|(company, department, employee)| SalesOrganisation { company, department, employee })
    }

    fn row() -> impl Strategy<Value = Transaction> {
        let day = (
            prop_oneof![4 => 1990..2030, 1 => any::<i32>()],
            prop_oneof![6 => 1..=12, 1 => -1..15],
            prop_oneof![6 => 1..=31, 1 => -1..35],
        );
        let occur_date =
            prop_oneof![1 => Just(None), 4 => day.prop_map(|(year, month, day)| Some(Date { year, month, day }))];
        let seconds = prop_oneof![4 => 0..2_000_000_000_i64, 1 => any::<i64>()];
        let time = (seconds, prop_oneof![4 => 0..1_000_000_000_i32, 1 => any::<i32>()]);
        let occur_time = prop_oneof![3 => Just(None), 1 => time.prop_map(|(seconds, nanos)| Some(prost_types::Timestamp { seconds, nanos }))];
        (
            key(),
            customer(),
            -1..6_i32,
            amount(),
            occur_date,
            occur_time,
            prop_oneof![3 => Just(String::new()), 1 => key()],
            (prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(item(), 1..4), 1 => Just(vec![free(); 1001])],
             prop_oneof![2 => Just(None), 1 => organisation().prop_map(Some)], prop_oneof![3 => Just(0), 1 => -1..6_i32],
             prop_oneof![9 => Just(String::new()), 1 => "x{63,66}"]),
        )
            .prop_map(|(external_id, customer, kind, amount, occur_date, occur_time, refunded_external_id, detail)| {
                let (items, sales_organisation, cost_kind, etag) = detail;
                Transaction {
                    external_id,
                    customer,
                    kind,
                    amount,
                    occur_date,
                    occur_time,
                    refunded_external_id,
                    items,
                    sales_organisation,
                    cost_kind,
                    etag,
                    ..Transaction::default()
                }
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Rows of a batch are read without the annotations, so what these refuse must be refused here, under the same path.
        #[test]
        fn every_rule_of_the_contract_holds_for_rows_too(row in row()) {
            let by_contract = fields_by_contract(&row);
            let by_us = fields(row);
            prop_assert!(by_contract.is_subset(&by_us), "the contract refuses {by_contract:?}, we refuse {by_us:?}");
        }
    }
}
