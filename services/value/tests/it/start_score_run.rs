use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        GetScoreRequest, GetScoreRunRequest, ScoreRunSettings, StartScoreRunRequest, TierMetric, TierPolicy, TierRule,
        get_score_request::Customer, score_run::State, tier_rule::Entry,
    },
};
use tonic::Code;

use crate::{
    harness::Value,
    model_fits::without_drift,
    scoring::{SHOP, date, settings},
};

fn request(settings: ScoreRunSettings) -> StartScoreRunRequest {
    StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() }
}

#[tokio::test]
async fn a_run_tells_every_default_it_filled_in() {
    let value = Value::start().await;
    let run = value.start_run(settings("1997-06-30")).await;
    let settings = run.settings.unwrap();
    assert_eq!((settings.horizon_months, settings.annual_discount_rate, settings.margin), (12, Some(0.1), Some(1.0)));
    assert_eq!(settings.rfm_policy.unwrap().bins, 5);
    let tiers: Vec<_> = settings.tier_policy.unwrap().tiers.into_iter().map(|tier| tier.tier).collect();
    assert_eq!(tiers, ["KEY", "GROWTH", "STANDARD", "BASE"]);
    assert_eq!(run.progress.unwrap().attempt, 0);
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_all_at_once() {
    let value = Value::start().await;
    let euro = Money { currency_code: "EUR".into(), units: 1, nanos: 0 };
    let rule = |name: &str, entry| TierRule { tier: name.into(), entry, ..TierRule::default() };
    let wrong = ScoreRunSettings {
        as_of_date: Some(date("2027-01-01")),
        tier_policy: Some(TierPolicy {
            metric: 0,
            tiers: vec![rule("A", Some(Entry::FromValue(euro))), rule("B", None), rule("C", None)],
            ..TierPolicy::default()
        }),
        ..settings("1997-06-30")
    };
    let status = value.score_runs().start_score_run(request(wrong)).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(
        fields,
        [
            "settings.as_of_date",
            "settings.tier_policy.tiers[0].from_value.currency_code",
            "settings.tier_policy.tiers[1]"
        ]
    );
}

#[tokio::test]
async fn a_run_that_is_only_validated_does_not_start() {
    let value = Value::start().await;
    let request = StartScoreRunRequest { validate_only: true, ..request(settings("1997-06-30")) };
    let run = value.score_runs().start_score_run(request).await.unwrap().into_inner();
    assert_eq!((run.score_run_id.as_str(), run.state()), ("", State::Pending));
    assert_eq!(value.count("SELECT count(*) FROM value.score_run").await, 0);
}

#[tokio::test]
async fn a_request_id_starts_one_run_however_often_it_is_sent() {
    let value = Value::start().await;
    let id = "0195b2f0-0000-7000-8000-000000000001".to_owned();
    let first = StartScoreRunRequest { request_id: id, ..request(settings("1997-06-30")) };
    let run = value.score_runs().start_score_run(first.clone()).await.unwrap().into_inner();
    let again = value.score_runs().start_score_run(first.clone()).await.unwrap().into_inner();
    assert_eq!(run, again);
    let other = StartScoreRunRequest { settings: Some(settings("1997-05-31")), ..first };
    let status = value.score_runs().start_score_run(other).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::RequestIdReused));
    assert_eq!(value.count("SELECT count(*) FROM value.score_run").await, 1);
}

#[tokio::test]
async fn a_finished_run_is_told_of_by_an_event() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    assert_eq!(value.events().await, ["clientele.value.v1.ScoreRunFinished"]);
}

#[tokio::test]
async fn purchases_after_the_as_of_date_do_not_count() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let before = value.all_scores().await;
    value.bought(&[("ann", "1997-07-01", 100_000), ("new", "1997-07-02", 5_00)]).await;
    value.scored().await;
    let after = value.all_scores().await;
    assert_eq!(before.len(), 5);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            clientele_proto::value::v1::Score { score_run_id: before.score_run_id.clone(), ..after.clone() },
            *before
        );
    }
}

#[tokio::test]
async fn two_runs_on_the_same_purchases_agree_to_the_bit() {
    let value = Value::start().await;
    let rows = crate::scoring::cdnow();
    let rows: Vec<_> =
        rows.iter().take(3000).map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value.run(settings("1997-09-30")).await;
    value.run(settings("1997-09-30")).await;
    let differing =
        "SELECT count(*) FROM value.score a FULL JOIN value.score b ON b.buyer_id = a.buyer_id AND b.score_set = 2
        WHERE a.score_set = 1 AND (b.buyer_id IS NULL OR (to_jsonb(a) - 'score_set') <> (to_jsonb(b) - 'score_set'))";
    assert!(value.count("SELECT count(*) FROM value.score WHERE score_set = 1").await > 500);
    assert_eq!(value.count(differing).await, 0);
}

#[tokio::test]
async fn other_currencies_are_counted_and_never_mixed_in() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let alone = value.scored().await;
    value.happened("acme", 1, "EUR", &[("ann", "1997-05-05", 100_000), ("zoe", "1997-05-06", 1_00)]).await;
    value.happened("acme", 3, "JPY", &[("ann", "1997-05-05", 100)]).await;
    let run = value.scored().await;
    let others: Vec<_> = run
        .summary
        .as_ref()
        .unwrap()
        .other_currencies
        .iter()
        .map(|other| (other.currency_code.as_str(), other.transactions))
        .collect();
    assert_eq!(others, [("EUR", 2), ("JPY", 1)]);
    assert_eq!(without_drift(&run), without_drift(&alone));
    assert_eq!(run.summary.unwrap().customers, 5);
}

#[tokio::test]
async fn refunds_undo_their_purchases_and_costs_are_kept() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    // Without the purchase it belongs to: taken off the latest ones, so that dan bought nothing and ann's April is gone.
    value
        .happened(
            "acme",
            2,
            "USD",
            &[("dan", "1997-03-10", 9_00), ("ann", "1997-04-02", 25_00), ("bob", "1997-05-06", 10_000)],
        )
        .await;
    value.happened("acme", 3, "USD", &[("ann", "1997-04-02", 1_50), ("ann", "1997-04-03", 2_00)]).await;
    let summary = value.scored().await.summary.unwrap();
    assert_eq!((summary.customers, summary.customers_without_purchases), (3, 2));
    assert_eq!(summary.refunded_purchase_days, 4);
    assert_eq!(summary.transactions, 12 + 3 + 2);
    assert_eq!(summary.unmatched_refunds.unwrap().units, 100 - 12);
    let request = GetScoreRequest { customer: Some(Customer::CustomerExternalId("ann".into())), ..Default::default() };
    let ann = value.scores().get_score(request).await.unwrap().into_inner().purchases.unwrap();
    assert_eq!(ann.frequency, 2);
    assert_eq!(ann.last_purchase_date, Some(date("1997-03-01")));
    assert_eq!(ann.total_revenue.unwrap().units, 60);
    let cost = ann.total_cost.unwrap();
    assert_eq!((cost.units, cost.nanos), (3, 500_000_000));
}

#[tokio::test]
async fn a_refund_that_names_its_purchase_undoes_that_one() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let mut owner = value.database.owner().await;
    sqlx::query(
        "INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id, refunded_external_id)
         SELECT buyer_id, amount_minor, now(), '1997-05-01', 2, tenant_id, currency_code, 'refund', external_id
         FROM value.transaction WHERE occur_date = '1997-02-01'",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    value.scored().await;
    let request = GetScoreRequest { customer: Some(Customer::CustomerExternalId("ann".into())), ..Default::default() };
    let ann = value.scores().get_score(request).await.unwrap().into_inner().purchases.unwrap();
    assert_eq!((ann.frequency, ann.total_revenue.unwrap().units), (2, 65));
    assert_eq!(ann.last_purchase_date, Some(date("1997-04-01")));
}

#[tokio::test]
async fn a_run_without_purchases_fails_and_says_what_to_do() {
    let value = Value::start().await;
    let run = value.run(settings("1997-06-30")).await;
    assert_eq!(run.state(), State::Failed);
    assert_eq!(
        run.failure,
        "there are no purchases in USD up to 1997-06-30: record or import transactions, or take a later as_of_date"
    );
    assert_eq!(value.events().await, ["clientele.value.v1.ScoreRunFinished"]);

    value.happened("acme", 1, "EUR", &[("ann", "1997-01-01", 1_00)]).await;
    let run = value.run(settings("1997-06-30")).await;
    assert!(run.failure.contains("1 in EUR"), "{}", run.failure);
    assert!(run.end_time.is_some() && run.summary.is_none());
}

#[tokio::test]
async fn one_customer_who_bought_once_is_too_little_for_a_model() {
    let value = Value::start().await;
    value.bought(&SHOP[..1]).await;
    let run = value.run(settings("1997-06-30")).await;
    assert_eq!(run.state(), State::Failed);
    assert!(run.failure.contains("take a longer history"), "{}", run.failure);
}

#[tokio::test]
async fn one_customer_who_came_back_is_ranked_first() {
    let value = Value::start().await;
    value.bought(&SHOP[..4]).await;
    let run = value.scored().await;
    assert!(!run.summary.unwrap().model_fits[0].warnings.is_empty(), "a fit to one customer deserves a warning");
    let scores = value.all_scores().await;
    assert_eq!(scores.len(), 1);
    assert_eq!((scores[0].rank, scores[0].tier.as_str()), (1, "KEY"));
    assert!(scores[0].p_alive > 0.0 && scores[0].p_alive <= 1.0);
}

#[tokio::test]
async fn without_repeat_purchases_of_value_there_is_no_spend_and_no_clv() {
    let value = Value::start().await;
    value.bought(&[("ann", "1997-01-01", 5_00), ("ann", "1997-02-01", 0), ("bob", "1997-03-01", 9_00)]).await;
    let summary = value.scored().await.summary.unwrap();
    assert_eq!(summary.model_fits[1].model, "gamma-gamma");
    assert!(summary.model_fits[1].warnings[0].contains("ranked by expected purchases"), "{:?}", summary.model_fits[1]);
    assert!(summary.tiers.iter().all(|tier| tier.clv.is_none()));
    let scores = value.all_scores().await;
    assert!(scores.iter().all(|score| score.clv.is_none() && score.expected_spend.is_none()));
    assert!(scores[0].expected_purchases >= scores[1].expected_purchases);
}

#[tokio::test]
async fn customers_alike_share_their_scores_and_are_ranked_in_the_order_they_came() {
    let value = Value::start().await;
    let mut rows = SHOP.to_vec();
    rows.extend([("twin", "1997-02-10", 50_00), ("twin", "1997-03-10", 60_00), ("twin", "1997-06-10", 40_00)]);
    value.bought(&rows).await;
    value.scored().await;
    let scores = value.all_scores().await;
    let of = |key: &str| scores.iter().find(|score| score.customer_external_id == key).unwrap();
    let (cat, twin) = (of("cat"), of("twin"));
    assert_eq!(
        (&cat.rfm, cat.clv.clone(), cat.p_alive.to_bits()),
        (&twin.rfm, twin.clv.clone(), twin.p_alive.to_bits())
    );
    assert_eq!(cat.rank + 1, twin.rank);
}

#[tokio::test]
async fn tiers_can_go_by_net_revenue_from_a_value_on() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let from = Money { currency_code: "USD".into(), units: 26, nanos: 0 };
    let policy = TierPolicy {
        metric: TierMetric::TotalRevenue.into(),
        tiers: vec![
            TierRule { tier: "GOLD".into(), entry: Some(Entry::FromValue(from)), ..TierRule::default() },
            TierRule { tier: "REST".into(), ..TierRule::default() },
        ],
        ..TierPolicy::default()
    };
    let run = value.run(ScoreRunSettings { tier_policy: Some(policy), ..settings("1997-06-30") }).await;
    assert_eq!(run.state(), State::Succeeded);
    let mut gold: Vec<_> = value
        .all_scores()
        .await
        .into_iter()
        .filter(|score| score.tier == "GOLD")
        .map(|score| score.customer_external_id)
        .collect();
    gold.sort_unstable();
    assert_eq!(gold, ["ann", "cat", "eve"]);
}

#[tokio::test]
async fn another_tenant_sees_neither_run_nor_purchases() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.happened("other", 1, "USD", &[("ann", "1997-01-01", 1_00)]).await;
    let run = value.scored().await;
    assert_eq!(run.summary.as_ref().unwrap().transactions, 12);
    let mut other =
        clientele_proto::value::v1::score_run_service_client::ScoreRunServiceClient::new(value.running.tenant("other"));
    let status = other.get_score_run(GetScoreRunRequest { score_run_id: run.score_run_id.clone() }).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
    let mut scores =
        clientele_proto::value::v1::score_service_client::ScoreServiceClient::new(value.running.tenant("other"));
    let customer = Some(Customer::CustomerExternalId("ann".into()));
    for (score_run_id, reason) in [(String::new(), Reason::NotScoredYet), (run.score_run_id, Reason::NotFound)] {
        let status = scores
            .get_score(GetScoreRequest { customer: customer.clone(), score_run_id, ..GetScoreRequest::default() })
            .await
            .unwrap_err();
        assert_eq!(reason_of(&status), Some(reason));
    }
}
