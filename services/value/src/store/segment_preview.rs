//! What a group of customers would be, and what it is worth.

use clientele_page::Filter;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    score::RunColumns,
    segment_rule::{Asked, push_customers},
};

/// Whom to count.
#[derive(Debug)]
pub enum Group<'a> {
    /// Who fits a rule.
    Rule(&'a Filter),
    /// Who is in a segment.
    Segment(Uuid),
}

/// A group beside all customers. Money in minor units.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Counted {
    /// Customers that are known and not deleted.
    pub customers: i64,
    /// Those of the group.
    pub members: i64,
    /// Those of the group with a score.
    pub scored_members: i64,
    /// Net revenue of all.
    pub total_revenue_minor: i64,
    /// Net revenue of the group.
    pub members_revenue_minor: i64,
    /// CLV of all; `None` where nobody has one.
    pub total_clv_minor: Option<f64>,
    /// CLV of the group; `None` where nobody has one.
    pub members_clv_minor: Option<f64>,
}

/// Counts a group. The transaction is planned for all customers.
pub async fn segment_preview_count(
    connection: &mut PgConnection,
    tenant: &str,
    run: &RunColumns<'_>,
    group: &Group<'_>,
) -> sqlx::Result<Counted> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT count(*) AS customers, count(*) FILTER (WHERE fits) AS members, \
         count(*) FILTER (WHERE fits AND scored) AS scored_members, \
         least(coalesce(sum(total_revenue_minor), 0), 9223372036854775807)::bigint AS total_revenue_minor, \
         least(coalesce(sum(total_revenue_minor) FILTER (WHERE fits), 0), 9223372036854775807)::bigint AS members_revenue_minor, \
         sum(clv_minor) AS total_clv_minor, sum(clv_minor) FILTER (WHERE fits) AS members_clv_minor \
         FROM (SELECT s.buyer_id IS NOT NULL AS scored, s.total_revenue_minor, s.clv_minor, (",
    );
    push_fits(&mut query, tenant, group);
    query.push(") IS TRUE AS fits");
    push_customers(&mut query, tenant, run, Asked::All);
    query.push(") c");
    query.build_query_as().persistent(false).fetch_one(connection).await
}

/// The first buyers of a group.
pub async fn segment_preview_first(
    connection: &mut PgConnection,
    tenant: &str,
    run: &RunColumns<'_>,
    group: &Group<'_>,
    limit: i64,
) -> sqlx::Result<Vec<(Option<Uuid>, Option<String>)>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT b.customer_id, b.external_id");
    push_customers(&mut query, tenant, run, Asked::All);
    query.push(" AND (");
    push_fits(&mut query, tenant, group);
    query.push(") ORDER BY b.buyer_id LIMIT ").push_bind(limit);
    query.build_query_as().persistent(false).fetch_all(connection).await
}

fn push_fits(query: &mut QueryBuilder<Postgres>, tenant: &str, group: &Group<'_>) {
    match group {
        Group::Rule(filter) => filter.fragment().push(query),
        Group::Segment(segment_id) => {
            query.push("b.buyer_id IN (SELECT buyer_id FROM value.segment_member WHERE tenant_id = ").push_bind(tenant);
            query.push(" AND segment_id = ").push_bind(*segment_id).push(")");
        }
    }
}
