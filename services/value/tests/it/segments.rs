//! Segments: their definitions, who is in them, who joins and leaves, and what is told of it.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    AddSegmentMembersRequest, CreateSegmentRequest, CreateTierOverrideRequest, CustomerSegment, DeleteSegmentRequest,
    GetSegmentMovementReportRequest, GetSegmentPreviewRequest, GetSegmentRequest, ListCustomerSegmentsRequest,
    ListSegmentMembersRequest, ListSegmentsRequest, RemoveSegmentMembersRequest, Segment, SegmentChangeCause,
    SegmentCluster, SegmentList, SegmentMembersChanged, SegmentMovement, SegmentMovementGrouping, SegmentRule,
    TierOverride, UpdateSegmentRequest, get_segment_preview_request, get_segment_request,
    list_customer_segments_request, list_segment_members_request, segment::Definition,
    segment_service_client::SegmentServiceClient, tier_override,
};
use clientele_testkit::Authorised;
use prost::Message as _;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value, on, purchase},
    policies::by_revenue,
    scoring::{SHOP, date, settings},
};

impl Value {
    pub fn segments(&self) -> SegmentServiceClient<Authorised> {
        SegmentServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn create(&self, segment: Segment) -> Result<Segment, Status> {
        let request = CreateSegmentRequest { segment: Some(segment), ..CreateSegmentRequest::default() };
        Ok(self.segments().create_segment(request).await?.into_inner())
    }

    pub async fn segment(&self, name: &str) -> Segment {
        let segment = Some(get_segment_request::Segment::SegmentName(name.into()));
        self.segments().get_segment(GetSegmentRequest { segment }).await.unwrap().into_inner()
    }

    /// The segment once all that was asked of its members is done.
    pub async fn reviewed(&self, name: &str) -> Segment {
        let done = async {
            while self.count("SELECT count(*) FROM value.segment_review").await > 0 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_mins(1), done).await.expect("reviews are gone through");
        self.segment(name).await
    }

    /// The keys of the members, in the order in which customers became known.
    pub async fn members(&self, name: &str) -> Vec<String> {
        let segment = Some(list_segment_members_request::Segment::SegmentName(name.into()));
        let request = ListSegmentMembersRequest { segment, ..ListSegmentMembersRequest::default() };
        let page = self.segments().list_segment_members(request).await.unwrap().into_inner();
        page.segment_members.into_iter().map(|member| member.customer_external_id).collect()
    }

    /// Waits until those are the members.
    pub async fn until_members(&self, name: &str, wanted: &[&str]) {
        let there = async {
            while self.members(name).await != wanted {
                sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(
            timeout(Duration::from_mins(1), there).await.is_ok(),
            "{:?} are in it, not {wanted:?}",
            self.members(name).await
        );
    }

    /// What was told of who joined and left: why, who joined, who left.
    pub async fn told_of_members(&self) -> Vec<(SegmentChangeCause, Vec<String>, Vec<String>)> {
        let told: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT data FROM value.outbox WHERE event_type = 'clientele.value.v1.SegmentMembersChanged' ORDER BY outbox_id",
        )
        .fetch_all(&*self.pool)
        .await
        .unwrap();
        let read = |data: &Vec<u8>| {
            let event = SegmentMembersChanged::decode(data.as_slice()).unwrap();
            let keys = |members: &[clientele_proto::value::v1::SegmentMember]| {
                members.iter().map(|member| member.customer_external_id.clone()).collect()
            };
            (event.cause(), keys(&event.joined_members), keys(&event.left_members))
        };
        told.iter().map(read).collect()
    }
}

pub fn rule(name: &str, filter: &str) -> Segment {
    Segment {
        segment_name: name.into(),
        definition: Some(Definition::Rule(SegmentRule { filter: filter.into() })),
        ..Segment::default()
    }
}

pub fn list(name: &str) -> Segment {
    Segment { segment_name: name.into(), definition: Some(Definition::List(SegmentList {})), ..Segment::default() }
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

pub async fn movements(value: &Value, segment_id: &str, grouping: SegmentMovementGrouping) -> Vec<SegmentMovement> {
    let request = GetSegmentMovementReportRequest {
        segment_id: segment_id.into(),
        grouping: grouping.into(),
        ..GetSegmentMovementReportRequest::default()
    };
    value.segments().get_segment_movement_report(request).await.unwrap().into_inner().movements
}

/// Before, joined, left, stayed, after.
pub fn figures(movement: &SegmentMovement) -> [i64; 5] {
    let SegmentMovement { members_before, joined_members, left_members, stayed_members, members_after, .. } = movement;
    [*members_before, *joined_members, *left_members, *stayed_members, *members_after]
}

/// Days since the last purchase on June 30: ann 90, bob 56, cat 20, dan 119, eve 161; a month later 31 more of each.
#[tokio::test]
async fn members_are_told_exactly_once_over_two_runs_and_a_purchase() {
    use SegmentChangeCause::{Customer, Definition as Defined, ScoreRun};

    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let made = value.create(rule("LATELY", "days_since_last_purchase <= 60")).await.unwrap();
    assert_eq!((made.members, made.evaluate_time, made.score_run_id.as_str()), (0, None, ""));
    let found = value.reviewed("LATELY").await;
    assert_eq!((found.members, found.evaluate_time.is_some()), (2, true));
    assert_eq!(value.members("LATELY").await, ["bob", "cat"]);

    let run = value.run(settings("1997-07-31")).await;
    assert_eq!(value.reviewed("LATELY").await.score_run_id, run.score_run_id);
    assert_eq!(value.members("LATELY").await, ["cat"]);

    value.record(on(purchase("late", "ann", 10), 7, 20)).await;
    value.until_members("LATELY", &["ann", "cat"]).await;
    // As of the same day nobody moves, and nobody does as of an earlier one.
    value.run(settings("1997-07-31")).await;
    let followed = value.reviewed("LATELY").await;
    value.run(settings("1997-06-30")).await;
    assert_eq!(value.reviewed("LATELY").await.score_run_id, followed.score_run_id);
    assert_eq!(value.segment("LATELY").await.members, 2);

    let told = value.told_of_members().await;
    assert_eq!(
        told,
        [
            (Defined, keys(&["bob", "cat"]), vec![]),
            (ScoreRun, vec![], keys(&["bob"])),
            (Customer, keys(&["ann"]), vec![]),
        ]
    );
    let by_run = movements(&value, &made.segment_id, SegmentMovementGrouping::ScoreRun).await;
    let got: Vec<_> = by_run.iter().map(|movement| (movement.score_run_id.as_str(), figures(movement))).collect();
    assert_eq!(got, [("", [0, 2, 0, 0, 2]), (run.score_run_id.as_str(), [2, 0, 1, 1, 1]), ("", [1, 1, 0, 1, 2])]);
    // In the month as a whole bob came and went: he did not move.
    let by_month = movements(&value, &made.segment_id, SegmentMovementGrouping::Unspecified).await;
    assert_eq!(by_month.iter().map(figures).collect::<Vec<_>>(), [[0, 2, 0, 0, 2]]);
    assert_eq!(by_month[0].start_date, Some(date("2026-03-02")));
}

#[tokio::test]
async fn a_tier_that_people_decide_moves_the_customer_at_once() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    value.scored().await;
    value.create(rule("GOLDEN", "tier = \"GOLD\"")).await.unwrap();
    value.until_members("GOLDEN", &["cat"]).await;
    let tier_override = TierOverride {
        customer: Some(tier_override::Customer::CustomerExternalId("bob".into())),
        tier: "GOLD".into(),
        reason: "the founder knows them".into(),
        ..TierOverride::default()
    };
    let request = CreateTierOverrideRequest { tier_override: Some(tier_override), ..Default::default() };
    value.tiers().create_tier_override(request).await.unwrap();
    value.until_members("GOLDEN", &["bob", "cat"]).await;
}

#[tokio::test]
async fn movement_of_a_period_begins_with_who_was_in_before() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let made = value.create(list("VIP")).await.unwrap();
    value.add(&made, &["ann", "bob"]).await.unwrap();
    value.clock.advance(jiff::SignedDuration::from_hours(24));
    value.add(&made, &["cat"]).await.unwrap();
    value.clock.advance(jiff::SignedDuration::from_hours(24));
    value.remove(&made, &["ann"]).await.unwrap();
    let by_day = movements(&value, &made.segment_id, SegmentMovementGrouping::Day).await;
    let wanted = [[0, 2, 0, 0, 2], [2, 1, 0, 2, 3], [3, 0, 1, 2, 2]];
    assert_eq!(by_day.iter().map(figures).collect::<Vec<_>>(), wanted);

    let request = GetSegmentMovementReportRequest {
        segment_id: made.segment_id.clone(),
        start_date: Some(date("2026-03-03")),
        end_date: Some(date("2026-03-03")),
        grouping: SegmentMovementGrouping::Day.into(),
    };
    let answer = value.segments().get_segment_movement_report(request.clone()).await.unwrap().into_inner();
    assert_eq!(answer.movements.iter().map(figures).collect::<Vec<_>>(), wanted[1..2]);
    let backwards = GetSegmentMovementReportRequest { end_date: Some(date("2026-03-01")), ..request };
    let status = value.segments().get_segment_movement_report(backwards).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "end_date");
}

impl Value {
    pub async fn add(&self, segment: &Segment, customers: &[&str]) -> Result<i32, Status> {
        let request = AddSegmentMembersRequest {
            segment_id: segment.segment_id.clone(),
            customer_external_ids: keys(customers),
            ..AddSegmentMembersRequest::default()
        };
        Ok(self.segments().add_segment_members(request).await?.into_inner().changed_members)
    }

    pub async fn remove(&self, segment: &Segment, customers: &[&str]) -> Result<i32, Status> {
        let request = RemoveSegmentMembersRequest {
            segment_id: segment.segment_id.clone(),
            customer_external_ids: keys(customers),
            ..RemoveSegmentMembersRequest::default()
        };
        Ok(self.segments().remove_segment_members(request).await?.into_inner().changed_members)
    }

    pub async fn segments_of(&self, customer: &str) -> Vec<CustomerSegment> {
        let customer = Some(list_customer_segments_request::Customer::CustomerExternalId(customer.into()));
        let request = ListCustomerSegmentsRequest { customer, ..ListCustomerSegmentsRequest::default() };
        self.segments().list_customer_segments(request).await.unwrap().into_inner().customer_segments
    }
}

#[tokio::test]
async fn people_put_customers_on_a_list_and_take_them_off() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let vip = value.create(list("VIP")).await.unwrap();
    assert_eq!(value.add(&vip, &["ann", "bob", "ann"]).await.unwrap(), 2);
    assert_eq!(value.add(&vip, &["bob", "cat"]).await.unwrap(), 1);
    assert_eq!(value.remove(&vip, &["bob", "nobody"]).await.unwrap(), 1);
    assert_eq!(value.members("VIP").await, ["ann", "cat"]);
    assert_eq!(value.segment("VIP").await.members, 2);
    let people = SegmentChangeCause::People;
    let told = value.told_of_members().await;
    let mut first = told[0].clone();
    first.1.sort();
    assert_eq!(first, (people, keys(&["ann", "bob"]), vec![]));
    assert_eq!(told[1..], [(people, keys(&["cat"]), vec![]), (people, vec![], keys(&["bob"]))]);

    // All or nobody.
    let status = value.add(&vip, &["dan", "nobody"]).await.unwrap_err();
    assert_eq!((status.code(), violations_of(&status)[0].field.as_str()), (Code::NotFound, "customer_external_ids[1]"));
    assert_eq!(value.segment("VIP").await.members, 2);
    let status = value.add(&vip, &[]).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "customer_ids");

    let of_cat = value.segments_of("cat").await;
    let names: Vec<_> = of_cat.iter().map(|of| (of.segment_name.as_str(), of.join_time.is_some())).collect();
    assert_eq!(names, [("VIP", true)]);
    assert!(value.segments_of("bob").await.is_empty());
}

/// cat and bob bought within 60 days: 150 and 12 dollars of 282.
#[tokio::test]
async fn a_preview_counts_a_rule_and_a_segment_and_stores_nothing() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let filter = "days_since_last_purchase <= 60";
    let preview = async |definition, max_members| {
        let definition = Some(definition);
        let request = GetSegmentPreviewRequest { definition, max_members, ..GetSegmentPreviewRequest::default() };
        value.segments().get_segment_preview(request).await.map(tonic::Response::into_inner)
    };
    let of_rule = || get_segment_preview_request::Definition::Rule(SegmentRule { filter: filter.into() });
    // Nobody has a score before the first run.
    let before = preview(of_rule(), 0).await.unwrap();
    assert_eq!((before.members, before.customers, before.total_revenue, before.clv), (0, 5, None, None));

    let run = value.scored().await;
    let got = preview(of_rule(), 1).await.unwrap();
    assert_eq!((got.members, got.customers, got.scored_members), (2, 5, 2));
    assert_eq!((got.customer_share, got.sales_share), (0.4, Some(162.0 / 282.0)));
    assert_eq!(
        (got.total_revenue.as_ref().unwrap().units, got.score_run_id.as_str()),
        (162, run.score_run_id.as_str())
    );
    let first: Vec<_> = got.first_members.iter().map(|member| member.customer_external_id.as_str()).collect();
    assert_eq!(first, ["bob"]);
    let scores = value.all_scores().await;
    let clv = |of: &[&str]| -> f64 {
        let some = scores.iter().filter(|score| of.is_empty() || of.contains(&score.customer_external_id.as_str()));
        some.map(|score| score.clv.as_ref().map_or(0.0, |clv| clv.units as f64 + f64::from(clv.nanos) / 1e9)).sum()
    };
    let share = clv(&["bob", "cat"]) / clv(&[]);
    assert!((got.value_share.unwrap() - share).abs() < 1e-3, "{:?} of {share}", got.value_share);
    assert_eq!(value.count("SELECT count(*) FROM value.segment_move").await, 0);

    let vip = value.create(list("VIP")).await.unwrap();
    value.add(&vip, &["eve"]).await.unwrap();
    let of_list = preview(get_segment_preview_request::Definition::SegmentId(vip.segment_id), 0).await.unwrap();
    assert_eq!((of_list.members, of_list.total_revenue.unwrap().units), (1, 26));
    let wrong = get_segment_preview_request::Definition::Rule(SegmentRule { filter: "rank = \"first\"".into() });
    let status = preview(wrong, 0).await.unwrap_err();
    assert_eq!(
        (reason_of(&status), violations_of(&status)[0].field.as_str()),
        (Some(Reason::InvalidFilter), "rule.filter")
    );
}

#[tokio::test]
async fn a_changed_rule_finds_other_members_and_a_deleted_segment_leaves_nothing() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let made = value.create(rule("FEW", "frequency = 0")).await.unwrap();
    value.until_members("FEW", &["dan"]).await;
    let update = async |segment: Segment, paths: &[&str]| {
        let update_mask = Some(prost_types::FieldMask { paths: keys(paths) });
        let request = UpdateSegmentRequest { segment: Some(segment), update_mask, ..UpdateSegmentRequest::default() };
        value.segments().update_segment(request).await.map(tonic::Response::into_inner)
    };
    let changed =
        Segment { segment_id: made.segment_id.clone(), etag: made.etag.clone(), ..rule("MANY", "frequency > 1") };
    let told = update(changed.clone(), &["rule", "segment_name"]).await.unwrap();
    assert_eq!((told.segment_name.as_str(), told.etag.as_str()), ("MANY", "2"));
    value.until_members("MANY", &["ann", "cat"]).await;
    let status = update(changed.clone(), &[]).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::EtagMismatch));
    let status = update(Segment { etag: String::new(), ..changed.clone() }, &["members"]).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "update_mask.paths[0]");
    let bad = Segment { segment_id: made.segment_id.clone(), ..rule("MANY", "no_such = 1") };
    assert_eq!(reason_of(&update(bad, &["rule"]).await.unwrap_err()), Some(Reason::InvalidFilter));

    let request = DeleteSegmentRequest { segment_id: made.segment_id.clone(), ..DeleteSegmentRequest::default() };
    let tried = DeleteSegmentRequest { validate_only: true, ..request.clone() };
    value.segments().delete_segment(tried).await.unwrap();
    assert_eq!(value.segment("MANY").await.members, 2);
    value.segments().delete_segment(request.clone()).await.unwrap();
    assert_eq!(value.segments().delete_segment(request).await.unwrap_err().code(), Code::NotFound);
    value.create(rule("MANY", "frequency > 100")).await.unwrap();
    value.reviewed("MANY").await;
    assert_eq!(value.count("SELECT count(*) FROM value.segment_member").await, 0);
    assert_eq!(value.count("SELECT count(*) FROM value.segment_move").await, 0);
    let events = value.events().await;
    let of_segments: Vec<_> = events.iter().filter_map(|of| of.strip_prefix("clientele.value.v1.Segment")).collect();
    let wanted = ["Created", "MembersChanged", "Updated", "MembersChanged", "Deleted", "Created"];
    assert_eq!(of_segments, wanted);
}

#[tokio::test]
async fn a_definition_that_cannot_hold_is_refused() {
    let value = Value::start().await;
    value.create(list("VIP")).await.unwrap();
    let taken = value.create(rule("VIP", "rank = 1")).await.unwrap_err();
    assert_eq!(
        (reason_of(&taken), violations_of(&taken)[0].field.as_str()),
        (Some(Reason::NameTaken), "segment.segment_name")
    );
    let field = |status: &Status| violations_of(status)[0].field.clone();
    for (segment, wrong) in [
        (Segment { segment_name: "X".into(), ..Segment::default() }, "segment.definition"),
        (list(""), "segment.segment_name"),
        (list("lower"), "segment.segment_name"),
        (Segment { definition: Some(Definition::Cluster(SegmentCluster::default())), ..list("X") }, "segment.cluster"),
        (Segment { currency_code: "XXX".into(), ..list("X") }, "segment.currency_code"),
        (rule("X", "customer.email = \"a\""), "segment.rule.filter"),
    ] {
        assert_eq!(field(&value.create(segment).await.unwrap_err()), wrong);
    }
    let ruled = value.create(rule("RULED", "rank = 1")).await.unwrap();
    assert_eq!(field(&value.add(&ruled, &["ann"]).await.unwrap_err()), "segment_id");

    let request = ListSegmentsRequest { filter: "kind = RULE".into(), ..ListSegmentsRequest::default() };
    let listed = value.segments().list_segments(request).await.unwrap().into_inner().segments;
    assert_eq!(listed.iter().map(|segment| segment.segment_name.as_str()).collect::<Vec<_>>(), ["RULED"]);
}
