//! What winning customers cost, shared out by runs; contribution, CLV by CAC and payback in scores; `GetAcquisitionReport`.

use clientele_error::{Reason, reason_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, AcquisitionGroup, AcquisitionReport, AcquisitionSpend, Contribution, CostKind,
        GetAcquisitionReportRequest, IndexMetric, ListScoresRequest, ScoreRunSettings, Transaction, TransactionKind,
        ValuePolicy, unborne_acquisition_spend::Cause,
    },
};

use crate::{
    account_signals::of,
    acquisition_spends::spend,
    harness::{Value, on, purchase},
    policies::index_of,
    rescoring::rescored,
    scoring::{SHOP, date, settings},
    tiers::score_of,
};

impl Value {
    async fn won(&self, customer: &str, channel: &str) {
        let signals = AccountSignals { acquisition_channel: channel.into(), ..of(customer) };
        self.signal(signals, &[]).await.unwrap();
    }

    async fn acquisition_report(&self) -> AcquisitionReport {
        let request = GetAcquisitionReportRequest::default();
        self.acquisition().get_acquisition_report(request).await.unwrap().into_inner()
    }
}

pub fn cost(external_id: &str, customer: &str, dollars: i64, kind: CostKind) -> Transaction {
    Transaction {
        kind: TransactionKind::Cost.into(),
        cost_kind: kind.into(),
        ..on(purchase(external_id, customer, dollars), 3, 15)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "compared with fields of messages, which are optional")]
fn dollars(units: i64, cents: i32) -> Option<Money> {
    Some(Money { currency_code: "USD".into(), units, nanos: cents * 10_000_000 })
}

async fn contribution(value: &Value, customer: &str) -> Contribution {
    score_of(value, customer).await.contribution.unwrap()
}

/// Ann, bob and eve were won in January at a fair that cost 100 dollars: 33.34, 33.33 and 33.33. Cat came in February, dan by no channel.
async fn fair(value: &Value) {
    value.bought(&SHOP).await;
    for customer in ["ann", "bob", "cat", "eve"] {
        value.won(customer, "fair").await;
    }
    value.spend(spend("fair", "1997-01-01", "1997-01-31", 100)).await.unwrap();
    value.spend(spend("web", "1997-01-01", "1997-01-31", 7)).await.unwrap();
}

/// Ann bought for 10, 20, 30 and 25 dollars. After 60 on 1 March less 5 to serve on the 15th there are 55, and 85 - 5 = 80 in the end; 43.34 were
/// spent to win her, which 60 on 1 March had paid back.
#[tokio::test]
async fn spends_are_shared_out_and_paid_back() {
    let value = Value::start().await;
    fair(&value).await;
    value.record(cost("visit", "ann", 5, CostKind::CostToServe)).await;
    value.record(cost("ad", "ann", 10, CostKind::Acquisition)).await;
    value.record(cost("stock", "cat", 30, CostKind::CostOfGoods)).await;
    let run = value.scored().await;
    let summary = run.summary.unwrap();
    assert_eq!((summary.shared_acquisition_spend, summary.unborne_acquisition_spend), (dollars(100, 0), dollars(7, 0)));
    let unborne = &summary.unborne_acquisition_spends[0];
    assert_eq!(
        (unborne.channel.as_str(), unborne.cause(), unborne.amount.clone()),
        ("web", Cause::NoCustomer, dollars(7, 0))
    );

    let score = score_of(&value, "ann").await;
    let ann = score.contribution.clone().unwrap();
    let clv = score.clv.unwrap();
    let ratio = (clv.units as f64 + f64::from(clv.nanos) / 1e9) / 43.34;
    assert!((ann.clv_to_cac.unwrap() - ratio).abs() < 0.001, "{ann:?} {ratio}");
    let expected = Contribution {
        revenue: dollars(85, 0),
        cost_of_goods: dollars(0, 0),
        margin: dollars(85, 0),
        cost_to_serve: dollars(5, 0),
        acquisition_cost: dollars(43, 34),
        acquisition_spend_share: dollars(33, 34),
        profit: dollars(36, 66),
        clv_to_cac: ann.clv_to_cac,
        payback_date: Some(date("1997-03-01")),
        payback_days: Some(59),
        payback_left: dollars(0, 0),
    };
    assert_eq!(ann, expected);
    let why = score.reasons.iter().find(|reason| reason.score == "contribution").unwrap();
    assert!(why.text.contains("paid back since 1997-03-01, 59 days after the first purchase"), "{}", why.text);

    // 12 dollars of bob, 33.33 to win him.
    let bob = contribution(&value, "bob").await;
    assert_eq!((bob.payback_date, bob.payback_left), (None, dollars(21, 33)));
    // 150 dollars less 30 of goods; won in February, when nothing was spent.
    let cat = contribution(&value, "cat").await;
    assert_eq!((cat.margin, cat.profit, cat.acquisition_cost), (dollars(120, 0), dollars(120, 0), dollars(0, 0)));
    assert_eq!((cat.clv_to_cac, cat.payback_left, cat.payback_date), (None, None, None));
}

/// Of 365 days 181 are over on 30 June: 100 dollars times 181 / 365 are 49.59, which four customers bear: 12.40 three of them, eve 12.39.
#[tokio::test]
async fn of_a_period_that_goes_on_the_days_so_far_count() {
    let value = Value::start().await;
    fair(&value).await;
    value.spend(spend("fair", "1997-01-01", "1997-12-31", 100)).await.unwrap();
    value.spend(spend("fair", "1997-07-01", "1997-12-31", 100)).await.unwrap();
    let run = value.scored().await;
    assert_eq!(run.summary.unwrap().shared_acquisition_spend, dollars(149, 59));
    let mut shares = Vec::new();
    for customer in ["ann", "bob", "cat", "eve", "dan"] {
        shares.push(contribution(&value, customer).await.acquisition_spend_share);
    }
    assert_eq!(shares, [dollars(45, 74), dollars(45, 73), dollars(12, 40), dollars(45, 72), dollars(0, 0)]);
}

/// 50 euros at 2 dollars on the last day of the period.
#[tokio::test]
async fn a_spend_in_another_currency_counts_where_the_run_converts() {
    let value = Value::start().await;
    fair(&value).await;
    let amount = Some(Money { currency_code: "EUR".into(), units: 50, nanos: 0 });
    value.spend(AcquisitionSpend { amount, ..spend("fair", "1997-02-01", "1997-02-28", 1) }).await.unwrap();
    let summary = value.scored().await.summary.unwrap();
    let causes: Vec<_> =
        summary.unborne_acquisition_spends.iter().map(|spend| (spend.cause(), spend.amount.clone())).collect();
    assert_eq!(causes, [(Cause::NoCustomer, dollars(7, 0)), (Cause::OtherCurrency, None)]);
    assert_eq!(contribution(&value, "cat").await.acquisition_cost, dollars(0, 0));

    value.priced(&[("EUR", "USD", "1997-02-27", "2")]).await;
    value.run(ScoreRunSettings { convert_currencies: true, ..settings("1997-06-30") }).await;
    assert_eq!(contribution(&value, "cat").await.acquisition_cost, dollars(100, 0));
}

#[tokio::test]
async fn a_customer_scored_again_keeps_its_share_and_pays_back_further() {
    let value = Value::start().await;
    fair(&value).await;
    value.scored().await;
    let before = contribution(&value, "eve").await;
    // 26 dollars of 33.33.
    assert_eq!((before.payback_date, before.payback_left), (None, dollars(7, 33)));
    value.record(on(purchase("more", "eve", 8), 6, 20)).await;
    rescored(&value, "eve", 2).await;
    let eve = contribution(&value, "eve").await;
    assert_eq!((eve.acquisition_spend_share, eve.profit), (dollars(33, 33), dollars(0, 67)));
    assert_eq!((eve.payback_date, eve.payback_days), (Some(date("1997-06-20")), Some(161)));
    value.record(cost("ad", "eve", 1, CostKind::Acquisition)).await;
    value.record(on(purchase("last", "eve", 1), 6, 25)).await;
    rescored(&value, "eve", 3).await;
    let eve = contribution(&value, "eve").await;
    assert_eq!((eve.acquisition_cost.clone(), eve.payback_date), (dollars(34, 33), Some(date("1997-06-25"))));
    // The same as by a run, but for the CLV of models that have seen more.
    value.scored().await;
    let by_run = contribution(&value, "eve").await;
    assert_eq!(Contribution { clv_to_cac: eve.clv_to_cac, ..by_run }, eve);
}

/// CLV by CAC from 0 to 100: that is the index.
#[tokio::test]
async fn a_policy_can_judge_by_clv_to_cac() {
    let value = Value::start().await;
    fair(&value).await;
    let rules = [(IndexMetric::ClvToCac.into(), 1.0, Some((0.0, 100.0)))];
    value.policy(ValuePolicy { index_policy: Some(index_of(&rules)), ..ValuePolicy::default() }).await.unwrap();
    value.scored().await;
    let ann = score_of(&value, "ann").await;
    let ratio = ann.contribution.unwrap().clv_to_cac.unwrap();
    assert!((ann.index.unwrap() - ratio).abs() < 1e-9, "{:?} {ratio}", ann.index);
    let explained = &ann.index_explanation.unwrap().metrics[0];
    assert_eq!((explained.metric(), explained.value.to_bits()), (IndexMetric::ClvToCac, ratio.to_bits()));
    // Nothing was spent on cat, so nothing is known: one half.
    assert_eq!(score_of(&value, "cat").await.index, Some(50.0));

    let request = ListScoresRequest {
        filter: "clv_to_cac > 0".into(),
        order_by: "acquisition_cost desc".into(),
        ..Default::default()
    };
    let listed = value.scores().list_scores(request).await.unwrap().into_inner().scores;
    assert_eq!(listed[0].customer_external_id, "ann");
    assert_eq!(listed.len(), 3);
    let request = ListScoresRequest { filter: r#"payback_date <= "1997-04-01""#.into(), ..Default::default() };
    let listed = value.scores().list_scores(request).await.unwrap().into_inner().scores;
    assert_eq!(listed.into_iter().map(|score| score.customer_external_id).collect::<Vec<_>>(), ["ann"]);
}

fn told(group: &AcquisitionGroup) -> (&str, i64, Option<Money>, Option<Money>, Option<Money>) {
    (&group.channel, group.customers, group.acquisition_cost.clone(), group.cac.clone(), group.contribution.clone())
}

/// Of the fair: ann 85, bob 12, cat 150, eve 26 dollars, 273 in all; 100 were spent. Only ann, with 33.34 of 85, has paid back.
#[tokio::test]
async fn the_report_tells_what_channels_spends_and_months_cost_and_brought() {
    let value = Value::start().await;
    fair(&value).await;
    let run = value.scored().await;
    let report = value.acquisition_report().await;
    assert_eq!(report.score_run_id, run.score_run_id);
    let channels: Vec<_> = report.channels.iter().map(told).collect();
    assert_eq!(channels, [("fair", 4, dollars(100, 0), dollars(25, 0), dollars(273, 0))]);
    let fair = &report.channels[0];
    assert_eq!((fair.paid_back_customers, fair.payback_share), (1, Some(1.0 / 3.0)));
    let clv = fair.clv.clone().unwrap();
    let clv = clv.units as f64 + f64::from(clv.nanos) / 1e9;
    assert!((fair.clv_to_cac.unwrap() - clv / 100.0).abs() < 0.001);
    let worth = fair.lifetime_value.clone().unwrap();
    assert!((worth.units as f64 + f64::from(worth.nanos) / 1e9 - (273.0 + clv) / 4.0).abs() < 0.01);

    let spends: Vec<_> = report.spends.iter().map(told).collect();
    let january = ("fair", 3, dollars(100, 0), dollars(33, 33), dollars(123, 0));
    assert_eq!(spends, [january.clone(), ("web", 0, dollars(0, 0), None, dollars(0, 0))]);
    assert_eq!((report.spends[1].acquisition_spend.clone(), report.spends[1].payback_share), (dollars(7, 0), None));
    let cohorts: Vec<_> = report.cohorts.iter().map(told).collect();
    assert_eq!(cohorts, [january, ("fair", 1, dollars(0, 0), dollars(0, 0), dollars(150, 0))]);
    assert_eq!(
        (report.cohorts[1].start_date, report.cohorts[1].end_date),
        (Some(date("1997-02-01")), Some(date("1997-02-28")))
    );
    assert_eq!(report.other_channels, None);
}

#[tokio::test]
async fn without_a_run_there_is_no_report() {
    let value = Value::start().await;
    let request = GetAcquisitionReportRequest::default();
    let status = value.acquisition().get_acquisition_report(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
}
