//! The service is killed in the middle of a score run; whoever comes next finishes it.

use clientele_proto::value::v1::{
    BatchRecordTransactionsRequest, GetScoreRunRequest, ListScoresRequest, ScoreRun, StartScoreRunRequest,
    WatchScoreRunRequest, score_run::State, score_run_progress::Stage, score_run_service_client::ScoreRunServiceClient,
    score_service_client::ScoreServiceClient, transaction_service_client::TransactionServiceClient,
};
use clientele_tests::{cdnow, data, eventually, rows::count};
use sqlx::raw_sql;

use crate::site::Site;

/// How many times the sample stands in the table: enough that a run can be caught at work.
const COPIES: i64 = 50;
const CUSTOMERS: i64 = 2357 * COPIES;

async fn furnish(site: &Site) {
    let mut client = TransactionServiceClient::new(site.channel(&site.value));
    for some in cdnow::transactions().chunks(1000) {
        client.batch_record_transactions(BatchRecordTransactionsRequest { transactions: some.to_vec() }).await.unwrap();
    }
    let copies = COPIES - 1;
    let statements = format!(
        "INSERT INTO value.buyer (tenant_id, external_id) \
         SELECT tenant_id, external_id || '/' || copy FROM value.buyer, generate_series(1, {copies}) AS copy; \
         INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id) \
         SELECT to_buyer.buyer_id, t.amount_minor, t.create_time, t.occur_date, t.kind, t.tenant_id, t.currency_code, t.external_id || '/' || copy \
         FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id) CROSS JOIN generate_series(1, {copies}) AS copy \
         JOIN value.buyer to_buyer ON to_buyer.tenant_id = t.tenant_id AND to_buyer.external_id = b.external_id || '/' || copy; \
         ANALYZE value.transaction"
    );
    raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut site.owner().await).await.unwrap();
}

/// Watches a run until it is where `enough` says, or over.
async fn watch(site: &Site, id: &str, enough: impl Fn(&ScoreRun) -> bool) -> ScoreRun {
    let mut client = ScoreRunServiceClient::new(site.channel(&site.value));
    let request = WatchScoreRunRequest { score_run_id: id.to_owned() };
    let mut news = client.watch_score_run(request).await.unwrap().into_inner();
    loop {
        let run = news.message().await.unwrap().expect("news before the end").score_run.unwrap();
        let over = matches!(run.state(), State::Succeeded | State::Failed | State::Cancelled);
        if over || enough(&run) {
            return run;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_worker_is_killed_is_taken_up_again_and_publishes_every_score_once() {
    let mut site = Site::start().await;
    furnish(&site).await;
    let mut client = ScoreRunServiceClient::new(site.channel(&site.value));
    let settings = Some(data::run_settings(data::date(1998, 6, 30), "USD"));
    let run =
        client.start_score_run(StartScoreRunRequest { settings, ..Default::default() }).await.unwrap().into_inner();

    // First as soon as it is at work, then while it stores scores.
    let at_work = watch(&site, &run.score_run_id, |run| run.state() == State::Running).await;
    assert_eq!(at_work.state(), State::Running, "too quick to be caught: {at_work:?}");
    kill_and_restart(&mut site).await;
    let storing = |run: &ScoreRun| {
        run.progress.as_ref().is_some_and(|progress| progress.attempt == 2 && progress.stage() >= Stage::Scoring)
    };
    let at_work = watch(&site, &run.score_run_id, storing).await;
    assert_eq!(at_work.state(), State::Running, "too quick to be caught again: {at_work:?}");
    kill_and_restart(&mut site).await;

    let over = watch(&site, &run.score_run_id, |_| false).await;
    assert_eq!(over.state(), State::Succeeded, "{}", over.failure);
    assert_eq!(over.progress.as_ref().unwrap().attempt, 3);
    assert_eq!(over.summary.as_ref().unwrap().customers, CUSTOMERS);
    every_score_is_there_once(&site, &over).await;
}

async fn kill_and_restart(site: &mut Site) {
    site.value.kill();
    let published = "SELECT count(*) FROM value.score_run WHERE state = 3";
    assert_eq!(count(&mut site.owner().await, published).await, 0, "killed before it was over");
    site.value.restart();
    site.until_answering().await;
}

async fn every_score_is_there_once(site: &Site, run: &ScoreRun) {
    let mut owner = site.owner().await;
    let of_run = "FROM value.score JOIN value.score_run USING (tenant_id, score_set) WHERE state = 3";
    assert_eq!(count(&mut owner, &format!("SELECT count(*) {of_run}")).await, CUSTOMERS);
    assert_eq!(count(&mut owner, &format!("SELECT count(DISTINCT rank) {of_run}")).await, CUSTOMERS);
    assert_eq!(count(&mut owner, &format!("SELECT max(rank)::bigint {of_run}")).await, CUSTOMERS);
    assert_eq!(count(&mut owner, &format!("SELECT count(DISTINCT buyer_id) {of_run}")).await, CUSTOMERS);

    let mut scores = ScoreServiceClient::new(site.channel(&site.value));
    let best =
        scores.list_scores(ListScoresRequest { page_size: 3, ..Default::default() }).await.unwrap().into_inner().scores;
    assert_eq!(best.iter().map(|score| score.rank).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(best.iter().all(|score| score.score_run_id == run.score_run_id));
    let mut runs = ScoreRunServiceClient::new(site.channel(&site.value));
    let read =
        runs.get_score_run(GetScoreRunRequest { score_run_id: run.score_run_id.clone() }).await.unwrap().into_inner();
    assert_eq!(&read, run);

    let told = "SELECT count(*) FROM value.outbox WHERE event_type = 'clientele.value.v1.ScoreRunFinished'";
    assert_eq!(count(&mut owner, told).await, 1, "the end is told once");
    // What the killed attempts had written goes away.
    let left_over = "SELECT count(*) FROM value.score WHERE score_set NOT IN (SELECT score_set FROM value.score_run WHERE state = 3)";
    eventually("left-overs are swept", async || (count(&mut owner, left_over).await == 0).then_some(())).await;
}
