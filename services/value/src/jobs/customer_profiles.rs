//! What customers are: the customers service's events, kept as the profiles that segments and reports ask for.
//!
//! It follows the feed by a cursor of its own, beside [`super::customers_projection`]: profiles are built from the feed's beginning also where
//! buyers were attached long before. Where the feed has forgotten its beginning, they are built from what it still holds. A customer that is
//! deleted or merged into another keeps its profile, marked so; of one that is erased nothing is kept.

use std::{sync::Arc, time::Duration};

use clientele_feed::{Apply, Projection, projection::Failure};
use clientele_pg::Pool;
use clientele_proto::{
    customers::v1::{
        Customer, CustomerCreated, CustomerDeleted, CustomerErased, CustomerUndeleted, CustomerUpdated,
        CustomersMerged, CustomersUnmerged, customer::Kind,
    },
    events::v1::{Event, GetFeedBoundsRequest, event_feed_service_client::EventFeedServiceClient},
};
use clientele_service::{Job, client::Peer, serve::stopped};
use jiff::Timestamp;
use prost::{Message as _, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use super::customers_projection::customer;
use crate::{
    SCHEMA,
    store::{
        customer_profile::{Profile, customer_profile_put, customer_profiles_begin, customer_profiles_delete},
        segment_review::segment_review_put_for_customer,
    },
};

/// Time between two attempts to learn where the feed begins.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// The projection as a background job, and what lets it begin.
pub fn jobs(pool: &Pool, customers: &Peer) -> [Job; 2] {
    let apply = Arc::new(CustomerProfiles);
    let projection =
        Projection::new(SCHEMA.schema.name(), "customer-profiles", (**pool).clone(), customers.clone(), apply);
    let (pool, customers) = (pool.clone(), customers.clone());
    let begin = Job::new("begin of customer profiles", move |stop| async move {
        while !*stop.borrow() {
            match begin(&pool, customers.clone()).await {
                // A job runs until it is told to stop.
                Ok(()) => return stopped(stop).await,
                Err(error) => {
                    tracing::debug!(error = %error, "the customers service does not say where its feed begins");
                }
            }
            let _ = tokio::time::timeout(ASK_AGAIN, stopped(stop.clone())).await;
        }
    });
    [begin, projection.job()]
}

/// Lets profiles that nothing was applied to yet begin where the feed does.
async fn begin(pool: &Pool, customers: Peer) -> Result<(), Failure> {
    let bounds = EventFeedServiceClient::new(customers).get_feed_bounds(GetFeedBoundsRequest {}).await?.into_inner();
    Ok(customer_profiles_begin(&mut *pool.acquire().await?, bounds.earliest_position).await?)
}

/// Applies customers' events to profiles.
#[derive(Debug)]
pub struct CustomerProfiles;

#[tonic::async_trait]
impl Apply for CustomerProfiles {
    fn event_types(&self) -> Vec<String> {
        vec![
            CustomerCreated::full_name(),
            CustomerUpdated::full_name(),
            CustomerDeleted::full_name(),
            CustomerUndeleted::full_name(),
            CustomersMerged::full_name(),
            CustomersUnmerged::full_name(),
            CustomerErased::full_name(),
        ]
    }

    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure> {
        if event.r#type == CustomerErased::full_name() {
            let erased = CustomerErased::decode(data(event))?;
            let ids = std::iter::once(&erased.customer_id).chain(&erased.merged_customer_ids);
            let ids = ids.map(|id| Uuid::try_parse(id)).collect::<Result<Vec<_>, _>>()?;
            return Ok(customer_profiles_delete(connection, &event.tenant_id, &ids).await?);
        }
        for profile in profiles(event)? {
            if customer_profile_put(connection, &event.tenant_id, &profile).await? {
                segment_review_put_for_customer(connection, &event.tenant_id, profile.customer_id).await?;
            }
        }
        Ok(())
    }
}

fn data(event: &Event) -> &[u8] {
    event.data.as_ref().map(|data| data.value.as_slice()).unwrap_or_default()
}

/// What customers are after the event. One that is merged into another is not there any more, like one that is deleted.
fn profiles(event: &Event) -> Result<Vec<Profile>, Failure> {
    if event.r#type == CustomersMerged::full_name() {
        let CustomersMerged { customer_merge, merged_customers } = CustomersMerged::decode(data(event))?;
        let survivor = customer_merge.and_then(|merge| merge.survivor).map(profile);
        let merged = merged_customers.into_iter().map(|customer| Ok(Profile { deleted: true, ..profile(customer)? }));
        survivor.into_iter().chain(merged).collect()
    } else if event.r#type == CustomersUnmerged::full_name() {
        let CustomersUnmerged { survivor, restored_customers, .. } = CustomersUnmerged::decode(data(event))?;
        survivor.into_iter().chain(restored_customers).map(profile).collect()
    } else {
        customer(event)?.map(profile).into_iter().collect()
    }
}

fn profile(customer: Customer) -> Result<Profile, Failure> {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (kind, industry_code) = match customer.kind {
        Some(Kind::Organisation(organisation)) => (Some(1), some(organisation.industry_code)),
        Some(Kind::Person(_)) => (Some(2), None),
        None => (None, None),
    };
    let create_time = customer.create_time.map(|time| Timestamp::new(time.seconds, time.nanos)).transpose()?;
    Ok(Profile {
        customer_id: Uuid::try_parse(&customer.customer_id)?,
        kind,
        country_code: some(customer.country_code),
        industry_code,
        attributes: customer.attributes,
        create_time,
        deleted: customer.delete_time.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use clientele_proto::customers::v1::Organisation;

    use super::*;

    #[test]
    fn a_profile_keeps_what_rules_ask_for_and_no_name() {
        let organisation = Organisation {
            legal_name: "Müller & Söhne GmbH".into(),
            industry_code: "C10".into(),
            ..Organisation::default()
        };
        let told = Customer {
            customer_id: "0198c1f2-7d3a-7cc3-8a51-000000000001".into(),
            kind: Some(Kind::Organisation(organisation)),
            country_code: "DE".into(),
            attributes: [("region".to_owned(), "north".to_owned())].into(),
            delete_time: Some(prost_types::Timestamp::default()),
            ..Customer::default()
        };
        let kept = profile(told).unwrap();
        assert_eq!(
            (kept.kind, kept.country_code.as_deref(), kept.industry_code.as_deref()),
            (Some(1), Some("DE"), Some("C10"))
        );
        assert_eq!((kept.attributes["region"].as_str(), kept.deleted, kept.create_time), ("north", true, None));
    }
}
