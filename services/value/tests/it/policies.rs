//! Versions of the value policy, what runs follow, and what a policy would do.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    CreateValuePolicyRequest, GetValuePolicyPreviewRequest, GetValuePolicyRequest, IndexMetric, IndexMetricRule,
    IndexPolicy, LinearScale, ListValuePoliciesRequest, ScoreRunSettings, TierMetric, TierPolicy, TierRule,
    ValuePolicy,
    tier_rule::{Entry, Stay},
    value_policy_service_client::ValuePolicyServiceClient,
};
use clientele_testkit::Authorised;
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    scoring::{SHOP, settings},
    tiers::{moves_of, score_of},
};

impl Value {
    pub fn policies(&self) -> ValuePolicyServiceClient<Authorised> {
        ValuePolicyServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn policy(&self, policy: ValuePolicy) -> Result<ValuePolicy, Status> {
        let request = CreateValuePolicyRequest { value_policy: Some(policy), ..CreateValuePolicyRequest::default() };
        Ok(self.policies().create_value_policy(request).await?.into_inner())
    }
}

/// A metric by its number in the contract, its weight, and the values that score 0 and 100.
pub type Rule = (i32, f64, Option<(f64, f64)>);

/// A policy of these.
pub fn index_of(rules: &[Rule]) -> IndexPolicy {
    let rule = |(metric, weight, scale): &Rule| IndexMetricRule {
        metric: *metric,
        weight: *weight,
        linear_scale: scale.map(|(zero_at, full_at)| LinearScale { zero_at, full_at }),
    };
    IndexPolicy { metrics: rules.iter().map(rule).collect(), ..IndexPolicy::default() }
}

/// Gold from an index on, kept from a lower one on, by revenue of the last year in dollars up to 200.
pub fn by_revenue(entry: f64, stay: f64) -> ValuePolicy {
    let gold = TierRule {
        tier: "GOLD".into(),
        entry: Some(Entry::FromIndex(entry)),
        stay: Some(Stay::StayFromIndex(stay)),
        entitlements: [("response_hours".to_owned(), "4".to_owned())].into(),
    };
    let tiers = vec![gold, TierRule { tier: "REST".into(), ..TierRule::default() }];
    ValuePolicy {
        index_policy: Some(index_of(&[(IndexMetric::RevenueLastYear.into(), 1.0, Some((0.0, 200.0)))])),
        tier_policy: Some(TierPolicy { metric: TierMetric::Index.into(), tiers, ..TierPolicy::default() }),
        ..ValuePolicy::default()
    }
}

#[tokio::test]
async fn runs_follow_the_newest_version_and_keep_what_they_followed() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let before = value.scored().await;
    assert_eq!(before.settings.unwrap().value_policy_version, 0);
    assert_eq!(value.policy(by_revenue(40.0, 40.0)).await.unwrap().version, 1);
    let second = value.policy(ValuePolicy { note: "gold is rarer".into(), ..by_revenue(60.0, 60.0) }).await.unwrap();
    assert_eq!((second.version, second.note.as_str(), second.actor.is_empty()), (2, "gold is rarer", false));

    let run = value.scored().await;
    let followed = run.settings.unwrap();
    assert_eq!(followed.value_policy_version, 2);
    assert_eq!(followed.tier_policy.unwrap().tiers[0].entry, Some(Entry::FromIndex(60.0)));
    // 150 dollars of 200.
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.index, cat.tier.as_str()), (Some(75.0), "GOLD"));
    assert_eq!(cat.entitlements["response_hours"], "4");
    assert!(
        cat.reasons.iter().any(|why| why.text.contains("Index 75.0; by that GOLD holds the first place")),
        "{:?}",
        cat.reasons
    );
    assert_eq!(score_of(&value, "ann").await.tier, "REST");

    // What the settings say themselves goes before.
    let own = ScoreRunSettings {
        tier_policy: Some(TierPolicy::default()),
        index_policy: Some(IndexPolicy::default()),
        ..settings("1997-06-30")
    };
    let own = value.run(own).await.settings.unwrap();
    assert_eq!((own.value_policy_version, own.tier_policy.unwrap().tiers[0].tier.as_str()), (0, "KEY"));
}

#[tokio::test]
async fn versions_are_listed_newest_first_and_never_change() {
    let value = Value::start().await;
    let none = value.policies().get_value_policy(GetValuePolicyRequest::default()).await.unwrap_err();
    assert_eq!(none.code(), Code::NotFound);
    for entry in [10.0, 20.0, 30.0] {
        value.policy(by_revenue(entry, entry)).await.unwrap();
    }
    let request = |page_token| ListValuePoliciesRequest { page_size: 2, page_token };
    let first = value.policies().list_value_policies(request(String::new())).await.unwrap().into_inner();
    let second = value.policies().list_value_policies(request(first.next_page_token)).await.unwrap().into_inner();
    let versions: Vec<_> =
        first.value_policies.iter().chain(&second.value_policies).map(|policy| policy.version).collect();
    assert_eq!((versions.as_slice(), second.next_page_token.as_str()), ([3, 2, 1].as_slice(), ""));
    let one = value.policies().get_value_policy(GetValuePolicyRequest { version: 1 }).await.unwrap().into_inner();
    assert_eq!(Some(&one), second.value_policies.last());
    assert_eq!(one.tier_policy.unwrap().tiers[0].entry, Some(Entry::FromIndex(10.0)));
    assert_eq!(value.events().await, ["clientele.value.v1.ValuePolicyCreated"; 3]);
}

#[tokio::test]
async fn a_version_is_made_once_for_a_request_id_and_not_at_all_when_it_is_only_checked() {
    let value = Value::start().await;
    let request = |validate_only| CreateValuePolicyRequest {
        value_policy: Some(by_revenue(40.0, 30.0)),
        request_id: "0195b2f0-0000-7000-8000-00000000000a".into(),
        validate_only,
    };
    let checked = value.policies().create_value_policy(request(true)).await.unwrap().into_inner();
    assert_eq!((checked.version, value.count("SELECT count(*) FROM value.value_policy").await), (1, 0));
    let first = value.policies().create_value_policy(request(false)).await.unwrap().into_inner();
    assert_eq!(value.policies().create_value_policy(request(false)).await.unwrap().into_inner(), first);
    assert_eq!(value.count("SELECT count(*) FROM value.value_policy").await, 1);
}

#[tokio::test]
async fn a_policy_that_cannot_work_is_told_all_at_once() {
    let value = Value::start().await;
    let mut wrong = by_revenue(40.0, 50.0);
    wrong.index_policy = Some(index_of(&[(1, 1.0, None), (1, 1.0, Some((2.0, 2.0)))]));
    wrong.tier_policy.as_mut().unwrap().best_unqualified_tier = "SILVER".into();
    let status = value.policy(wrong).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(
        fields,
        [
            "value_policy.tier_policy.tiers[0]",
            "value_policy.index_policy.metrics[1].metric",
            "value_policy.index_policy.metrics[1].linear_scale.full_at",
        ]
    );
}

#[tokio::test]
async fn a_preview_tells_the_distribution_and_the_movers_and_changes_nothing() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(70.0, 70.0)).await.unwrap();
    value.scored().await;
    let before: Vec<_> = value.all_scores().await.into_iter().map(|score| (score.tier, score.index)).collect();

    // Gold from 40 of 100 on: ann with 85 dollars of 200 rises; cat stays.
    let request = GetValuePolicyPreviewRequest {
        value_policy: Some(by_revenue(40.0, 40.0)),
        ..GetValuePolicyPreviewRequest::default()
    };
    let preview = value.policies().get_value_policy_preview(request).await.unwrap().into_inner();
    let tiers: Vec<_> =
        preview.tiers.iter().map(|tier| (tier.tier.as_str(), tier.customers_now, tier.customers_then)).collect();
    assert_eq!(tiers, [("GOLD", 1, 2), ("REST", 4, 3)]);
    assert_eq!((preview.risers, preview.fallers), (1, 0));
    let moved = &preview.moves[0];
    assert_eq!(
        (moved.customer_external_id.as_str(), moved.tier_now.as_str(), moved.tier_then.as_str()),
        ("ann", "REST", "GOLD")
    );
    assert_eq!((moved.index_now, moved.index_then), (Some(42.5), 42.5));

    let after: Vec<_> = value.all_scores().await.into_iter().map(|score| (score.tier, score.index)).collect();
    assert_eq!(after, before);
    assert_eq!(moves_of(&value, "ann").await, []);
}
