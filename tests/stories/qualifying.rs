//! A customer whose licence runs out: its tier is capped at once, and comes back with the renewed licence.

use clientele_proto::{
    customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient},
    qualification::v1::{
        CheckQualificationRequest, Qualification, QualificationReason, RiskInputs, SetRiskInputsRequest,
        qualification_service_client::QualificationServiceClient, risk_service_client::RiskServiceClient,
    },
    value::v1::{
        BatchRecordTransactionsRequest, GetScoreRequest, ListScoresRequest, Score, StartScoreRunRequest, TierPolicy,
        WatchScoreRunRequest, get_score_request, score_run_service_client::ScoreRunServiceClient,
        score_service_client::ScoreServiceClient, transaction_service_client::TransactionServiceClient,
    },
};
use clientele_qualification::{
    SCHEMA, State,
    cases::{Trigger, trigger},
    origin::Origin,
};
use clientele_service::Context;
use clientele_tests::{World, cdnow, data, eventually};
use jiff::SignedDuration;
use uuid::Uuid;

pub const TENANT: &str = "acme";

/// The sample's first purchases, scored with a gate: whom we may not do business with is STANDARD at best.
pub async fn scored(world: &World) {
    let mut transactions = TransactionServiceClient::new(world.value.tenant(TENANT));
    for some in cdnow::transactions().chunks(1000).take(2) {
        let request = BatchRecordTransactionsRequest { transactions: some.to_vec() };
        transactions.batch_record_transactions(request).await.unwrap();
    }
    let mut client = ScoreRunServiceClient::new(world.value.tenant(TENANT));
    let gate = TierPolicy { best_unqualified_tier: "STANDARD".into(), ..TierPolicy::default() };
    let mut settings = data::run_settings(data::date(1998, 6, 30), "USD");
    settings.tier_policy = Some(gate);
    let request = StartScoreRunRequest { settings: Some(settings), ..Default::default() };
    let run = client.start_score_run(request).await.unwrap().into_inner();
    let request = WatchScoreRunRequest { score_run_id: run.score_run_id };
    let mut news = client.watch_score_run(request).await.unwrap().into_inner();
    while news.message().await.unwrap().is_some() {}
}

pub async fn score(world: &World, key: &str) -> Score {
    let mut scores = ScoreServiceClient::new(world.value.tenant(TENANT));
    let customer = Some(get_score_request::Customer::CustomerExternalId(key.to_owned()));
    scores.get_score(GetScoreRequest { customer, ..Default::default() }).await.unwrap().into_inner()
}

async fn check(world: &World, customer_id: &str) -> Qualification {
    let mut client = QualificationServiceClient::new(world.qualification.tenant(TENANT));
    let request = CheckQualificationRequest { customer_id: customer_id.into(), product: String::new() };
    client.check_qualification(request).await.unwrap().into_inner()
}

/// What people leave behind who approve a customer on a business licence (kind 1) that is valid for so many hours more.
async fn licence(world: &World, customer_id: Uuid, hours: i64) {
    let end = world.clock.now() + SignedDuration::from_hours(hours);
    let mut owner = world.database.owner().await;
    for statement in [
        "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, approval_scope, \
         approval_conditions, policy_version, version, create_time, update_time) \
         VALUES ('acme', $1, $1, 1, 8, 1, 1, '{}', '{}', 1, 1, $2::timestamptz, $2::timestamptz) ON CONFLICT DO NOTHING",
        "INSERT INTO qualification.case_document_requirement (tenant_id, case_id, document_kind, grace_days) \
         SELECT 'acme', $1, 1, 0 WHERE $2::timestamptz IS NOT NULL ON CONFLICT DO NOTHING",
        "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, expire_time, version, create_time, update_time) \
         VALUES ('acme', gen_random_uuid(), $1, 1, 4, 'Asia/Shanghai', $2::timestamptz, 1, $2::timestamptz, $2::timestamptz)",
    ] {
        let query = sqlx::query(statement).bind(customer_id).bind(end.to_string());
        query.execute(&mut owner).await.unwrap();
    }
}

/// What verifying a document does to a case that ran out with the one before.
async fn renewed(world: &World, customer_id: Uuid) {
    let state = State::new(world.database.pool(SCHEMA.schema).await, Context::system());
    let origin = Origin::job(TENANT, "registrar", world.clock.now());
    let mut connection = state.pool.acquire().await.unwrap();
    trigger(&state, &mut connection, &origin, customer_id, Trigger::DocumentVerified).await.unwrap();
}

/// A change of risk by a person: it ends with the customer's standing made anew.
async fn know(world: &World, customer_id: &str, days_late: f64) {
    let mut client = RiskServiceClient::new(world.qualification.person(TENANT, "maker"));
    let inputs =
        RiskInputs { customer_id: customer_id.into(), average_days_late: Some(days_late), ..RiskInputs::default() };
    client.set_risk_inputs(SetRiskInputsRequest { risk_inputs: Some(inputs), ..Default::default() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_licence_that_runs_out_caps_the_tier_and_its_renewal_gives_it_back() {
    let world = World::start().await;
    scored(&world).await;
    let mut scores = ScoreServiceClient::new(world.value.tenant(TENANT));
    let best = scores.list_scores(ListScoresRequest { page_size: 1, ..Default::default() }).await.unwrap().into_inner();
    let key = best.scores[0].customer_external_id.clone();
    assert_eq!(score(&world, &key).await.tier, "KEY");
    let mut customers = CustomerServiceClient::new(world.customers.tenant(TENANT));
    let request = CreateCustomerRequest { customer: Some(data::person(&key, "Ana")), ..Default::default() };
    let customer_id = customers.create_customer(request).await.unwrap().into_inner().customer_id;
    let id = Uuid::parse_str(&customer_id).unwrap();

    licence(&world, id, 24).await;
    know(&world, &customer_id, 0.0).await;
    assert!(check(&world, &customer_id).await.qualified);
    let mut owner = world.database.owner().await;
    let told = "SELECT count(*) FROM value.customer_qualification WHERE qualified";
    eventually("value has heard of the approval", async || {
        (clientele_tests::rows::count(&mut owner, told).await == 1).then_some(())
    })
    .await;
    assert_eq!(score(&world, &key).await.tier, "KEY");

    world.clock.advance(SignedDuration::from_hours(24));
    let answer = check(&world, &customer_id).await;
    assert_eq!(answer.reasons().collect::<Vec<_>>(), [QualificationReason::DocumentExpired], "at the instant");
    eventually("the tier is capped", async || (score(&world, &key).await.tier == "STANDARD").then_some(())).await;

    licence(&world, id, 24 * 365).await;
    renewed(&world, id).await;
    // 20 points for late payment and five each for what is not known are another level: the standing is made anew.
    know(&world, &customer_id, 60.0).await;
    assert!(check(&world, &customer_id).await.qualified);
    eventually("the tier is back", async || (score(&world, &key).await.tier == "KEY").then_some(())).await;
}
