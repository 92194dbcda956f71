//! Churn alerts: raised by runs, made louder, ended by purchases, by time or by people, and how good they were.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    AcknowledgeChurnAlertRequest, ChurnAlert, ChurnLevelRule, ChurnPolicy, ChurnReport, GetChurnAlertRequest,
    GetChurnReportRequest, ListChurnAlertsRequest, ResolveChurnAlertRequest, ValuePolicy,
    churn_alert::{Level, Outcome, State},
    churn_alert_service_client::ChurnAlertServiceClient,
};
use clientele_testkit::Authorised;
use tonic::Code;

use crate::{
    harness::{TENANT, Value},
    policies::by_revenue,
    scoring::{SHOP, date, settings},
};

const CHANGED: &str = "clientele.value.v1.ChurnAlertsChanged";

impl Value {
    pub fn churn_alerts(&self) -> ChurnAlertServiceClient<Authorised> {
        ChurnAlertServiceClient::new(self.running.tenant(TENANT))
    }

    /// The alerts of a filter, the first raised first.
    pub async fn alerts(&self, filter: &str) -> Vec<ChurnAlert> {
        let request = ListChurnAlertsRequest {
            filter: filter.into(),
            order_by: "churn_alert_id".into(),
            ..ListChurnAlertsRequest::default()
        };
        self.churn_alerts().list_churn_alerts(request).await.unwrap().into_inner().churn_alerts
    }

    /// A value policy that watches everyone with three purchase days, by silence alone, and lets alerts expire after 90 days.
    pub async fn watch_by_rhythm(&self) {
        let rule = |rhythms| Some(ChurnLevelRule { rhythms, below_p_alive: 0.0 });
        let churn_policy = ChurnPolicy {
            watched_tiers: everyone(),
            watch: rule(2.0),
            warning: rule(3.0),
            critical: rule(5.0),
            ..ChurnPolicy::default()
        };
        self.policy(ValuePolicy { churn_policy: Some(churn_policy), ..ValuePolicy::default() }).await.unwrap();
    }

    async fn changes(&self) -> usize {
        self.events().await.iter().filter(|event| *event == CHANGED).count()
    }
}

fn everyone() -> Vec<String> {
    ["KEY", "GROWTH", "STANDARD", "BASE"].map(str::to_owned).to_vec()
}

fn told(alerts: &[ChurnAlert]) -> Vec<(&str, Level, State, Outcome)> {
    alerts.iter().map(|of| (of.customer_external_id.as_str(), of.level(), of.state(), of.outcome())).collect()
}

/// ann bought every 30 days, last on 1 April; cat every 60, last on 10 June; eve and bob on two days only.
#[tokio::test]
async fn a_silence_raises_an_alert_that_gets_louder_until_the_customer_buys_again() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    let first = value.scored().await;
    let alerts = value.alerts("").await;
    assert_eq!(told(&alerts), [("ann", Level::Warning, State::Open, Outcome::Unspecified)]);
    let ann = &alerts[0];
    assert_eq!(
        ann.reasons,
        [
            "Bought on 4 days, every 30.0 days on average, but not for 90 days: 3.00 times that rhythm; from 3.00 times on it is WARNING."
        ]
    );
    let inputs = ann.inputs.unwrap();
    assert_eq!((inputs.purchase_days, inputs.rhythm_days, inputs.silence_ratio), (4, 30.0, 3.0));
    assert_eq!((inputs.last_purchase_date, ann.raise_date), (Some(date("1997-04-01")), Some(date("1997-06-30"))));
    assert_eq!((ann.score_run_id.as_str(), ann.currency_code.as_str()), (first.score_run_id.as_str(), "USD"));

    // Nothing new: nothing is told.
    value.scored().await;
    assert_eq!((value.alerts("").await, value.changes().await), (alerts.clone(), 1));

    let second = value.run(settings("1997-08-29")).await;
    let louder = value.alerts("").await;
    assert_eq!(told(&louder), [("ann", Level::Critical, State::Open, Outcome::Unspecified)]);
    assert_eq!((louder[0].inputs.unwrap().silent_days, louder[0].raise_date), (150, Some(date("1997-06-30"))));
    assert_eq!((louder[0].score_run_id.as_str(), value.changes().await), (second.score_run_id.as_str(), 2));

    value.bought(&[("ann", "1997-09-01", 10_00)]).await;
    value.run(settings("1997-09-10")).await;
    let over = value.alerts("").await;
    assert_eq!(told(&over), [("ann", Level::Critical, State::Resolved, Outcome::Kept)]);
    assert!(over[0].end_time.is_some());
    assert_eq!(value.changes().await, 3);
}

/// fay was lost before the first run. ann (every 60.75 days since September) and cat fall silent in winter; cat is lost after eight rhythms,
/// on 4 October 1998.
#[tokio::test]
async fn alerts_expire_once_and_the_report_tells_how_good_they_were() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.bought(&[("fay", "1996-10-01", 10_00), ("fay", "1996-10-03", 10_00), ("fay", "1996-10-05", 10_00)]).await;
    value.watch_by_rhythm().await;
    value.scored().await;
    value.bought(&[("ann", "1997-09-01", 10_00)]).await;
    value.run(settings("1997-09-10")).await;
    value.run(settings("1998-01-10")).await;
    let (ann_kept, unknown) = (("ann", Level::Warning, State::Resolved, Outcome::Kept), Outcome::Unspecified);
    let alerts = value.alerts("").await;
    assert_eq!(
        told(&alerts),
        [ann_kept, ("ann", Level::Watch, State::Open, unknown), ("cat", Level::Warning, State::Open, unknown)]
    );
    value.run(settings("1998-04-10")).await;
    let expired = [
        ann_kept,
        ("ann", Level::Watch, State::Expired, Outcome::Lost),
        ("cat", Level::Warning, State::Expired, Outcome::Lost),
    ];
    assert_eq!(told(&value.alerts("").await), expired);
    // The same silences raise no other alerts, and a run that looks back does nothing.
    value.run(settings("1998-12-01")).await;
    value.run(settings("1997-06-30")).await;
    assert_eq!(told(&value.alerts("").await), expired);

    let newest = value.run(settings("1998-12-01")).await;
    let all = report(&value, GetChurnReportRequest::default()).await;
    assert_eq!((all.score_run_id.as_str(), all.currency_code.as_str()), (newest.score_run_id.as_str(), "USD"));
    assert_eq!((all.start_date, all.end_date), (None, Some(date("1998-12-01"))));
    assert_eq!((all.alerts, all.kept_alerts, all.lost_alerts, all.precision), (3, 1, 2, Some(2.0 / 3.0)));
    assert_eq!((all.lost_customers, all.alerted_lost_customers, all.recall), (2, 1, Some(0.5)));
    let levels: Vec<_> = all.levels.iter().map(|of| (of.level(), of.alerts, of.precision)).collect();
    assert_eq!(levels, [(Level::Watch, 1, Some(1.0)), (Level::Warning, 2, Some(0.5)), (Level::Critical, 0, None)]);

    let period = |start, end| GetChurnReportRequest {
        start_date: Some(date(start)),
        end_date: Some(date(end)),
        ..GetChurnReportRequest::default()
    };
    let later = report(&value, period("1997-07-01", "1998-12-01")).await;
    assert_eq!((later.alerts, later.precision, later.recall), (2, Some(1.0), Some(1.0)));
    let none = report(&value, period("1997-07-01", "1997-07-31")).await;
    assert_eq!((none.alerts, none.precision, none.lost_customers, none.recall), (0, None, 0, None));
    let status = value.churn_alerts().get_churn_report(period("1998-01-02", "1998-01-01")).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "end_date");
}

async fn report(value: &Value, request: GetChurnReportRequest) -> ChurnReport {
    value.churn_alerts().get_churn_report(request).await.unwrap().into_inner()
}

/// BG/NBD has a P(alive) of 1 for who never came back, and less for everyone else.
#[tokio::test]
async fn p_alive_raises_alerts_but_never_of_a_customer_who_bought_once() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let churn_policy = ChurnPolicy {
        watched_tiers: everyone(),
        min_purchase_days: 2,
        watch: Some(ChurnLevelRule { rhythms: 0.0, below_p_alive: 1.0 }),
        warning: Some(ChurnLevelRule::default()),
        critical: Some(ChurnLevelRule::default()),
        ..ChurnPolicy::default()
    };
    value.policy(ValuePolicy { churn_policy: Some(churn_policy), ..ValuePolicy::default() }).await.unwrap();
    value.scored().await;
    let alerts = value.alerts("").await;
    let customers: Vec<_> = alerts.iter().map(|alert| alert.customer_external_id.as_str()).collect();
    assert_eq!(customers, ["ann", "bob", "cat", "eve"]);
    assert!(alerts[0].reasons[0].contains("after 90 days of silence; below 100 % it is WATCH"), "{:?}", alerts[0]);
}

/// By default all tiers but the last are watched. cat is in GOLD with 150 dollars of 200, and falls with the silence that is to be told.
#[tokio::test]
async fn who_falls_out_of_a_watched_tier_by_its_silence_is_still_watched() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    value.scored().await;
    assert_eq!(value.alerts("").await, []);
    value.run(settings("1998-04-19")).await;
    let alerts = value.alerts("").await;
    assert_eq!(told(&alerts), [("cat", Level::Critical, State::Open, Outcome::Unspecified)]);
    assert_eq!(alerts[0].tier, "GOLD");
    let events = value.events().await;
    assert_eq!(
        &events[events.len() - 3..],
        [CHANGED, "clientele.value.v1.TiersChanged", "clientele.value.v1.ScoreRunFinished"]
    );
}

#[tokio::test]
async fn people_acknowledge_an_alert_and_say_how_it_ended() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    value.scored().await;
    let id = value.alerts("").await.remove(0).churn_alert_id;
    let acknowledge = |note: &str, validate_only| AcknowledgeChurnAlertRequest {
        churn_alert_id: id.clone(),
        note: note.into(),
        request_id: "0195b2f0-0000-7000-8000-00000000000b".into(),
        validate_only,
    };
    let mut client = value.churn_alerts();
    let checked = client.acknowledge_churn_alert(acknowledge("call her", true)).await.unwrap().into_inner();
    assert_eq!((checked.state(), checked.note.as_str()), (State::Acknowledged, "call her"));
    assert_eq!(value.alerts("state = OPEN").await.len(), 1, "it was only checked");

    let known = client.acknowledge_churn_alert(acknowledge("call her", false)).await.unwrap().into_inner();
    assert_eq!(client.acknowledge_churn_alert(acknowledge("call her", false)).await.unwrap().into_inner(), known);
    let again = AcknowledgeChurnAlertRequest { request_id: String::new(), ..acknowledge("write her", false) };
    assert_eq!(client.acknowledge_churn_alert(again).await.unwrap().into_inner(), known, "it was not open any more");
    let get = GetChurnAlertRequest { churn_alert_id: id.clone() };
    assert_eq!(client.get_churn_alert(get.clone()).await.unwrap().into_inner(), known);
    assert_eq!(value.changes().await, 2);

    value.run(settings("1997-08-29")).await;
    let louder = client.get_churn_alert(get.clone()).await.unwrap().into_inner();
    assert_eq!(
        (louder.level(), louder.state(), louder.note.as_str()),
        (Level::Critical, State::Acknowledged, "call her")
    );

    let resolve = |outcome: Outcome, note: &str| ResolveChurnAlertRequest {
        churn_alert_id: id.clone(),
        outcome: outcome.into(),
        note: note.into(),
        ..ResolveChurnAlertRequest::default()
    };
    let lost = client.resolve_churn_alert(resolve(Outcome::Lost, "moved away")).await.unwrap().into_inner();
    assert_eq!((lost.state(), lost.outcome(), lost.note.as_str()), (State::Resolved, Outcome::Lost, "moved away"));
    assert!(lost.end_time.is_some() && !lost.actor.is_empty());
    // Resolved by people: the same silence raises no other, and who knows better may say so.
    value.run(settings("1997-09-10")).await;
    assert_eq!(value.alerts("").await, [lost]);
    let kept = client.resolve_churn_alert(resolve(Outcome::Kept, "")).await.unwrap().into_inner();
    assert_eq!((kept.outcome(), kept.note.as_str()), (Outcome::Kept, "moved away"));

    let status = client.resolve_churn_alert(resolve(Outcome::Unspecified, "")).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "outcome");
    let unknown = GetChurnAlertRequest { churn_alert_id: "0195b2f0-0000-7000-8000-00000000000c".into() };
    let status = client.get_churn_alert(unknown.clone()).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
    let request = ResolveChurnAlertRequest { churn_alert_id: unknown.churn_alert_id, ..resolve(Outcome::Kept, "") };
    assert_eq!(client.resolve_churn_alert(request).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn alerts_are_listed_by_what_they_are() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    value.scored().await;
    value.run(settings("1998-01-10")).await;
    // ann expired after 194 days; cat (every 60 days, silent for 214) is new.
    let names = async |filter: &str| {
        value.alerts(filter).await.into_iter().map(|alert| alert.customer_external_id).collect::<Vec<_>>()
    };
    let tier = value.alerts("state = OPEN").await.remove(0).tier;
    assert_eq!(names("level = WARNING").await, ["ann", "cat"]);
    assert_eq!(names("state = EXPIRED AND outcome = LOST").await, ["ann"]);
    assert_eq!(names("raise_date > \"1997-06-30\" AND currency_code = \"USD\"").await, ["cat"]);
    assert_eq!(
        names(&format!("state = OPEN AND tier = \"{tier}\" AND create_time > \"2020-01-01T00:00:00Z\"")).await,
        ["cat"]
    );
    assert_eq!(names("level = CRITICAL").await, Vec::<String>::new());
}
