//! What the customers service told of customers.

use sqlx::PgConnection;
use uuid::Uuid;

/// A customer as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub customer_id: Uuid,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// 1 for an organisation, 2 for a person.
    pub kind: i16,
    /// What it is called.
    pub display_name: String,
    /// Of an organisation.
    pub legal_name: Option<String>,
    /// Of a person.
    pub given_name: Option<String>,
    /// Of a person.
    pub family_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// The customer it was merged into.
    pub survivor_customer_id: Option<Uuid>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Keeps a customer as it is now.
pub async fn customer_put(connection: &mut PgConnection, tenant: &str, customer: &Customer) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.customer (tenant_id, customer_id, external_id, kind, display_name, legal_name, given_name, family_name, \
             country_code, survivor_customer_id, deleted) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET external_id = excluded.external_id, kind = excluded.kind, \
             display_name = excluded.display_name, legal_name = excluded.legal_name, given_name = excluded.given_name, \
             family_name = excluded.family_name, country_code = excluded.country_code, \
             survivor_customer_id = excluded.survivor_customer_id, deleted = excluded.deleted",
        tenant,
        customer.customer_id,
        customer.external_id,
        customer.kind,
        customer.display_name,
        customer.legal_name,
        customer.given_name,
        customer.family_name,
        customer.country_code,
        customer.survivor_customer_id,
        customer.deleted,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A customer, where the customers service has told of it.
pub async fn customer_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Customer>> {
    sqlx::query_as!(
        Customer,
        "SELECT customer_id, external_id, kind, display_name, legal_name, given_name, family_name, country_code, \
             survivor_customer_id, deleted \
         FROM qualification.customer WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await
}

/// Forgets customers that were erased.
pub async fn customers_delete(connection: &mut PgConnection, tenant: &str, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM qualification.customer WHERE tenant_id = $1 AND customer_id = ANY($2)", tenant, ids)
        .execute(connection)
        .await
        .map(drop)
}
