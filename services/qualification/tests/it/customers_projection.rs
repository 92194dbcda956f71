use clientele_feed::Apply as _;
use clientele_proto::{
    customers::v1::{
        Customer, CustomerCreated, CustomerErased, CustomerMerge, CustomersMerged, Organisation, customer::Kind,
    },
    events::v1::Event,
    qualification::v1::{
        CheckQualificationRequest, QualificationState, qualification_service_client::QualificationServiceClient,
    },
};
use clientele_qualification::{jobs::customers_projection::CustomersProjection, store::customer::customer_get};
use prost::{Message, Name};
use uuid::Uuid;

use crate::harness::{Qualification, TENANT};

const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";
const BEN: &str = "0198c1f2-7d3a-7cc3-8a51-000000000002";

fn told(id: &str, name: &str) -> Customer {
    let organisation = Organisation { legal_name: name.into(), ..Organisation::default() };
    Customer {
        customer_id: id.into(),
        display_name: name.into(),
        country_code: "CN".into(),
        kind: Some(Kind::Organisation(organisation)),
        ..Customer::default()
    }
}

async fn apply<M: Message + Name>(service: &Qualification, payload: &M) {
    let event = Event {
        r#type: M::full_name(),
        tenant_id: TENANT.into(),
        data: Some(prost_types::Any { type_url: String::new(), value: payload.encode_to_vec() }),
        ..Event::default()
    };
    CustomersProjection.apply(&mut service.pool.acquire().await.unwrap(), &event).await.unwrap();
}

#[tokio::test]
async fn names_are_kept_merges_are_known_and_erased_customers_forgotten() {
    let service = Qualification::start().await;
    let (ana, ben) = (Uuid::parse_str(ANA).unwrap(), Uuid::parse_str(BEN).unwrap());
    apply(&service, &CustomerCreated { customer: Some(told(ANA, "上海机械有限公司")) }).await;
    apply(&service, &CustomerCreated { customer: Some(told(BEN, "Shanghai Machinery")) }).await;
    let mut connection = service.pool.acquire().await.unwrap();
    let kept = customer_get(&mut connection, TENANT, ana).await.unwrap().unwrap();
    assert_eq!(
        (kept.kind, kept.legal_name.as_deref(), kept.country_code.as_deref()),
        (1, Some("上海机械有限公司"), Some("CN"))
    );

    let survivor = Some(told(ANA, "上海机械有限公司"));
    let customer_merge = Some(CustomerMerge { survivor, ..CustomerMerge::default() });
    let merged_customers = vec![told(BEN, "Shanghai Machinery")];
    apply(&service, &CustomersMerged { customer_merge, merged_customers }).await;
    let merged = customer_get(&mut connection, TENANT, ben).await.unwrap().unwrap();
    assert_eq!(merged.survivor_customer_id, Some(ana));

    let erased =
        CustomerErased { customer_id: ANA.into(), merged_customer_ids: vec![BEN.into()], ..Default::default() };
    apply(&service, &erased).await;
    assert_eq!(customer_get(&mut connection, TENANT, ana).await.unwrap(), None);
    assert_eq!(customer_get(&mut connection, TENANT, ben).await.unwrap(), None);
}

#[tokio::test]
async fn of_an_erased_customer_nothing_is_left_but_that_nothing_is_known() {
    let service = Qualification::start().await;
    crate::cases::approved(&service).await;
    let told = "SELECT count(*) FROM qualification.outbox WHERE position(convert_to('Ana Chemicals', 'UTF8') in data) > 0 \
                OR position(convert_to('chemicals', 'UTF8') in data) > 0";
    assert!(service.count(told).await > 0);
    apply(&service, &CustomerErased { customer_id: ANA.into(), ..CustomerErased::default() }).await;
    while service.count("SELECT count(*) FROM qualification.audit_erasure WHERE done_time IS NULL").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for table in
        ["qualification_case", "case_person", "case_transition", "customer_check", "risk_assessment", "document"]
    {
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM qualification.{table}")))
            .fetch_one(&*service.pool)
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(service.count(told).await, 0);
    let mut client = QualificationServiceClient::new(service.running.tenant(TENANT));
    let request = CheckQualificationRequest { customer_id: ANA.into(), product: String::new() };
    let standing = client.check_qualification(request).await.unwrap().into_inner();
    assert_eq!((standing.qualified, standing.state()), (false, QualificationState::NotAssessed));
}
