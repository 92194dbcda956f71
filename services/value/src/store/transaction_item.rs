//! Lines of transactions: written with them by `COPY`, read for many transactions at once.

use std::collections::HashMap;

use clientele_pg::copy::CopyIn;
use sqlx::PgConnection;

use super::transaction_row::unreadable;
use crate::domain::{line_item::LineItem, money::Amount, quantity::Quantity, transaction::Facts};

/// Stores the items of transactions, each with its id; those without items are passed over.
pub async fn transaction_items_copy<'r>(
    connection: &mut PgConnection,
    tenant: &str,
    transactions: impl Iterator<Item = (&'r str, &'r Facts)> + Send,
) -> sqlx::Result<u64> {
    let mut copy = CopyIn::begin(
        connection,
        "COPY value.transaction_item (amount_minor, quantity_micros, line, tenant_id, external_id, product_external_id, product_name, \
         category) FROM STDIN (FORMAT binary)",
    )
    .await?;
    for (external_id, facts) in transactions {
        for (item, line) in facts.items.iter().zip(1_i16..) {
            copy.row(8)
                .put(item.amount.minor())
                .put_opt(item.quantity.map(Quantity::micros))
                .put(line)
                .put(tenant)
                .put(external_id)
                .put(item.product_external_id.as_str())
                .put(item.product_name.as_str())
                .put(item.category.as_str());
            copy.flow().await?;
        }
    }
    copy.finish().await
}

/// Items of many transactions by (tenant, external id).
#[derive(Debug, Default)]
pub struct Items(HashMap<(String, String), Vec<StoredItem>>);

/// An item whose currency is that of its transaction.
#[derive(Debug)]
struct StoredItem {
    amount_minor: i64,
    quantity_micros: Option<i64>,
    product_external_id: String,
    product_name: String,
    category: String,
}

impl Items {
    /// Gives a transaction its items.
    pub fn attach(&mut self, tenant: &str, external_id: &str, facts: &mut Facts) -> sqlx::Result<()> {
        let stored = self.0.remove(&(tenant.to_owned(), external_id.to_owned())).unwrap_or_default();
        let code = facts.amount.currency_code();
        facts.items = stored.into_iter().map(|item| item.read(code)).collect::<sqlx::Result<_>>()?;
        Ok(())
    }
}

impl StoredItem {
    fn read(self, currency_code: &str) -> sqlx::Result<LineItem> {
        let amount = Amount::stored(self.amount_minor, currency_code);
        Ok(LineItem {
            product_external_id: self.product_external_id,
            product_name: self.product_name,
            category: self.category,
            quantity: self.quantity_micros.and_then(Quantity::of_micros),
            amount: amount.ok_or_else(|| unreadable("an amount of an item that is none"))?,
        })
    }
}

/// The items of these distinct transactions, each a tenant and an external id; no statement where there is none.
pub async fn transaction_items_read(
    connection: &mut PgConnection,
    tenants: &[String],
    external_ids: &[String],
) -> sqlx::Result<Items> {
    let mut items = Items::default();
    if external_ids.is_empty() {
        return Ok(items);
    }
    let rows = sqlx::query!(
        r#"SELECT i.tenant_id, i.external_id, i.amount_minor, i.quantity_micros, i.product_external_id, i.product_name, i.category
           FROM unnest($1::text[], $2::text[]) AS k(tenant_id, external_id)
           CROSS JOIN LATERAL (SELECT * FROM value.transaction_item t WHERE t.tenant_id = k.tenant_id AND t.external_id = k.external_id
                               ORDER BY t.line LIMIT 1000) AS i
           ORDER BY i.line"#,
        tenants,
        external_ids
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let item = StoredItem {
            amount_minor: row.amount_minor,
            quantity_micros: row.quantity_micros,
            product_external_id: row.product_external_id,
            product_name: row.product_name,
            category: row.category,
        };
        items.0.entry((row.tenant_id, row.external_id)).or_default().push(item);
    }
    Ok(items)
}
