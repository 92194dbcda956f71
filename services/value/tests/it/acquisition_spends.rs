//! `CreateAcquisitionSpend`, `GetAcquisitionSpend`, `ListAcquisitionSpends`, `UpdateAcquisitionSpend`, `DeleteAcquisitionSpend`.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AcquisitionSpend, CreateAcquisitionSpendRequest, DeleteAcquisitionSpendRequest, GetAcquisitionSpendRequest,
        ListAcquisitionSpendsRequest, UpdateAcquisitionSpendRequest,
        acquisition_spend_service_client::AcquisitionSpendServiceClient,
    },
};
use clientele_testkit::Authorised;
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    scoring::date,
};

impl Value {
    pub fn acquisition(&self) -> AcquisitionSpendServiceClient<Authorised> {
        AcquisitionSpendServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn spend(&self, spend: AcquisitionSpend) -> Result<AcquisitionSpend, Status> {
        let request = CreateAcquisitionSpendRequest { acquisition_spend: Some(spend), ..Default::default() };
        Ok(self.acquisition().create_acquisition_spend(request).await?.into_inner())
    }

    async fn update_spend(&self, spend: AcquisitionSpend, paths: &[&str]) -> Result<AcquisitionSpend, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = UpdateAcquisitionSpendRequest {
            acquisition_spend: Some(spend),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..Default::default()
        };
        Ok(self.acquisition().update_acquisition_spend(request).await?.into_inner())
    }

    async fn spends(&self, filter: &str) -> Vec<String> {
        let request = ListAcquisitionSpendsRequest { filter: filter.into(), ..Default::default() };
        let listed = self.acquisition().list_acquisition_spends(request).await.unwrap().into_inner();
        listed.acquisition_spends.into_iter().map(|spend| spend.channel).collect()
    }
}

/// Channel, first day, last day, dollars.
pub fn spend(channel: &str, start: &str, end: &str, dollars: i64) -> AcquisitionSpend {
    AcquisitionSpend {
        channel: channel.into(),
        start_date: Some(date(start)),
        end_date: Some(date(end)),
        amount: Some(Money { currency_code: "USD".into(), units: dollars, nanos: 0 }),
        ..AcquisitionSpend::default()
    }
}

fn fields(status: &Status) -> Vec<String> {
    violations_of(status).into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn a_spend_is_kept_listed_changed_and_deleted() {
    let value = Value::start().await;
    let fair = value.spend(spend("fair", "1997-01-01", "1997-01-31", 300)).await.unwrap();
    value.spend(spend("web", "1997-02-01", "1997-02-28", 20)).await.unwrap();
    assert_eq!((fair.channel.as_str(), fair.etag.as_str()), ("fair", "1"));
    let get = GetAcquisitionSpendRequest { acquisition_spend_id: fair.acquisition_spend_id.clone() };
    assert_eq!(value.acquisition().get_acquisition_spend(get.clone()).await.unwrap().into_inner(), fair);
    assert_eq!(value.spends("").await, ["web", "fair"]);
    assert_eq!(value.spends(r#"end_date < "1997-02-01""#).await, ["fair"]);

    let longer = AcquisitionSpend { end_date: Some(date("1997-03-31")), channel: "not named".into(), ..fair.clone() };
    let longer = value.update_spend(longer, &["end_date"]).await.unwrap();
    assert_eq!(
        (longer.end_date, longer.channel.as_str(), longer.etag.as_str()),
        (Some(date("1997-03-31")), "fair", "2")
    );
    assert_eq!(value.update_spend(longer.clone(), &["*"]).await.unwrap(), longer);
    let stale = value.update_spend(fair.clone(), &["*"]).await.unwrap_err();
    assert_eq!((stale.code(), reason_of(&stale)), (Code::Aborted, Some(Reason::EtagMismatch)));

    let delete = |etag: &str| DeleteAcquisitionSpendRequest {
        acquisition_spend_id: fair.acquisition_spend_id.clone(),
        etag: etag.into(),
        ..Default::default()
    };
    let stale = value.acquisition().delete_acquisition_spend(delete("1")).await.unwrap_err();
    assert_eq!(reason_of(&stale), Some(Reason::EtagMismatch));
    assert_eq!(value.acquisition().delete_acquisition_spend(delete("2")).await.unwrap().into_inner(), longer);
    for status in [
        value.acquisition().get_acquisition_spend(get).await.unwrap_err(),
        value.acquisition().delete_acquisition_spend(delete("")).await.unwrap_err(),
        value.update_spend(fair.clone(), &["*"]).await.unwrap_err(),
    ] {
        assert_eq!(status.code(), Code::NotFound);
    }
    assert_eq!(value.spends("").await, ["web"]);
    // Two recorded, one changed, one deleted; what changes nothing is not told.
    assert_eq!(value.events().await, vec!["clientele.value.v1.AcquisitionSpendChanged"; 4]);
}

#[tokio::test]
async fn what_is_no_spend_is_refused_with_everything_wrong() {
    let value = Value::start().await;
    let nothing = value.spend(spend("fair", "1997-02-01", "1997-01-31", 0)).await.unwrap_err();
    assert_eq!(fields(&nothing), ["acquisition_spend.end_date", "acquisition_spend.amount"]);
    let endless = value.spend(spend("fair", "1997-01-01", "2017-01-31", 1)).await.unwrap_err();
    assert_eq!(fields(&endless), ["acquisition_spend.end_date"]);
    let fair = value.spend(spend("fair", "1997-01-01", "1997-01-31", 1)).await.unwrap();
    let earlier = AcquisitionSpend { end_date: Some(date("1996-12-31")), etag: String::new(), ..fair.clone() };
    assert_eq!(fields(&value.update_spend(earlier, &["end_date"]).await.unwrap_err()), ["acquisition_spend.end_date"]);
    assert_eq!(fields(&value.update_spend(fair.clone(), &["note"]).await.unwrap_err()), ["update_mask.paths[0]"]);
    assert_eq!(value.spends("").await, ["fair"]);
}

#[tokio::test]
async fn a_spend_that_is_only_checked_is_not_kept() {
    let value = Value::start().await;
    let acquisition_spend = Some(spend("fair", "1997-01-01", "1997-01-31", 1));
    let request = CreateAcquisitionSpendRequest { acquisition_spend, validate_only: true, ..Default::default() };
    let told = value.acquisition().create_acquisition_spend(request).await.unwrap().into_inner();
    assert_eq!(told.channel, "fair");
    assert_eq!((value.spends("").await.len(), value.events().await.len()), (0, 0));
}
