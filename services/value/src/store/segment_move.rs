//! Who joined and left segments: found by comparing who fits with who is in, as one statement over all customers.
//!
//! Whoever writes moves holds the lock of the segments' rows and that of the tenant's buyers.

use clientele_page::Filter;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    score::RunColumns,
    segment_features::{Centres, push_features},
    segment_rule::{Asked, push_customers},
};

/// Why somebody moved; the numbers of `SegmentChangeCause` in the contract.
pub mod cause {
    /// A score run succeeded.
    pub const SCORE_RUN: i16 = 1;
    /// The segment is new or its definition changed.
    pub const DEFINITION: i16 = 2;
    /// The customer changed.
    pub const CUSTOMER: i16 = 3;
    /// People said so.
    pub const PEOPLE: i16 = 4;
    /// Customers were merged.
    pub const CUSTOMERS_MERGED: i16 = 5;
    /// A merge of customers was undone.
    pub const CUSTOMERS_UNMERGED: i16 = 6;
}

/// Who is to be in segments.
#[derive(Debug)]
pub enum Wanted<'a> {
    /// In one: who fits a rule.
    Rule(Uuid, &'a Filter),
    /// In each: who is nearest to its centre.
    Centres(&'a [Uuid], &'a Centres),
}

/// What moves found together have in common.
#[derive(Debug, Clone, Copy)]
pub struct NewMoves<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// One of [`cause`].
    pub cause: i16,
    /// The run whose scores are read.
    pub score_run_id: Option<Uuid>,
    /// Who is behind it.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Lets all customers be compared for as long as it takes. Holds until the transaction ends.
pub async fn segment_moves_plan_for_all(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql("SET LOCAL statement_timeout = 0").execute(&mut *connection).await?;
    segment_moves_plan_for_tenant(connection).await
}

/// Lets a report over all customers be planned for this tenant, in the order of their keys. Holds until the transaction ends.
pub async fn segment_moves_plan_for_tenant(connection: &mut PgConnection) -> sqlx::Result<()> {
    let settings = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off";
    sqlx::raw_sql(settings).execute(connection).await.map(drop)
}

/// The number of the last move of segments; 0 where there is none.
pub async fn segment_moves_last(
    connection: &mut PgConnection,
    tenant: &str,
    segment_ids: &[Uuid],
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(max(v.move_id), 0) AS "last!" FROM unnest($2::uuid[]) AS k (segment_id)
           CROSS JOIN LATERAL (
               SELECT move_id FROM value.segment_move WHERE tenant_id = $1 AND segment_id = k.segment_id ORDER BY move_id DESC LIMIT 1
           ) v"#,
        tenant,
        segment_ids,
    )
    .fetch_one(connection)
    .await
}

/// Stores a move for everyone asked who is in one of the segments and should not be, or is not and should.
pub async fn segment_moves_find(
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    run: &RunColumns<'_>,
    wanted: &Wanted<'_>,
    asked: Asked<'_>,
) -> sqlx::Result<()> {
    let mut query = QueryBuilder::<Postgres>::new("WITH wanted AS (");
    match wanted {
        Wanted::Rule(segment_id, filter) => {
            query.push("SELECT ").push_bind(*segment_id).push("::uuid AS segment_id, b.buyer_id");
            push_customers(&mut query, new.tenant, run, asked);
            query.push(" AND ");
            filter.fragment().push(&mut query);
        }
        Wanted::Centres(segment_ids, centres) => {
            query
                .push("SELECT (")
                .push_bind(*segment_ids)
                .push("::uuid[])[n.nearest] AS segment_id, n.buyer_id FROM (");
            push_features(&mut query, centres);
            push_customers(&mut query, new.tenant, run, asked);
            // OFFSET keeps the planner from computing features and distances once for each place that they are used in.
            query.push(" AND s.buyer_id IS NOT NULL OFFSET 0) f OFFSET 0) d) n");
        }
    }
    let segment_ids = match wanted {
        Wanted::Rule(segment_id, _) => std::slice::from_ref(segment_id),
        Wanted::Centres(segment_ids, _) => segment_ids,
    };
    query
        .push("), held AS (SELECT segment_id, buyer_id FROM value.segment_member WHERE tenant_id = ")
        .push_bind(new.tenant);
    query.push(" AND segment_id = ANY (").push_bind(segment_ids).push(")");
    if let Asked::Buyers(buyers) = asked {
        query.push(" AND buyer_id = ANY (").push_bind(buyers).push(")");
    }
    query.push(
        ") INSERT INTO value.segment_move (tenant_id, segment_id, buyer_id, joined, cause, score_run_id, actor, create_time) SELECT ",
    );
    query.push_bind(new.tenant).push(", coalesce(w.segment_id, h.segment_id), coalesce(w.buyer_id, h.buyer_id), ");
    query.push("w.buyer_id IS NOT NULL, ").push_bind(new.cause).push(", ").push_bind(new.score_run_id).push(", ");
    query.push_bind(new.actor).push(", ").push_bind(new.now.to_sqlx());
    query.push(
        "::timestamptz FROM wanted w FULL JOIN held h ON h.segment_id = w.segment_id AND h.buyer_id = w.buyer_id \
         WHERE w.buyer_id IS NULL OR h.buyer_id IS NULL",
    );
    query.build().persistent(false).execute(connection).await.map(drop)
}

/// Stores moves of buyers into a list, or out of it, as far as they are not in it, or are.
pub async fn segment_moves_insert(
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    segment_id: Uuid,
    (buyers, joined): (&[i64], bool),
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.segment_move (tenant_id, segment_id, buyer_id, joined, cause, score_run_id, actor, create_time)
         SELECT DISTINCT $1, $2::uuid, k.buyer_id, $4::boolean, $5::smallint, $6::uuid, $7, $8::timestamptz
         FROM unnest($3::bigint[]) AS k (buyer_id)
         WHERE $4 <> EXISTS (
             SELECT FROM value.segment_member m WHERE m.tenant_id = $1 AND m.segment_id = $2 AND m.buyer_id = k.buyer_id)",
        new.tenant,
        segment_id,
        buyers,
        joined,
        new.cause,
        new.score_run_id,
        new.actor,
        new.now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A move with the names of its customer.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveRecord {
    /// Its number.
    pub move_id: i64,
    /// Whether the customer joined, or left.
    pub joined: bool,
    /// Since when it is in the segment: when it moved, or earlier where it came back from a merge. Of no meaning for who left.
    pub join_time: jiff_sqlx::Timestamp,
    /// The customer's id, where it is known.
    pub customer_id: Option<Uuid>,
    /// The caller's own key.
    pub external_id: Option<String>,
}

/// Up to `limit` moves of a segment after a number.
pub async fn segment_moves_after(
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    after_move: i64,
    limit: i64,
) -> sqlx::Result<Vec<MoveRecord>> {
    sqlx::query_as!(
        MoveRecord,
        r#"SELECT v.move_id, v.joined, coalesce(m.join_time, v.create_time) AS "join_time!: _", b.customer_id AS "customer_id?",
               b.external_id AS "external_id?"
           FROM (
               SELECT * FROM value.segment_move WHERE tenant_id = $1 AND segment_id = $2 AND move_id > $3 ORDER BY move_id LIMIT $4
           ) v
           LEFT JOIN LATERAL (SELECT * FROM value.buyer WHERE tenant_id = $1 AND buyer_id = v.buyer_id LIMIT 1) b ON true
           LEFT JOIN LATERAL (
               SELECT join_time FROM value.segment_member
               WHERE v.cause = 6 AND v.joined AND tenant_id = $1 AND segment_id = $2 AND buyer_id = v.buyer_id
           ) m ON true
           ORDER BY v.move_id"#,
        tenant,
        segment_id,
        after_move,
        limit,
    )
    .fetch_all(connection)
    .await
}
