//! A tenant that has some of everything.

use clientele_proto::{
    Money,
    customers::v1::{
        BatchUpsertCustomersRequest, CreateCustomerMergeRequest, CreateCustomerRequest, CustomerMerge,
        customer_merge_service_client::CustomerMergeServiceClient, customer_service_client::CustomerServiceClient,
    },
    value::v1::{
        AccountSignals, AcquisitionSpend, BatchRecordTransactionsRequest, BatchUpsertFxRatesRequest, ChurnLevelRule,
        ChurnPolicy, CorrectTransactionRequest, CreateAcquisitionSpendRequest, CreateTierOverrideRequest,
        CreateValuePolicyRequest, FxRate, LineItem, ListChurnAlertsRequest, SalesOrganisation, ScoreRun,
        StartScoreRunRequest, TierOverride, Transaction, TransactionKind, UpdateAccountSignalsRequest, ValuePolicy,
        WatchScoreRunRequest, account_signals, account_signals_service_client::AccountSignalsServiceClient,
        acquisition_spend_service_client::AcquisitionSpendServiceClient,
        churn_alert_service_client::ChurnAlertServiceClient, fx_rate_service_client::FxRateServiceClient,
        record_outcome, score_run::State, score_run_service_client::ScoreRunServiceClient, tier_override,
        tier_service_client::TierServiceClient, transaction, transaction_service_client::TransactionServiceClient,
        value_policy_service_client::ValuePolicyServiceClient,
    },
};
use clientele_tests::{World, cdnow, data, eventually, garbage::Ids, rows::count};

use crate::contracts;

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

    let merges = merge(world, name).await;
    stock(world, name, customers).await;
    watch(world, name).await;
    let mut score_run_ids = Vec::new();
    for _ in 0..runs {
        score_run_ids.push(score(world, name).await.score_run_id);
    }
    judge(world, name, &customer_ids, customers, runs).await;
    let contracts = contracts::agree(world, name, customers, &transactions).await;
    let keys: Vec<String> = (1..=customers.min(20)).map(|number| number.to_string()).collect();
    let of_segments = crate::segmented::segment(world, name, &customer_ids, runs > 0).await;
    let of_qualification = customer_ids.clone();
    let mut ids = Ids::from([
        ("customer_id", customer_ids.iter().take(50).cloned().collect()),
        ("survivor_customer_id", customer_ids.clone()),
        ("merged_customer_ids", customer_ids.clone()),
        ("customer_merge_id", merges),
        ("customer_ids", customer_ids),
        ("customer_external_id", keys),
        ("external_id", transactions),
        // Runs are compared with the first one.
        ("score_run_id", score_run_ids.split_off(usize::from(runs > 1))),
        ("earlier_score_run_id", score_run_ids),
        ("product_external_id", ["X1", "X2", "X3"].map(str::to_owned).to_vec()),
        ("category", ["Parts", "Service", "Training"].map(str::to_owned).to_vec()),
        ("churn_alert_id", alerts(world, name).await),
        ("contract_id", contracts),
        ("acquisition_spend_id", spend(world, name).await),
    ]);
    ids.extend(of_segments);
    ids.extend(crate::qualified_cases::cases(world, name, &of_qualification).await);
    ids.extend(crate::qualified_docs::docs(world, name, &of_qualification).await);
    ids.extend(crate::qualified_risk::risk(world, name, &of_qualification).await);
    ids.extend(crate::qualified_screening::screening(world, name, &of_qualification).await);
    ids.extend(crate::qualified_auths::auths(world, name, &of_qualification).await);
    ids.extend(crate::qualified_audit::audit(world, name, &of_qualification).await);
    let statement = format!("SELECT count(*) FROM qualification.screening_task WHERE tenant_id = '{name}'");
    eventually("everybody is screened", async || (count(&mut owner, &statement).await == 0).then_some(())).await;
    Tenant { name, ids }
}

/// Merges customers that nobody else is about, waits until that has reached value, and answers the ids of the merges.
async fn merge(world: &World, tenant: &str) -> Vec<String> {
    let mut customers = CustomerServiceClient::new(world.customers.tenant(tenant));
    let mut client = CustomerMergeServiceClient::new(world.customers.tenant(tenant));
    let mut merges = Vec::new();
    for _ in 0..3 {
        let mut pair = Vec::new();
        for _ in 0..2 {
            let customer = Some(data::person("", "Buyer Twice"));
            let request = CreateCustomerRequest { customer, ..Default::default() };
            pair.push(customers.create_customer(request).await.unwrap().into_inner().customer_id);
        }
        let customer_merge = Some(CustomerMerge {
            survivor_customer_id: pair.remove(0),
            merged_customer_ids: pair,
            reason: "cdnow-twins".into(),
            ..CustomerMerge::default()
        });
        let request = CreateCustomerMergeRequest { customer_merge, ..Default::default() };
        merges.push(client.create_customer_merge(request).await.unwrap().into_inner().customer_merge_id);
    }
    let statement = format!("SELECT count(*) FROM value.buyer_merge WHERE tenant_id = '{tenant}'");
    let mut owner = world.database.owner().await;
    eventually("the merges reach value", async || (count(&mut owner, &statement).await == 3).then_some(())).await;
    merges
}

/// Gives a tenant exchange rates and what it spent to win customers, and answers the ids of these.
async fn spend(world: &World, tenant: &str) -> Vec<String> {
    let rates = (1..=9).map(|day| FxRate {
        base_currency_code: "EUR".into(),
        quote_currency_code: "USD".into(),
        rate_date: Some(data::date(1997, 1, day)),
        rate: "1.25".into(),
        ..FxRate::default()
    });
    let mut client = FxRateServiceClient::new(world.value.tenant(tenant));
    let request = BatchUpsertFxRatesRequest { fx_rates: rates.collect(), ..Default::default() };
    client.batch_upsert_fx_rates(request).await.unwrap();
    let mut client = AcquisitionSpendServiceClient::new(world.value.tenant(tenant));
    let mut ids = Vec::new();
    for day in 1..=9 {
        let acquisition_spend = Some(AcquisitionSpend {
            channel: "cdnow-channel".into(),
            start_date: Some(data::date(1997, 1, day)),
            end_date: Some(data::date(1997, 1, 31)),
            amount: Some(Money { currency_code: "USD".into(), units: 100, nanos: 0 }),
            ..AcquisitionSpend::default()
        });
        let request = CreateAcquisitionSpendRequest { acquisition_spend, ..Default::default() };
        ids.push(client.create_acquisition_spend(request).await.unwrap().into_inner().acquisition_spend_id);
    }
    ids
}

/// Sells a machine to the eleventh customer and every second one, and what belongs to it to every second of these.
async fn stock(world: &World, tenant: &str, customers: usize) {
    let item = |product: &str, category: &str| LineItem {
        product_external_id: product.to_owned(),
        category: category.to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: 10, nanos: 0 }),
        ..LineItem::default()
    };
    let sold = |customer: usize, month: i32, items: Vec<LineItem>| Transaction {
        external_id: format!("stock-{customer}-{month}"),
        customer: Some(transaction::Customer::CustomerExternalId(customer.to_string())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: 10 * items.len() as i64, nanos: 0 }),
        occur_date: Some(data::date(1998, month, 5)),
        items,
        ..Transaction::default()
    };
    let mut transactions = Vec::new();
    for customer in 1..=customers {
        let has_machine = customer % 2 == 0 || customer == 11;
        let (product, category) = if has_machine { ("BASIC", "Machines") } else { ("OTHER", "Things") };
        transactions.push(sold(customer, 1, vec![item(product, category)]));
        if customer % 4 == 0 {
            let parts = [item("X1", "Parts"), item("X2", "Service"), item("X3", "Training")];
            transactions.push(sold(customer, 2, parts.to_vec()));
        }
    }
    let mut client = TransactionServiceClient::new(world.value.tenant(tenant));
    for some in transactions.chunks(1000) {
        let request = BatchRecordTransactionsRequest { transactions: some.to_vec() };
        let outcomes = client.batch_record_transactions(request).await.unwrap().into_inner().outcomes;
        assert!(outcomes.iter().all(|outcome| outcome.result() == record_outcome::Result::Accepted), "{outcomes:?}");
    }
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
