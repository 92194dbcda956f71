//! Pages of a real table, in many orders: each row exactly once, in the order of one big page.

use clientele_page::{Arguments, ListRequest, PageError, PageSizes, suite};
use sqlx::QueryBuilder;
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::postgres::Postgres;
use crate::things::{self, THINGS, Thing};

const SIZES: PageSizes = PageSizes { default: 4, max: 1000 };

const ORDERS: &[&str] = &[
    "",
    "thing_id desc",
    "rank",
    "rank desc",
    "rank, thing_id desc",
    "rank desc, orders",
    "name",
    "name desc",
    "clv",
    "clv desc",
    "balance desc, name, clv desc",
    "active, create_time desc, birth_date",
    "birth_date desc, active desc",
    "state desc, orders desc, name desc",
    "create_time, state",
];

/// Few distinct values, so that ties and NULLs meet page ends everywhere.
fn rows() -> Vec<Thing> {
    let row = |n: u32| {
        let unless = |divisor| !n.is_multiple_of(divisor);
        Thing {
            id: Uuid::from_u128(u128::from(n.wrapping_mul(2_654_435_761))),
            name: unless(3).then(|| ["a", "b é", "B"][n as usize / 3 % 3].to_owned()),
            orders: unless(4).then_some(i64::from(n % 2)),
            clv: unless(5).then(|| [f64::NAN, 0.1 + 0.2, 0.3, f64::INFINITY][n as usize / 5 % 4]),
            balance: unless(7).then(|| ["0.1", "0.10000000000000000001", "NaN"][n as usize % 3].to_owned()),
            active: unless(6).then_some(n.is_multiple_of(2)),
            create_time: unless(8).then(|| jiff::Timestamp::from_microsecond(i64::from(n % 3)).unwrap()),
            birth_date: unless(9).then(|| jiff::civil::date(2000, 1, 1 + (n % 2) as i8)),
            state: unless(2).then(|| ["active", "at risk"][n as usize / 2 % 2].to_owned()),
            rank: i64::from(n % 3),
            ..Thing::default()
        }
    };
    (1..=40).map(row).collect()
}

async fn list(
    connection: &mut PgConnection,
    order_by: &str,
    filter: &str,
    page_size: i32,
    page_token: &str,
) -> Result<(Vec<String>, String), Vec<PageError>> {
    let arguments = Arguments::of("things.list_things").with("tenant", "a");
    let request = ListRequest { page_size, page_token, filter, order_by, arguments };
    let plan = THINGS.plan(&request, SIZES)?;
    let mut query = QueryBuilder::new("SELECT t.thing_id");
    plan.push_keys(&mut query);
    query.push(" FROM things t WHERE t.tenant_id = ").push_bind("a");
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await.unwrap_or_else(|error| panic!("{order_by}: {error}"));
    let page = plan.finish(rows).unwrap_or_else(|error| panic!("{order_by}: {error}"));
    Ok((page.items.iter().map(|row| things::thing_id(row).to_string()).collect(), page.next_page_token))
}

#[tokio::test]
async fn every_order_gives_each_row_once_whatever_the_page_size() {
    suite::schema_is_sound(&THINGS);
    let postgres = Postgres::start().await;
    let connection = Mutex::new(postgres.connect().await);
    things::create(&mut *connection.lock().await, &rows()).await;
    for order_by in ORDERS {
        // n % 3 > 0: all but 13 of 40.
        for (filter, count) in [("", 40), ("rank > 0 OR rank = 7", 27)] {
            let all = list(&mut *connection.lock().await, order_by, filter, 1000, "").await.unwrap().0;
            assert_eq!(all.len(), count);
            let pages =
                async |size, token: String| list(&mut *connection.lock().await, order_by, filter, size, &token).await;
            suite::pages_add_up(&all, pages).await;
        }
    }
}

#[tokio::test]
async fn nulls_come_last_in_both_directions() {
    let postgres = Postgres::start().await;
    let mut connection = postgres.connect().await;
    let row = |id: u128, orders| Thing { id: Uuid::from_u128(id), orders, ..Thing::default() };
    things::create(&mut connection, &[row(1, None), row(2, Some(5)), row(3, Some(7)), row(4, None)]).await;
    for (order_by, expected) in
        [("orders", [2, 3, 1, 4]), ("orders desc", [3, 2, 4, 1]), ("orders desc, thing_id", [3, 2, 1, 4])]
    {
        let expected = expected.map(|id| Uuid::from_u128(id).to_string());
        let mut ids = vec![];
        let mut token = String::new();
        for _ in 0..4 {
            let (page, next) = list(&mut connection, order_by, "", 1, &token).await.unwrap();
            ids.extend(page);
            token = next;
        }
        assert_eq!(ids, expected, "{order_by}");
        assert_eq!(token, "", "the last page says so");
    }
}

#[test]
fn everything_wrong_with_a_request_is_said_at_once() {
    let arguments = Arguments::of("things.list_things");
    let request = ListRequest { page_size: -1, page_token: "x", filter: "nope = 1", order_by: "tags", arguments };
    let errors = THINGS.plan(&request, SIZES).unwrap_err();
    assert_eq!(errors.iter().map(PageError::field).collect::<Vec<_>>(), ["page_size", "filter", "order_by"]);
}

#[test]
fn a_token_is_bound_to_filter_and_order_but_not_to_page_size() {
    let base = ListRequest { order_by: "rank", ..ListRequest::new(Arguments::of("things.list_things")) };
    let plan = THINGS.plan(&base, SIZES).unwrap();
    let keys = |rank: &i64| Ok::<_, sqlx::Error>(vec![Some((*rank).into()), Some(Uuid::from_u128(1).into())]);
    let page = plan.finish_by(vec![1, 2, 3, 4, 5], keys).unwrap();
    assert_eq!(page.items, [1, 2, 3, 4]);
    let token = page.next_page_token.as_str();

    let next = THINGS.plan(&ListRequest { page_token: token, page_size: 9, ..base.clone() }, SIZES).unwrap();
    assert_eq!(next.condition().to_sql(2).0, "TRUE AND (t.rank, t.thing_id) > ($2, $3)");
    assert_eq!(next.limit, 9);
    for other in [
        ListRequest { page_token: token, filter: "rank = 1", ..base.clone() },
        ListRequest { page_token: token, order_by: "rank desc", ..base.clone() },
        ListRequest { page_token: token, arguments: Arguments::of("things.list_others"), ..base.clone() },
    ] {
        assert_eq!(THINGS.plan(&other, SIZES).unwrap_err(), [PageError::ForeignToken]);
    }
}
