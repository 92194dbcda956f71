//! Erasing a customer for good, with all that are merged into it: on request, or when a deleted one's time is over.

use clientele_feed::Persons;
use clientele_proto::customers::v1::{CustomerErased, CustomerMerge};
use jiff::Timestamp;
use prost::{Message as _, Name as _};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    domain::{Customer, text::Line},
    error::{Error, Result},
    rpc::customer_message::instant,
    store::{
        customer_merge::{MergeRow, customer_merge_update, customer_merged_into, customer_merges_of_for_update},
        customer_read::customer_get_many_for_update,
        customer_write::customer_delete,
        erased_customer::{Erased, erased_customers_insert},
    },
};

/// Erases a customer that is locked and not merged; answers the event that tells of it. What past events and recorded answers know goes
/// afterwards, by [`crate::jobs::erasure`].
pub async fn erase(
    connection: &mut PgConnection,
    tenant: &str,
    customer: Customer,
    actor: &str,
    now: Timestamp,
) -> Result<CustomerErased> {
    let customer_id = customer.customer_id;
    let merged = customer_merged_into(connection, tenant, &[customer_id]).await?;
    let mut gone = customer_get_many_for_update(connection, tenant, &merged).await?;
    gone.push(customer);
    let ids: Vec<Uuid> = gone.iter().map(|one| one.customer_id).collect();
    let erased: Vec<Erased> = gone.into_iter().map(erased).collect();

    let persons = Persons::new(ids.iter().copied(), []);
    for row in customer_merges_of_for_update(connection, tenant, &ids).await? {
        let record = persons.scrub(&CustomerMerge::full_name(), &row.record).unwrap_or(row.record);
        let mut record = CustomerMerge::decode(record.as_slice()).map_err(Error::Recorded)?;
        record.erase_time = Some(instant(now));
        let row = MergeRow { customer_merge_id: row.customer_merge_id, record: record.encode_to_vec() };
        customer_merge_update(connection, tenant, &row).await?;
    }
    erased_customers_insert(connection, tenant, customer_id, &erased, actor, now).await?;
    customer_delete(connection, tenant, &ids).await?;
    Ok(CustomerErased {
        customer_id: customer_id.to_string(),
        merged_customer_ids: merged.iter().map(Uuid::to_string).collect(),
        external_ids: erased.into_iter().filter_map(|one| one.external_id).collect(),
    })
}

fn erased(customer: Customer) -> Erased {
    let external_id = customer.profile.external_id.map(Line::into_string);
    Erased { customer_id: customer.customer_id, external_id }
}
