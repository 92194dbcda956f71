//! Policies from files: wallets by the benchmark of peers, and RFM segments by a map of one's own.

use super::*;

/// Benchmarks by country, and two segments by recency.
const POLICY: &str = r#"{
  "index_policy": {
    "metrics": [{"metric": "INDEX_METRIC_WALLET_HEADROOM", "weight": 1, "linear_scale": {"zero_at": 0, "full_at": 1}}],
    "wallet_benchmark": {"attributes": ["country_code"], "minimum_wallets": 2}
  },
  "rfm_policy": {
    "bins": 2,
    "recency_cut_points": [20],
    "frequency_cut_points": [2],
    "monetary_cut_points": [{"currency_code": "EUR", "units": 10}],
    "segments": [{"segment": "Here", "recency": {"min": 2}}, {"segment": "Gone", "recency": {"max": 1}}]
  }
}"#;

/// C-1 to C-4 are German and C-5 is French; each spends 48.00 in January, C-5 on one day at its beginning. C-1 declares a wallet of 100 and C-2 of 200:
/// the Germans' median is 150. Nobody declares one in France.
#[test]
fn a_policy_brings_benchmarks_of_wallets_and_segments_of_its_own() {
    let folder = folder();
    let here = folder.path();
    let up = Up::start(here);
    let mut customers = String::from("external_id,display_name,country\n");
    let mut rows = String::from("customer_id,date,amount\n");
    for customer in 1..=5 {
        let country = if customer == 5 { "FR" } else { "DE" };
        writeln!(customers, "C-{customer},Customer {customer},{country}").unwrap();
        let days = if customer == 5 { [5; 4] } else { [2, 9, 16, 20 + customer] };
        for (nth, day) in days.into_iter().enumerate() {
            writeln!(rows, "C-{customer},2026-01-{day:02},{}.50", 10 + nth).unwrap();
        }
    }
    fs::write(here.join("customers.csv"), customers).unwrap();
    fs::write(here.join("purchases.csv"), rows).unwrap();
    json(here, &["import", "customers", "customers.csv", "--format", "json"]);
    json(here, &["import", "transactions", "purchases.csv", "--currency", "EUR", "--format", "json"]);
    for (customer, wallet) in [("C-1", "100"), ("C-2", "200.00")] {
        let declared = json(here, &["account", "signals", customer, "--yearly-wallet", wallet, "--currency", "EUR"]);
        assert_eq!(declared["yearly_wallet"]["currency_code"], "EUR");
    }
    let score = ["score", "--as-of", "2026-01-31", "--currency", "EUR", "--format", "json"];
    json(here, &score);
    let share = ["report", "share", "--by", "country"];
    // The value service follows the customers service.
    while !printed(here, &[&share[..], &["--format", "csv"]].concat()).contains("\nDE,4,") {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(printed(here, &share).contains("of those that declared none, the benchmark of what their peers buy."));

    fs::write(here.join("policy.json"), POLICY).unwrap();
    assert!(printed(here, &["policy", "set", "policy.json"]).starts_with("version 1 "));
    let shown = json(here, &["policy", "show"]);
    assert_eq!(shown["rfm_policy"]["segments"][1]["segment"], "Gone");
    json(here, &score);
    let shares = printed(here, &[&share[..], &["--format", "csv"]].concat());
    // Declared 300 with 96 of it here, benchmarks 300 with 96: both 600 with 192.
    assert!(shares.contains(",300.00,0.32,600.00,0.32,4,2,2,300.00,0.32,peer_wallets\n"), "{shares}");
    assert!(
        shares.lines().any(|line| line.starts_with("FR,1,") && line.ends_with(",0.00,,0.00,,0,0,0,0.00,,peer_wallets")),
        "{shares}"
    );
    assert!(printed(here, &share).contains("the benchmark of what their peers declared, in 1 group of peers."));
    let by_revenue = [&share[..], &["--benchmark-quantile", "0.8", "--format", "csv"]].concat();
    assert!(printed(here, &by_revenue).trim_end().ends_with(",peer_revenue"));
    let key = printed(here, &["key-customers"]);
    assert!(key.contains("Here (RFM 2"), "{key}");

    let codes = printed(here, &["report", "rfm", "--format", "csv"]);
    assert!(
        codes.starts_with("code,recency,frequency,monetary,segment,customers,currency,total_revenue,clv\n"),
        "{codes}"
    );
    assert!(
        codes.contains("\n112,1,1,2,Gone,1,EUR,48.00,") && codes.contains("\n222,2,2,2,Here,4,EUR,192.00,"),
        "{codes}"
    );
    let drawn = printed(here, &["report", "rfm"]);
    assert!(drawn.contains("Here") && drawn.contains("80.0 %"), "{drawn}");

    fs::write(here.join("bad.json"), POLICY.replace(r#"{"max": 1}"#, r#"{"max": 2}"#)).unwrap();
    let refused = run(here, &["policy", "set", "bad.json"]);
    assert!(!refused.status.success());
    let told = text(&refused.stderr);
    assert!(told.contains("Gone and Here (segments[0]) both take the codes 211, 212, 221, 222"), "{told}");
    assert!(up.stop());
}
