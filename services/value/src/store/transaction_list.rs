//! The transactions of one buyer, page by page.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, QueryBuilder};

use super::transaction_row::Row;
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
    let mut query = QueryBuilder::new(
        "SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time, \
         t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time, b.customer_id, \
         b.external_id AS customer_external_id",
    );
    plan.push_keys(&mut query);
    query
        .push(" FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id) WHERE t.tenant_id = ")
        .push_bind(tenant);
    query.push(" AND t.buyer_id = ").push_bind(buyer_id);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(Row::from_row(&row)?.read()?.transaction))
}
