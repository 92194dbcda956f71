//! `GetAccountSignals`, `UpdateAccountSignals`, and what signals do to the index and the tier.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, GetAccountSignalsRequest, QualificationStatus, ScoreRunSettings, TierPolicy,
        UpdateAccountSignalsRequest, account_signals::Customer,
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
