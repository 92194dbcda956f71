//! Transactions page by page: those of one buyer, or all of a tenant.

use clientele_page::{Field, Kind, ListPlan, Page, Schema, Value};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder, postgres::PgRow};

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
    let mut query = select(tenant, plan);
    query.push(" AND t.buyer_id = ").push_bind(buyer_id);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(Row::from_row(&row)?.read()?.transaction))
}

/// Items of the transactions of one page of an export, at most; a transaction alone may have as many as it has.
const PAGE_ITEMS: usize = 5000;

/// A page of all transactions of a tenant, with their items; shorter where they have many. The plan is ordered by the external id.
pub async fn transactions_export(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<Transaction>> {
    let mut query = select(tenant, plan);
    plan.push_rest(&mut query);
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

/// The rows of a tenant, up to where a condition goes on.
fn select(tenant: &str, plan: &ListPlan) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time, \
         t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time, \
         b.customer_id, b.external_id AS customer_external_id",
    );
    plan.push_keys(&mut query);
    query
        .push(" FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id) WHERE t.tenant_id = ")
        .push_bind(tenant.to_owned());
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_before_its_items_are_too_many_and_holds_one_transaction_at_least() {
        assert_eq!(fitting([0, 1000, 0, 4000, 0, 1].into_iter()), 5);
        assert_eq!(fitting([6000, 1].into_iter()), 1);
        assert_eq!(fitting([0; 7].into_iter()), 7);
    }
}
