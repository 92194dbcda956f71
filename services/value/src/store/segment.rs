//! Segments: what they are. Who is in them stands in [`super::segment_member`].

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// What a segment is defined by, as it is stored.
pub mod kind {
    /// An AIP-160 filter.
    pub const RULE: i16 = 1;
    /// A list that people keep.
    pub const LIST: i16 = 2;
    /// The nearest of several centres.
    pub const CLUSTER: i16 = 3;
}

/// A segment as it is stored.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct SegmentRecord {
    /// Its id.
    pub segment_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// One of [`kind`].
    pub kind: i16,
    /// The filter of a rule.
    pub rule: Option<String>,
    /// The clustering of a cluster.
    pub segment_clustering_id: Option<Uuid>,
    /// The place of a cluster in its clustering, from 1.
    pub cluster: Option<i16>,
    /// The currency of the runs it follows; empty for any.
    pub currency_code: String,
    /// How many customers are in it.
    pub members: i64,
    /// When all its members were last found.
    pub evaluate_time: Option<jiff_sqlx::Timestamp>,
    /// The run they were last found by.
    pub score_run_id: Option<Uuid>,
    /// Counts changes.
    pub version: i64,
    /// Who changed it last.
    pub actor: String,
    /// When it was made.
    pub create_time: jiff_sqlx::Timestamp,
    /// When it was last changed.
    pub update_time: jiff_sqlx::Timestamp,
    /// The encoded clustering of a cluster.
    pub clustering: Option<Vec<u8>>,
}

/// A segment that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSegment<'a> {
    /// Its id.
    pub segment_id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// One of [`kind`].
    pub kind: i16,
    /// The filter of a rule.
    pub rule: Option<&'a str>,
    /// The clustering of a cluster and its place in it, from 1.
    pub cluster: Option<(Uuid, i16)>,
    /// The currency of the runs it follows; empty for any.
    pub currency_code: &'a str,
}

/// Stores a new segment; a name that is taken violates `segment_name_taken`.
pub async fn segment_insert(
    connection: &mut PgConnection,
    tenant: &str,
    new: &NewSegment<'_>,
    actor: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.segment (tenant_id, segment_id, name, description, kind, rule, segment_clustering_id, cluster, currency_code,
             actor, create_time, update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        tenant,
        new.segment_id,
        new.name,
        new.description,
        new.kind,
        new.rule,
        new.cluster.map(|(clustering, _)| clustering),
        new.cluster.map(|(_, place)| place),
        new.currency_code,
        actor,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// How a segment is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentKey {
    /// By its id.
    Id(Uuid),
    /// By its name.
    Name(String),
}

/// A segment by its id or name.
pub async fn segment_get(
    connection: &mut PgConnection,
    tenant: &str,
    key: &SegmentKey,
) -> sqlx::Result<Option<SegmentRecord>> {
    let (id, name) = match key {
        SegmentKey::Id(id) => (Some(*id), None),
        SegmentKey::Name(name) => (None, Some(name.as_str())),
    };
    sqlx::query_as!(
        SegmentRecord,
        r#"SELECT s.segment_id, s.name, s.description, s.kind, s.rule, s.segment_clustering_id, s.cluster, s.currency_code, s.members,
               s.evaluate_time AS "evaluate_time: _", s.score_run_id, s.version, s.actor, s.create_time AS "create_time: _",
               s.update_time AS "update_time: _", c.clustering AS "clustering?"
           FROM value.segment s
           LEFT JOIN value.segment_clustering c ON c.tenant_id = s.tenant_id AND c.segment_clustering_id = s.segment_clustering_id
           WHERE s.tenant_id = $1 AND (s.segment_id = $2 OR s.name = $3)"#,
        tenant,
        id,
        name,
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a segment, and who is in it, as they are until the transaction ends; whether there is one.
pub async fn segment_lock(connection: &mut PgConnection, tenant: &str, segment_id: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT segment_id FROM value.segment WHERE tenant_id = $1 AND segment_id = $2 FOR UPDATE",
        tenant,
        segment_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Stores what may change of a segment.
pub async fn segment_update(connection: &mut PgConnection, tenant: &str, record: &SegmentRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.segment SET name = $3, description = $4, rule = $5, currency_code = $6, version = $7, actor = $8, update_time = $9
         WHERE tenant_id = $1 AND segment_id = $2",
        tenant,
        record.segment_id,
        record.name,
        record.description,
        record.rule,
        record.currency_code,
        record.version,
        record.actor,
        record.update_time as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes segments away; their members and moves are cleared away by a review.
pub async fn segments_delete(connection: &mut PgConnection, tenant: &str, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.segment WHERE tenant_id = $1 AND segment_id = ANY ($2)", tenant, ids)
        .execute(connection)
        .await
        .map(drop)
}

/// A segment whose members are found, not put.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSegment {
    /// Its id.
    pub segment_id: Uuid,
    /// Its name.
    pub name: String,
    /// One of [`kind`], but no list.
    pub kind: i16,
    /// The filter of a rule.
    pub rule: Option<String>,
    /// The clustering of a cluster.
    pub segment_clustering_id: Option<Uuid>,
    /// The place of a cluster in its clustering, from 1.
    pub cluster: Option<i16>,
    /// The currency of the runs it follows; empty for any.
    pub currency_code: String,
}

/// The rules and clusters among a segment and those of its clustering, or of all segments; kept as they are until the transaction ends.
pub async fn segments_to_find(
    connection: &mut PgConnection,
    tenant: &str,
    of: Option<Uuid>,
) -> sqlx::Result<Vec<FoundSegment>> {
    sqlx::query_as!(
        FoundSegment,
        "SELECT segment_id, name, kind, rule, segment_clustering_id, cluster, currency_code
         FROM value.segment
         WHERE tenant_id = $1 AND kind <> 2 AND ($2::uuid IS NULL OR segment_id = $2 OR segment_clustering_id = (
             SELECT segment_clustering_id FROM value.segment WHERE tenant_id = $1 AND segment_id = $2))
         ORDER BY segment_id FOR UPDATE",
        tenant,
        of,
    )
    .fetch_all(connection)
    .await
}

/// The ids of a clustering's segments, by their places; kept as they are until the transaction ends.
pub async fn segments_of_clustering(
    connection: &mut PgConnection,
    tenant: &str,
    segment_clustering_id: Uuid,
) -> sqlx::Result<Vec<Uuid>> {
    let mut rows = sqlx::query!(
        r#"SELECT segment_id, cluster AS "cluster!" FROM value.segment
           WHERE tenant_id = $1 AND segment_clustering_id = $2 ORDER BY segment_id FOR UPDATE"#,
        tenant,
        segment_clustering_id,
    )
    .fetch_all(connection)
    .await?;
    rows.sort_unstable_by_key(|row| row.cluster);
    Ok(rows.into_iter().map(|row| row.segment_id).collect())
}

/// Says that the centres of segments changed.
pub async fn segments_redefined(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
    actor: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.segment SET version = version + 1, actor = $3, update_time = $4 WHERE tenant_id = $1 AND segment_id = ANY ($2)",
        tenant,
        ids,
        actor,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Says that all members of segments were found, by a run or without one.
pub async fn segments_evaluated(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
    score_run_id: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.segment SET evaluate_time = $3, score_run_id = $4 WHERE tenant_id = $1 AND segment_id = ANY ($2)",
        tenant,
        ids,
        now.to_sqlx() as _,
        score_run_id,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What `ListSegments` can filter and sort by.
pub static SEGMENTS: Schema = Schema::new(
    Field::new("segment_id", "s.segment_id", Kind::Uuid),
    &[
        Field::new("segment_name", "s.name", Kind::Text).sortable(),
        Field::new(
            "kind",
            "('{RULE,LIST,CLUSTER}'::text[])[s.kind]",
            Kind::Enum(&[("RULE", "RULE"), ("LIST", "LIST"), ("CLUSTER", "CLUSTER")]),
        ),
        Field::new("members", "s.members", Kind::Integer).sortable(),
        Field::new("segment_clustering_id", "s.segment_clustering_id", Kind::Uuid).nullable(),
        Field::new("create_time", "s.create_time", Kind::Timestamp).sortable(),
        Field::new("update_time", "s.update_time", Kind::Timestamp).sortable(),
    ],
);

/// A page of segments.
pub async fn segments_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<SegmentRecord>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT s.segment_id, s.name, s.description, s.kind, s.rule, s.segment_clustering_id, s.cluster, s.currency_code, s.members, \
         s.evaluate_time, s.score_run_id, s.version, s.actor, s.create_time, s.update_time, c.clustering",
    );
    plan.push_keys(&mut query);
    query.push(
        " FROM value.segment s LEFT JOIN value.segment_clustering c ON c.tenant_id = s.tenant_id \
         AND c.segment_clustering_id = s.segment_clustering_id WHERE s.tenant_id = ",
    );
    query.push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| SegmentRecord::from_row(&row))
}
