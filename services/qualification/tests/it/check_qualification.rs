use clientele_proto::qualification::v1::{
    BatchCheckQualificationsRequest, CheckQualificationRequest, ListQualificationsRequest, Qualification as Told,
    QualificationReason, QualificationState, qualification_service_client::QualificationServiceClient,
};
use clientele_testkit::Authorised;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::harness::{Qualification, TENANT};

const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";
const BEN: &str = "0198c1f2-7d3a-7cc3-8a51-000000000002";

fn client(service: &Qualification, tenant: &str) -> QualificationServiceClient<Authorised> {
    QualificationServiceClient::new(service.running.tenant(tenant))
}

async fn check(service: &Qualification, tenant: &str, customer: &str, product: &str) -> Told {
    let request = CheckQualificationRequest { customer_id: customer.into(), product: product.into() };
    client(service, tenant).check_qualification(request).await.unwrap().into_inner()
}

/// An approval for parts that rests on a business licence (kind 1) which ends a day from now, as cases and documents leave it.
pub async fn approve(service: &Qualification, customer: &str) {
    let customer = Uuid::parse_str(customer).unwrap();
    let end = service.clock.now() + SignedDuration::from_hours(24);
    let statements = [
        "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, approval_scope, \
         approval_conditions, policy_version, version, create_time, update_time) \
         VALUES ('acme', $1, $1, 1, 8, 1, 1, '{parts}', '{}', 1, 1, $2, $2)",
        "INSERT INTO qualification.case_document_requirement (tenant_id, case_id, document_kind, grace_days) SELECT 'acme', $1, 1, 0 WHERE $2::timestamptz IS NOT NULL",
        "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, expire_time, version, create_time, update_time) \
         VALUES ('acme', $1, $1, 1, 4, 'Asia/Shanghai', $2, 1, $2, $2)",
        "INSERT INTO qualification.standing (tenant_id, customer_id, qualified, state, scope, conditions, reasons, risk_level, restate_time, version, update_time) \
         VALUES ('acme', $1, false, 2, '{}', '{}', '{}', 0, $2::timestamptz - interval '2 days', 0, $2)",
    ];
    for statement in statements {
        sqlx::query(statement)
            .bind(customer)
            .bind(jiff_sqlx::ToSqlx::to_sqlx(end))
            .execute(&*service.pool)
            .await
            .unwrap();
    }
}

/// Waits until so many changes of Ana's standing were told.
async fn told(service: &Qualification, changes: i64) {
    while check(service, TENANT, ANA, "").await.version < changes {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn nobody_is_qualified_without_a_case() {
    let service = Qualification::start().await;
    let told = check(&service, TENANT, ANA, "").await;
    assert_eq!((told.qualified, told.state(), told.version), (false, QualificationState::NotAssessed, 0));
    assert_eq!(told.reasons().collect::<Vec<_>>(), [QualificationReason::NoCase]);
}

#[tokio::test]
async fn a_licence_lapses_at_its_instant_and_the_lapse_is_told_once() {
    let service = Qualification::start().await;
    approve(&service, ANA).await;
    let before = check(&service, TENANT, ANA, "parts").await;
    assert!(before.qualified, "{before:?}");
    assert_eq!(before.products, ["parts"]);
    let out_of_scope = check(&service, TENANT, ANA, "engines").await;
    assert_eq!(
        (out_of_scope.qualified, out_of_scope.reasons().next().unwrap()),
        (false, QualificationReason::OutOfScope)
    );
    // Of another tenant nothing is seen.
    assert_eq!(check(&service, "globex", ANA, "").await.state(), QualificationState::NotAssessed);

    told(&service, 1).await;
    service.clock.advance(SignedDuration::from_hours(24));
    let after = check(&service, TENANT, ANA, "parts").await;
    assert_eq!((after.qualified, after.state()), (false, QualificationState::Expired));
    assert_eq!(after.reasons().collect::<Vec<_>>(), [QualificationReason::DocumentExpired]);

    told(&service, 2).await;
    let request = ListQualificationsRequest { filter: "state = EXPIRED".into(), ..Default::default() };
    let listed = client(&service, TENANT).list_qualifications(request).await.unwrap().into_inner();
    assert_eq!(listed.qualifications.iter().map(|told| told.customer_id.as_str()).collect::<Vec<_>>(), [ANA]);
    // The keepers of the document and of the case tell of theirs, sooner or later.
    let changes = service.events().await.into_iter().filter(|event| event.ends_with("QualificationChanged")).count();
    assert_eq!(changes, 2);
}

#[tokio::test]
async fn many_are_checked_at_one_instant_in_the_order_asked() {
    let service = Qualification::start().await;
    approve(&service, BEN).await;
    let request = BatchCheckQualificationsRequest {
        customer_ids: vec![ANA.into(), BEN.into(), ANA.into()],
        product: String::new(),
    };
    let told = client(&service, TENANT).batch_check_qualifications(request).await.unwrap().into_inner().qualifications;
    assert_eq!(
        told.iter().map(|told| (told.customer_id.as_str(), told.qualified)).collect::<Vec<_>>(),
        [(ANA, false), (BEN, true), (ANA, false)]
    );
    assert!(told.iter().all(|one| one.as_of_time == told[0].as_of_time));
}
