//! All transactions of a tenant up to a day, as a score run reads them.

use clientele_proto::value::v1::OtherCurrency;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

/// Tables below this many pages are read on one connection: a second one would take longer to open.
const PAGES_WORTH_SHARING: i64 = 2_000;

/// What is scanned.
#[derive(Debug, Clone, Copy)]
pub struct Purchases<'a> {
    /// Whose.
    pub tenant: &'a str,
    /// The currency that counts.
    pub currency: &'a str,
    /// The last day that counts.
    pub until: Date,
    /// Whether amounts in other currencies are read too.
    pub converts: bool,
    /// What rows need not be asked, because it holds of all of them.
    pub granted: Granted,
}

/// What holds of all rows of the table in a snapshot. Ten million comparisons of text take a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Granted {
    /// All are the tenant's.
    pub tenant: bool,
    /// Those of the tenant are in the currency.
    pub currency: bool,
}

impl Granted {
    /// What the connection's snapshot grants a tenant and a currency. The first and the last tenant are looked up in the primary key: asked whether there is
    /// any other one, Postgres would read the table.
    pub async fn read(connection: &mut PgConnection, tenant: &str, currency: &str) -> sqlx::Result<Self> {
        sqlx::query_as!(
            Self,
            r#"SELECT coalesce((SELECT min(tenant_id) = $1 AND max(tenant_id) = $1 FROM value.transaction), false) AS "tenant!",
                      coalesce((SELECT bool_and(currency_code = $2) FROM value.transaction_currency WHERE tenant_id = $1), false) AS "currency!""#,
            tenant,
            currency
        )
        .fetch_one(connection)
        .await
    }
}

/// How Postgres means to read the purchases.
#[derive(Debug, Clone, Copy)]
pub struct ScanPlan {
    /// Rows, estimated.
    pub rows: i64,
    /// The page in the middle of the table, when all of it is scanned.
    pub halves: Option<i64>,
}

/// A refund.
#[derive(Debug)]
pub struct Refund {
    /// Whose.
    pub buyer_id: i64,
    /// When money was given back.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// The day of the purchase it takes back, where it names one of the same buyer and currency.
    pub purchase_date: Option<jiff_sqlx::Date>,
}

impl Purchases<'_> {
    /// Asks the planner: a tenant that owns a small part of the table is read through an index, by one connection.
    pub async fn plan(&self, connection: &mut PgConnection) -> sqlx::Result<ScanPlan> {
        let explain = format!("EXPLAIN (FORMAT JSON) {}", self.select(None));
        let plan: serde_json::Value = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_one(&mut *connection).await?;
        let pages = sqlx::query_scalar!(
            r#"SELECT pg_relation_size('value.transaction') / current_setting('block_size')::bigint AS "pages!""#
        )
        .fetch_one(connection)
        .await?;
        let plan = &plan[0]["Plan"];
        let scans_all = plan["Node Type"] == "Seq Scan";
        let rows = plan["Plan Rows"].as_f64().unwrap_or_default() as i64;
        Ok(ScanPlan { rows, halves: (scans_all && pages >= PAGES_WORTH_SHARING).then_some(pages / 2) })
    }

    /// The statement that copies buyer, day and amount of purchases out, optionally of a range of pages. In another currency the amount is
    /// NULL, unless it is to be converted: then a fourth column names the currency, and is NULL for the run's.
    pub fn copy(&self, pages: Option<(i64, Option<i64>)>) -> String {
        format!("COPY ({}) TO STDOUT (FORMAT binary)", self.select(pages))
    }

    fn select(&self, pages: Option<(i64, Option<i64>)>) -> String {
        let (tenant, currency, until) = (quoted(self.tenant), quoted(self.currency), self.until);
        let pages = match pages {
            None => String::new(),
            Some((from, None)) => format!(" AND ctid >= '({from},0)'"),
            Some((from, Some(to))) => format!(" AND ctid >= '({from},0)' AND ctid < '({to},0)'"),
        };
        let amount = if self.converts {
            format!("amount_minor, nullif(currency_code, {currency})")
        } else if self.granted.currency {
            "amount_minor".to_owned()
        } else {
            format!("CASE WHEN currency_code = {currency} THEN amount_minor END")
        };
        let whose = if self.granted.tenant { String::new() } else { format!(" AND tenant_id = {tenant}") };
        format!(
            "SELECT buyer_id, occur_date, {amount} \
             FROM value.transaction WHERE kind = 1 AND occur_date <= '{until}'{whose}{pages}"
        )
    }

    /// The refunds in the run's currency.
    pub async fn refunds(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<Refund>> {
        sqlx::query_as!(
            Refund,
            r#"SELECT t.buyer_id, t.occur_date AS "occur_date: _", t.amount_minor, p.occur_date AS "purchase_date?: _"
               FROM value.transaction t
               LEFT JOIN value.transaction p ON p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id
                   AND p.kind = 1 AND p.buyer_id = t.buyer_id AND p.currency_code = t.currency_code
               WHERE t.tenant_id = $1 AND t.kind = 2 AND t.kind <> 1 AND t.currency_code = $2 AND t.occur_date <= $3"#,
            self.tenant,
            self.currency,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await
    }

    /// The costs in the run's currency, summed by buyer and kind: buyer, kind, amount, number of costs.
    pub async fn costs(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<PgRow>> {
        sqlx::query(
            "SELECT buyer_id, cost_kind, least(sum(amount_minor), 9223372036854775807)::bigint, count(*) FROM value.transaction
             WHERE tenant_id = $1 AND kind = 3 AND kind <> 1 AND currency_code = $2 AND occur_date <= $3
             GROUP BY buyer_id, cost_kind",
        )
        .bind(self.tenant)
        .bind(self.currency)
        .bind(self.until.to_sqlx())
        .fetch_all(connection)
        .await
    }

    /// Buyers known, with or without a transaction.
    pub async fn known_buyers(&self, connection: &mut PgConnection) -> sqlx::Result<i64> {
        sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM value.buyer WHERE tenant_id = $1 AND survivor_id IS NULL"#,
            self.tenant
        )
        .fetch_one(connection)
        .await
    }

    /// Whether a refund or a cost is in another currency.
    pub async fn has_foreign_others(&self, connection: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM value.transaction
               WHERE tenant_id = $1 AND kind <> 1 AND currency_code <> $2 AND occur_date <= $3) AS "exists!""#,
            self.tenant,
            self.currency,
            self.until.to_sqlx() as _,
        )
        .fetch_one(connection)
        .await
    }

    /// Transactions in other currencies, by currency.
    pub async fn other_currencies(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<OtherCurrency>> {
        let rows = sqlx::query!(
            r#"SELECT currency_code, count(*) AS "transactions!" FROM value.transaction
               WHERE tenant_id = $1 AND currency_code <> $2 AND occur_date <= $3 GROUP BY currency_code ORDER BY currency_code"#,
            self.tenant,
            self.currency,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await?;
        let others = rows.into_iter().map(|row| OtherCurrency {
            currency_code: row.currency_code,
            transactions: row.transactions,
            ..OtherCurrency::default()
        });
        Ok(others.collect())
    }
}

/// A text as a literal of SQL; `COPY` takes no parameters. Postgres' standard strings know no escape but the doubled quote.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_tenant_stays_inside_its_literal() {
        let until = Date::constant(1997, 9, 30);
        let granted = Granted::default();
        let purchases = Purchases { tenant: "o'hara'; DROP", currency: "EUR", until, converts: false, granted };
        let copy = purchases.copy(Some((0, Some(7))));
        assert!(copy.contains("tenant_id = 'o''hara''; DROP' AND ctid >= '(0,0)' AND ctid < '(7,0)'"), "{copy}");
        assert!(copy.contains("occur_date <= '1997-09-30'"), "{copy}");
    }

    #[test]
    fn rows_are_asked_only_what_does_not_hold_of_all() {
        let until = Date::constant(1997, 9, 30);
        let select = |tenant, currency, converts| {
            let granted = Granted { tenant, currency };
            Purchases { tenant: "acme", currency: "EUR", until, converts, granted }.copy(None)
        };
        let asks = |copy: &str| (copy.contains("tenant_id = 'acme'"), copy.contains("currency_code"));
        assert_eq!(asks(&select(false, false, false)), (true, true));
        assert_eq!(asks(&select(true, true, false)), (false, false));
        // A run that converts reads the code of each row.
        assert_eq!(asks(&select(true, true, true)), (false, true));
    }
}
