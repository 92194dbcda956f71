//! Wallets that customers did not declare, by those that their peers declared: in runs, between them, in previews and in the share report.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, GetCustomerShareReportRequest, GetValuePolicyPreviewRequest, IndexPolicy, PeerWallets, Score,
        ScoreRunSettings, Transaction, TransactionKind, ValuePolicy, WalletBasis, WalletBenchmark,
        WalletBenchmarkSource, WalletShare,
    },
};
use tonic::Code;

use crate::{
    account_signals::of,
    harness::{Value, on, purchase},
    policies::index_of,
    rescoring::rescored,
    scoring::{Row, SHOP, settings},
    tiers::score_of,
};

fn dollars(units: i64) -> Money {
    Money { currency_code: "USD".to_owned(), units, nanos: 0 }
}

/// Revenue up to 100 dollars and headroom, each half of the index; wallets by peers.
fn policy(attributes: &[&str], quantile: f64, minimum_wallets: i32) -> IndexPolicy {
    let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
    IndexPolicy {
        wallet_benchmark: Some(WalletBenchmark { attributes, quantile, minimum_wallets }),
        ..index_of(&[(2, 1.0, Some((0.0, 100.0))), (5, 1.0, Some((0.0, 1.0)))])
    }
}

/// The shop and fay, who bought for 300 dollars. All are of the industry C10 but dan, of C20; ann, bob and eve are of the north, others of the south;
/// gus never bought. Wallets are declared by ann (200), bob (100), cat (400), by hal (1), who is deleted, and by eve in another currency.
async fn shop() -> Value {
    let value = Value::start().await;
    let others: [Row<'_>; 1] = [("fay", "1997-06-01", 30_000)];
    value.bought(&SHOP).await;
    value.bought(&others).await;
    let statement = "
        INSERT INTO value.buyer (tenant_id, external_id) VALUES ('acme', 'gus'), ('acme', 'hal');
        UPDATE value.buyer SET customer_id = gen_random_uuid();
        INSERT INTO value.customer_profile (tenant_id, customer_id, kind, country_code, industry_code, attributes, deleted)
        SELECT tenant_id, customer_id, 1, 'DE', CASE external_id WHEN 'dan' THEN 'C20' ELSE 'C10' END,
            jsonb_build_object('region', CASE WHEN external_id IN ('ann', 'bob', 'eve') THEN 'north' ELSE 'south' END), external_id = 'hal'
        FROM value.buyer";
    sqlx::raw_sql(statement).execute(&mut value.database.owner().await).await.unwrap();
    for (customer, wallet) in [("ann", 200), ("bob", 100), ("cat", 400), ("hal", 1)] {
        declare(&value, customer, dollars(wallet)).await;
    }
    declare(&value, "eve", Money { currency_code: "EUR".into(), ..dollars(1_000) }).await;
    value
}

async fn declare(value: &Value, customer: &str, wallet: Money) {
    value.signal(AccountSignals { yearly_wallet: Some(wallet), ..of(customer) }, &["yearly_wallet"]).await.unwrap();
}

async fn run_by(value: &Value, index_policy: IndexPolicy) {
    let run = value.run(ScoreRunSettings { index_policy: Some(index_policy), ..settings("1997-06-30") }).await;
    assert_eq!(run.failure, "");
}

#[track_caller]
fn assert_index(score: &Score, expected: f64) {
    assert!((score.index.unwrap() - expected).abs() < 1e-9, "{:?} is not {expected}", score.index);
}

/// The median of 100, 200 and 400 dollars is 200, of which eve brings 26 and fay more than all; of dan's industry nobody declared a wallet.
#[tokio::test]
async fn whoever_declared_no_wallet_is_judged_by_the_median_of_its_peers_and_told_so() {
    let value = shop().await;
    run_by(&value, policy(&["industry_code"], 0.0, 3)).await;

    let eve = score_of(&value, "eve").await;
    assert_index(&eve, 0.5 * 26.0 + 0.5 * 87.0);
    let wallet = eve.index_explanation.unwrap().wallet.unwrap();
    assert_eq!((wallet.basis(), wallet.yearly_wallet), (WalletBasis::Benchmarked, Some(dollars(200))));
    let c10 = PeerWallets {
        attributes: [("industry_code".to_owned(), "C10".to_owned())].into(),
        wallets: 3,
        benchmark: Some(dollars(200)),
    };
    assert_eq!(wallet.peers, Some(c10));
    let why = eve.reasons.iter().find(|reason| reason.score == "wallet").unwrap();
    assert_eq!(
        why.text,
        "Yearly wallet 200.00 USD by benchmark, as none is declared: the median of the wallets that 3 peers declared (industry_code C10); \
         26.00 USD bought in the last year, so 87 % goes to others."
    );
    assert_eq!(why.inputs["peer_wallets"].to_bits(), 3.0_f64.to_bits());

    // No less than nothing is left for others.
    assert_index(&score_of(&value, "fay").await, 50.0);
    let ann = score_of(&value, "ann").await;
    assert_index(&ann, 0.5 * 85.0 + 0.5 * 57.5);
    let wallet = ann.index_explanation.unwrap().wallet.unwrap();
    assert_eq!((wallet.basis(), wallet.yearly_wallet, wallet.peers), (WalletBasis::Declared, Some(dollars(200)), None));
    assert!(ann.reasons.iter().any(|reason| reason.text.starts_with("Yearly wallet 200.00 USD as declared; ")));
    let dan = score_of(&value, "dan").await;
    assert_index(&dan, 9.0);
    let why = dan.index_explanation.unwrap();
    assert_eq!((why.unknown_metrics, why.wallet), (vec![5], None));
    assert!(!dan.reasons.iter().any(|reason| reason.score == "wallet"));
}

#[tokio::test]
async fn without_a_benchmark_in_the_policy_only_declared_wallets_count() {
    let value = shop().await;
    run_by(&value, IndexPolicy { wallet_benchmark: None, ..policy(&["industry_code"], 0.0, 3) }).await;
    assert_index(&score_of(&value, "eve").await, 26.0);
    assert_index(&score_of(&value, "ann").await, 0.5 * 85.0 + 0.5 * 57.5);
    assert_eq!(value.count("SELECT count(wallet_group) FROM value.score").await, 0);
}

/// In the north 100 and 200 dollars are declared, half way between which is the median, in the south 400 alone: too few. Of the whole
/// industry a quarter of the way from 100 to 400 by three wallets is 150.
#[tokio::test]
async fn peers_share_every_attribute_and_too_few_make_no_benchmark() {
    let value = shop().await;
    run_by(&value, policy(&["industry_code", "attributes.region"], 0.5, 2)).await;
    assert_index(&score_of(&value, "eve").await, 0.5 * 26.0 + 0.5 * 100.0 * (1.0 - 26.0 / 150.0));
    assert_index(&score_of(&value, "fay").await, 100.0);
    run_by(&value, policy(&["kind", "country_code", "industry_code"], 0.25, 3)).await;
    assert_index(&score_of(&value, "eve").await, 0.5 * 26.0 + 0.5 * 100.0 * (1.0 - 26.0 / 150.0));
    run_by(&value, policy(&["industry_code"], 0.5, 4)).await;
    assert_index(&score_of(&value, "eve").await, 26.0);
    // Nobody has the attribute: nobody has peers.
    run_by(&value, policy(&["attributes.size"], 0.5, 2)).await;
    assert_index(&score_of(&value, "eve").await, 26.0);
}

#[tokio::test]
async fn between_runs_customers_are_judged_by_the_benchmarks_that_the_run_found() {
    let value = shop().await;
    run_by(&value, policy(&["industry_code"], 0.5, 3)).await;
    let before = score_of(&value, "eve").await;
    // What is declared after the run counts in the next one.
    for customer in ["ann", "bob", "cat"] {
        declare(&value, customer, dollars(10)).await;
    }
    let cost = Transaction { kind: TransactionKind::Cost.into(), ..on(purchase("cost", "eve", 3), 6, 1) };
    value.record(cost).await;
    let eve = rescored(&value, "eve", 1).await;
    assert_eq!(eve.index.map(f64::to_bits), before.index.map(f64::to_bits));
    assert_eq!(eve.index_explanation, before.index_explanation);

    // Half of 80 and half of what 80 leave of 200.
    value.record(on(purchase("late", "eve", 54), 6, 20)).await;
    assert_index(&rescored(&value, "eve", 2).await, 0.5 * 80.0 + 0.5 * 60.0);
    // The run did not know gus.
    value.record(on(purchase("first", "gus", 50), 6, 20)).await;
    let gus = rescored(&value, "gus", 0).await;
    assert_index(&gus, 0.5 * 50.0 + 0.5 * 75.0);
    assert_eq!(gus.index_explanation.unwrap().wallet.unwrap().peers.unwrap().wallets, 3);
    value.record(on(purchase("second", "gus", 50), 6, 21)).await;
    assert_index(&rescored(&value, "gus", 1).await, 0.5 * 100.0 + 0.5 * 50.0);

    run_by(&value, policy(&["industry_code"], 0.5, 3)).await;
    assert_index(&score_of(&value, "eve").await, 0.5 * 80.0);
}

#[tokio::test]
async fn a_preview_finds_the_benchmarks_of_the_policy_that_is_tried() {
    let value = shop().await;
    run_by(&value, IndexPolicy { wallet_benchmark: None, ..policy(&["industry_code"], 0.5, 3) }).await;
    let then = async |index_policy: IndexPolicy| {
        let value_policy = ValuePolicy { index_policy: Some(index_policy), ..tiers() };
        let request = GetValuePolicyPreviewRequest { value_policy: Some(value_policy), ..Default::default() };
        let preview = value.policies().get_value_policy_preview(request).await.unwrap().into_inner();
        let eve = preview.moves.iter().find(|moved| moved.customer_external_id == "eve").map(|moved| moved.index_then);
        eve.unwrap()
    };
    assert!((then(policy(&["industry_code"], 0.5, 3)).await - 56.5).abs() < 1e-9);
    run_by(&value, policy(&["industry_code"], 0.5, 3)).await;
    // The run's own policy says what the run said, whatever was declared since.
    declare(&value, "ann", dollars(10)).await;
    assert!((then(policy(&["industry_code"], 0.5, 3)).await - 56.5).abs() < 1e-9);
    assert!((then(policy(&["industry_code"], 0.5, 2)).await - (13.0 + 0.5 * 74.0)).abs() < 1e-9);
}

/// One tier, of another name than any before: everyone moves into it.
fn tiers() -> ValuePolicy {
    let one = clientele_proto::value::v1::TierRule { tier: "ALL".into(), ..Default::default() };
    let tier_policy = clientele_proto::value::v1::TierPolicy { tiers: vec![one], ..Default::default() };
    ValuePolicy { tier_policy: Some(tier_policy), ..ValuePolicy::default() }
}

/// ann, bob and cat declared 700 dollars and bring 247; eve's benchmark is 200, fay's is below its own 300.
#[tokio::test]
async fn the_share_report_shows_declared_wallets_and_benchmarks_apart() {
    let value = shop().await;
    run_by(&value, policy(&["industry_code"], 0.5, 3)).await;
    let report = value.share_report(GetCustomerShareReportRequest::default()).await.unwrap();
    let wallets = |customers, wallet, revenue| {
        let share = Some(revenue as f64 / wallet as f64);
        Some(WalletShare { customers, wallet: Some(dollars(wallet)), revenue_last_year: Some(dollars(revenue)), share })
    };
    let total = report.total.clone().unwrap();
    assert_eq!(total.declared_wallets, wallets(3, 700, 247));
    assert_eq!(total.peer_wallets, wallets(2, 500, 326));
    assert_eq!(total.benchmarked_wallets, wallets(5, 1_200, 573));
    assert_eq!(report.benchmark_source(), WalletBenchmarkSource::PeerWallets);
    let groups: Vec<_> = report.peer_wallets.iter().map(|peers| (peers.wallets, peers.benchmark.clone())).collect();
    assert_eq!(groups, [(3, Some(dollars(200)))]);

    // By what peers buy, where that is asked for: those of C10 bought for 12, 26, 85, 150 and 300 dollars.
    let asked = GetCustomerShareReportRequest { benchmark_quantile: 0.5, min_peers: 5, ..Default::default() };
    let report = value.share_report(asked).await.unwrap();
    assert_eq!((report.benchmark_source(), report.peer_wallets.len()), (WalletBenchmarkSource::PeerRevenue, 0));
    assert_eq!(report.total.unwrap().peer_wallets, wallets(2, 385, 326));
}

#[tokio::test]
async fn a_benchmark_that_cannot_work_is_refused_by_its_field() {
    let value = Value::start().await;
    for (bad, field) in [
        (policy(&["region"], 0.5, 5), "wallet_benchmark.attributes[0]"),
        (policy(&[], 0.5, 5), "wallet_benchmark.attributes"),
        (policy(&["kind", "kind"], 0.5, 5), "wallet_benchmark.attributes"),
        (policy(&["kind"], 1.0, 5), "wallet_benchmark.quantile"),
        (policy(&["kind"], f64::NAN, 5), "wallet_benchmark.quantile"),
        (policy(&["kind"], 0.5, 1), "wallet_benchmark.minimum_wallets"),
    ] {
        let status = value.policy(ValuePolicy { index_policy: Some(bad), ..Default::default() }).await.unwrap_err();
        assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
        assert_eq!(violations_of(&status)[0].field, format!("value_policy.index_policy.{field}"));
    }
    assert_eq!(value.count("SELECT count(*) FROM value.value_policy").await, 0);
}
