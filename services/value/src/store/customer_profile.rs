//! What the customers service tells of customers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A customer's profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Who it is.
    pub customer_id: Uuid,
    /// 1 an organisation, 2 a person.
    pub kind: Option<i16>,
    /// Where it is based.
    pub country_code: Option<String>,
    /// An organisation's industry, in the caller's own scheme.
    pub industry_code: Option<String>,
    /// Free attributes.
    pub attributes: BTreeMap<String, String>,
    /// Since when the customers service knows it.
    pub create_time: Option<Timestamp>,
    /// Whether it is deleted there.
    pub deleted: bool,
}

/// Sets the cursor of profiles that nothing was applied to yet to where the feed begins; one that has moved stays.
pub async fn customer_profiles_begin(connection: &mut PgConnection, earliest_position: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.projection_cursor SET position = $1 WHERE source = 'customer-profiles' AND position = 0",
        earliest_position,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Stores a profile in place of the one before; whether anything but the time of its creation is new.
pub async fn customer_profile_put(
    connection: &mut PgConnection,
    tenant: &str,
    profile: &Profile,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO value.customer_profile AS p
             (tenant_id, customer_id, kind, country_code, industry_code, attributes, create_time, deleted)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET kind = excluded.kind, country_code = excluded.country_code,
             industry_code = excluded.industry_code, attributes = excluded.attributes, create_time = excluded.create_time,
             deleted = excluded.deleted
         WHERE (p.kind, p.country_code, p.industry_code, p.attributes, p.deleted) IS DISTINCT FROM
             (excluded.kind, excluded.country_code, excluded.industry_code, excluded.attributes, excluded.deleted)",
        tenant,
        profile.customer_id,
        profile.kind,
        profile.country_code,
        profile.industry_code,
        Json(&profile.attributes) as _,
        profile.create_time.map(Timestamp::to_sqlx) as _,
        profile.deleted,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes profiles away.
pub async fn customer_profiles_delete(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.customer_profile WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        customer_ids,
    )
    .execute(connection)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use clientele_testkit::TestDatabase;

    use super::*;
    use crate::SCHEMA;

    #[tokio::test]
    async fn only_profiles_that_nothing_was_applied_to_begin_where_the_feed_does() {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let mut connection = pool.acquire().await.unwrap();
        for (earliest, wanted) in [(0, 0), (7, 7), (9, 7)] {
            customer_profiles_begin(&mut connection, earliest).await.unwrap();
            let cursor: i64 =
                sqlx::query_scalar("SELECT position FROM value.projection_cursor WHERE source = 'customer-profiles'")
                    .fetch_one(&mut *connection)
                    .await
                    .unwrap();
            assert_eq!(cursor, wanted);
        }
    }
}
