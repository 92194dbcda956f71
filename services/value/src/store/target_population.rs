//! How many customers groups have in the market.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

/// What was said of a group, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationRecord {
    /// Its id.
    pub target_population_id: Uuid,
    /// Number of the `CustomerGrouping`.
    pub grouping_no: i16,
    /// The attribute; empty for other groupings.
    pub attribute: String,
    /// The group.
    pub group_name: String,
    /// How many customers.
    pub population: i64,
    /// Where the number comes from.
    pub source: String,
    /// Counts changes.
    pub version: i64,
    /// Who said so.
    pub actor: String,
    /// When.
    pub update_time: jiff_sqlx::Timestamp,
}

/// Stores what is said of a group; where something was before, it keeps its id and gets another version.
pub async fn target_population_put(
    connection: &mut PgConnection,
    tenant: &str,
    record: &PopulationRecord,
) -> sqlx::Result<PopulationRecord> {
    sqlx::query_as!(
        PopulationRecord,
        r#"INSERT INTO value.target_population AS t (tenant_id, target_population_id, grouping_no, attribute, group_name, population,
               source, version, actor, update_time)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9)
           ON CONFLICT (tenant_id, grouping_no, attribute, group_name) DO UPDATE SET population = excluded.population,
               source = excluded.source, version = t.version + 1, actor = excluded.actor, update_time = excluded.update_time
           RETURNING target_population_id, grouping_no, attribute, group_name, population, source, version, actor,
               update_time AS "update_time: _""#,
        tenant,
        record.target_population_id,
        record.grouping_no,
        record.attribute,
        record.group_name,
        record.population,
        record.source,
        record.actor,
        record.update_time as _,
    )
    .fetch_one(connection)
    .await
}

/// Up to `limit` of them with ids after one.
pub async fn target_populations_list(
    connection: &mut PgConnection,
    tenant: &str,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<PopulationRecord>> {
    sqlx::query_as!(
        PopulationRecord,
        r#"SELECT target_population_id, grouping_no, attribute, group_name, population, source, version, actor,
               update_time AS "update_time: _"
           FROM value.target_population WHERE tenant_id = $1 AND target_population_id > $2 ORDER BY target_population_id LIMIT $3"#,
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Takes one away; `None` where there is none.
pub async fn target_population_delete(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<PopulationRecord>> {
    sqlx::query_as!(
        PopulationRecord,
        r#"DELETE FROM value.target_population WHERE tenant_id = $1 AND target_population_id = $2
           RETURNING target_population_id, grouping_no, attribute, group_name, population, source, version, actor,
               update_time AS "update_time: _""#,
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// The populations of groups of one kind, by the groups' names.
pub async fn target_populations_of_groups(
    connection: &mut PgConnection,
    tenant: &str,
    (grouping_no, attribute): (i16, &str),
    groups: &[String],
) -> sqlx::Result<HashMap<String, i64>> {
    let rows = sqlx::query!(
        "SELECT group_name, population FROM value.target_population
         WHERE tenant_id = $1 AND grouping_no = $2 AND attribute = $3 AND group_name = ANY ($4)",
        tenant,
        grouping_no,
        attribute,
        groups,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.group_name, row.population)).collect())
}
