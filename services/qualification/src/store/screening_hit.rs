//! Hits.

use clientele_proto::qualification::v1::{HitState, ScreeningMatch};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::screening_hit::Standing;

/// A hit as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct HitRecord {
    /// Its id.
    pub screening_hit_id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// What was decided.
    pub standing: Standing,
    /// The list.
    pub screening_list_id: String,
    /// The listed party.
    pub screening_entry_id: Uuid,
    /// How close.
    pub score: f64,
    /// Both sides and why.
    pub found: ScreeningMatch,
    /// The listed party's content when it was found or decided last.
    pub content_hash: Vec<u8>,
    /// The customer's names when it was found or decided last.
    pub names_hash: Vec<u8>,
    /// Its version.
    pub version: i64,
    /// When it was found first.
    pub create_time: Timestamp,
    /// When it changed last.
    pub update_time: Timestamp,
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct HitRow {
    screening_hit_id: Uuid,
    customer_id: Uuid,
    state: i16,
    screening_list_id: String,
    screening_entry_id: Uuid,
    score: f64,
    found: Vec<u8>,
    content_hash: Vec<u8>,
    names_hash: Vec<u8>,
    decided_by: String,
    proposed_by: String,
    reason: String,
    expire_time: Option<jiff_sqlx::Timestamp>,
    version: i64,
    create_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
}

impl HitRow {
    /// The hit it holds.
    pub(super) fn read(self) -> sqlx::Result<HitRecord> {
        Ok(HitRecord {
            screening_hit_id: self.screening_hit_id,
            customer_id: self.customer_id,
            standing: Standing {
                state: HitState::try_from(i32::from(self.state)).unwrap_or_default(),
                decided_by: self.decided_by,
                proposed_by: self.proposed_by,
                reason: self.reason,
                expire_time: self.expire_time.map(jiff_sqlx::Timestamp::to_jiff),
            },
            screening_list_id: self.screening_list_id,
            screening_entry_id: self.screening_entry_id,
            score: self.score,
            found: ScreeningMatch::decode(self.found.as_slice()).map_err(|error| sqlx::Error::Decode(error.into()))?,
            content_hash: self.content_hash,
            names_hash: self.names_hash,
            version: self.version,
            create_time: self.create_time.to_jiff(),
            update_time: self.update_time.to_jiff(),
        })
    }
}

/// A hit.
pub async fn hit_get(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<Option<HitRecord>> {
    let row = sqlx::query_as!(
        HitRow,
        "SELECT screening_hit_id, customer_id, state, screening_list_id, screening_entry_id, score, found, content_hash, names_hash, decided_by, \
             proposed_by, reason, expire_time, version, create_time, update_time \
         FROM qualification.screening_hit WHERE tenant_id = $1 AND screening_hit_id = $2",
        tenant,
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(HitRow::read).transpose()
}

/// A hit, with all hits of its customer held until the end of the transaction, as [`screening_lock`] does.
pub async fn hit_get_locked(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<Option<HitRecord>> {
    let Some(hit) = hit_get(connection, tenant, id).await? else { return Ok(None) };
    screening_lock(connection, tenant, hit.customer_id).await?;
    hit_get(connection, tenant, id).await
}

/// Holds the hits of a customer until the end of the transaction: whoever changes one of them takes this lock first, and only then the case's.
pub async fn screening_lock(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.screening/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The hits of a customer, best first.
pub async fn hits_of_customer(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Vec<HitRecord>> {
    let rows = sqlx::query_as!(
        HitRow,
        "SELECT screening_hit_id, customer_id, state, screening_list_id, screening_entry_id, score, found, content_hash, names_hash, decided_by, \
             proposed_by, reason, expire_time, version, create_time, update_time \
         FROM qualification.screening_hit WHERE tenant_id = $1 AND customer_id = $2 \
         ORDER BY score DESC, screening_hit_id",
        tenant,
        customer_id
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(HitRow::read).collect()
}

/// Keeps a hit as it is now.
pub async fn hit_put(connection: &mut PgConnection, tenant: &str, hit: &HitRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.screening_hit (tenant_id, screening_hit_id, customer_id, state, screening_list_id, screening_entry_id, \
             score, found, content_hash, names_hash, decided_by, proposed_by, reason, expire_time, version, create_time, update_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (tenant_id, screening_hit_id) DO UPDATE SET state = excluded.state, score = excluded.score, found = excluded.found, \
             content_hash = excluded.content_hash, names_hash = excluded.names_hash, decided_by = excluded.decided_by, \
             proposed_by = excluded.proposed_by, reason = excluded.reason, expire_time = excluded.expire_time, \
             version = excluded.version, update_time = excluded.update_time",
        tenant,
        hit.screening_hit_id,
        hit.customer_id,
        hit.standing.state as i16,
        hit.screening_list_id,
        hit.screening_entry_id,
        hit.score,
        hit.found.encode_to_vec(),
        hit.content_hash,
        hit.names_hash,
        hit.standing.decided_by,
        hit.standing.proposed_by,
        hit.standing.reason,
        hit.standing.expire_time.map(Timestamp::to_sqlx) as _,
        hit.version,
        hit.create_time.to_sqlx() as _,
        hit.update_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Tenants and ids of hits whose decision has run out by `now`, the longest over first.
pub async fn hits_expired(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, screening_hit_id FROM qualification.screening_hit WHERE expire_time <= $1 ORDER BY expire_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.screening_hit_id)).collect())
}
