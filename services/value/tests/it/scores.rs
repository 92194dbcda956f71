//! `GetScore`, `BatchGetScores`, `ListScores` and the reports.

use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    BatchGetScoresRequest, GetConcentrationReportRequest, GetRfmReportRequest, GetScoreRequest, ListScoresRequest,
    Score, ScoreView, ValueMetric, get_score_request::Customer,
};
use tonic::Code;

use crate::{
    harness::Value,
    scoring::{Row, SHOP, cdnow, date, settings},
};

async fn shop() -> Value {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    value
}

fn of(customer: &str) -> GetScoreRequest {
    GetScoreRequest { customer: Some(Customer::CustomerExternalId(customer.into())), ..GetScoreRequest::default() }
}

async fn score(value: &Value, customer: &str) -> Score {
    value.scores().get_score(of(customer)).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_score_tells_what_the_customer_did() {
    let value = shop().await;
    let ann = score(&value, "ann").await;
    assert_eq!(ann.as_of_date, Some(date("1997-06-30")));
    let purchases = ann.purchases.unwrap();
    assert_eq!(
        (purchases.frequency, purchases.recency_days, purchases.age_days, purchases.days_since_last_purchase),
        (3, 90, 180, 90)
    );
    assert_eq!(
        (purchases.first_purchase_date, purchases.last_purchase_date),
        (Some(date("1997-01-01")), Some(date("1997-04-01")))
    );
    assert_eq!(purchases.total_revenue.unwrap().units, 85);
    // 20, 30 and 25 dollars after the first purchase.
    assert_eq!(purchases.monetary_value.unwrap().units, 25);
    assert_eq!(purchases.total_cost.unwrap().units, 0);
    let rfm = ann.rfm.unwrap();
    assert_eq!(rfm.code, format!("{}{}{}", rfm.recency, rfm.frequency, rfm.monetary));
    // Four purchase days are the most of all, 85 dollars the second most.
    assert_eq!((rfm.frequency, rfm.monetary), (5, 4));
    assert!(!rfm.segment.is_empty());
    assert!(ann.p_alive > 0.0 && ann.p_alive < 1.0 && ann.expected_purchases > 0.0);
    assert!(ann.clv.is_some() && ann.reasons.is_empty());
}

#[tokio::test]
async fn the_full_view_gives_a_reason_for_every_score() {
    let value = shop().await;
    let request = GetScoreRequest { view: ScoreView::Full.into(), ..of("ann") };
    let ann = value.scores().get_score(request).await.unwrap().into_inner();
    let names: Vec<_> = ann.reasons.iter().map(|reason| reason.score.as_str()).collect();
    assert_eq!(names, ["index", "tier", "segment", "p_alive", "expected_purchases", "expected_spend", "clv", "stage"]);
    let alive = &ann.reasons[3];
    assert!(
        alive.text.starts_with(
            "Came back on 3 days, every 30.0 days on average; bought last 90 days ago, which is 3.00 times that rhythm"
        ),
        "{}",
        alive.text
    );
    assert_eq!(alive.inputs["days_since_last_purchase"], 90.0);
    assert!(ann.reasons[1].text.contains("of 5 by CLV"), "{}", ann.reasons[1].text);
}

#[tokio::test]
async fn the_ratio_to_the_median_of_the_median_customer_is_one() {
    let value = shop().await;
    let request = ListScoresRequest { view: ScoreView::Full.into(), ..ListScoresRequest::default() };
    let scores = value.scores().list_scores(request).await.unwrap().into_inner().scores;
    let clv = |score: &Score| score.reasons.iter().find(|reason| reason.score == "clv").unwrap().ratio_to_median;
    assert_eq!(clv(&scores[2]), 1.0);
    assert!(clv(&scores[0]) >= 1.0 && clv(&scores[4]) <= 1.0);
}

#[tokio::test]
async fn a_customer_is_found_by_either_key_once_both_are_known() {
    let value = shop().await;
    let id = "0195b2f0-0000-7000-8000-00000000000a";
    let mut owner = value.database.owner().await;
    sqlx::query("UPDATE value.buyer SET customer_id = $1::uuid WHERE external_id = 'ann'")
        .bind(id)
        .execute(&mut owner)
        .await
        .unwrap();
    let request = GetScoreRequest { customer: Some(Customer::CustomerId(id.into())), ..GetScoreRequest::default() };
    let by_id = value.scores().get_score(request).await.unwrap().into_inner();
    assert_eq!((by_id.customer_id.as_str(), by_id.customer_external_id.as_str()), (id, "ann"));
    assert_eq!(by_id, score(&value, "ann").await);
}

#[tokio::test]
async fn scores_asked_for_at_once_are_each_their_own() {
    let value = shop().await;
    let names = ["ann", "bob", "cat", "dan", "eve"];
    let calls = (0..100).map(|number| {
        let value = &value;
        async move {
            let name = names[number % 5];
            assert_eq!(score(value, name).await.customer_external_id, name);
        }
    });
    futures::future::join_all(calls).await;
}

#[tokio::test]
async fn who_was_not_scored_is_not_found_and_before_any_run_that_is_said() {
    let value = Value::start().await;
    let status = value.scores().get_score(of("ann")).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::FailedPrecondition, Some(Reason::NotScoredYet)));
    value.bought(&SHOP).await;
    value.scored().await;
    let status = value.scores().get_score(of("nobody")).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
    let failed = value.run(settings("1996-01-01")).await;
    let status =
        value.scores().get_score(GetScoreRequest { score_run_id: failed.score_run_id, ..of("ann") }).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
}

#[tokio::test]
async fn the_newest_succeeded_run_is_read_unless_another_is_named() {
    let value = shop().await;
    let first = score(&value, "ann").await.score_run_id;
    let second = value.run(settings("1997-05-31")).await.score_run_id;
    value.run(settings("1996-01-01")).await;
    assert_eq!(score(&value, "ann").await.score_run_id, second);
    let named = value
        .scores()
        .get_score(GetScoreRequest { score_run_id: first.clone(), ..of("ann") })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((named.score_run_id, named.as_of_date), (first, Some(date("1997-06-30"))));
}

#[tokio::test]
async fn a_batch_answers_in_its_order_and_names_whom_it_misses() {
    let value = shop().await;
    let mut owner = value.database.owner().await;
    sqlx::raw_sql(
        "UPDATE value.buyer SET customer_id = ('0195b2f0-0000-7000-8000-' || lpad(buyer_id::text, 12, '0'))::uuid",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let id = |number: u32| format!("0195b2f0-0000-7000-8000-{number:012}");
    let request =
        BatchGetScoresRequest { customer_ids: vec![id(3), id(99), id(1), id(3)], ..BatchGetScoresRequest::default() };
    let answer = value.scores().batch_get_scores(request).await.unwrap().into_inner();
    let found: Vec<_> = answer.scores.iter().map(|score| score.customer_id.clone()).collect();
    assert_eq!(found, [id(3), id(1), id(3)]);
    assert_eq!(answer.unscored_customer_ids, [id(99)]);
}

async fn listed(value: &Value, filter: &str, order_by: &str) -> Vec<Score> {
    let request = ListScoresRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        page_size: 1000,
        ..ListScoresRequest::default()
    };
    value.scores().list_scores(request).await.unwrap().into_inner().scores
}

fn names(scores: &[Score]) -> Vec<&str> {
    scores.iter().map(|score| score.customer_external_id.as_str()).collect()
}

#[tokio::test]
async fn scores_are_ranked_by_any_of_their_fields() {
    let value = shop().await;
    let ranks: Vec<_> = listed(&value, "", "").await.iter().map(|score| score.rank).collect();
    assert_eq!(ranks, [1, 2, 3, 4, 5]);
    assert_eq!(names(&listed(&value, "", "total_revenue desc").await), ["cat", "ann", "eve", "bob", "dan"]);
    assert_eq!(names(&listed(&value, "", "days_since_last_purchase").await), ["cat", "bob", "ann", "dan", "eve"]);
    assert_eq!(names(&listed(&value, "", "frequency desc, total_revenue").await), ["ann", "cat", "bob", "eve", "dan"]);
    for field in [
        "tier",
        "segment",
        "rfm_code",
        "p_alive",
        "expected_purchases",
        "expected_spend",
        "clv",
        "monetary_value",
        "recency_days",
        "age_days",
    ] {
        assert_eq!(listed(&value, "", &format!("{field} desc")).await.len(), 5, "{field}");
    }
}

#[tokio::test]
async fn filters_choose_by_what_a_person_sees() {
    let value = shop().await;
    let key = listed(&value, r#"tier = "KEY""#, "").await;
    assert_eq!((key.len(), key[0].rank), (1, 1));
    assert_eq!(names(&listed(&value, "total_revenue >= 85.00", "total_revenue").await), ["ann", "cat"]);
    assert_eq!(names(&listed(&value, "frequency = 0", "").await), ["dan"]);
    assert_eq!(names(&listed(&value, "monetary_value = 25", "").await), ["ann"]);
    assert_eq!(
        names(&listed(&value, "days_since_last_purchase < 60 AND recency_days = 120 AND age_days > 150", "").await),
        ["bob"]
    );
    let champion = score(&value, "cat").await.rfm.unwrap();
    let same =
        listed(&value, &format!(r#"rfm_code = "{}" AND segment = "{}""#, champion.code, champion.segment), "").await;
    assert!(names(&same).contains(&"cat"));
    let request = ListScoresRequest { filter: "nonsense = 1".into(), ..ListScoresRequest::default() };
    let status = value.scores().list_scores(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFilter));
}

#[tokio::test]
async fn all_pages_come_from_one_run_also_when_a_newer_one_succeeds() {
    let value = shop().await;
    for order_by in ["", "clv desc", "segment", "expected_spend, p_alive desc"] {
        let all: Vec<_> =
            listed(&value, "", order_by).await.into_iter().map(|score| score.customer_external_id).collect();
        clientele_page::suite::pages_add_up(&all, async |page_size, page_token| {
            let request =
                ListScoresRequest { page_size, page_token, order_by: order_by.into(), ..ListScoresRequest::default() };
            let page = value.scores().list_scores(request).await?.into_inner();
            Ok::<_, tonic::Status>((
                page.scores.into_iter().map(|score| score.customer_external_id).collect(),
                page.next_page_token,
            ))
        })
        .await;
    }
    let page = value
        .scores()
        .list_scores(ListScoresRequest { page_size: 2, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    let newer = value.run(settings("1997-05-31")).await.score_run_id;
    let rest = ListScoresRequest { page_size: 10, page_token: page.next_page_token.clone(), ..Default::default() };
    let rest = value.scores().list_scores(rest).await.unwrap().into_inner().scores;
    assert_eq!(rest.len(), 3);
    assert!(rest.iter().all(|score| score.score_run_id == page.scores[0].score_run_id));
    let foreign = ListScoresRequest { score_run_id: newer, page_token: page.next_page_token, ..Default::default() };
    let status = value.scores().list_scores(foreign).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidPageToken));
}

async fn cdnow_scored() -> Value {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value.run(settings("1997-09-30")).await;
    value
}

#[tokio::test]
async fn reports_agree_with_the_scores_they_are_made_of() {
    let value = cdnow_scored().await;
    let report = value.scores().get_rfm_report(GetRfmReportRequest::default()).await.unwrap().into_inner();
    assert_eq!(report.bins, 5);
    assert_eq!(report.cells.iter().map(|cell| cell.customers).sum::<i64>(), 2357);
    assert!(
        report.cells.windows(2).all(|pair| pair[0].rfm.as_ref().unwrap().code < pair[1].rfm.as_ref().unwrap().code)
    );
    let counted = "SELECT count(*) FROM (SELECT rfm_code FROM value.score GROUP BY rfm_code) c";
    assert_eq!(value.count(counted).await, report.cells.len() as i64);
    let revenue = "SELECT sum(total_revenue_minor)::bigint FROM value.score";
    let cents: i64 = report
        .cells
        .iter()
        .map(|cell| cell.total_revenue.as_ref().unwrap())
        .map(|money| money.units * 100 + i64::from(money.nanos / 10_000_000))
        .sum();
    assert_eq!(value.count(revenue).await, cents);

    for (metric, column) in [(ValueMetric::Clv, "clv_minor"), (ValueMetric::TotalRevenue, "total_revenue_minor")] {
        let request = GetConcentrationReportRequest { metric: metric.into(), ..Default::default() };
        let report = value.scores().get_concentration_report(request).await.unwrap().into_inner();
        assert_eq!((report.customers, report.points.len()), (2357, 22));
        // The same by window functions: the value of the best 20 %, and the Gini coefficient by its definition.
        let sql = format!(
            "WITH v AS (SELECT {column}::float8 AS v, row_number() OVER (ORDER BY {column} DESC) AS place, count(*) OVER () AS n FROM value.score)
             SELECT (sum(v) FILTER (WHERE place <= ceil(n * 0.2)) / sum(v))::float8, (sum(v * (n + 1 - 2 * place)) / (max(n) * sum(v)))::float8 FROM v"
        );
        let (top, gini): (f64, f64) = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(&*value.pool).await.unwrap();
        let point = report.points.iter().find(|point| point.customer_share == 0.2).unwrap();
        assert!((point.value_share - top).abs() < 1e-9, "{metric:?}: {} and {top}", point.value_share);
        assert!((report.gini - gini).abs() < 1e-9, "{metric:?}: {} and {gini}", report.gini);
        assert!(report.customer_share_of_80_percent > 0.0 && report.customer_share_of_80_percent < 0.8);
    }
}

#[tokio::test]
async fn the_ranking_is_whole_however_its_pages_are_cut() {
    let value = cdnow_scored().await;
    let (mut ranks, mut page_token) = (Vec::new(), String::new());
    for page_size in [700, 1000, 1, 299, 1000] {
        let request = ListScoresRequest { page_size, page_token, ..ListScoresRequest::default() };
        let page = value.scores().list_scores(request).await.unwrap().into_inner();
        ranks.extend(page.scores.iter().map(|score| score.rank));
        page_token = page.next_page_token;
    }
    assert_eq!(ranks, (1..=2357).collect::<Vec<_>>());
    assert_eq!(page_token, "");
}
