//! Transactions of all currencies, as a score run that converts reads them, and as one customer is scored again by it.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{rescore::Past, transaction_scan::Purchases};

/// A refund in any currency.
#[derive(Debug)]
pub struct AnyRefund {
    /// Whose.
    pub buyer_id: i64,
    /// When money was given back.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency_code: String,
    /// The day of the purchase it takes back, where it names one of the same buyer.
    pub purchase_date: Option<jiff_sqlx::Date>,
}

/// A cost in another currency than the run's.
#[derive(Debug)]
pub struct ForeignCost {
    /// Whose.
    pub buyer_id: i64,
    /// When.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency_code: String,
    /// What for; `None` for the cost to serve.
    pub cost_kind: Option<i16>,
}

impl Purchases<'_> {
    /// The refunds in all currencies.
    pub async fn refunds_of_all_currencies(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<AnyRefund>> {
        sqlx::query_as!(
            AnyRefund,
            r#"SELECT t.buyer_id, t.occur_date AS "occur_date: _", t.amount_minor, t.currency_code,
                   p.occur_date AS "purchase_date?: _"
               FROM value.transaction t
               LEFT JOIN value.transaction p ON p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id
                   AND p.kind = 1 AND p.buyer_id = t.buyer_id
               WHERE t.tenant_id = $1 AND t.kind = 2 AND t.kind <> 1 AND t.occur_date <= $2"#,
            self.tenant,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await
    }

    /// The costs in other currencies.
    pub async fn foreign_costs(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<ForeignCost>> {
        sqlx::query_as!(
            ForeignCost,
            r#"SELECT buyer_id, occur_date AS "occur_date: _", amount_minor, currency_code, cost_kind FROM value.transaction
               WHERE tenant_id = $1 AND kind = 3 AND kind <> 1 AND currency_code <> $2 AND occur_date <= $3"#,
            self.tenant,
            self.currency,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await
    }
}

/// All that some buyers did in any currency; a refund that names a purchase of the same buyer knows its day, whatever the currency.
pub async fn histories_of_all_currencies(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
) -> sqlx::Result<Vec<(Past, String)>> {
    let rows = sqlx::query!(
        r#"SELECT t.buyer_id, t.kind, t.occur_date AS "occur_date: jiff_sqlx::Date", t.amount_minor, t.currency_code, t.cost_kind,
               p.occur_date AS "purchase_date?: jiff_sqlx::Date"
           FROM unnest($2::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (SELECT * FROM value.transaction WHERE tenant_id = $1 AND buyer_id = k.buyer_id) t
           LEFT JOIN LATERAL (
               SELECT occur_date FROM value.transaction p
               WHERE t.kind = 2 AND p.tenant_id = $1 AND p.external_id = t.refunded_external_id
                   AND p.kind = 1 AND p.buyer_id = t.buyer_id
               LIMIT 1
           ) p ON true"#,
        tenant,
        buyers,
    )
    .fetch_all(connection)
    .await?;
    let past = rows.into_iter().map(|row| {
        let past = Past {
            buyer_id: row.buyer_id,
            kind: row.kind,
            occur_date: row.occur_date,
            amount_minor: row.amount_minor,
            purchase_date: row.purchase_date,
            cost_kind: row.cost_kind,
        };
        (past, row.currency_code)
    });
    Ok(past.collect())
}
