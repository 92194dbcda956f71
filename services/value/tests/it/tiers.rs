//! Tiers from run to run, what people decide, and who moved.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    CreateTierOverrideRequest, EndTierOverrideRequest, GetScoreRequest, GetTierOverrideRequest, ListTierMovesRequest,
    Score, ScoreView, TierMove, TierOverride, end_tier_override_request, get_score_request, get_tier_override_request,
    list_tier_moves_request, tier_move::Cause, tier_override::Customer, tier_service_client::TierServiceClient,
};
use clientele_testkit::Authorised;
use jiff::SignedDuration;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    policies::by_revenue,
    scoring::{SHOP, settings},
};

impl Value {
    pub fn tiers(&self) -> TierServiceClient<Authorised> {
        TierServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn decide(
        &self,
        customer: &str,
        tier: &str,
        expire_seconds: Option<i64>,
    ) -> Result<TierOverride, Status> {
        let now = self.clock.now().as_second();
        let expire_time = expire_seconds.map(|seconds| prost_types::Timestamp { seconds: now + seconds, nanos: 0 });
        let tier_override = TierOverride {
            customer: Some(Customer::CustomerExternalId(customer.into())),
            tier: tier.into(),
            reason: "the founder knows them".into(),
            expire_time,
            ..TierOverride::default()
        };
        let request =
            CreateTierOverrideRequest { tier_override: Some(tier_override), ..CreateTierOverrideRequest::default() };
        Ok(self.tiers().create_tier_override(request).await?.into_inner())
    }
}

pub async fn score_of(value: &Value, customer: &str) -> Score {
    let customer = Some(get_score_request::Customer::CustomerExternalId(customer.into()));
    let request = GetScoreRequest { customer, view: ScoreView::Full.into(), ..GetScoreRequest::default() };
    value.scores().get_score(request).await.unwrap().into_inner()
}

async fn moves(value: &Value, customer: &str) -> Vec<TierMove> {
    let customer = Some(list_tier_moves_request::Customer::CustomerExternalId(customer.into()));
    let request = ListTierMovesRequest { customer, ..ListTierMovesRequest::default() };
    value.tiers().list_tier_moves(request).await.unwrap().into_inner().tier_moves
}

/// From, to and cause, newest first.
pub async fn moves_of(value: &Value, customer: &str) -> Vec<(String, String, Cause)> {
    let told = moves(value, customer).await.into_iter();
    told.map(|told| (told.from_tier.clone(), told.to_tier.clone(), told.cause())).collect()
}

fn moved(from: &str, to: &str, cause: Cause) -> (String, String, Cause) {
    (from.into(), to.into(), cause)
}

/// Gold from 60 on and down to 40: cat has 75 of 100 in the first year and 50 when her first purchase is a year old.
#[tokio::test]
async fn a_tier_is_kept_down_to_its_stay_threshold_and_through_the_grace_below_it() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let mut policy = by_revenue(60.0, 40.0);
    policy.tier_policy.as_mut().unwrap().grace_days = 30;
    value.policy(policy).await.unwrap();
    value.run(settings("1997-06-30")).await;
    assert_eq!(score_of(&value, "cat").await.tier, "GOLD");
    assert_eq!(moves_of(&value, "cat").await, [], "a first tier is no move");

    // 60 + 40 dollars of 200 within a year: below entry, above stay.
    value.run(settings("1998-02-20")).await;
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.index, cat.tier.as_str(), cat.below_tier_since_date), (Some(50.0), "GOLD", None));

    // 40 dollars: below stay, in grace.
    value.run(settings("1998-03-20")).await;
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.index, cat.tier.as_str()), (Some(20.0), "GOLD"));
    assert_eq!(cat.below_tier_since_date, Some(crate::scoring::date("1998-03-20")));
    assert!(cat.reasons[1].text.contains("Below what GOLD asks for since 1998-03-20"), "{}", cat.reasons[1].text);

    // The grace is over.
    let run = value.run(settings("1998-04-19")).await;
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.tier.as_str(), cat.below_tier_since_date), ("REST", None));
    assert_eq!(moves_of(&value, "cat").await, [moved("GOLD", "REST", Cause::ScoreRun)]);
    let told = moves(&value, "cat").await.remove(0);
    assert_eq!((told.score_run_id.as_str(), told.customer_external_id.as_str()), (run.score_run_id.as_str(), "cat"));
    let tiers = run.summary.unwrap().tiers;
    assert_eq!((tiers[0].customers, tiers[1].fallen, tiers[1].arrived), (0, 1, 0));
    let events = value.events().await;
    assert_eq!(&events[events.len() - 2..], ["clientele.value.v1.TiersChanged", "clientele.value.v1.ScoreRunFinished"]);

    // A run that looks back to an earlier day moves nobody.
    value.run(settings("1997-06-30")).await;
    assert_eq!(moves_of(&value, "cat").await.len(), 1);
}

#[tokio::test]
async fn what_people_decide_holds_at_once_in_later_runs_and_until_it_is_ended() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    let status = value.decide("bob", "GOLD", None).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::FailedPrecondition, Some(Reason::NotScoredYet)));
    value.scored().await;

    let decided = value.decide("bob", "GOLD", None).await.unwrap();
    assert_eq!((decided.tier.as_str(), decided.actor.is_empty()), ("GOLD", false));
    let bob = score_of(&value, "bob").await;
    assert_eq!((bob.tier.as_str(), bob.earned_tier.as_str()), ("GOLD", "REST"));
    value.scored().await;
    assert_eq!(score_of(&value, "bob").await.tier, "GOLD");
    assert_eq!(moves_of(&value, "bob").await, [moved("REST", "GOLD", Cause::OverrideSet)]);
    let customer = Some(get_tier_override_request::Customer::CustomerExternalId("bob".into()));
    let read = value.tiers().get_tier_override(GetTierOverrideRequest { customer }).await.unwrap().into_inner();
    assert_eq!(read, decided);

    let customer = Some(end_tier_override_request::Customer::CustomerExternalId("bob".into()));
    let end = EndTierOverrideRequest { customer, reason: "enough".into(), ..EndTierOverrideRequest::default() };
    value.tiers().end_tier_override(end.clone()).await.unwrap();
    assert_eq!(score_of(&value, "bob").await.tier, "REST");
    let told = moves(&value, "bob").await.remove(0);
    assert_eq!((told.cause(), told.reason.as_str()), (Cause::OverrideEnded, "enough"));
    assert_eq!(value.tiers().end_tier_override(end).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn an_override_ends_by_itself_when_it_expires() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    value.scored().await;
    value.decide("bob", "GOLD", Some(3_600)).await.unwrap();
    assert_eq!(score_of(&value, "bob").await.tier, "GOLD");
    value.clock.advance(SignedDuration::from_secs(3_601));
    let ended = async {
        while score_of(&value, "bob").await.tier != "REST" {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_mins(1), ended).await.expect("the override ends");
    assert_eq!(moves_of(&value, "bob").await[0], moved("GOLD", "REST", Cause::OverrideEnded));
}

#[tokio::test]
async fn a_decision_that_cannot_hold_is_refused() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let field = |status: &Status| violations_of(status).remove(0).field;
    assert_eq!(field(&value.decide("bob", "PLATINUM", None).await.unwrap_err()), "tier_override.tier");
    assert_eq!(field(&value.decide("bob", "KEY", Some(-1)).await.unwrap_err()), "tier_override.expire_time");
    assert_eq!(value.decide("nobody", "KEY", None).await.unwrap_err().code(), Code::NotFound);
}

/// Decided while a run reads: the run, which did not see it, must not undo it.
#[tokio::test]
async fn what_is_decided_while_a_run_is_at_work_is_kept() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    value.scored().await;
    let held = value.hold_up_storing().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until_storing(&run.score_run_id).await;
    value.decide("bob", "GOLD", None).await.unwrap();
    drop(held);
    value.until(&run.score_run_id, clientele_proto::value::v1::score_run::State::Succeeded).await;
    let bob = score_of(&value, "bob").await;
    assert_eq!((bob.score_run_id.as_str(), bob.tier.as_str()), (run.score_run_id.as_str(), "GOLD"));
    assert_eq!(moves_of(&value, "bob").await, [moved("REST", "GOLD", Cause::OverrideSet)]);
}
