//! `GetAccountSignals`, `UpdateAccountSignals`, and what signals do to the index and the tier.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, GetAccountSignalsRequest, IndexComponent, IndexMetric, QualificationStatus, ScoreRunSettings,
        TierPolicy, UpdateAccountSignalsRequest, account_signals::Customer,
        account_signals_service_client::AccountSignalsServiceClient, get_account_signals_request,
    },
};
use clientele_testkit::Authorised;
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    policies::index_of,
    scoring::{SHOP, date, settings},
    tiers::score_of,
};

impl Value {
    pub fn signals(&self) -> AccountSignalsServiceClient<Authorised> {
        AccountSignalsServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn signal(&self, signals: AccountSignals, paths: &[&str]) -> Result<AccountSignals, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = UpdateAccountSignalsRequest {
            account_signals: Some(signals),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..UpdateAccountSignalsRequest::default()
        };
        Ok(self.signals().update_account_signals(request).await?.into_inner())
    }
}

pub fn of(customer: &str) -> AccountSignals {
    AccountSignals { customer: Some(Customer::CustomerExternalId(customer.into())), ..AccountSignals::default() }
}

pub async fn get(value: &Value, customer: &str) -> Result<AccountSignals, Status> {
    let customer = Some(get_account_signals_request::Customer::CustomerExternalId(customer.into()));
    Ok(value.signals().get_account_signals(GetAccountSignalsRequest { customer }).await?.into_inner())
}

#[tokio::test]
async fn a_mask_sets_what_it_names_and_nothing_else() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    assert_eq!(get(&value, "ann").await.unwrap_err().code(), Code::NotFound);
    let wallet = Money { currency_code: "USD".into(), units: 340, nanos: 0 };
    let first = AccountSignals { yearly_wallet: Some(wallet.clone()), nps: Some(3.0), ..of("ann") };
    let first = value.signal(first, &[]).await.unwrap();
    assert_eq!((first.etag.as_str(), first.nps), ("1", Some(3.0)));

    let second = AccountSignals { csat: Some(4.0), ..of("ann") };
    let second = value.signal(second, &["nps", "csat"]).await.unwrap();
    assert_eq!((second.nps, second.csat, second.etag.as_str()), (None, Some(4.0), "2"));
    let read = get(&value, "ann").await.unwrap();
    assert_eq!((read.yearly_wallet.clone(), read.csat), (Some(wallet), Some(4.0)));
    assert_eq!(read, second);

    // The same again is no change: no version, no event.
    assert_eq!(value.signal(AccountSignals { csat: Some(4.0), ..of("ann") }, &["csat"]).await.unwrap(), second);
    assert_eq!(value.events().await, ["clientele.value.v1.AccountSignalsUpdated"; 2]);
}

#[tokio::test]
async fn signals_that_were_changed_meanwhile_are_not_overwritten() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.signal(AccountSignals { nps: Some(1.0), ..of("ann") }, &[]).await.unwrap();
    let late = AccountSignals { nps: Some(2.0), etag: "0".into(), ..of("ann") };
    let status = value.signal(late, &["nps"]).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::Aborted, Some(Reason::EtagMismatch)));
    assert_eq!(get(&value, "ann").await.unwrap().nps, Some(1.0));
}

#[tokio::test]
async fn bad_signals_are_told_all_at_once_by_their_paths() {
    let value = Value::start().await;
    let nothing = Money { currency_code: "USD".into(), units: 0, nanos: 0 };
    let wrong =
        AccountSignals { yearly_wallet: Some(nothing), last_interaction_date: Some(date("2099-01-01")), ..of("ann") };
    let status = value.signal(wrong, &["nps", "mood"]).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(
        fields,
        ["account_signals.yearly_wallet", "account_signals.last_interaction_date", "update_mask.paths[1]"]
    );
    assert_eq!(value.signal(of("nobody"), &[]).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn the_rhythm_of_interactions_is_days_or_not_known() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let every_other_week = AccountSignals { interaction_interval_days: Some(14.5), nps: Some(9.0), ..of("ann") };
    value.signal(every_other_week, &[]).await.unwrap();
    assert_eq!(get(&value, "ann").await.unwrap().interaction_interval_days, Some(14.5));
    for never in [0.0, -7.0, 0.009, 3_651.0, f64::NAN, f64::INFINITY] {
        let wrong = AccountSignals { interaction_interval_days: Some(never), ..of("ann") };
        let status = value.signal(wrong, &["interaction_interval_days"]).await.unwrap_err();
        assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
        let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
        // What is not finite breaks more than one rule.
        assert!(!fields.is_empty() && fields.iter().all(|field| field == "account_signals.interaction_interval_days"));
    }
    let forgotten = value.signal(of("ann"), &["interaction_interval_days"]).await.unwrap();
    assert_eq!((forgotten.interaction_interval_days, forgotten.nps), (None, Some(9.0)));
}

/// Ann was met on 1 May, 60 days before 30 June, and usually is every 30 days: twice as long, half way from 3 to 1. Eve was met as long ago, but
/// is met every 60 days only. Of bob the rhythm is not known, of cat no interaction.
#[tokio::test]
async fn a_policy_can_judge_by_the_silence_of_interactions_and_the_score_says_so() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let met = |customer, day: Option<&str>, interval| AccountSignals {
        last_interaction_date: day.map(date),
        interaction_interval_days: interval,
        ..of(customer)
    };
    value.signal(met("ann", Some("1997-05-01"), Some(30.0)), &[]).await.unwrap();
    value.signal(met("eve", Some("1997-05-01"), Some(60.0)), &[]).await.unwrap();
    value.signal(met("bob", Some("1997-05-01"), None), &[]).await.unwrap();
    value.signal(met("cat", None, Some(30.0)), &[]).await.unwrap();
    let silence = IndexMetric::InteractionSilence;
    let policy = index_of(&[
        (IndexMetric::RevenueLastYear.into(), 3.0, Some((0.0, 100.0))),
        (silence.into(), 1.0, Some((3.0, 1.0))),
    ]);
    value.run(ScoreRunSettings { index_policy: Some(policy), ..settings("1997-06-30") }).await;
    // Changed after the run: what the run knew explains its index.
    value.signal(met("ann", None, Some(7.0)), &[]).await.unwrap();

    let ann = score_of(&value, "ann").await;
    assert!((ann.index.unwrap() - (0.75 * 85.0 + 0.25 * 50.0)).abs() < 1e-9, "{:?}", ann.index);
    let why = ann.index_explanation.unwrap();
    assert!((why.metrics.iter().map(|metric| metric.points).sum::<f64>() - ann.index.unwrap()).abs() < 1e-9);
    let told = why.metrics.iter().find(|metric| metric.metric() == silence).unwrap();
    assert_eq!((told.component(), told.value, told.score), (IndexComponent::Relationship, 2.0, 50.0));
    assert!((told.weight - 0.25).abs() < 1e-12 && (told.points - 12.5).abs() < 1e-9 && (told.gain - 12.5).abs() < 1e-9);
    let index = ann.reasons.iter().find(|reason| reason.score == "index").unwrap();
    let most = "Most to gain: silence by its own rhythm of interactions (50 of 100), up to 12.5 points.";
    assert!(index.text.ends_with(most), "{}", index.text);

    let eve = score_of(&value, "eve").await;
    assert!((eve.index.unwrap() - (0.75 * 26.0 + 0.25 * 100.0)).abs() < 1e-9, "{:?}", eve.index);
    for (customer, revenue) in [("bob", 12.0), ("cat", 100.0)] {
        let score = score_of(&value, customer).await;
        assert!((score.index.unwrap() - revenue).abs() < 1e-9, "{customer}: {:?}", score.index);
        assert_eq!(score.index_explanation.unwrap().unknown_metrics, [i32::from(silence)]);
    }
}

/// Scores of policies that do not name a metric stay what they were before there was one.
#[tokio::test]
async fn by_default_the_silence_of_interactions_does_not_count() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.signal(AccountSignals { last_interaction_date: Some(date("1997-05-01")), ..of("ann") }, &[]).await.unwrap();
    value.scored().await;
    let before = score_of(&value, "ann").await;
    value.signal(AccountSignals { interaction_interval_days: Some(1.0), ..of("ann") }, &[]).await.unwrap();
    value.scored().await;
    let after = score_of(&value, "ann").await;
    assert_eq!((before.index, &before.index_explanation), (after.index, &after.index_explanation));
    assert!(before.index.is_some());
}

/// Ann spent 85 dollars of a wallet of 340: three quarters go to others.
#[tokio::test]
async fn signals_count_in_the_index_of_the_next_run_and_explain_it_later() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let wallet = Money { currency_code: "USD".into(), units: 340, nanos: 0 };
    let known = AccountSignals { yearly_wallet: Some(wallet), strategic_fit: Some(40.0), ..of("ann") };
    value.signal(known, &[]).await.unwrap();
    let policy = index_of(&[(2, 2.0, Some((0.0, 100.0))), (5, 1.0, Some((0.0, 1.0))), (13, 1.0, Some((0.0, 100.0)))]);
    value.run(ScoreRunSettings { index_policy: Some(policy), ..settings("1997-06-30") }).await;
    // Changed after the run: what the run knew explains its index.
    value.signal(AccountSignals { strategic_fit: Some(90.0), ..of("ann") }, &["strategic_fit"]).await.unwrap();

    let ann = score_of(&value, "ann").await;
    assert!((ann.index.unwrap() - (0.5 * 85.0 + 0.25 * 75.0 + 0.25 * 40.0)).abs() < 1e-9, "{:?}", ann.index);
    let why = ann.index_explanation.unwrap();
    let points: f64 = why.components.iter().map(|component| component.points).sum();
    assert!((points - ann.index.unwrap()).abs() < 1e-9);
    assert!((why.metrics.iter().map(|metric| metric.points).sum::<f64>() - points).abs() < 1e-9);
    // 60 points of a quarter are the most to gain.
    assert_eq!((why.metrics[0].metric, why.metrics[0].value), (13, 40.0));
    assert!((why.metrics[0].gain - 15.0).abs() < 1e-9);

    // Of bob only the revenue is known, and that decides alone.
    let bob = score_of(&value, "bob").await;
    assert!((bob.index.unwrap() - 12.0).abs() < 1e-9);
    assert_eq!(bob.index_explanation.unwrap().unknown_metrics, [5, 13]);
}

#[tokio::test]
async fn the_gate_holds_down_whom_we_may_not_do_business_with() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let best = value.all_scores().await.remove(0).customer_external_id;
    let status = QualificationStatus::NotQualified.into();
    value.signal(AccountSignals { qualification_status: status, ..of(&best) }, &[]).await.unwrap();
    let gate = TierPolicy { best_unqualified_tier: "STANDARD".into(), ..TierPolicy::default() };
    value.run(ScoreRunSettings { tier_policy: Some(gate), ..settings("1997-06-30") }).await;
    let held = score_of(&value, &best).await;
    assert_eq!((held.rank, held.tier.as_str(), held.earned_tier.as_str()), (1, "STANDARD", "KEY"));
}
