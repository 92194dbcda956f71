//! `GetPurchaseDepthReport` and `GetRetentionReport`: what customers did, counted by each run.

use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    CalendarUnit, GetPurchaseDepthReportRequest, GetRetentionReportRequest, PurchaseDepthReport, RetentionReport,
};
use sqlx::Row as _;

use crate::{
    harness::{TENANT, Value},
    scoring::{SHOP, cdnow, date, settings},
};

/// The shop, and a customer who never bought anything.
async fn shop() -> Value {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let mut owner = value.database.owner().await;
    sqlx::query("INSERT INTO value.buyer (tenant_id, external_id) VALUES ($1, 'fay'), ('other', 'gil')")
        .bind(TENANT)
        .execute(&mut owner)
        .await
        .unwrap();
    value.scored().await;
    value
}

async fn depth(value: &Value, recent_days: i32) -> PurchaseDepthReport {
    let request = GetPurchaseDepthReportRequest { recent_days, ..Default::default() };
    value.scores().get_purchase_depth_report(request).await.unwrap().into_inner()
}

async fn retention(value: &Value, unit: CalendarUnit) -> RetentionReport {
    let request = GetRetentionReportRequest { unit: unit.into(), ..Default::default() };
    value.scores().get_retention_report(request).await.unwrap().into_inner()
}

fn counts(report: &PurchaseDepthReport) -> Vec<(&'static str, i64, i64)> {
    let levels = report.levels.iter();
    levels
        .map(|level| (level.depth().as_str_name(), level.customers, level.total_revenue.as_ref().unwrap().units))
        .collect()
}

#[tokio::test]
async fn customers_are_counted_by_how_far_they_have_come() {
    let value = shop().await;
    // Only dan bought once, for 9 dollars, 119 days before the as-of date; the others for 85, 12, 150 and 26.
    let report = depth(&value, 0).await;
    assert_eq!((report.recent_days, report.as_of_date), (90, Some(date("1997-06-30"))));
    let never = ("PURCHASE_DEPTH_NEVER", 1, 0);
    let more = ("PURCHASE_DEPTH_TWICE_OR_MORE", 4, 273);
    let (gone, recent) = ("PURCHASE_DEPTH_ONCE_AND_GONE", "PURCHASE_DEPTH_ONCE_AND_RECENT");
    assert_eq!(counts(&report), [never, (gone, 1, 9), (recent, 0, 0), more]);
    assert_eq!(report.repeat_rate, 0.8);
    assert_eq!(counts(&depth(&value, 118).await), [never, (gone, 1, 9), (recent, 0, 0), more]);
    assert_eq!(counts(&depth(&value, 119).await), [never, (gone, 0, 0), (recent, 1, 9), more]);
}

#[tokio::test]
async fn each_cohort_is_followed_from_its_first_purchase_to_the_as_of_date() {
    let value = shop().await;
    let report = retention(&value, CalendarUnit::Unspecified).await;
    assert_eq!((report.unit(), report.earlier_customers), (CalendarUnit::Month, 0));
    let cohorts: Vec<_> = report.cohorts.iter().map(|cohort| cohort.active_customers.as_slice()).collect();
    // January: ann (back in February, March, April), bob (back in May), eve (twice within January). February: cat (back in March and
    // June). March: dan.
    assert_eq!(
        cohorts,
        [&[3, 1, 1, 1, 1, 0][..], &[1, 1, 0, 0, 1][..], &[1, 0, 0, 0][..], &[0, 0, 0][..], &[0, 0][..], &[0][..]]
    );
    assert_eq!(report.cohorts[1].start_date, Some(date("1997-02-01")));
    let quarters = retention(&value, CalendarUnit::Quarter).await;
    let cohorts: Vec<_> = quarters.cohorts.iter().map(|cohort| cohort.active_customers.as_slice()).collect();
    assert_eq!(cohorts, [&[5, 3][..], &[0][..]]);
    let years = retention(&value, CalendarUnit::Year).await;
    assert_eq!(years.cohorts.iter().map(|cohort| cohort.customers).collect::<Vec<_>>(), [5]);
}

#[tokio::test]
async fn a_real_purchase_history_has_the_cohorts_that_sql_counts() {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<_> = rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value.run(settings("1998-06-30")).await;
    let report = retention(&value, CalendarUnit::Month).await;
    // The sample is the cohort of the first quarter of 1997 (Fader, Hardie 2001).
    assert_eq!(report.cohorts.iter().map(|cohort| cohort.customers).sum::<i64>(), 2357);
    assert!(report.cohorts[3..].iter().all(|cohort| cohort.customers == 0));
    let counted = sqlx::query(
        "WITH first AS (SELECT buyer_id, min(occur_date) AS day FROM value.transaction GROUP BY buyer_id)
         SELECT (extract(month FROM f.day) - 1)::int AS cohort,
                ((extract(year FROM t.occur_date) - 1997) * 12 + extract(month FROM t.occur_date) - extract(month FROM f.day))::int AS after,
                count(DISTINCT buyer_id) AS customers
         FROM value.transaction t JOIN first f USING (buyer_id) GROUP BY 1, 2",
    )
    .fetch_all(&*value.pool)
    .await
    .unwrap();
    let mut seen = 0;
    for row in counted {
        let (cohort, after): (i32, i32) = (row.get("cohort"), row.get("after"));
        let customers: i64 = row.get("customers");
        assert_eq!(report.cohorts[cohort as usize].active_customers[after as usize], customers, "{cohort} {after}");
        seen += customers;
    }
    let told: i64 = report.cohorts.iter().flat_map(|cohort| &cohort.active_customers).sum();
    assert_eq!(told, seen);
}

#[tokio::test]
async fn a_run_of_before_a_report_was_counted_says_so() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let run = value.scored().await;
    let mut owner = value.database.owner().await;
    let findings: Vec<u8> =
        sqlx::query_scalar("SELECT findings FROM value.score_run").fetch_one(&mut owner).await.unwrap();
    let mut old = <clientele_value::scoring::Findings as prost::Message>::decode(findings.as_slice()).unwrap();
    (old.purchase_depth, old.retention) = (None, Vec::new());
    sqlx::query("UPDATE value.score_run SET findings = $1")
        .bind(prost::Message::encode_to_vec(&old))
        .execute(&mut owner)
        .await
        .unwrap();
    let request = GetRetentionReportRequest { score_run_id: run.score_run_id, ..Default::default() };
    let status = value.scores().get_retention_report(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
}
