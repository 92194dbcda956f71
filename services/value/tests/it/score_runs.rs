//! `GetScoreRun`, `ListScoreRuns`, `WatchScoreRun` and `CancelScoreRun`.

use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{CancelScoreRunRequest, GetScoreRunRequest, ListScoreRunsRequest, score_run::State};
use tonic::Code;

use crate::{
    harness::Value,
    scoring::{SHOP, settings},
};

const NOBODYS: &str = "0195b2f0-0000-7000-8000-00000000dead";

#[tokio::test]
async fn a_run_can_be_read_from_its_start_to_its_end() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let started = value.start_run(settings("1997-06-30")).await;
    value.until(&started.score_run_id, State::Running).await;
    let get = || async {
        let request = GetScoreRunRequest { score_run_id: started.score_run_id.clone() };
        value.score_runs().get_score_run(request).await.unwrap().into_inner()
    };
    let running = get().await;
    assert_eq!((running.state(), running.progress.as_ref().unwrap().attempt), (State::Running, 1));
    assert!(running.start_time.is_some() && running.end_time.is_none());
    drop(held);
    value.until(&started.score_run_id, State::Succeeded).await;
    let ended = get().await;
    assert_eq!(ended.settings, started.settings);
    assert_eq!(ended.progress.as_ref().unwrap().done, 5);
    assert_eq!(ended.summary.unwrap().customers, 5);
}

#[tokio::test]
async fn a_run_nobody_started_is_not_found() {
    let value = Value::start().await;
    let status =
        value.score_runs().get_score_run(GetScoreRunRequest { score_run_id: NOBODYS.into() }).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
    let status =
        value.score_runs().cancel_score_run(CancelScoreRunRequest { score_run_id: NOBODYS.into() }).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotFound));
}

#[tokio::test]
async fn a_watcher_is_told_the_start_every_change_and_the_end() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    let (told, ()) = tokio::join!(value.watch_run(&run.score_run_id), async { drop(held) });
    assert_eq!(told.first().unwrap().state(), State::Running);
    assert_eq!(told.last().unwrap().state(), State::Succeeded);
    assert!(told.windows(2).all(|pair| pair[0] != pair[1]), "nothing is told twice");
    // A watcher who comes late is told the end at once.
    assert_eq!(value.watch_run(&run.score_run_id).await.len(), 1);
}

#[tokio::test]
async fn runs_are_listed_newest_first_in_pages() {
    let value = Value::start().await;
    let mut ids = Vec::new();
    for day in 1..=5 {
        ids.insert(0, value.start_run(settings(&format!("1997-06-{day:02}"))).await.score_run_id);
    }
    clientele_page::suite::pages_add_up(&ids, async |page_size, page_token| {
        let page =
            value.score_runs().list_score_runs(ListScoreRunsRequest { page_size, page_token }).await?.into_inner();
        Ok::<_, tonic::Status>((
            page.score_runs.into_iter().map(|run| run.score_run_id).collect(),
            page.next_page_token,
        ))
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_stops_at_once_and_publishes_nothing() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until(&run.score_run_id, State::Running).await;
    let request = CancelScoreRunRequest { score_run_id: run.score_run_id.clone() };
    let (cancelled, told) = tokio::join!(
        async { value.score_runs().cancel_score_run(request.clone()).await.unwrap().into_inner() },
        value.watch_run(&run.score_run_id)
    );
    assert_eq!(cancelled.state(), State::Cancelled);
    assert_eq!(told.last().unwrap().state(), State::Cancelled);
    let status = value.score_runs().cancel_score_run(request).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::FailedPrecondition, Some(Reason::ScoreRunOver)));
    drop(held);

    // The worker is free for the next run, and only that one has scores.
    value.scored().await;
    assert_eq!(value.count("SELECT count(DISTINCT score_set) FROM value.score").await, 1);
    assert_eq!(value.count("SELECT count(*) FROM value.outbox WHERE event_type LIKE '%ScoreRunFinished'").await, 2);
}

#[tokio::test]
async fn a_run_that_waits_can_be_cancelled() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let held = value.hold_up_reading().await;
    let first = value.start_run(settings("1997-06-30")).await;
    value.until(&first.score_run_id, State::Running).await;
    let second = value.start_run(settings("1997-06-29")).await;
    let request = CancelScoreRunRequest { score_run_id: second.score_run_id.clone() };
    value.score_runs().cancel_score_run(request).await.unwrap();
    drop(held);
    assert_eq!(value.watch_run(&first.score_run_id).await.last().unwrap().state(), State::Succeeded);
    assert_eq!(value.count("SELECT count(*) FROM value.score_run WHERE state = 5 AND attempt = 0").await, 1);
}
