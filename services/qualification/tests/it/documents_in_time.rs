use clientele_error::{Reason, reason_of};
use clientele_proto::{Date, qualification::v1::DocumentExpiring};
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;

use crate::documents_harness::{Keeping, licence, pdf};

const EXPIRING: &str = "SELECT count(*) FROM qualification.document WHERE state = 5";
const EXPIRED: &str = "SELECT count(*) FROM qualification.document WHERE state = 6";
const REMINDERS: &str =
    "SELECT count(*) FROM qualification.outbox WHERE event_type = 'clientele.qualification.v1.DocumentExpiring'";

fn to(service: &Keeping, instant: &str) {
    let instant: Timestamp = instant.parse().unwrap();
    service.clock.advance(instant.duration_since(service.clock.now()));
}

#[tokio::test]
async fn a_licence_is_told_of_three_times_and_ends_with_its_day_in_shanghai() {
    let service = Keeping::start().await;
    // Until the end of 31 August 2026 in Shanghai: 16:00 UTC.
    let document =
        service.upload("maker", licence(Some(Date { year: 2026, month: 8, day: 31 })), &pdf(1000)).await.unwrap();
    assert_eq!(document.expire_time.unwrap().seconds, "2026-08-31T16:00:00Z".parse::<Timestamp>().unwrap().as_second());
    service.verify("reviewer", &document.document_id).await.unwrap();

    to(&service, "2026-07-02T15:59:59Z");
    // Two processes look after it.
    let _other = service.beside().await;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    service.until(EXPIRING, 0).await;
    for (instant, told) in [("2026-07-02T16:00:00Z", 1), ("2026-08-01T16:00:00Z", 2), ("2026-08-24T16:00:00Z", 3)] {
        to(&service, instant);
        service.until(REMINDERS, told).await;
        service.until(EXPIRING, 1).await;
    }
    to(&service, "2026-08-31T15:59:59.999999Z");
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    service.until(EXPIRED, 0).await;
    to(&service, "2026-08-31T16:00:00Z");
    service.until(EXPIRED, 1).await;
    service.clock.advance(SignedDuration::from_hours(24 * 100));
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let told: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT data FROM qualification.outbox WHERE event_type = 'clientele.qualification.v1.DocumentExpiring' ORDER BY outbox_id",
    )
    .fetch_all(&*service.pool)
    .await
    .unwrap();
    let leads: Vec<i32> =
        told.iter().map(|data| DocumentExpiring::decode(data.as_slice()).unwrap().lead_days).collect();
    assert_eq!(leads, [60, 30, 7]);
}

#[tokio::test]
async fn what_is_over_is_not_verified_any_more() {
    let service = Keeping::start().await;
    let document =
        service.upload("maker", licence(Some(Date { year: 2026, month: 3, day: 1 })), &pdf(1000)).await.unwrap();
    let over = service.verify("reviewer", &document.document_id).await.unwrap_err();
    assert_eq!(reason_of(&over), Some(Reason::DocumentStateUnfit));
}
