//! Customers, one or many at a time.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use clientele_page::{ListPlan, Page};
use clientele_pg::Pool;
use sqlx::{FromRow as _, PgConnection, PgExecutor, QueryBuilder};
use uuid::Uuid;

use super::{customer_merge::customer_survivors, row::CustomerRow};
use crate::domain::Customer;

/// A tenant's customers by a key of theirs, for reads that are gathered from many callers.
pub type Found<K> = HashMap<(Arc<str>, K), Read>;

/// A customer that a key leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The customer.
    pub customer: Customer,
    /// The merged customer whose key it is, where it is not the customer's own.
    pub merged_customer_id: Option<Uuid>,
}

/// Reads customers: the columns are the same everywhere, what follows `FROM` differs.
macro_rules! select {
    ($from:literal, $($bind:expr),*) => {
        sqlx::query_as!(
            CustomerRow,
            r#"SELECT c.tenant_id, c.customer_id, c.external_id, c.kind, c.display_name, c.legal_name, c.trade_name, c.website,
                      c.industry_code, c.given_name, c.family_name, c.email, c.phone, c.country_code, c.attributes AS "attributes: _",
                      c.version, c.create_time AS "create_time: _", c.update_time AS "update_time: _",
                      c.delete_time AS "delete_time: _", c.purge_time AS "purge_time: _", c.merged_into
               FROM "# + $from,
            $($bind),*
        )
    };
}

/// The customers with these ids, in no order; what is missing is left out.
pub async fn customer_get_many(
    executor: impl PgExecutor<'_>,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<Customer>> {
    let rows = select!("customers.customer c WHERE c.tenant_id = $1 AND c.customer_id = ANY($2)", tenant, customer_ids);
    read(rows.fetch_all(executor).await?)
}

/// The customers that these ids lead to, of several tenants.
pub async fn customer_by_ids(connection: &mut PgConnection, keys: Vec<(Arc<str>, Uuid)>) -> sqlx::Result<Found<Uuid>> {
    if let Some(tenant) = only_tenant(&keys) {
        // Cheaper by a third than the join, and nearly every batch is of one tenant.
        let customer_ids: Vec<_> = keys.iter().map(|(_, id)| *id).collect();
        let customers = customer_get_many(&mut *connection, tenant, &customer_ids).await?;
        let found = customers.into_iter().map(|customer| ((Arc::clone(tenant), customer.customer_id), customer));
        return surviving(connection, found.collect()).await;
    }
    let (tenants, customer_ids): (Vec<_>, Vec<_>) = keys.iter().map(|(tenant, id)| (&**tenant, *id)).unzip();
    let rows = select!(
        "unnest($1::text[], $2::uuid[]) AS wanted (tenant_id, customer_id)
         JOIN customers.customer c ON c.tenant_id = wanted.tenant_id AND c.customer_id = wanted.customer_id",
        tenants as _,
        &customer_ids
    );
    let rows = rows.fetch_all(&mut *connection).await?;
    let found = rows.into_iter().map(|row| Ok(((row.tenant_id.as_str().into(), row.customer_id), row.read()?)));
    surviving(connection, found.collect::<sqlx::Result<_>>()?).await
}

/// The customers that these external ids lead to, of several tenants.
pub async fn customer_by_external_ids(
    connection: &mut PgConnection,
    keys: Vec<(Arc<str>, String)>,
) -> sqlx::Result<Found<String>> {
    let (tenants, external_ids): (Vec<_>, Vec<_>) = keys.iter().map(|(tenant, id)| (&**tenant, id.as_str())).unzip();
    let rows = if let Some(tenant) = only_tenant(&keys) {
        let rows = select!(
            "customers.customer c WHERE c.tenant_id = $1 AND c.external_id = ANY($2)",
            &**tenant,
            external_ids as _
        );
        rows.fetch_all(&mut *connection).await?
    } else {
        let rows = select!(
            "unnest($1::text[], $2::text[]) AS wanted (tenant_id, external_id)
             JOIN customers.customer c ON c.tenant_id = wanted.tenant_id AND c.external_id = wanted.external_id",
            tenants as _,
            external_ids as _
        );
        rows.fetch_all(&mut *connection).await?
    };
    let found = rows.into_iter().map(|row| {
        let key = (row.tenant_id.as_str().into(), row.external_id.clone().unwrap_or_default());
        Ok((key, row.read()?))
    });
    surviving(connection, found.collect::<sqlx::Result<_>>()?).await
}

/// Puts the survivors in the place of merged customers. Most reads find none.
async fn surviving<K: Clone + Eq + Hash>(
    connection: &mut PgConnection,
    found: Vec<((Arc<str>, K), Customer)>,
) -> sqlx::Result<Found<K>> {
    let merged: Vec<_> = found.iter().filter(|(_, customer)| customer.merged_into.is_some()).collect();
    let mut survivors = HashMap::new();
    if !merged.is_empty() {
        let (tenants, ids): (Vec<_>, Vec<_>) =
            merged.iter().map(|((tenant, _), customer)| (tenant.to_string(), customer.customer_id)).unzip();
        let leads = customer_survivors(&mut *connection, &tenants, &ids).await?;
        let (tenants, ids): (Vec<_>, Vec<_>) =
            leads.iter().map(|lead| (lead.tenant_id.as_str(), lead.survivor)).unzip();
        let rows = select!(
            "unnest($1::text[], $2::uuid[]) AS wanted (tenant_id, customer_id)
             JOIN customers.customer c ON c.tenant_id = wanted.tenant_id AND c.customer_id = wanted.customer_id",
            tenants as _,
            &ids
        );
        // One row for each lead, in no order.
        let mut read = HashMap::new();
        for row in rows.fetch_all(connection).await? {
            read.insert((row.tenant_id.clone(), row.customer_id), row.read()?);
        }
        for lead in leads {
            if let Some(customer) = read.get(&(lead.tenant_id.clone(), lead.survivor)) {
                survivors.insert((lead.tenant_id, lead.merged), customer.clone());
            }
        }
    }
    let found = found.into_iter().filter_map(|(key, customer)| {
        if customer.merged_into.is_none() {
            return Some((key, Read { customer, merged_customer_id: None }));
        }
        let merged_customer_id = Some(customer.customer_id);
        let customer = survivors.get(&(key.0.to_string(), customer.customer_id))?.clone();
        Some((key, Read { customer, merged_customer_id }))
    });
    Ok(found.collect())
}

fn only_tenant<K>(keys: &[(Arc<str>, K)]) -> Option<&Arc<str>> {
    let (first, _) = keys.first()?;
    keys.iter().all(|(tenant, _)| tenant == first).then_some(first)
}

/// The customer, locked until the transaction ends.
pub async fn customer_get_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Customer>> {
    let row =
        select!("customers.customer c WHERE c.tenant_id = $1 AND c.customer_id = $2 FOR UPDATE", tenant, customer_id);
    row.fetch_optional(connection).await?.map(CustomerRow::read).transpose()
}

/// The customers with these external ids, locked in the order of these, so that two imports cannot wait for each other.
pub async fn customer_by_external_ids_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[&str],
) -> sqlx::Result<Vec<Customer>> {
    let rows = select!(
        "customers.customer c WHERE c.tenant_id = $1 AND c.external_id = ANY($2) ORDER BY c.external_id FOR UPDATE",
        tenant,
        external_ids as _
    );
    read(rows.fetch_all(connection).await?)
}

/// The customers with these ids, locked in the order of these, so that two merges cannot wait for each other.
pub async fn customer_get_many_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<Customer>> {
    let rows = select!(
        "customers.customer c WHERE c.tenant_id = $1 AND c.customer_id = ANY($2) ORDER BY c.customer_id FOR UPDATE",
        tenant,
        customer_ids
    );
    read(rows.fetch_all(connection).await?)
}

/// A page of customers; merged ones are left out.
pub async fn customer_list(
    pool: &Pool,
    tenant: &str,
    show_deleted: bool,
    plan: &ListPlan,
) -> sqlx::Result<Page<Customer>> {
    let mut query = QueryBuilder::new("SELECT c.*");
    plan.push_keys(&mut query);
    query.push(" FROM customers.customer c WHERE c.merged_into IS NULL AND c.tenant_id = ").push_bind(tenant);
    if !show_deleted {
        query.push(" AND c.delete_time IS NULL");
    }
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(&**pool).await?;
    plan.finish(rows)?.try_map(|row| CustomerRow::from_row(&row)?.read())
}

fn read(rows: Vec<CustomerRow>) -> sqlx::Result<Vec<Customer>> {
    rows.into_iter().map(CustomerRow::read).collect()
}
