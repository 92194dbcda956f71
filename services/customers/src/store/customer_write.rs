//! Writing customers, any number in one statement.

use sqlx::PgConnection;
use uuid::Uuid;

use super::row::Columns;
use crate::domain::Customer;

/// The constraint that keeps external ids apart.
pub const EXTERNAL_ID_TAKEN: &str = "customer_external_id_taken";

/// Inserts new customers, in the order of their external ids, so that two imports cannot wait for each other.
pub async fn customer_insert(connection: &mut PgConnection, tenant: &str, customers: &[&Customer]) -> sqlx::Result<()> {
    let columns = Columns::of(customers.iter().copied());
    let done = sqlx::query!(
        "INSERT INTO customers.customer (
            tenant_id, customer_id, external_id, kind, display_name, legal_name, trade_name, website, industry_code, given_name,
            family_name, email, phone, country_code, attributes, version, create_time, update_time, delete_time, purge_time
         )
         SELECT $1, new.* FROM unnest(
            $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[], $16::bigint[], $17::timestamptz[], $18::timestamptz[],
            $19::timestamptz[], $20::timestamptz[]
         ) AS new (
            customer_id, external_id, kind, display_name, legal_name, trade_name, website, industry_code, given_name,
            family_name, email, phone, country_code, attributes, version, create_time, update_time, delete_time, purge_time
         )
         ORDER BY new.external_id",
        tenant,
        &columns.customer_id,
        columns.external_id as _,
        &columns.kind,
        columns.display_name as _,
        columns.legal_name as _,
        columns.trade_name as _,
        columns.website as _,
        columns.industry_code as _,
        columns.given_name as _,
        columns.family_name as _,
        columns.email as _,
        columns.phone as _,
        columns.country_code as _,
        columns.attributes as _,
        &columns.version,
        columns.create_time as _,
        columns.update_time as _,
        columns.delete_time as _,
        columns.purge_time as _,
    )
    .execute(connection)
    .await?;
    expect(done.rows_affected(), customers.len())
}

/// Stores what customers have become. Lock them first.
pub async fn customer_update(connection: &mut PgConnection, tenant: &str, customers: &[&Customer]) -> sqlx::Result<()> {
    let columns = Columns::of(customers.iter().copied());
    let done = sqlx::query!(
        "UPDATE customers.customer AS c
         SET external_id = new.external_id, display_name = new.display_name, legal_name = new.legal_name,
             trade_name = new.trade_name, website = new.website, industry_code = new.industry_code, given_name = new.given_name,
             family_name = new.family_name, email = new.email, phone = new.phone, country_code = new.country_code,
             attributes = new.attributes, version = new.version, update_time = new.update_time, delete_time = new.delete_time,
             purge_time = new.purge_time, merged_into = new.merged_into
         FROM unnest(
            $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::jsonb[], $15::bigint[], $16::timestamptz[], $17::timestamptz[],
            $18::timestamptz[], $19::uuid[]
         ) AS new (
            customer_id, external_id, display_name, legal_name, trade_name, website, industry_code, given_name, family_name,
            email, phone, country_code, attributes, version, update_time, delete_time, purge_time, merged_into
         )
         WHERE c.tenant_id = $1 AND c.customer_id = new.customer_id",
        tenant,
        &columns.customer_id,
        columns.external_id as _,
        columns.display_name as _,
        columns.legal_name as _,
        columns.trade_name as _,
        columns.website as _,
        columns.industry_code as _,
        columns.given_name as _,
        columns.family_name as _,
        columns.email as _,
        columns.phone as _,
        columns.country_code as _,
        columns.attributes as _,
        &columns.version,
        columns.update_time as _,
        columns.delete_time as _,
        columns.purge_time as _,
        columns.merged_into as _,
    )
    .execute(connection)
    .await?;
    expect(done.rows_affected(), customers.len())
}

/// Takes the external ids of customers away, so that they can be given to others of them. Lock them first.
pub async fn customer_release_external_ids(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE customers.customer SET external_id = NULL WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        customer_ids,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Removes the rows of customers. Lock them first.
pub async fn customer_delete(connection: &mut PgConnection, tenant: &str, customer_ids: &[Uuid]) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM customers.customer WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        customer_ids,
    )
    .execute(connection)
    .await?;
    expect(done.rows_affected(), customer_ids.len())
}

/// A wrong number of rows is an error: somebody wrote without a lock.
fn expect(rows: u64, wanted: usize) -> sqlx::Result<()> {
    if rows == wanted as u64 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
