//! What customers have bought, by product and category, as it is now: net of refunds, but for those that name a purchase before the period.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// What a buyer bought of a product in a category and a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoughtItem {
    /// Who.
    pub buyer_id: i64,
    /// The product's key.
    pub product: String,
    /// Its category; empty where it has none.
    pub category: String,
    /// The currency.
    pub currency_code: String,
    /// Net, in minor units.
    pub amount_minor: i64,
}

/// What some buyers bought from a day on, up to another where one is given.
pub async fn bought_items_of_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
    (first, last): (Date, Option<Date>),
) -> sqlx::Result<Vec<BoughtItem>> {
    sqlx::query_as!(
        BoughtItem,
        r#"SELECT k.buyer_id AS "buyer_id!", i.product_external_id AS product, i.category, t.currency_code,
               greatest(least(sum(CASE t.kind WHEN 1 THEN i.amount_minor ELSE -i.amount_minor END), 9223372036854775807),
                        -9223372036854775807)::bigint AS "amount_minor!"
           FROM unnest($2::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.transaction
               WHERE tenant_id = $1 AND buyer_id = k.buyer_id AND occur_date >= $3 AND ($4::date IS NULL OR occur_date <= $4)
                   AND kind IN (1, 2) AND item_count IS NOT NULL
           ) t
           CROSS JOIN LATERAL (SELECT * FROM value.transaction_item WHERE tenant_id = $1 AND external_id = t.external_id) i
           LEFT JOIN LATERAL (
               SELECT occur_date FROM value.transaction p
               WHERE t.kind = 2 AND p.tenant_id = $1 AND p.external_id = t.refunded_external_id AND p.kind = 1
                   AND p.buyer_id = t.buyer_id AND p.currency_code = t.currency_code
               LIMIT 1
           ) p ON true
           WHERE p.occur_date IS NULL OR p.occur_date >= $3
           GROUP BY 1, 2, 3, 4"#,
        tenant,
        buyers,
        first.to_sqlx() as _,
        last.map(Date::to_sqlx) as _,
    )
    .fetch_all(connection)
    .await
}

/// Where an item is offered: what leads to it.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// From which day on purchases count.
    pub first: Date,
    /// Whether items are categories; else products.
    pub by_category: bool,
    /// The item.
    pub item: &'a str,
    /// The items that lead to it, each once.
    pub leading: &'a [String],
    /// What each is expected to bring.
    pub benefits: &'a [i64],
}

/// Somebody to offer it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// Who.
    pub buyer_id: i64,
    /// Its id in the customers service.
    pub customer_id: Option<Uuid>,
    /// The caller's key of it.
    pub external_id: Option<String>,
    /// The item with the largest benefit that leads there.
    pub leading: String,
    /// That benefit.
    pub benefit_minor: i64,
}

/// Up to `limit` buyers who hold something that leads to an item and not the item itself, after a benefit and a buyer where these are
/// given: the largest benefit first, then ascending.
pub async fn prospects_list(
    connection: &mut PgConnection,
    offered: &Offered<'_>,
    after: Option<(i64, i64)>,
    limit: i64,
) -> sqlx::Result<Vec<Prospect>> {
    let (benefit, buyer) = after.unwrap_or((i64::MAX, i64::MIN));
    sqlx::query_as!(
        Prospect,
        r#"WITH held AS (
               SELECT DISTINCT t.buyer_id, CASE WHEN $3 THEN i.category ELSE i.product_external_id END AS key
               FROM value.transaction t
               JOIN value.transaction_item i ON i.tenant_id = t.tenant_id AND i.external_id = t.external_id
               LEFT JOIN value.transaction p ON t.kind = 2 AND p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id
                   AND p.kind = 1 AND p.buyer_id = t.buyer_id AND p.currency_code = t.currency_code
               WHERE t.tenant_id = $1 AND i.tenant_id = $1 AND t.kind IN (1, 2) AND t.item_count IS NOT NULL AND t.occur_date >= $2
                   AND (p.occur_date IS NULL OR p.occur_date >= $2)
                   AND CASE WHEN $3 THEN i.category ELSE i.product_external_id END = ANY ($5::text[] || $4::text)
               GROUP BY t.buyer_id, 2, t.currency_code
               HAVING sum(CASE t.kind WHEN 1 THEN i.amount_minor ELSE -i.amount_minor END) > 0
           ), best AS (
               SELECT DISTINCT ON (h.buyer_id) h.buyer_id, l.key, l.benefit
               FROM held h JOIN unnest($5::text[], $6::bigint[]) AS l (key, benefit) ON l.key = h.key
               WHERE NOT EXISTS (SELECT FROM held o WHERE o.buyer_id = h.buyer_id AND o.key = $4)
               ORDER BY h.buyer_id, l.benefit DESC, l.key
           )
           SELECT s.buyer_id AS "buyer_id!", s.key AS "leading!", s.benefit AS "benefit_minor!", b.customer_id AS "customer_id?", b.external_id
           FROM (
               SELECT * FROM best WHERE benefit < $7 OR benefit = $7 AND buyer_id > $8 ORDER BY benefit DESC, buyer_id LIMIT $9
           ) s
           LEFT JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = s.buyer_id
           ORDER BY s.benefit DESC, s.buyer_id"#,
        offered.tenant,
        offered.first.to_sqlx() as _,
        offered.by_category,
        offered.item,
        offered.leading,
        offered.benefits,
        benefit,
        buyer,
        limit,
    )
    .fetch_all(connection)
    .await
}
