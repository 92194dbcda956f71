//! `GetGrowthReport`, `GetTierMovementReport`, `GetModelQualityReport`: reports over time.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        CalendarUnit, CreateTierOverrideRequest, GetGrowthReportRequest, GetModelQualityReportRequest,
        GetTierMovementReportRequest, GrowthReport, ModelQualityReport, ScoreRunSettings, TierMovementReport,
        TierOverride, TransactionModel, tier_move::Cause, tier_override, tier_service_client::TierServiceClient,
        value_report_service_client::ValueReportServiceClient,
    },
};
use clientele_testkit::Authorised;
use jiff::SignedDuration;
use tonic::Status;

use crate::{
    harness::{TENANT, Value},
    policies::by_revenue,
    scoring::{Row, SHOP, cdnow, date, settings},
};

fn reports(value: &Value) -> ValueReportServiceClient<Authorised> {
    ValueReportServiceClient::new(value.running.tenant(TENANT))
}

async fn growth(value: &Value, request: GetGrowthReportRequest) -> Result<GrowthReport, Status> {
    let request = GetGrowthReportRequest { currency_code: "USD".to_owned(), ..request };
    Ok(reports(value).get_growth_report(request).await?.into_inner())
}

async fn movement(value: &Value, request: GetTierMovementReportRequest) -> Result<TierMovementReport, Status> {
    Ok(reports(value).get_tier_movement_report(request).await?.into_inner())
}

async fn quality(value: &Value, request: GetModelQualityReportRequest) -> Result<ModelQualityReport, Status> {
    Ok(reports(value).get_model_quality_report(request).await?.into_inner())
}

fn until(day: &str) -> GetGrowthReportRequest {
    GetGrowthReportRequest { end_date: Some(date(day)), ..GetGrowthReportRequest::default() }
}

fn units(money: Option<&Money>) -> i64 {
    money.unwrap().units
}

async fn shop() -> Value {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value
}

/// By hand. January: ann 10, bob 5, eve 12 + 14. February: ann 20, cat 50. March: ann 30, cat 60, dan 9. April: ann 25. May: bob 7. June: cat 40.
#[tokio::test]
async fn customers_are_new_kept_back_or_lost_month_by_month() {
    let value = shop().await;
    let report = growth(&value, until("1997-06-29")).await.unwrap();
    assert_eq!((report.unit(), report.currency_code.as_str()), (CalendarUnit::Month, "USD"));
    let counts: Vec<_> = report
        .periods
        .iter()
        .map(|of| {
            (of.buying_customers, of.new_customers, of.kept_customers, of.reactivated_customers, of.lost_customers)
        })
        .collect();
    assert_eq!(
        counts,
        [(3, 3, 0, 0, 0), (2, 1, 1, 0, 2), (3, 1, 2, 0, 0), (1, 0, 1, 0, 2), (1, 0, 0, 1, 1), (1, 0, 0, 1, 1)]
    );
    let totals: Vec<_> = report.periods.iter().map(|of| of.total_customers).collect();
    assert_eq!(totals, [3, 4, 5, 5, 5, 5]);
    let sales: Vec<_> = report.periods.iter().map(|of| units(of.net_sales.as_ref())).collect();
    assert_eq!(sales, [41, 70, 99, 25, 7, 40]);
    let march = &report.periods[2];
    assert_eq!((units(march.new_net_sales.as_ref()), units(march.kept_net_sales.as_ref())), (9, 90));
    assert_eq!((march.start_date, march.end_date), (Some(date("1997-03-01")), Some(date("1997-03-31"))));
    // Those of January who did not come back in February had brought 5 and 26.
    assert_eq!(units(report.periods[1].lost_net_sales.as_ref()), 31);
    let rates: Vec<_> = report.periods.iter().map(|of| of.retention_rate).collect();
    assert_eq!(rates, [None, Some(1.0 / 3.0), Some(1.0), Some(1.0 / 3.0), Some(0.0), Some(0.0)]);
    assert_eq!(report.periods[1].customer_growth_rate, Some(2.0 / 3.0 - 1.0));
    assert_eq!(report.periods[1].sales_growth_rate, Some(70.0 / 41.0 - 1.0));
    // Only eve bought on two days of a month.
    assert_eq!((report.periods[0].repeat_rate, report.periods[1].repeat_rate), (Some(1.0 / 3.0), Some(0.0)));
    let complete: Vec<_> = report.periods.iter().map(|of| of.is_complete).collect();
    assert_eq!(complete, [true, true, true, true, true, false]);
}

#[tokio::test]
async fn quarters_are_told_from_a_day_on_with_what_was_before_known() {
    let value = shop().await;
    let from = GetGrowthReportRequest {
        unit: CalendarUnit::Quarter.into(),
        start_date: Some(date("1997-05-05")),
        ..until("1997-06-30")
    };
    let report = growth(&value, from).await.unwrap();
    // April to June: ann, bob and cat of the five before.
    let quarter = &report.periods[0];
    assert_eq!(report.periods.len(), 1);
    assert_eq!((quarter.start_date, quarter.is_complete), (Some(date("1997-04-01")), true));
    assert_eq!((quarter.buying_customers, quarter.kept_customers, quarter.lost_customers), (3, 3, 2));
    assert_eq!((quarter.total_customers, quarter.retention_rate), (5, Some(0.6)));
    assert_eq!(units(quarter.lost_net_sales.as_ref()), 9 + 26);
    let years = GetGrowthReportRequest { unit: CalendarUnit::Year.into(), ..until("1998-12-31") };
    let years = growth(&value, years).await.unwrap().periods;
    assert_eq!(years.iter().map(|of| of.buying_customers).collect::<Vec<_>>(), [5, 0]);
    assert_eq!((years[1].lost_customers, years[1].sales_growth_rate), (5, Some(-1.0)));
}

#[tokio::test]
async fn refunds_count_on_their_day_and_of_those_who_bought_nothing_apart() {
    let value = shop().await;
    value.happened(TENANT, 2, "USD", &[("ann", "1997-04-20", 5_00), ("dan", "1997-04-21", 9_00)]).await;
    value.happened(TENANT, 1, "EUR", &[("ann", "1997-04-20", 50_000)]).await;
    let april = growth(&value, until("1997-04-30")).await.unwrap().periods.remove(3);
    assert_eq!(
        (units(april.net_sales.as_ref()), units(april.kept_net_sales.as_ref()), units(april.other_net_sales.as_ref())),
        (11, 20, -9)
    );
    assert_eq!((april.buying_customers, april.reactivated_customers), (1, 0));
}

#[tokio::test]
async fn a_growth_report_refuses_what_it_cannot_tell() {
    let value = shop().await;
    let backwards = GetGrowthReportRequest { start_date: Some(date("1997-07-01")), ..until("1997-06-30") };
    let long = GetGrowthReportRequest { start_date: Some(date("1992-06-30")), ..until("1997-06-30") };
    for (request, field) in [(backwards, "end_date"), (long, "start_date")] {
        let status = growth(&value, request).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
        assert_eq!(violations_of(&status)[0].field, field);
    }
    let unknown = GetGrowthReportRequest { currency_code: "XXX".to_owned(), ..until("1997-06-30") };
    let status = reports(&value).get_growth_report(unknown).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "currency_code");
    // Nobody bought anything by then.
    assert_eq!(growth(&value, until("1996-12-31")).await.unwrap().periods, []);
}

/// Tiers by revenue: GOLD from 80 of 200 dollars on, which ann and cat have. Then bob buys for 90, dan's purchase is refunded, fay comes.
#[tokio::test]
async fn moves_of_a_period_are_counted_by_customer_and_by_cause() {
    let value = shop().await;
    value.policy(by_revenue(40.0, 40.0)).await.unwrap();
    let first = value.scored().await;
    let tiers = first.summary.unwrap().tiers;
    let counts: Vec<_> = tiers.iter().map(|tier| (tier.customers, tier.arrived, tier.left)).collect();
    assert_eq!(counts, [(2, 0, 0), (3, 0, 0)], "the first run brings nobody");

    value.clock.advance(SignedDuration::from_hours(24 * 40));
    value.happened(TENANT, 1, "USD", &[("bob", "1997-07-05", 90_00), ("fay", "1997-07-06", 1_00)]).await;
    value.happened(TENANT, 2, "USD", &[("dan", "1997-07-06", 9_00)]).await;
    let second = value.run(settings("1997-07-31")).await;
    let tiers = second.summary.unwrap().tiers;
    // GOLD: bob rose into it. REST: fay came and dan has nothing left.
    assert_eq!(
        tiers.iter().map(|tier| (tier.risen, tier.arrived, tier.left)).collect::<Vec<_>>(),
        [(1, 0, 0), (0, 1, 1)]
    );
    let mut client = TierServiceClient::new(value.running.tenant(TENANT));
    let decided = TierOverride {
        customer: Some(tier_override::Customer::CustomerExternalId("ann".into())),
        tier: "REST".into(),
        reason: "they asked for it".into(),
        ..TierOverride::default()
    };
    let request = CreateTierOverrideRequest { tier_override: Some(decided), ..Default::default() };
    client.create_tier_override(request).await.unwrap();

    let all = movement(&value, GetTierMovementReportRequest::default()).await.unwrap();
    assert_eq!((all.score_runs, all.currency_code.as_str(), all.start_date), (2, "USD", None));
    assert_eq!((all.risen_customers, all.fallen_customers, all.other_customers), (1, 1, 0));
    assert_eq!((all.arrived_customers, all.left_customers), (1, 1));
    let transitions: Vec<_> =
        all.transitions.iter().map(|of| (of.from_tier.as_str(), of.to_tier.as_str(), of.customers)).collect();
    assert_eq!(transitions, [("GOLD", "REST", 1), ("REST", "GOLD", 1)]);
    let causes: Vec<_> = all.causes.iter().map(|of| (of.cause(), of.moves, of.risen, of.fallen)).collect();
    assert_eq!(causes, [(Cause::ScoreRun, 1, 1, 0), (Cause::OverrideSet, 1, 0, 1), (Cause::OverrideEnded, 0, 0, 0)]);
    let gold = &all.tiers[0];
    assert_eq!((gold.tier.as_str(), gold.risen_into, gold.fallen_from, gold.arrived), ("GOLD", 1, 1, 0));

    // By the end of the day of the first run nobody had moved.
    let day = |back: i64| {
        let at = value.clock.now().checked_sub(SignedDuration::from_hours(24 * back)).unwrap();
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Some(clientele_proto::Date { year: day.year().into(), month: day.month().into(), day: day.day().into() })
    };
    let early =
        movement(&value, GetTierMovementReportRequest { end_date: day(40), ..Default::default() }).await.unwrap();
    assert_eq!((early.score_runs, early.risen_customers, early.arrived_customers), (1, 0, 0));
    let late = GetTierMovementReportRequest { start_date: day(39), ..Default::default() };
    let late = movement(&value, late).await.unwrap();
    assert_eq!((late.score_runs, late.risen_customers, late.arrived_customers, late.left_customers), (1, 1, 1, 1));
    let backwards = GetTierMovementReportRequest { start_date: day(0), end_date: day(1), ..Default::default() };
    assert_eq!(violations_of(&movement(&value, backwards).await.unwrap_err())[0].field, "end_date");
}

#[tokio::test]
async fn a_run_that_looks_back_brings_nobody_and_another_currency_has_its_own_moves() {
    let value = shop().await;
    let none = movement(&value, GetTierMovementReportRequest::default()).await.unwrap_err();
    assert_eq!(reason_of(&none), Some(Reason::NotScoredYet));
    // dan bought first in March: new to the second run, and to the third, which looks back.
    value.run(settings("1997-02-28")).await;
    value.scored().await;
    let looking_back = value.run(settings("1997-05-31")).await;
    let arrived: i64 = looking_back.summary.unwrap().tiers.iter().map(|tier| tier.arrived).sum();
    let report = movement(&value, GetTierMovementReportRequest::default()).await.unwrap();
    assert_eq!((arrived, report.score_runs, report.arrived_customers), (1, 2, 1));
    let euro = GetTierMovementReportRequest { currency_code: "EUR".into(), ..Default::default() };
    let euro = movement(&value, euro).await.unwrap();
    assert_eq!((euro.score_runs, euro.arrived_customers, euro.tiers.len(), euro.causes.len()), (0, 0, 0, 3));
}

/// CDNOW from 1 October 1997 to 30 June 1998, by purchases after the first before: customers, their purchase days, and what BG/NBD with the
/// published parameters (r 0.2426, alpha 4.4136, a 0.7929, b 2.4259) expects of them, by equation 10 of Fader, Hardie, Lee 2005 with scipy 1.x's
/// `hyp2f1`. The actual means 0.237, 0.697, 1.393, 1.56, 2.53, 2.95, 3.86 and 6.36 are those of the paper's figure 4.
const PUBLISHED: [(i64, i64, f64); 8] = [
    (1411, 334, 317.606),
    (439, 306, 229.658),
    (214, 298, 223.448),
    (100, 156, 152.030),
    (62, 157, 134.161),
    (38, 112, 100.847),
    (29, 112, 101.619),
    (64, 407, 394.064),
];

/// The published parameters have four digits.
pub fn assert_published(rows: &[(i64, i64, f64)]) {
    assert_eq!(rows.len(), PUBLISHED.len());
    for (found, published) in rows.iter().zip(PUBLISHED) {
        assert_eq!((found.0, found.1), (published.0, published.1));
        assert!((found.2 / published.2 - 1.0).abs() < 1e-3, "{found:?}, published {published:?}");
    }
}

async fn cdnow_shop() -> Value {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value
}

#[tokio::test]
async fn a_past_run_foretold_what_the_literature_says_it_does() {
    let value = cdnow_shop().await;
    let run = value.run(settings("1997-09-30")).await;
    let request = GetModelQualityReportRequest { end_date: Some(date("1998-06-30")), ..Default::default() };
    let report = quality(&value, request.clone()).await.unwrap();
    assert_eq!((report.score_run_id.as_str(), report.model.as_str()), (run.score_run_id.as_str(), "bg-nbd"));
    assert_eq!((report.days, report.is_whole_horizon), (273, false));
    let rows = |rows: &[clientele_proto::value::v1::PredictionRow]| -> Vec<(i64, i64, f64)> {
        rows.iter().map(|row| (row.customers, row.actual_purchases, row.predicted_purchases)).collect()
    };
    assert_published(&rows(&report.frequencies));
    // By the same program: mean absolute error 0.78546, root mean squared error 1.60798, 1,653.43 purchases foretold of 1,882.
    assert!((report.mean_absolute_error - 0.785_458).abs() < 5e-4, "{}", report.mean_absolute_error);
    assert!((report.root_mean_squared_error - 1.607_981).abs() < 5e-4, "{}", report.root_mean_squared_error);
    let total = report.total.as_ref().unwrap();
    assert_eq!((total.customers, total.actual_purchases), (2357, 1882));
    assert!((total.predicted_purchases - 1653.43).abs() < 1.0, "{total:?}");
    let spent = "SELECT sum(amount_minor)::bigint FROM value.transaction WHERE occur_date > '1997-09-30'";
    let actual = total.actual_value.as_ref().unwrap();
    assert_eq!(actual.units * 100 + i64::from(actual.nanos) / 10_000_000, value.count(spent).await);
    assert!(units(total.predicted_value.as_ref()) > 0 && units(report.value_mean_absolute_error.as_ref()) > 0);
    // Deciles: all customers once, the best first.
    let deciles = rows(&report.deciles);
    assert_eq!(deciles.iter().map(|decile| decile.0).sum::<i64>(), 2357);
    assert_eq!(deciles.iter().map(|decile| decile.1).sum::<i64>(), 1882);
    assert!(deciles.windows(2).all(|pair| pair[0].2 >= pair[1].2), "{deciles:?}");
    // Calibration: all customers once, those alive for certain in the last bin; who bought is counted once.
    let bins = &report.alive_calibrations;
    assert_eq!(bins.iter().map(|bin| bin.customers).sum::<i64>(), 2357);
    assert!(bins[9].customers >= 1411 && bins[9].mean_p_alive > 0.9, "{:?}", bins[9]);
    let bought: f64 = bins.iter().map(|bin| bin.customers as f64 * bin.actual_buying_share).sum();
    let buyers = "SELECT count(DISTINCT buyer_id) FROM value.transaction WHERE occur_date > '1997-09-30'";
    assert_eq!(bought.round() as i64, value.count(buyers).await);

    // The same days without the scores, by a run that holds them back.
    let mut owner = value.database.owner().await;
    sqlx::query("UPDATE value.score_run SET score_set = NULL").execute(&mut owner).await.unwrap();
    assert_eq!(quality(&value, request).await.unwrap(), report);
}

#[tokio::test]
async fn the_run_whose_horizon_is_over_is_taken_and_compared_up_to_its_end() {
    let value = cdnow_shop().await;
    let three_months = |day: &str| ScoreRunSettings {
        horizon_months: 3,
        transaction_model: TransactionModel::MbgNbd.into(),
        ..settings(day)
    };
    let over = value.run(three_months("1997-09-30")).await;
    let begun = value.run(three_months("1998-05-31")).await;
    value.run(three_months("1997-08-31")).await;
    let newest = GetModelQualityReportRequest { end_date: Some(date("1998-06-30")), ..Default::default() };
    let report = quality(&value, newest.clone()).await.unwrap();
    assert_eq!((report.score_run_id, report.model.as_str()), (over.score_run_id, "mbg-nbd"));
    // Three months of 30.4375 days: 91 whole days.
    assert_eq!((report.days, report.is_whole_horizon, report.end_date), (91, true, Some(date("1997-12-30"))));
    let named = GetModelQualityReportRequest { score_run_id: begun.score_run_id, ..newest };
    let report = quality(&value, named.clone()).await.unwrap();
    assert_eq!((report.days, report.is_whole_horizon), (30, false));
    let early = GetModelQualityReportRequest { end_date: Some(date("1998-05-31")), ..named };
    assert_eq!(violations_of(&quality(&value, early).await.unwrap_err())[0].field, "end_date");
}

#[tokio::test]
async fn without_a_run_in_the_past_there_is_nothing_to_hold_against() {
    let value = shop().await;
    let none = quality(&value, GetModelQualityReportRequest::default()).await.unwrap_err();
    assert_eq!(reason_of(&none), Some(Reason::NotScoredYet));
    let unknown = GetModelQualityReportRequest {
        score_run_id: "0195b2f0-0000-7000-8000-00000000000a".into(),
        ..Default::default()
    };
    assert_eq!(reason_of(&quality(&value, unknown).await.unwrap_err()), Some(Reason::NotFound));
}
