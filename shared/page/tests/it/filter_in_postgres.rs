//! Filters select the same rows in Postgres as in memory, and a negation selects exactly the others.

use std::collections::BTreeSet;

use clientele_page::Filter;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use crate::postgres::Postgres;
use crate::things::{self, THINGS, Thing};

const FILTERS: usize = 1_500;

async fn select(connection: &mut PgConnection, filter: &Filter) -> BTreeSet<Uuid> {
    let mut query = QueryBuilder::new("SELECT t.thing_id FROM things t WHERE t.tenant_id = ");
    query.push_bind("a").push(" AND ");
    filter.fragment().push(&mut query);
    let rows = query.build().fetch_all(connection).await;
    rows.unwrap_or_else(|error| panic!("{filter:?}: {error}")).iter().map(things::thing_id).collect()
}

#[tokio::test]
async fn postgres_and_memory_agree_on_every_filter_and_its_negation() {
    let mut runner = TestRunner::deterministic();
    let rows = prop::collection::vec(thing(), 60).new_tree(&mut runner).unwrap().current();
    let postgres = Postgres::start().await;
    let mut connection = postgres.connect().await;
    things::create(&mut connection, &rows).await;
    let all: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    assert_eq!(all.len(), rows.len(), "ids are distinct");

    let (mut some, mut none) = (0, 0);
    for _ in 0..FILTERS {
        let text = filter().new_tree(&mut runner).unwrap().current();
        let parsed = Filter::parse(&text, &THINGS).unwrap_or_else(|error| panic!("{text}: {error}"));
        let in_memory = rows.iter().filter(|row| parsed.matches(&|name| row.field(name))).map(|row| row.id);
        let in_memory: BTreeSet<Uuid> = in_memory.collect();
        let in_sql = select(&mut connection, &parsed).await;
        assert_eq!(in_sql, in_memory, "{text}");

        let negated = Filter::parse(&format!("NOT ({text})"), &THINGS).unwrap();
        let others: BTreeSet<Uuid> = all.difference(&in_sql).copied().collect();
        assert_eq!(select(&mut connection, &negated).await, others, "NOT ({text})");
        match in_sql.len() {
            0 => none += 1,
            found if found < all.len() => some += 1,
            _ => {}
        }
    }
    assert!(some > FILTERS / 3 && none < FILTERS / 2, "the filters tell rows apart: {some} some, {none} none");
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "A", "ab", "aba", "b%", "bcd", "a_b", "acb", "\\", "*", "EU", "b a", "é"])
        .prop_map(str::to_owned)
}

fn thing() -> impl Strategy<Value = Thing> {
    let orders = prop::option::of(-2..3_i64);
    let clv = prop::option::of(prop::sample::select(vec![-1.5, 0.0, -0.0, 0.1, 2.0, f64::INFINITY, f64::NAN]));
    let balance = prop::option::of(prop::sample::select(vec!["-0.50", "0", "0.1", "0.10", "2", "NaN"]));
    let time = prop::option::of(
        (0..3_i64).prop_map(|n| jiff::Timestamp::from_microsecond(1_770_000_000_000_000 + n).unwrap()),
    );
    let date = prop::option::of((1..4_i8).prop_map(|day| jiff::civil::date(2026, 1, day)));
    let state = prop::option::of(prop::sample::select(vec!["active", "at risk"]));
    let attributes = prop::option::of(prop::collection::btree_map(
        prop::sample::select(vec!["region".to_owned(), "k.l".to_owned()]),
        text(),
        0..3,
    ));
    let tags = prop::option::of(prop::collection::vec(text(), 0..3));
    let scalars = (
        any::<u128>(),
        prop::option::of(text()),
        prop::option::of(prop::sample::select(vec!["de", "fr"])),
        orders,
        clv,
        balance,
    );
    let rest = (prop::option::of(any::<bool>()), time, date, state, attributes, tags, 0..5_i64);
    (scalars, rest).prop_map(
        |(
            (id, name, country, orders, clv, balance),
            (active, create_time, birth_date, state, attributes, tags, rank),
        )| Thing {
            id: Uuid::from_u128(id),
            name,
            country: country.map(str::to_owned),
            orders,
            clv,
            balance: balance.map(str::to_owned),
            active,
            create_time,
            birth_date,
            state: state.map(str::to_owned),
            attributes,
            tags,
            rank,
        },
    )
}

/// A quoted literal with or without wildcards around it.
fn literal() -> impl Strategy<Value = String> {
    (text(), any::<[bool; 2]>()).prop_map(|(text, [before, after])| {
        let escaped = text.replace('\\', r"\\").replace('*', r"\*");
        let star = |there: bool| if there { "*" } else { "" };
        format!("\"{}{escaped}{}\"", star(before), star(after))
    })
}

fn plain() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("\"{}\"", text.replace('\\', r"\\").replace('*', r"\*")))
}

fn test() -> impl Strategy<Value = String> {
    let order = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">=", ":"]);
    let equal = || prop::sample::select(vec!["=", "!="]);
    let of = |values: &[&'static str]| prop::sample::select(values.to_vec());
    prop_oneof![
        (equal(), literal()).prop_map(|(op, value)| format!("name {op} {value}")),
        literal()
            .prop_filter("ILIKE folds ASCII only in the C locale", |text| text.is_ascii())
            .prop_map(|value| format!("name:{value}")),
        (prop::sample::select(vec!["<", "<=", ">", ">="]), plain())
            .prop_map(|(op, value)| format!("name {op} {value}")),
        (order(), of(&["DE", "d*", "FR"]).prop_filter("no wildcard in order", |value| !value.contains('*')))
            .prop_map(|(op, value)| format!("organisation.country_code{op}{value}")),
        (order(), -2..3_i64).prop_map(|(op, value)| format!("orders{op}{value}")),
        (order(), of(&["-1.5", "0", "0.1", "2.0", "1e300"])).prop_map(|(op, value)| format!("clv{op}{value}")),
        (order(), of(&["-0.5", "0", "0.10", "0.100000000000000000001", "2"]))
            .prop_map(|(op, value)| format!("balance{op}{value}")),
        (equal(), any::<bool>()).prop_map(|(op, value)| format!("active{op}{value}")),
        (order(), of(&["2026-02-02T02:40:00.000001Z", "\"2026-02-02T03:40:00.000002+01:00\""]))
            .prop_map(|(op, value)| format!("create_time{op}{value}")),
        (order(), of(&["2026-01-02", "\"2026-01-03\""])).prop_map(|(op, value)| format!("birth_date{op}{value}")),
        (equal(), of(&["ACTIVE", "AT_RISK", "(ACTIVE OR AT_RISK)"]))
            .prop_map(|(op, value)| format!("state{op}{value}")),
        (of(&["region", "k.l", "\"k.l\"", "none"]), equal(), literal())
            .prop_map(|(key, op, value)| format!("attributes.{key}{op}{value}")),
        (of(&["region", "k.l"]), order(), plain())
            .prop_map(|(key, op, value)| format!("attributes.{key} {op} {value}")),
        of(&[
            "attributes:region",
            "attributes:none",
            "attributes.region:*",
            "attributes:*",
            "tags:*",
            "name:*",
            "clv:*"
        ])
        .prop_map(str::to_owned),
        literal().prop_map(|value| format!("tags:{value}")),
        (
            of(&[
                "name",
                "orders",
                "clv",
                "balance",
                "active",
                "create_time",
                "state",
                "attributes.region",
                "thing_id"
            ]),
            equal()
        )
            .prop_map(|(field, op)| format!("{field} {op} null")),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    test().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec![" AND ", " OR ", " "]), inner.clone())
                .prop_map(|(a, op, b)| format!("{a}{op}{b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            (prop::sample::select(vec!["NOT ", "-"]), inner).prop_map(|(not, a)| format!("{not}({a})")),
        ]
    })
}
