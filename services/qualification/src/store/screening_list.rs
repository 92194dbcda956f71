//! Lists and their entries, and the customers that are still to be screened against what changed.

use std::collections::{BTreeSet, HashMap};

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use clientele_proto::qualification::v1::ScreeningEntry;
use prost::Message as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

/// A list as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ListRecord {
    /// The tenant's name of it.
    pub screening_list_id: String,
    /// Number of its kind.
    pub kind: i16,
    /// Number of its format.
    pub format: i16,
    /// Its version.
    pub version: i64,
    /// Entries of the version.
    pub entries: i64,
    /// When it was imported.
    pub update_time: jiff_sqlx::Timestamp,
}

/// Keeps imports of one list apart until the end of the transaction; false while another is at work.
pub async fn list_lock(connection: &mut PgConnection, tenant: &str, id: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('qualification.screening_list/' || $1 || '/' || $2, 0)) AS "held!""#,
        tenant,
        id
    )
    .fetch_one(connection)
    .await
}

/// A list.
pub async fn list_get(connection: &mut PgConnection, tenant: &str, id: &str) -> sqlx::Result<Option<ListRecord>> {
    sqlx::query_as!(
        ListRecord,
        "SELECT screening_list_id, kind, format, version, entries, update_time FROM qualification.screening_list \
         WHERE tenant_id = $1 AND screening_list_id = $2",
        tenant,
        id
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a list as it is now.
pub async fn list_put(connection: &mut PgConnection, tenant: &str, list: &ListRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.screening_list (tenant_id, screening_list_id, kind, format, version, entries, update_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (tenant_id, screening_list_id) DO UPDATE SET kind = excluded.kind, format = excluded.format, \
             version = excluded.version, entries = excluded.entries, update_time = excluded.update_time",
        tenant,
        list.screening_list_id,
        list.kind,
        list.format,
        list.version,
        list.entries,
        list.update_time as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What `ListScreeningLists` sorts by.
pub static LISTS: Schema = Schema::new(Field::new("screening_list_id", "l.screening_list_id", Kind::Text), &[]);

/// A page of the lists of a tenant.
pub async fn lists_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<ListRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT l.*");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.screening_list l WHERE l.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| ListRecord::from_row(&row))
}

/// Something that is another whenever a list of the tenant is: replicas ask before they trust what they have loaded.
pub async fn lists_fingerprint(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(string_agg(screening_list_id || ':' || version, ',' ORDER BY screening_list_id), '') AS "fingerprint!"
           FROM qualification.screening_list WHERE tenant_id = $1"#,
        tenant
    )
    .fetch_one(connection)
    .await
}

/// The ids and content hashes of a list's entries by their keys, those that are gone too.
pub async fn entries_known(
    connection: &mut PgConnection,
    tenant: &str,
    list: &str,
) -> sqlx::Result<HashMap<String, (Uuid, Vec<u8>, bool)>> {
    let rows = sqlx::query!(
        "SELECT entry_key, screening_entry_id, content_hash, removed FROM qualification.screening_entry \
         WHERE tenant_id = $1 AND screening_list_id = $2",
        tenant,
        list
    )
    .fetch_all(connection)
    .await?;
    let known = rows.into_iter().map(|row| (row.entry_key, (row.screening_entry_id, row.content_hash, row.removed)));
    Ok(known.collect())
}

/// Keeps entries, new or changed, as of a version.
pub async fn entries_put(
    connection: &mut PgConnection,
    tenant: &str,
    version: i64,
    entries: &[(Uuid, &ScreeningEntry)],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let lists: Vec<String> = entries.iter().map(|(_, entry)| entry.screening_list_id.clone()).collect();
    let keys: Vec<String> = entries.iter().map(|(_, entry)| entry.entry_key.clone()).collect();
    let encoded: Vec<Vec<u8>> = entries.iter().map(|(_, entry)| entry.encode_to_vec()).collect();
    let hashes: Vec<Vec<u8>> = entries.iter().map(|(_, entry)| entry.content_hash.clone()).collect();
    sqlx::query!(
        "INSERT INTO qualification.screening_entry (tenant_id, screening_entry_id, screening_list_id, entry_key, entry, content_hash, version) \
         SELECT $1, e.id, e.list, e.key, e.entry, e.hash, $2 \
         FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[]) AS e (id, list, key, entry, hash) \
         ON CONFLICT (tenant_id, screening_entry_id) DO UPDATE SET entry = excluded.entry, content_hash = excluded.content_hash, \
             version = excluded.version, removed = false",
        tenant,
        version,
        &ids,
        &lists,
        &keys,
        &encoded,
        &hashes,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Marks entries as gone as of a version.
pub async fn entries_remove(
    connection: &mut PgConnection,
    tenant: &str,
    version: i64,
    ids: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.screening_entry SET removed = true, version = $2 WHERE tenant_id = $1 AND screening_entry_id = ANY ($3)",
        tenant,
        version,
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}

/// All entries of a tenant that are listed now.
pub async fn entries_all(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Vec<ScreeningEntry>> {
    let rows = sqlx::query_scalar!(
        "SELECT entry FROM qualification.screening_entry WHERE tenant_id = $1 AND NOT removed ORDER BY screening_entry_id",
        tenant
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|entry| ScreeningEntry::decode(entry.as_slice()).map_err(|error| sqlx::Error::Decode(error.into())))
        .collect()
}

/// What `ListScreeningEntries` can filter by.
pub static ENTRIES: Schema = Schema::new(
    Field::new("screening_entry_id", "e.screening_entry_id", Kind::Uuid),
    &[
        Field::new("screening_list_id", "e.screening_list_id", Kind::Text),
        Field::new("entry_key", "e.entry_key", Kind::Text),
    ],
);

/// A page of the entries of a tenant that are listed now.
pub async fn entries_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<ScreeningEntry>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT e.entry");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.screening_entry e WHERE NOT e.removed AND e.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| {
        let entry: Vec<u8> = row.try_get("entry")?;
        ScreeningEntry::decode(entry.as_slice()).map_err(|error| sqlx::Error::Decode(error.into()))
    })
}

/// Lets every customer under watch be screened again, as soon as the transaction is through: those too whose case is opened meanwhile.
pub async fn task_put_for_all(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO qualification.screening_task (tenant_id) VALUES ($1)", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Puts a task for each customer of a tenant that is under watch: whose case is neither rejected (10), withdrawn (11) nor terminated (15).
async fn tasks_spread(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.screening_task (tenant_id, customer_id) \
         SELECT tenant_id, customer_id FROM qualification.qualification_case WHERE tenant_id = $1 AND state NOT IN (10, 11, 15)",
        tenant
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Lets a customer be screened again, where it is under watch.
pub async fn task_put(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.screening_task (tenant_id, customer_id) \
         SELECT tenant_id, customer_id FROM qualification.qualification_case \
         WHERE tenant_id = $1 AND customer_id = $2 AND state NOT IN (10, 11, 15)",
        tenant,
        customer_id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes tasks, the oldest first, as long as the transaction lasts; those that another replica holds are left to it. Answers the customers to be
/// screened, each once and in one order, and whether there may be more.
pub async fn tasks_take(connection: &mut PgConnection, limit: i64) -> sqlx::Result<(BTreeSet<(String, Uuid)>, bool)> {
    let rows = sqlx::query!(
        "DELETE FROM qualification.screening_task WHERE task_no IN ( \
             SELECT task_no FROM qualification.screening_task ORDER BY task_no LIMIT $1 FOR UPDATE SKIP LOCKED \
         ) RETURNING tenant_id, customer_id",
        limit
    )
    .fetch_all(&mut *connection)
    .await?;
    let may_be_more = !rows.is_empty();
    let mut customers = BTreeSet::new();
    for row in rows {
        match row.customer_id {
            Some(customer_id) => {
                customers.insert((row.tenant_id, customer_id));
            }
            None => tasks_spread(connection, &row.tenant_id).await?,
        }
    }
    Ok((customers, may_be_more))
}

/// How many customers of a tenant are still to be screened.
pub async fn tasks_count(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT CASE WHEN EXISTS (SELECT FROM qualification.screening_task WHERE tenant_id = $1 AND customer_id IS NULL)
               THEN (SELECT count(*) FROM qualification.qualification_case WHERE tenant_id = $1 AND state NOT IN (10, 11, 15))
               ELSE (SELECT count(DISTINCT customer_id) FROM qualification.screening_task WHERE tenant_id = $1) END AS "count!""#,
        tenant
    )
    .fetch_one(connection)
    .await
}

/// Names given for a customer beside those the customers service tells.
pub async fn screening_names(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT name FROM qualification.screening_name WHERE tenant_id = $1 AND customer_id = $2 ORDER BY name",
        tenant,
        customer_id
    )
    .fetch_all(connection)
    .await
}

/// Replaces them, and answers whether they are others now.
pub async fn screening_names_put(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    names: &[String],
) -> sqlx::Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM qualification.screening_name WHERE tenant_id = $1 AND customer_id = $2 AND name <> ALL ($3)",
        tenant,
        customer_id,
        names
    )
    .execute(&mut *connection)
    .await?;
    let added = sqlx::query!(
        "INSERT INTO qualification.screening_name (tenant_id, customer_id, name) SELECT $1, $2, n FROM unnest($3::text[]) AS n \
         ON CONFLICT DO NOTHING",
        tenant,
        customer_id,
        names
    )
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() + added.rows_affected() > 0)
}
