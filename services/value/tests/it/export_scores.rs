//! `ExportScores`: every score of a run once, whatever breaks off.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{ExportScoresRequest, ExportScoresResponse, GetScoreRequest, get_score_request};
use futures::TryStreamExt as _;
use tonic::Status;

use crate::{
    harness::Value,
    scoring::{SHOP, settings},
};

async fn export(value: &Value, request: ExportScoresRequest) -> Result<Vec<ExportScoresResponse>, Status> {
    value.scores().export_scores(request).await?.into_inner().try_collect().await
}

fn keys(messages: &[ExportScoresResponse]) -> Vec<&str> {
    let scores = messages.iter().flat_map(|message| &message.scores);
    scores.map(|score| score.customer_external_id.as_str()).collect()
}

/// 2,500 customers with a purchase each, and some with more.
async fn many() -> Value {
    let value = Value::start().await;
    let names: Vec<String> = (0..2500).map(|number| format!("C-{number:04}")).collect();
    let mut rows: Vec<_> = names.iter().map(|name| (name.as_str(), "1997-01-01", 10_00)).collect();
    rows.extend(names.iter().step_by(3).map(|name| (name.as_str(), "1997-03-01", 20_00)));
    rows.extend(names.iter().step_by(7).map(|name| (name.as_str(), "1997-05-01", 30_00)));
    value.bought(&rows).await;
    value.scored().await;
    value
}

#[tokio::test]
async fn everything_comes_once_in_order_and_a_broken_call_goes_on_in_its_run() {
    let value = many().await;
    let all = export(&value, ExportScoresRequest::default()).await.unwrap();
    let expected: Vec<String> = (0..2500).map(|number| format!("C-{number:04}")).collect();
    assert_eq!(keys(&all), expected);
    assert_eq!(all.iter().map(|message| message.scores.len()).collect::<Vec<_>>(), [1000, 1000, 500]);
    assert_eq!(all.iter().map(|message| message.resume_token.is_empty()).collect::<Vec<_>>(), [false, false, true]);
    let customer = get_score_request::Customer::CustomerExternalId("C-0021".into());
    let request = GetScoreRequest { customer: Some(customer), ..GetScoreRequest::default() };
    assert_eq!(all[0].scores[21], value.scores().get_score(request).await.unwrap().into_inner());

    // Another run becomes the newest: the export stays with its own.
    value.run(settings("1997-06-29")).await;
    let resume_token = all[0].resume_token.clone();
    let rest = export(&value, ExportScoresRequest { resume_token, ..Default::default() }).await.unwrap();
    assert_eq!(rest, all[1..]);
}

#[tokio::test]
async fn a_filter_is_that_of_the_list_and_a_token_belongs_to_it() {
    let value = many().await;
    let filter = "frequency > 0".to_owned();
    let some = export(&value, ExportScoresRequest { filter: filter.clone(), ..Default::default() }).await.unwrap();
    let expected: Vec<String> =
        (0..2500).filter(|number| number % 3 == 0 || number % 7 == 0).map(|number| format!("C-{number:04}")).collect();
    assert_eq!(keys(&some), expected);
    let resume_token = some[0].resume_token.clone();
    let again = ExportScoresRequest { filter, resume_token: resume_token.clone(), ..Default::default() };
    assert_eq!(export(&value, again).await.unwrap(), some[1..]);

    let other_run = "0195b2f0-0000-7000-8000-00000000000a".to_owned();
    for (filter, score_run_id, resume_token) in [
        (String::new(), String::new(), resume_token.clone()),
        ("frequency > 0".to_owned(), other_run, resume_token),
        (String::new(), String::new(), "nonsense".to_owned()),
    ] {
        let status = export(&value, ExportScoresRequest { filter, score_run_id, resume_token }).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(Reason::InvalidPageToken));
        assert_eq!(violations_of(&status)[0].field, "resume_token");
    }
    let wrong = ExportScoresRequest { filter: "customer_no > 1".to_owned(), ..Default::default() };
    assert_eq!(reason_of(&export(&value, wrong).await.unwrap_err()), Some(Reason::InvalidFilter));
}

#[tokio::test]
async fn scores_that_are_removed_meanwhile_are_missed_loudly() {
    let value = many().await;
    let first = export(&value, ExportScoresRequest::default()).await.unwrap().remove(0);
    let mut owner = value.database.owner().await;
    sqlx::query("UPDATE value.score_run SET score_set = NULL").execute(&mut owner).await.unwrap();
    let request = ExportScoresRequest { resume_token: first.resume_token, ..Default::default() };
    let status = export(&value, request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotFound));
}

#[tokio::test]
async fn where_nothing_matches_one_message_says_so() {
    let value = Value::start().await;
    let status = export(&value, ExportScoresRequest::default()).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
    value.bought(&SHOP).await;
    value.scored().await;
    let none = ExportScoresRequest { filter: "rank > 5".to_owned(), ..Default::default() };
    assert_eq!(export(&value, none).await.unwrap(), [ExportScoresResponse::default()]);
    assert_eq!(
        keys(&export(&value, ExportScoresRequest::default()).await.unwrap()),
        ["ann", "bob", "cat", "dan", "eve"]
    );
}
