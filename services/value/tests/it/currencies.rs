//! Runs that convert what is in other currencies, and customers rescored by them.

use clientele_error::violations_of;
use clientele_proto::{
    Money,
    value::v1::{
        OtherCurrency, Score, ScoreRun, ScoreRunSettings, StartScoreRunRequest, Transaction, TransactionKind,
        ValuePolicy, score_run::State,
    },
};

use crate::{
    harness::{TENANT, Value, on, purchase},
    rescoring::rescored,
    scoring::{SHOP, date, settings},
    tiers::score_of,
};

/// Settings in dollars as of the shop's day, converting.
fn converting() -> ScoreRunSettings {
    ScoreRunSettings { convert_currencies: true, ..settings("1997-06-30") }
}

async fn converted(value: &Value, settings: ScoreRunSettings) -> ScoreRun {
    let run = value.run(settings).await;
    assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
    run
}

fn others(run: &ScoreRun) -> Vec<OtherCurrency> {
    run.summary.as_ref().unwrap().other_currencies.clone()
}

fn in_euro(transaction: Transaction) -> Transaction {
    let currency_code = "EUR".to_owned();
    let amount = transaction.amount.clone().map(|amount| Money { currency_code, ..amount });
    Transaction { amount, ..transaction }
}

/// What does not say which run it is of.
fn figures(scores: Vec<Score>) -> Vec<Score> {
    scores.into_iter().map(|score| Score { score_run_id: String::new(), ..score }).collect()
}

/// Every purchase of the shop at half its dollars in euros, a euro being two dollars: the same to the bit as in dollars.
#[tokio::test]
async fn what_was_bought_in_another_currency_counts_as_what_it_comes_to() {
    let in_dollars = Value::start().await;
    in_dollars.bought(&SHOP).await;
    in_dollars.scored().await;

    let value = Value::start().await;
    value.bought(&SHOP[..4]).await;
    let halves: Vec<_> = SHOP[4..].iter().map(|(customer, day, cents)| (*customer, *day, cents / 2)).collect();
    value.happened(TENANT, 1, "EUR", &halves).await;
    let priced: Vec<_> = SHOP[4..].iter().map(|(_, day, _)| ("EUR", "USD", *day, "2")).collect();
    value.priced(&priced).await;
    let run = converted(&value, converting()).await;
    assert_eq!(run.summary.as_ref().unwrap().transactions, 12);
    let euro = OtherCurrency { currency_code: "EUR".into(), converted_transactions: 8, ..OtherCurrency::default() };
    assert_eq!(others(&run), [euro]);
    assert_eq!(run.settings.unwrap().max_fx_rate_age_days, Some(7));
    assert_eq!(figures(value.all_scores().await), figures(in_dollars.all_scores().await));
}

/// The rate of 1 February is good until the 8th; on the 20th it is too old.
#[tokio::test]
async fn what_has_no_rate_is_left_out_and_counted_with_its_days() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let euros = [("bob", "1997-02-08", 1_00), ("bob", "1997-02-20", 1_00), ("bob", "1997-03-20", 1_00)];
    value.happened(TENANT, 1, "EUR", &euros).await;
    value.happened(TENANT, 3, "GBP", &[("bob", "1997-02-01", 1_00)]).await;
    value.priced(&[("EUR", "USD", "1997-02-01", "2")]).await;
    let run = converted(&value, converting()).await;
    let euro = OtherCurrency {
        currency_code: "EUR".into(),
        transactions: 2,
        converted_transactions: 1,
        first_missing_rate_date: Some(date("1997-02-20")),
        last_missing_rate_date: Some(date("1997-03-20")),
    };
    let missing = Some(date("1997-02-01"));
    let pound = OtherCurrency {
        currency_code: "GBP".into(),
        transactions: 1,
        converted_transactions: 0,
        first_missing_rate_date: missing,
        last_missing_rate_date: missing,
    };
    assert_eq!(others(&run), [euro.clone(), pound]);
    // 5 and 7 dollars, and a euro.
    assert_eq!(score_of(&value, "bob").await.purchases.unwrap().total_revenue.unwrap().units, 14);

    let run = converted(&value, ScoreRunSettings { max_fx_rate_age_days: Some(0), ..converting() }).await;
    assert_eq!((others(&run)[0].transactions, others(&run)[0].converted_transactions), (3, 0));
    let run = converted(&value, settings("1997-06-30")).await;
    assert_eq!(
        others(&run)[0],
        OtherCurrency { currency_code: "EUR".into(), transactions: 3, ..OtherCurrency::default() }
    );
}

/// Bought at 1.3 dollars a euro, given back at 1.7: nothing is left and nothing is too much. What names no purchase takes the rate of its own day:
/// 3 euros at 1.7 are 5.10 of the 9 dollars of dan.
#[tokio::test]
async fn a_refund_of_a_purchase_takes_the_rate_of_its_day() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.priced(&[("EUR", "USD", "1997-03-10", "1.3"), ("EUR", "USD", "1997-04-10", "1.7")]).await;
    value.record(in_euro(on(purchase("buy", "fay", 33), 3, 10))).await;
    let refund = |external_id: &str, customer: &str, euros: i64, of: &str| Transaction {
        kind: TransactionKind::Refund.into(),
        refunded_external_id: of.into(),
        ..in_euro(on(purchase(external_id, customer, euros), 4, 10))
    };
    value.record(refund("back", "fay", 33, "buy")).await;
    value.record(refund("some", "dan", 3, "")).await;
    let run = converted(&value, converting()).await;
    let summary = run.summary.unwrap();
    assert_eq!((summary.customers_without_purchases, summary.refunded_purchase_days), (1, 1));
    assert_eq!(summary.unmatched_refunds.map(|money| (money.units, money.nanos)), Some((0, 0)));
    let dan = score_of(&value, "dan").await.purchases.unwrap().total_revenue.unwrap();
    assert_eq!((dan.units, dan.nanos), (3, 900_000_000));
}

/// 2 pounds at 1.5 euros and 2 dollars a euro are 6 dollars.
#[tokio::test]
async fn the_reporting_currency_of_the_tenant_is_that_of_runs_and_the_way_between_others() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.happened(TENANT, 1, "GBP", &[("dan", "1997-03-03", 2_00)]).await;
    value.priced(&[("GBP", "EUR", "1997-03-03", "1.5"), ("USD", "EUR", "1997-03-03", "0.5")]).await;
    converted(&value, converting()).await;
    assert_eq!(score_of(&value, "dan").await.purchases.unwrap().total_revenue.unwrap().units, 9);

    let euro = ValuePolicy { reporting_currency_code: "EUR".into(), ..ValuePolicy::default() };
    value.policy(euro).await.unwrap();
    let run = converted(&value, converting()).await;
    let told = run.settings.unwrap();
    assert_eq!((told.reporting_currency_code.as_str(), told.value_policy_version), ("EUR", 1));
    assert_eq!(score_of(&value, "dan").await.purchases.unwrap().total_revenue.unwrap().units, 15);

    let unnamed = ScoreRunSettings { currency_code: String::new(), ..settings("1997-06-30") };
    let request = StartScoreRunRequest { settings: Some(unnamed), validate_only: true, ..Default::default() };
    let run = value.score_runs().start_score_run(request).await.unwrap().into_inner();
    assert_eq!(run.settings.unwrap().currency_code, "EUR");
    let status = value.policy(ValuePolicy { reporting_currency_code: "XAU".into(), ..ValuePolicy::default() }).await;
    assert_eq!(violations_of(&status.unwrap_err())[0].field, "value_policy.reporting_currency_code");
}

#[tokio::test]
async fn a_run_without_a_currency_needs_a_reporting_currency() {
    let value = Value::start().await;
    let unnamed = ScoreRunSettings { currency_code: String::new(), ..settings("1997-06-30") };
    let request = StartScoreRunRequest { settings: Some(unnamed), ..Default::default() };
    let status = value.score_runs().start_score_run(request).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "settings.currency_code");
}

/// The run read 2 dollars a euro. That the rate is put right afterwards changes nothing of days that the run knew; a day after it has the rate
/// that is stored by then.
#[tokio::test]
async fn a_customer_is_scored_again_by_the_rates_that_the_run_read() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.happened(TENANT, 1, "EUR", &[("bob", "1997-03-05", 10_00)]).await;
    value.priced(&[("EUR", "USD", "1997-03-05", "2"), ("EUR", "USD", "1997-06-20", "3")]).await;
    converted(&value, converting()).await;
    assert_eq!(score_of(&value, "bob").await.purchases.unwrap().total_revenue.unwrap().units, 32);

    value
        .priced(&[
            ("EUR", "USD", "1997-03-05", "9"),
            ("EUR", "USD", "1997-06-20", "9"),
            ("EUR", "USD", "1997-07-02", "4"),
        ])
        .await;
    value.record(in_euro(on(purchase("june", "bob", 10), 6, 20))).await;
    let bob = rescored(&value, "bob", 3).await;
    assert_eq!(bob.purchases.unwrap().total_revenue.unwrap().units, 32 + 30);
    value.record(in_euro(on(purchase("july", "bob", 10), 7, 3))).await;
    let bob = rescored(&value, "bob", 4).await;
    assert_eq!(bob.purchases.unwrap().total_revenue.unwrap().units, 32 + 30 + 40);
    // The next run reads the rates as they are: 90 and 90.
    converted(&value, converting()).await;
    assert_eq!(score_of(&value, "bob").await.purchases.unwrap().total_revenue.unwrap().units, 12 + 90 + 90);
}

#[tokio::test]
async fn scoring_a_customer_again_who_pays_in_another_currency_gives_the_bits_of_the_run() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.happened(TENANT, 1, "JPY", &[("bob", "1997-03-05", 1_234), ("bob", "1997-06-05", 777)]).await;
    value.priced(&[("USD", "JPY", "1997-03-03", "121.37"), ("JPY", "USD", "1997-06-01", "0.008731")]).await;
    converted(&value, converting()).await;
    let before = score_of(&value, "bob").await;
    let cost = Transaction { kind: TransactionKind::Cost.into(), ..on(purchase("cost", "bob", 3), 6, 1) };
    value.record(cost).await;
    let bob = rescored(&value, "bob", 3).await;
    let same = |score: &Score| {
        let revenue = score.purchases.as_ref().unwrap().total_revenue.clone();
        (score.p_alive.to_bits(), score.expected_purchases.to_bits(), score.clv.clone(), score.rfm.clone(), revenue)
    };
    assert_eq!(same(&bob), same(&before));
    // 12 dollars, 1,234 / 121.37 = 10.1673 and 777 x 0.008731 = 6.7840.
    let revenue = before.purchases.unwrap().total_revenue.unwrap();
    assert_eq!((revenue.units, revenue.nanos), (28, 950_000_000));
}

#[tokio::test]
async fn a_run_of_which_nothing_has_a_rate_says_what_to_do() {
    let value = Value::start().await;
    value.happened(TENANT, 1, "EUR", &[("bob", "1997-03-05", 10_00)]).await;
    let run = value.run(converting()).await;
    assert_eq!(run.state(), State::Failed);
    assert!(run.failure.contains("1 in EUR") && run.failure.contains("BatchUpsertFxRates"), "{}", run.failure);
}
