//! Sealing: the log's row, the entries that wait, the hashes of its tree, its signed heads.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use merkle::NodeId;
use sqlx::PgConnection;
use uuid::Uuid;

/// An entry that waits to be sealed.
#[derive(Debug)]
pub struct Unsealed {
    /// Its id.
    pub audit_entry_id: Uuid,
    /// Its leaf.
    pub leaf: Vec<u8>,
}

/// A head as it stands in the table, bytes of whatever length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHead {
    /// Leaves.
    pub tree_size: i64,
    /// Root over them.
    pub root_hash: Vec<u8>,
    /// When it was signed, in whole milliseconds.
    pub sign_time: Timestamp,
    /// The key.
    pub key_id: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

struct HeadRow {
    tree_size: i64,
    root_hash: Vec<u8>,
    sign_time: jiff_sqlx::Timestamp,
    key_id: Vec<u8>,
    signature: Vec<u8>,
}

impl From<HeadRow> for StoredHead {
    fn from(row: HeadRow) -> Self {
        let HeadRow { tree_size, root_hash, sign_time, key_id, signature } = row;
        Self { tree_size, root_hash, sign_time: sign_time.to_jiff(), key_id, signature }
    }
}

/// Tenants with entries that wait.
pub async fn audit_tenants_unsealed(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT tenant_id FROM qualification.audit_entry WHERE leaf_index IS NULL ORDER BY tenant_id"
    )
    .fetch_all(connection)
    .await
}

/// Leaves of the tenant's log, whose row is locked; the log begins here where there was none.
pub async fn audit_log_for_update(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    sqlx::query!(
        "INSERT INTO qualification.audit_log (tenant_id, tree_size) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING",
        tenant
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar!("SELECT tree_size FROM qualification.audit_log WHERE tenant_id = $1 FOR UPDATE", tenant)
        .fetch_one(connection)
        .await
}

/// Leaves of the tenant's log; 0 where nothing was sealed.
pub async fn audit_log_size(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    let size = sqlx::query_scalar!("SELECT tree_size FROM qualification.audit_log WHERE tenant_id = $1", tenant)
        .fetch_optional(connection)
        .await?;
    Ok(size.unwrap_or(0))
}

/// Says how many leaves the log has now.
pub async fn audit_log_update(connection: &mut PgConnection, tenant: &str, tree_size: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE qualification.audit_log SET tree_size = $2 WHERE tenant_id = $1", tenant, tree_size)
        .execute(connection)
        .await
        .map(drop)
}

/// Entries that wait, in the order in which they were written. A statement sees all that was committed before it began: of two entries of one
/// subject, written under its lock, it never sees the later without the earlier.
pub async fn audit_entries_unsealed(
    connection: &mut PgConnection,
    tenant: &str,
    limit: i64,
) -> sqlx::Result<Vec<Unsealed>> {
    sqlx::query_as!(
        Unsealed,
        "SELECT audit_entry_id, leaf FROM qualification.audit_entry WHERE tenant_id = $1 AND leaf_index IS NULL \
         ORDER BY entry_number LIMIT $2",
        tenant,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Gives entries their places, from `first` on, and takes the contents of those whose customer was erased before they committed. Answers how many
/// were given one.
pub async fn audit_entries_seal(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
    first: i64,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "UPDATE qualification.audit_entry AS e SET leaf_index = $3 + s.place - 1, \
             salt = CASE WHEN g.customer_id IS NULL THEN e.salt END, content = CASE WHEN g.customer_id IS NULL THEN e.content END \
         FROM unnest($2::uuid[]) WITH ORDINALITY AS s (audit_entry_id, place) \
         JOIN qualification.audit_entry AS o ON o.tenant_id = $1 AND o.audit_entry_id = s.audit_entry_id \
         LEFT JOIN qualification.audit_erasure AS g ON g.tenant_id = $1 AND g.customer_id = o.customer_id \
         WHERE e.tenant_id = $1 AND e.audit_entry_id = s.audit_entry_id AND e.leaf_index IS NULL",
        tenant,
        ids,
        first,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// Keeps hashes of complete subtrees.
pub async fn audit_nodes_insert(
    connection: &mut PgConnection,
    tenant: &str,
    nodes: &[(NodeId, merkle::Hash)],
) -> sqlx::Result<()> {
    let levels: Vec<i16> = nodes.iter().map(|(node, _)| i16::from(node.level)).collect();
    let indices: Vec<i64> = nodes.iter().map(|(node, _)| node.index as i64).collect();
    let hashes: Vec<Vec<u8>> = nodes.iter().map(|(_, hash)| hash.0.to_vec()).collect();
    sqlx::query!(
        "INSERT INTO qualification.audit_node (tenant_id, level, node_index, hash) \
         SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[])",
        tenant,
        &levels,
        &indices,
        &hashes,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Those of the hashes that are there.
pub async fn audit_nodes_get(
    connection: &mut PgConnection,
    tenant: &str,
    nodes: &[NodeId],
) -> sqlx::Result<HashMap<NodeId, Vec<u8>>> {
    let levels: Vec<i16> = nodes.iter().map(|node| i16::from(node.level)).collect();
    let indices: Vec<i64> = nodes.iter().map(|node| node.index as i64).collect();
    let rows = sqlx::query!(
        "SELECT n.level, n.node_index, n.hash FROM unnest($2::smallint[], $3::bigint[]) AS s (level, node_index) \
         JOIN qualification.audit_node AS n ON n.tenant_id = $1 AND n.level = s.level AND n.node_index = s.node_index",
        tenant,
        &levels,
        &indices,
    )
    .fetch_all(connection)
    .await?;
    let node = |level: i16, index: i64| NodeId { level: level as u8, index: index as u64 };
    Ok(rows.into_iter().map(|row| (node(row.level, row.node_index), row.hash)).collect())
}

/// How many hashes there are.
pub async fn audit_nodes_count(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM qualification.audit_node WHERE tenant_id = $1"#, tenant)
        .fetch_one(connection)
        .await
}

/// Keeps a head.
pub async fn audit_tree_head_insert(
    connection: &mut PgConnection,
    tenant: &str,
    head: &StoredHead,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.audit_tree_head (tenant_id, tree_size, root_hash, sign_time, key_id, signature) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        tenant,
        head.tree_size,
        head.root_hash,
        head.sign_time.to_sqlx() as _,
        head.key_id,
        head.signature,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The newest head, or that of a size.
pub async fn audit_tree_head_get(
    connection: &mut PgConnection,
    tenant: &str,
    tree_size: Option<i64>,
) -> sqlx::Result<Option<StoredHead>> {
    let row = sqlx::query_as!(
        HeadRow,
        "SELECT tree_size, root_hash, sign_time, key_id, signature FROM qualification.audit_tree_head \
         WHERE tenant_id = $1 AND ($2::bigint IS NULL OR tree_size = $2) ORDER BY tree_size DESC LIMIT 1",
        tenant,
        tree_size,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(StoredHead::from))
}

/// Heads larger than `after`, up to `limit` of them, the smallest first.
pub async fn audit_tree_heads_after(
    connection: &mut PgConnection,
    tenant: &str,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<StoredHead>> {
    let rows = sqlx::query_as!(
        HeadRow,
        "SELECT tree_size, root_hash, sign_time, key_id, signature FROM qualification.audit_tree_head \
         WHERE tenant_id = $1 AND tree_size > $2 ORDER BY tree_size LIMIT $3",
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(StoredHead::from).collect())
}
