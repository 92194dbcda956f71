//! Items of transactions as runs read them: everything of a tenant in a period, by `COPY`.

use jiff::civil::Date;
use sqlx::PgConnection;

use super::transaction_scan::quoted;

/// Whether a tenant has items at all: one look at the index.
pub async fn transaction_items_exist(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM value.transaction_item WHERE tenant_id = $1) AS "exists!""#,
        tenant
    )
    .fetch_one(connection)
    .await
}

/// Which items.
#[derive(Debug, Clone, Copy)]
pub struct ItemScan<'a> {
    /// Whose.
    pub tenant: &'a str,
    /// In which currency.
    pub currency: &'a str,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl ItemScan<'_> {
    /// Copies out the items of purchases: buyer, number of the purchase, day, amount, millionths, product, its name, category. The number
    /// is a hash of 64 bits of the purchase's key, which tells the purchases of one buyer apart.
    pub fn purchases(&self) -> String {
        let Self { first, last, .. } = self;
        let (tenant, currency) = (quoted(self.tenant), quoted(self.currency));
        format!(
            "COPY (SELECT t.buyer_id, hashtextextended(t.external_id, 0), t.occur_date, i.amount_minor, i.quantity_micros, \
             i.product_external_id, i.product_name, i.category \
             FROM value.transaction t JOIN value.transaction_item i ON i.tenant_id = t.tenant_id AND i.external_id = t.external_id \
             WHERE t.tenant_id = {tenant} AND i.tenant_id = {tenant} AND t.kind = 1 AND t.item_count IS NOT NULL \
             AND t.currency_code = {currency} AND t.occur_date BETWEEN '{first}' AND '{last}') TO STDOUT (FORMAT binary)"
        )
    }

    /// The same of refunds: with the number and the day of the purchase that they name, or their own where they name none of the same
    /// buyer and currency. Refunds of purchases before the period are left out, as these are.
    pub fn refunds(&self) -> String {
        let Self { first, last, .. } = self;
        let (tenant, currency) = (quoted(self.tenant), quoted(self.currency));
        format!(
            "COPY (SELECT t.buyer_id, hashtextextended(coalesce(p.external_id, t.external_id), 0), coalesce(p.occur_date, t.occur_date), \
             -i.amount_minor, i.quantity_micros, i.product_external_id, i.product_name, i.category \
             FROM value.transaction t JOIN value.transaction_item i ON i.tenant_id = t.tenant_id AND i.external_id = t.external_id \
             LEFT JOIN value.transaction p ON p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id AND p.kind = 1 \
             AND p.buyer_id = t.buyer_id AND p.currency_code = t.currency_code \
             WHERE t.tenant_id = {tenant} AND i.tenant_id = {tenant} AND t.kind = 2 AND t.kind <> 1 AND t.item_count IS NOT NULL \
             AND t.currency_code = {currency} AND t.occur_date BETWEEN '{first}' AND '{last}' \
             AND (p.occur_date IS NULL OR p.occur_date >= '{first}')) TO STDOUT (FORMAT binary)"
        )
    }
}
