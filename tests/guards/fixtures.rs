//! A tenant that has some of everything.

use clientele_proto::{
    customers::v1::{BatchUpsertCustomersRequest, customer_service_client::CustomerServiceClient},
    value::v1::{
        AccountSignals, BatchRecordTransactionsRequest, ChurnLevelRule, ChurnPolicy, CorrectTransactionRequest,
        CreateTierOverrideRequest, CreateValuePolicyRequest, ListChurnAlertsRequest, SalesOrganisation, ScoreRun,
        StartScoreRunRequest, TierOverride, Transaction, UpdateAccountSignalsRequest, ValuePolicy,
        WatchScoreRunRequest, account_signals, account_signals_service_client::AccountSignalsServiceClient,
        churn_alert_service_client::ChurnAlertServiceClient, record_outcome, score_run::State,
        score_run_service_client::ScoreRunServiceClient, tier_override, tier_service_client::TierServiceClient,
        transaction_service_client::TransactionServiceClient, value_policy_service_client::ValuePolicyServiceClient,
    },
};
use clientele_tests::{World, cdnow, data, eventually, garbage::Ids, rows::count};

/// What a tenant was given.
pub struct Tenant {
    /// Its name.
    pub name: &'static str,
    /// The ids of what it has, by the names of the fields that take them.
    pub ids: Ids,
}

/// Gives a tenant `customers` customers, the first purchases of the CDNOW sample and `runs` score runs, and waits until all is there.
pub async fn furnish(world: &World, name: &'static str, customers: usize, runs: usize) -> Tenant {
    let mut client = CustomerServiceClient::new(world.customers.tenant(name));
    let mut customer_ids = Vec::new();
    for some in cdnow::customers().into_iter().take(customers).collect::<Vec<_>>().chunks(1000) {
        let request = BatchUpsertCustomersRequest { customers: some.to_vec(), ..Default::default() };
        let outcomes = client.batch_upsert_customers(request).await.unwrap().into_inner().outcomes;
        customer_ids.extend(outcomes.into_iter().map(|outcome| outcome.customer_id));
    }
    assert!(customer_ids.iter().all(|id| !id.is_empty()));

    let transactions = record(world, name, customers).await;
    let statement = format!("SELECT count(*) FROM value.buyer WHERE tenant_id = '{name}' AND customer_id IS NOT NULL");
    let mut owner = world.database.owner().await;
    eventually("the customers reach value", async || {
        (count(&mut owner, &statement).await == customer_ids.len() as i64).then_some(())
    })
    .await;

    watch(world, name).await;
    let mut score_run_ids = Vec::new();
    for _ in 0..runs {
        score_run_ids.push(score(world, name).await.score_run_id);
    }
    judge(world, name, &customer_ids, customers, runs).await;
    let keys: Vec<String> = (1..=customers.min(20)).map(|number| number.to_string()).collect();
    let of_segments = crate::segmented::segment(world, name, &customer_ids, runs > 0).await;
    let mut ids = Ids::from([
        ("customer_id", customer_ids.iter().take(50).cloned().collect()),
        ("customer_ids", customer_ids),
        ("customer_external_id", keys),
        ("external_id", transactions),
        ("score_run_id", score_run_ids),
        ("churn_alert_id", alerts(world, name).await),
    ]);
    ids.extend(of_segments);
    Tenant { name, ids }
}

/// Lets score runs raise an alert of everyone who came back and is not lost.
async fn watch(world: &World, tenant: &str) {
    let all = Some(ChurnLevelRule { rhythms: 0.0, below_p_alive: 1.0 });
    let watched_tiers = ["KEY", "GROWTH", "STANDARD", "BASE"].map(str::to_owned).to_vec();
    let churn_policy = Some(ChurnPolicy { watched_tiers, min_purchase_days: 2, watch: all, ..ChurnPolicy::default() });
    let value_policy = Some(ValuePolicy { note: "cdnow-policy".into(), churn_policy, ..ValuePolicy::default() });
    let mut policies = ValuePolicyServiceClient::new(world.value.tenant(tenant));
    policies.create_value_policy(CreateValuePolicyRequest { value_policy, ..Default::default() }).await.unwrap();
}

/// The ids of the alerts that the runs raised.
async fn alerts(world: &World, tenant: &str) -> Vec<String> {
    let mut client = ChurnAlertServiceClient::new(world.value.tenant(tenant));
    let alerts = client.list_churn_alerts(ListChurnAlertsRequest::default()).await.unwrap().into_inner().churn_alerts;
    alerts.into_iter().map(|alert| alert.churn_alert_id).collect()
}

/// Gives customers signals, after a run overrides of their tiers, and the tenant a policy.
async fn judge(world: &World, tenant: &str, customer_ids: &[String], customers: usize, runs: usize) {
    let mut policies = ValuePolicyServiceClient::new(world.value.tenant(tenant));
    for _ in 0..3 {
        let value_policy = Some(ValuePolicy { note: "cdnow-policy".into(), ..ValuePolicy::default() });
        policies.create_value_policy(CreateValuePolicyRequest { value_policy, ..Default::default() }).await.unwrap();
    }
    let (mut signals, mut tiers) = (
        AccountSignalsServiceClient::new(world.value.tenant(tenant)),
        TierServiceClient::new(world.value.tenant(tenant)),
    );
    for customer_id in customer_ids.iter().take(50) {
        let customer = account_signals::Customer::CustomerId(customer_id.clone());
        let account_signals = Some(AccountSignals { customer: Some(customer), nps: Some(7.0), ..Default::default() });
        let request = UpdateAccountSignalsRequest { account_signals, ..Default::default() };
        signals.update_account_signals(request).await.unwrap();
    }
    if runs == 0 {
        return;
    }
    let by_id = customer_ids.iter().take(50).map(|id| tier_override::Customer::CustomerId(id.clone()));
    let much_moved = ["BASE", "KEY", "BASE", "KEY"];
    let by_key = (1..=customers.min(20)).map(|number| tier_override::Customer::CustomerExternalId(number.to_string()));
    let decided = by_id.map(|customer| (customer, "KEY"));
    let decided = decided.chain(by_key.flat_map(|customer| much_moved.map(|tier| (customer.clone(), tier))));
    for (customer, tier) in decided {
        let tier_override = TierOverride {
            customer: Some(customer),
            tier: tier.into(),
            reason: "cdnow-decision".into(),
            ..TierOverride::default()
        };
        let request = CreateTierOverrideRequest { tier_override: Some(tier_override), ..Default::default() };
        tiers.create_tier_override(request).await.unwrap();
    }
}

async fn record(world: &World, tenant: &str, customers: usize) -> Vec<String> {
    let mut client = TransactionServiceClient::new(world.value.tenant(tenant));
    let mut kept = cdnow::transactions();
    let known: Vec<_> = cdnow::customers().into_iter().take(customers).map(|customer| customer.external_id).collect();
    kept.retain(|transaction| match &transaction.customer {
        Some(clientele_proto::value::v1::transaction::Customer::CustomerExternalId(key)) => known.contains(key),
        _ => false,
    });
    for some in kept.chunks(1000) {
        let request = BatchRecordTransactionsRequest { transactions: some.to_vec() };
        let outcomes = client.batch_record_transactions(request).await.unwrap().into_inner().outcomes;
        assert!(outcomes.iter().all(|outcome| outcome.result() == record_outcome::Result::Accepted), "{outcomes:?}");
    }
    // The first one has a history.
    for department in ["Sales", "Web", "Export"] {
        let sold = SalesOrganisation { department: department.to_owned(), ..SalesOrganisation::default() };
        let transaction = Transaction { sales_organisation: Some(sold), ..kept[0].clone() };
        let reason = "sold by another department".to_owned();
        let request = CorrectTransactionRequest { transaction: Some(transaction), reason, ..Default::default() };
        client.correct_transaction(request).await.unwrap();
    }
    kept.into_iter().take(20).map(|transaction| transaction.external_id).collect()
}

/// A score run, from start to success.
pub async fn score(world: &World, tenant: &str) -> ScoreRun {
    let mut client = ScoreRunServiceClient::new(world.value.tenant(tenant));
    let settings = Some(data::run_settings(data::date(1998, 6, 30), "USD"));
    let request = StartScoreRunRequest { settings, ..Default::default() };
    let run = client.start_score_run(request).await.unwrap().into_inner();
    let request = WatchScoreRunRequest { score_run_id: run.score_run_id };
    let mut watched = client.watch_score_run(request).await.unwrap().into_inner();
    let mut last = None;
    while let Some(news) = watched.message().await.unwrap() {
        last = news.score_run;
    }
    let last = last.unwrap();
    assert_eq!(last.state(), State::Succeeded, "{}", last.failure);
    last
}
