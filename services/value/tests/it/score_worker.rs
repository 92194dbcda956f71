//! Leases: what happens to a run when its worker crashes, loses its lease or is told to stop.

use std::{sync::Arc, time::Duration};

use clientele_proto::value::v1::{
    WatchScoreRunRequest, score_run::State, score_run_service_client::ScoreRunServiceClient,
};
use clientele_testkit::{FakeClock, Running, TestDatabase, Tokens};
use clientele_value::{
    Peers, SCHEMA, State as ServiceState, app_with, jobs::score_sweep::sweep, scoring::ScoringSettings,
};
use sqlx::Connection as _;
use tokio::time::timeout;

use crate::{
    harness::{TENANT, Value},
    scoring::{SHOP, settings},
};

const SHORT: ScoringSettings = ScoringSettings { lease: Duration::from_secs(2), runs_kept: 2 };

/// Another replica over the same database.
async fn replica(database: &TestDatabase) -> (Running, FakeClock) {
    let clock = FakeClock::default();
    let tokens = Arc::new(Tokens::new(clock.now()));
    let app = app_with(database.pool(SCHEMA.schema).await, clock.context(), Peers::default(), SHORT);
    (Running::start_with(app, &clock, tokens, &[]).await, clock)
}

/// Makes a run look as a crashed worker leaves it: at work, some scores written, a lease that is renewed by nobody.
async fn crash_in(value: &Value, id: &str) {
    let mut owner = value.database.owner().await;
    let sql = format!(
        "INSERT INTO value.score_set (tenant_id, score_run_id) VALUES ('acme', '{id}');
         INSERT INTO value.score (score_set, buyer_id, total_revenue_minor, repeat_revenue_minor, total_cost_minor, p_alive,
             expected_purchases, rank, frequency, first_purchase_date, last_purchase_date, rfm_code, segment, tier, tenant_id)
         SELECT 1, 999, 1, 1, 1, 1, 1, 1, 1, '1997-01-01', '1997-01-01', 111, 1, 1, 'acme';
         UPDATE value.score_run SET state = 2, attempt = 1, score_set = 1, lease_owner = gen_random_uuid(), lease_until = now() + interval '1 s'
             WHERE score_run_id = '{id}'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
}

/// A service with a run in its queue that nobody works on: its own worker was stopped.
async fn queued() -> (Value, String) {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    let Value { running, clock, pool, database } = value;
    running.stop().await;
    drop(held);
    let (running, _) = idle(&database).await;
    (Value { running, clock, pool, database }, run.score_run_id)
}

/// A service whose worker finds nothing it may take, as every run is held by somebody.
async fn idle(database: &TestDatabase) -> (Running, FakeClock) {
    let mut owner = database.owner().await;
    sqlx::raw_sql("UPDATE value.score_run SET state = 2, lease_owner = gen_random_uuid(), lease_until = now() + interval '1 day' WHERE state = 1")
        .execute(&mut owner)
        .await
        .unwrap();
    replica(database).await
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_gives_its_lease_back() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    let Value { running, database, pool, .. } = value;
    running.stop().await;
    let waiting: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM value.score_run WHERE state = 1 AND lease_owner IS NULL AND attempt = 1",
    )
    .fetch_one(&*pool)
    .await
    .unwrap();
    assert_eq!(waiting, 1);
    drop((held, database));
}

#[tokio::test]
async fn who_watches_a_run_does_not_hold_a_draining_service_up() {
    let database = TestDatabase::new(&[&SCHEMA]).await;
    let pool = database.pool(SCHEMA.schema).await;
    let clock = FakeClock::default();
    let tokens = Arc::new(Tokens::new(clock.now()));
    let app = app_with(pool.clone(), clock.context(), Peers::default(), SHORT);
    let running = Running::start_with(app, &clock, tokens, &["--drain-seconds", "60"]).await;
    let value = Value { running, clock, pool, database };
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    let mut runs = ScoreRunServiceClient::new(value.running.tenant(TENANT));
    let mut told =
        runs.watch_score_run(WatchScoreRunRequest { score_run_id: run.score_run_id }).await.unwrap().into_inner();
    let watching = tokio::spawn(async move {
        loop {
            match told.message().await {
                Ok(Some(_)) => {}
                ended => return ended,
            }
        }
    });
    timeout(Duration::from_secs(30), value.running.stop()).await.expect("it has stopped");
    let status = timeout(Duration::from_secs(30), watching).await.expect("the watch has ended").unwrap().unwrap_err();
    assert_eq!(clientele_error::reason_of(&status), Some(clientele_error::Reason::ShuttingDown));
    drop(held);
}

#[tokio::test]
async fn a_run_whose_worker_crashed_is_taken_up_when_its_lease_has_run_out() {
    let (value, id) = queued().await;
    crash_in(&value, &id).await;
    let told = value.watch_run(&id).await;
    let end = told.last().unwrap();
    assert_eq!((end.state(), end.progress.as_ref().unwrap().attempt), (State::Succeeded, 2));
    assert!(value.all_scores().await.iter().all(|score| !score.customer_external_id.is_empty()));
    assert_eq!(value.all_scores().await.len(), 5);

    // What the crashed attempt wrote was never readable, and goes.
    let state = ServiceState::new(value.pool.clone(), value.clock.context(), SHORT);
    sweep(&state, Duration::ZERO).await.unwrap();
    assert_eq!(value.count("SELECT count(*) FROM value.score WHERE buyer_id = 999").await, 0);
    assert_eq!(value.count("SELECT count(*) FROM value.score").await, 5);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_publishes_nothing() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    // Another worker took the run up meanwhile.
    let mut owner = value.database.owner().await;
    sqlx::raw_sql(
        "UPDATE value.score_run SET lease_owner = gen_random_uuid(), lease_until = now() + interval '1 day', score_set = score_set + 100, attempt = 2",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    drop(held);
    // The worker is free again once it has noticed: it then ends the run of another tenant.
    value.happened("other", 1, "USD", &SHOP).await;
    let mut other =
        clientele_proto::value::v1::score_run_service_client::ScoreRunServiceClient::new(value.running.tenant("other"));
    let request = clientele_proto::value::v1::StartScoreRunRequest {
        settings: Some(settings("1997-06-30")),
        ..Default::default()
    };
    let others = other.start_score_run(request).await.unwrap().into_inner();
    let request = clientele_proto::value::v1::WatchScoreRunRequest { score_run_id: others.score_run_id };
    let mut stream = other.watch_score_run(request).await.unwrap().into_inner();
    while stream.message().await.unwrap().is_some() {}
    assert_eq!(
        value
            .count("SELECT count(*) FROM value.score_run WHERE state = 2 AND attempt = 2 AND tenant_id = 'acme'")
            .await,
        1
    );
    assert_eq!(value.count("SELECT count(*) FROM value.outbox WHERE tenant_id = 'acme'").await, 0);
}

#[tokio::test]
async fn two_replicas_end_each_run_once_and_a_tenants_runs_one_after_another() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let (second, _clock) = replica(&value.database).await;
    let mut ids = Vec::new();
    for day in 1..=8 {
        ids.push(value.start_run(settings(&format!("1997-06-{day:02}"))).await.score_run_id);
    }
    for id in &ids {
        assert_eq!(value.watch_run(id).await.last().unwrap().state(), State::Succeeded);
    }
    assert_eq!(value.count("SELECT count(*) FROM value.score_run WHERE attempt = 1").await, 8);
    let finished = "SELECT count(*) FROM value.outbox WHERE event_type = 'clientele.value.v1.ScoreRunFinished'";
    assert_eq!(value.count(finished).await, 8);
    second.stop().await;
}

#[tokio::test]
async fn a_run_that_no_service_survives_is_given_up() {
    let (value, id) = queued().await;
    crash_in(&value, &id).await;
    let mut owner = value.database.owner().await;
    sqlx::raw_sql("UPDATE value.score_run SET attempt = 5").execute(&mut owner).await.unwrap();
    let told = value.watch_run(&id).await;
    assert_eq!(told.last().unwrap().state(), State::Failed);
    assert!(told.last().unwrap().failure.contains("5 attempts"), "{}", told.last().unwrap().failure);
}

#[tokio::test]
async fn scores_of_all_but_the_newest_runs_are_removed() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let mut runs = Vec::new();
    for _ in 0..3 {
        runs.push(value.scored().await.score_run_id);
    }
    let state = ServiceState::new(value.pool.clone(), value.clock.context(), SHORT);
    assert_eq!(sweep(&state, Duration::ZERO).await.unwrap(), 5);
    assert_eq!(value.count("SELECT count(*) FROM value.score").await, 10);
    let request = |run: &str| clientele_proto::value::v1::GetRfmReportRequest { score_run_id: run.to_owned() };
    // What this process remembers of the run is forgotten after a second; nobody asked for it here before.
    let status = value.scores().get_rfm_report(request(&runs[0])).await.unwrap_err();
    assert_eq!(clientele_error::reason_of(&status), Some(clientele_error::Reason::NotFound));
    value.scores().get_rfm_report(request(&runs[1])).await.unwrap();
}
