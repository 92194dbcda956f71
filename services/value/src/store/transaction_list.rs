//! Transactions page by page: those of one buyer, or all of a tenant.

use clientele_page::{Field, Kind, ListPlan, Page, Schema, Value};
use sqlx::{FromRow as _, PgConnection, QueryBuilder, postgres::PgRow};

use super::{transaction_item::transaction_items_read, transaction_row::Row};
use crate::domain::transaction::Transaction;

/// What a list of transactions is filtered and ordered by.
pub static TRANSACTIONS: Schema = Schema::new(
    Field::new("external_id", "t.external_id", Kind::Text),
    &[
        Field::new("occur_date", "t.occur_date", Kind::Date).sortable(),
        Field::new(
            "kind",
            "CASE t.kind WHEN 1 THEN 'PURCHASE' WHEN 2 THEN 'REFUND' WHEN 3 THEN 'COST' END",
            Kind::Enum(&[("PURCHASE", "PURCHASE"), ("REFUND", "REFUND"), ("COST", "COST")]),
        ),
        Field::new("amount.currency_code", "t.currency_code", Kind::Text),
    ],
)
.ordered_by("occur_date desc");

/// A page of the transactions of a buyer, without their items.
pub async fn transactions_list(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    plan: &ListPlan,
) -> sqlx::Result<Page<Transaction>> {
    let mut query = QueryBuilder::new(COLUMNS);
    plan.push_keys(&mut query);
    query
        .push(" FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id) WHERE t.tenant_id = ")
        .push_bind(tenant);
    query.push(" AND t.buyer_id = ").push_bind(buyer_id);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(Row::from_row(&row)?.read()?.transaction))
}

/// What is read of transactions `t` and their buyers `b`.
const COLUMNS: &str = "SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time, \
     t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time, b.customer_id, \
     b.external_id AS customer_external_id";

/// Items of the transactions of one page of an export, at most; a transaction alone may have as many as it has.
const PAGE_ITEMS: usize = 5000;

/// A page of all transactions of a tenant, with their items; shorter where they have many. The plan is ordered by the external id.
///
/// The rows come from the key's index, in its order, so that the pages together read each row once. Postgres is told so: it does not know
/// where a page begins, and would rather read and sort the rest of the table for each of them. `connection` is in a transaction.
pub async fn transactions_export(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<Transaction>> {
    sqlx::query!("SET LOCAL enable_sort = off").execute(&mut *connection).await?;
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" FROM (SELECT t.* FROM value.transaction t WHERE t.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    query.push(
        ") AS t CROSS JOIN LATERAL (SELECT b.customer_id, b.external_id FROM value.buyer b \
         WHERE b.tenant_id = t.tenant_id AND b.buyer_id = t.buyer_id LIMIT 1) AS b ORDER BY t.external_id",
    );
    let rows = query.build().fetch_all(&mut *connection).await?;
    let rows: Vec<Row> = rows.iter().map(|row: &PgRow| Row::from_row(row)).collect::<sqlx::Result<_>>()?;

    let counts = rows.iter().map(|row| row.item_count.map_or(0, |count| count as usize));
    let mut shorter = plan.clone();
    shorter.limit = fitting(counts).min(plan.limit);
    let page = shorter.finish_by(rows, |row| Ok::<_, sqlx::Error>(vec![Some(Value::Text(row.external_id.clone()))]))?;

    let with_items: Vec<String> =
        page.items.iter().filter(|row| row.has_items()).map(|row| row.external_id.clone()).collect();
    let mut items = transaction_items_read(connection, &vec![tenant.to_owned(); with_items.len()], &with_items).await?;
    page.try_map(|row| {
        let has_items = row.has_items();
        let mut transaction = row.read()?.transaction;
        if has_items {
            items.attach(tenant, &transaction.external_id, &mut transaction.facts)?;
        }
        Ok(transaction)
    })
}

/// How many of the first transactions have no more items than a page has, by their numbers of items; one at least.
fn fitting(counts: impl Iterator<Item = usize>) -> usize {
    let sums = counts.scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= PAGE_ITEMS).count().max(1)
}

#[cfg(test)]
mod tests {
    use clientele_page::{Arguments, ListRequest, PageSizes};
    use clientele_testkit::TestDatabase;
    use sqlx::Connection as _;

    use super::*;
    use crate::SCHEMA;

    #[test]
    fn a_page_ends_before_its_items_are_too_many_and_holds_one_transaction_at_least() {
        assert_eq!(fitting([0, 1000, 0, 4000, 0, 1].into_iter()), 5);
        assert_eq!(fitting([6000, 1].into_iter()), 1);
        assert_eq!(fitting([0; 7].into_iter()), 7);
    }

    /// Index entries that were read of the table, as Postgres counts them.
    async fn entries_read(connection: &mut PgConnection) -> i64 {
        sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
        sqlx::query_scalar(
            "SELECT sum(idx_tup_read + seq_tup_read)::bigint FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)
             WHERE t.relname = 'transaction'",
        )
        .fetch_one(connection)
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn the_pages_of_an_export_together_read_each_row_about_once_whatever_is_filtered() {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let sql = "INSERT INTO value.buyer (tenant_id, external_id) SELECT 'acme', 'C-' || n FROM generate_series(1, 3000) n;
                   INSERT INTO value.transaction (tenant_id, external_id, buyer_id, kind, amount_minor, currency_code, occur_date, create_time)
                   SELECT 'acme', 'INV-' || n, 1 + n % 3000, 1, n, 'USD', date '1997-01-01' + n % 365, now()
                   FROM generate_series(1, 20000) n;
                   ANALYZE";
        sqlx::raw_sql(sql).execute(&mut database.owner().await).await.unwrap();
        let mut connection = pool.acquire().await.unwrap();
        for (filter, expected) in
            [("", 20_000), ("occur_date >= \"1997-02-01\" AND occur_date <= \"1997-12-01\"", 16_000)]
        {
            let arguments = Arguments::of("test");
            let list = ListRequest { filter, order_by: "external_id", ..ListRequest::new(arguments) };
            let mut plan = TRANSACTIONS.plan(&list, PageSizes { default: 1000, max: 1000 }).unwrap();
            let before = entries_read(&mut connection).await;
            let mut exported = 0;
            loop {
                let mut tx = connection.begin().await.unwrap();
                let page = transactions_export(&mut tx, "acme", &plan).await.unwrap();
                tx.rollback().await.unwrap();
                exported += page.items.len();
                plan.after = page.items.last().map(|last| vec![Some(Value::Text(last.external_id.clone()))]);
                if page.next_page_token.is_empty() {
                    break;
                }
            }
            let read = entries_read(&mut connection).await - before;
            assert!(exported >= expected, "{exported} exported");
            assert!((20_000..25_000).contains(&read), "{read} entries for 20,000 rows, filter {filter:?}");
        }
    }
}
