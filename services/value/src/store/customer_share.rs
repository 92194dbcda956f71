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
    /// Where wallets come from that customers did not declare.
    pub benchmark: Benchmark<'a>,
}

/// Where wallets come from that customers did not declare.
#[derive(Debug, Clone, Copy)]
pub enum Benchmark<'a> {
    /// The benchmarks of the run's peer groups, by the number that scores carry.
    OfRun(&'a [i64]),
    /// What peers buy here.
    PeerRevenue {
        /// The quantile of their revenue.
        quantile: f64,
        /// Peers that make a benchmark.
        min_peers: i64,
        /// The attribute that tells peers further apart; empty for none.
        peer_attribute: &'a str,
    },
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
    /// Customers who declared none and have a benchmark.
    pub peer_customers: i64,
    /// Their benchmarks.
    pub peer_minor: i64,
    /// Their revenue of the last 365 days.
    pub peer_revenue_minor: i64,
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
             s.clv_minor, s.stage, s.wallet_group, p.country_code, p.industry_code, p.attributes, \
             coalesce(p.kind, 0) AS peer_kind, coalesce(p.industry_code, '') AS peer_industry, CASE WHEN a.wallet_currency_code = ",
        );
        query.push_bind(self.currency_code).push(
            " THEN a.yearly_wallet_minor END AS declared_minor FROM value.score s \
             LEFT JOIN value.buyer b ON b.tenant_id = s.tenant_id AND b.buyer_id = s.buyer_id \
             LEFT JOIN value.customer_profile p ON p.tenant_id = s.tenant_id AND p.customer_id = b.customer_id \
             LEFT JOIN value.account_signals a ON a.tenant_id = s.tenant_id AND a.buyer_id = s.buyer_id WHERE s.tenant_id = ",
        );
        query.push_bind(self.tenant).push(" AND s.score_set = ").push_bind(self.score_set);
        query.push("), benchmarked AS (");
        self.benchmark.push(&mut query);
        query.push(
            "), walleted AS (SELECT b.*, coalesce(b.declared_minor, \
             nullif(greatest(b.benchmark, CASE WHEN b.benchmark IS NOT NULL THEN b.last_year_minor END), 0)) AS wallet_minor \
             FROM benchmarked b) SELECT ",
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
        let by_peers = "WHERE w.declared_minor IS NULL AND w.wallet_minor IS NOT NULL";
        query.push(format_args!("count(*) FILTER ({by_peers}) AS peer_customers, "));
        query.push(sum("wallet_minor", by_peers, "peer_minor")).push(", ");
        query.push(sum("last_year_minor", by_peers, "peer_revenue_minor")).push(", ");
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

impl Benchmark<'_> {
    /// Adds the statement that gives every one of the `customers` its benchmark, NULL for none.
    fn push(self, query: &mut QueryBuilder<Postgres>) {
        match self {
            Self::OfRun(benchmarks) => {
                query.push("SELECT c.*, (").push_bind(benchmarks);
                query.push("::bigint[])[c.wallet_group] AS benchmark FROM customers c");
            }
            Self::PeerRevenue { quantile, min_peers, peer_attribute } => {
                let attribute = |query: &mut QueryBuilder<Postgres>| {
                    query.push("coalesce(c.attributes ->> ").push_bind(peer_attribute).push(", '')");
                };
                query.push("SELECT c.*, round(p.benchmark)::bigint AS benchmark FROM customers c LEFT JOIN (SELECT peer_kind, peer_industry, ");
                attribute(query);
                query.push(" AS peer_attribute, percentile_cont(").push_bind(quantile);
                query.push("::double precision) WITHIN GROUP (ORDER BY last_year_minor) AS benchmark FROM customers c GROUP BY 1, 2, 3 HAVING count(*) >= ");
                query.push_bind(min_peers).push(
                    ") p ON p.peer_kind = c.peer_kind AND p.peer_industry = c.peer_industry AND p.peer_attribute = ",
                );
                attribute(query);
            }
        }
    }
}

/// The sum of a column over those of a group that a filter lets pass; what is too much for a bigint stays at its end.
fn sum(column: &str, filter: &str, name: &str) -> String {
    let filter = if filter.is_empty() { String::new() } else { format!(" FILTER ({filter})") };
    format!("least(coalesce(sum(w.{column}){filter}, 0), 9223372036854775807)::bigint AS {name}")
}
