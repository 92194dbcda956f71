//! The customers of a run by group, with their wallets.

use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

/// What customers are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping<'a> {
    /// Nothing: one group, with an empty name.
    Nothing,
    /// Segments they are in.
    Segment,
    /// Where they are based.
    Country,
    /// Organisations' industries.
    Industry,
    /// A free attribute.
    Attribute(&'a str),
}

/// Whose shares, and how wallets are benchmarked.
#[derive(Debug, Clone, Copy)]
pub struct Shares<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The number the run's scores stand under.
    pub score_set: i64,
    /// The run's currency.
    pub currency_code: &'a str,
    /// The quantile of peers' revenue that is a benchmark.
    pub quantile: f64,
    /// Peers that make a benchmark.
    pub min_peers: i64,
    /// The attribute that tells peers further apart; empty for none.
    pub peer_attribute: &'a str,
}

/// A group of customers. Money in minor units.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Share {
    /// Its name; empty for customers without one.
    pub name: String,
    /// Customers.
    pub customers: i64,
    /// Those who are new, active, loyal or returning.
    pub active: i64,
    /// Net revenue.
    pub total_revenue_minor: i64,
    /// Net revenue of the last 365 days.
    pub last_year_minor: i64,
    /// CLV; `None` where nobody has one.
    pub clv_minor: Option<f64>,
    /// Customers who declared a wallet.
    pub declared_customers: i64,
    /// Their wallets.
    pub declared_minor: i64,
    /// Their revenue of the last 365 days.
    pub declared_revenue_minor: i64,
    /// Customers with a wallet, declared or benchmarked.
    pub wallet_customers: i64,
    /// Their wallets.
    pub wallet_minor: i64,
    /// Their revenue of the last 365 days.
    pub wallet_revenue_minor: i64,
}

impl Shares<'_> {
    /// Up to `limit` groups, the greatest net revenue first.
    pub async fn groups(
        &self,
        connection: &mut PgConnection,
        grouping: Grouping<'_>,
        limit: i64,
    ) -> sqlx::Result<Vec<Share>> {
        let mut query = QueryBuilder::<Postgres>::new(
            "WITH customers AS (SELECT s.buyer_id, s.total_revenue_minor, coalesce(s.last_year_minor, 0) AS last_year_minor, \
             s.clv_minor, s.stage, p.country_code, p.industry_code, p.attributes, \
             coalesce(p.kind, 0) AS peer_kind, coalesce(p.industry_code, '') AS peer_industry, coalesce(p.attributes ->> ",
        );
        query.push_bind(self.peer_attribute).push(", '') AS peer_attribute, CASE WHEN a.wallet_currency_code = ");
        query.push_bind(self.currency_code).push(
            " THEN a.yearly_wallet_minor END AS declared_minor FROM value.score s \
             LEFT JOIN value.buyer b ON b.tenant_id = s.tenant_id AND b.buyer_id = s.buyer_id \
             LEFT JOIN value.customer_profile p ON p.tenant_id = s.tenant_id AND p.customer_id = b.customer_id \
             LEFT JOIN value.account_signals a ON a.tenant_id = s.tenant_id AND a.buyer_id = s.buyer_id WHERE s.tenant_id = ",
        );
        query.push_bind(self.tenant).push(" AND s.score_set = ").push_bind(self.score_set);
        query
            .push("), peers AS (SELECT peer_kind, peer_industry, peer_attribute, percentile_cont(")
            .push_bind(self.quantile);
        query.push(
            "::double precision) WITHIN GROUP (ORDER BY last_year_minor) AS benchmark FROM customers GROUP BY 1, 2, 3 HAVING count(*) >= ",
        );
        query.push_bind(self.min_peers).push(
            "), walleted AS (SELECT c.*, coalesce(c.declared_minor, \
             nullif(greatest(round(p.benchmark)::bigint, CASE WHEN p.benchmark IS NOT NULL THEN c.last_year_minor END), 0)) AS wallet_minor \
             FROM customers c LEFT JOIN peers p USING (peer_kind, peer_industry, peer_attribute)) SELECT ",
        );
        match grouping {
            Grouping::Nothing => query.push("''::text"),
            Grouping::Segment => query.push("coalesce(g.name, '')"),
            Grouping::Country => query.push("coalesce(w.country_code, '')"),
            Grouping::Industry => query.push("coalesce(w.industry_code, '')"),
            Grouping::Attribute(key) => query.push("coalesce(w.attributes ->> ").push_bind(key).push(", '')"),
        };
        query.push(" AS name, count(*) AS customers, count(*) FILTER (WHERE w.stage IN (1, 2, 3, 7)) AS active, ");
        query.push(sum("total_revenue_minor", "", "total_revenue_minor")).push(", ");
        query.push(sum("last_year_minor", "", "last_year_minor")).push(", sum(w.clv_minor) AS clv_minor, ");
        query
            .push("count(w.declared_minor) AS declared_customers, ")
            .push(sum("declared_minor", "", "declared_minor"))
            .push(", ");
        query.push(sum("last_year_minor", "WHERE w.declared_minor IS NOT NULL", "declared_revenue_minor")).push(", ");
        query
            .push("count(w.wallet_minor) AS wallet_customers, ")
            .push(sum("wallet_minor", "", "wallet_minor"))
            .push(", ");
        query.push(sum("last_year_minor", "WHERE w.wallet_minor IS NOT NULL", "wallet_revenue_minor"));
        query.push(" FROM walleted w");
        if grouping == Grouping::Segment {
            query.push(" LEFT JOIN value.segment_member m ON m.tenant_id = ").push_bind(self.tenant);
            query.push(" AND m.buyer_id = w.buyer_id LEFT JOIN value.segment g ON g.tenant_id = m.tenant_id AND g.segment_id = m.segment_id");
        }
        query.push(" GROUP BY 1 ORDER BY total_revenue_minor DESC, name LIMIT ").push_bind(limit);
        query.build_query_as().persistent(false).fetch_all(connection).await
    }
}

/// The sum of a column over those of a group that a filter lets pass; what is too much for a bigint stays at its end.
fn sum(column: &str, filter: &str, name: &str) -> String {
    let filter = if filter.is_empty() { String::new() } else { format!(" FILTER ({filter})") };
    format!("least(coalesce(sum(w.{column}){filter}, 0), 9223372036854775807)::bigint AS {name}")
}
