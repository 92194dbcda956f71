//! Groups of customers beside each other, the market and their wallets.

use std::fmt::Write as _;

use clientele_proto::value::v1::{CustomerShare, CustomerShareReport, WalletBenchmarkSource, WalletShare};

use super::{amount, currency, date, figure, plain};
use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(report: &CustomerShareReport, screen: &Screen) -> String {
    let mut table = Table::new([
        Column::text("group"),
        Column::number("customers"),
        Column::number("share"),
        Column::number("active"),
        Column::number("of market"),
        Column::number("last year"),
        Column::number("share"),
        Column::number("CLV"),
        Column::number("share"),
        Column::number("of declared"),
        Column::number("of benchmark"),
        Column::number("of wallet"),
    ]);
    let percent = |share: Option<f64>| share.map(number::percent).unwrap_or_default();
    let wallet = |share: Option<&WalletShare>| percent(share.and_then(|share| share.share));
    for (label, share) in lines(report) {
        table.row([
            label,
            number::count(share.customers.unsigned_abs()),
            number::percent(share.customer_share),
            number::count(share.active_customers.unsigned_abs()),
            percent(share.market_share),
            amount(share.revenue_last_year.as_ref()),
            percent(share.sales_share),
            amount(share.clv.as_ref()),
            percent(share.value_share),
            wallet(share.declared_wallets.as_ref()),
            wallet(share.peer_wallets.as_ref()),
            wallet(share.benchmarked_wallets.as_ref()),
        ]);
    }
    let mut drawn = table.render(screen);
    // Writing to a String cannot fail.
    let _ = writeln!(
        drawn,
        "As of {}. Wallets are those that customers declared; of those that declared none, {}.",
        date(report.as_of_date.as_ref()),
        benchmark(report)
    );
    drawn
}

/// Where the wallets come from that customers did not declare.
fn benchmark(report: &CustomerShareReport) -> String {
    let groups = report.peer_wallets.len() as u64;
    match report.benchmark_source() {
        WalletBenchmarkSource::PeerWallets => {
            let more = if groups == 1 { "group" } else { "groups" };
            format!("the benchmark of what their peers declared, in {} {more} of peers", number::count(groups))
        }
        WalletBenchmarkSource::PeerRevenue | WalletBenchmarkSource::Unspecified => {
            "the benchmark of what their peers buy".to_owned()
        }
    }
}

/// For a spreadsheet: shares as they are, amounts without separators.
pub fn csv(report: &CustomerShareReport) -> String {
    let heads = [
        "group",
        "customers",
        "customer_share",
        "active_customers",
        "population",
        "market_share",
        "currency",
        "total_revenue",
        "revenue_last_year",
        "sales_share",
        "clv",
        "value_share",
        "declared_wallet",
        "declared_wallet_share",
        "benchmarked_wallet",
        "benchmarked_wallet_share",
        "wallet_customers",
        "declared_wallet_customers",
        "peer_wallet_customers",
        "peer_wallet",
        "peer_wallet_share",
        "wallet_benchmark",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for (label, group) in lines(report) {
        let wallets = |wallets: &Option<WalletShare>| {
            let wallets = wallets.clone().unwrap_or_default();
            [plain(wallets.wallet.as_ref()), figure(wallets.share)]
        };
        let customers = |wallets: &Option<WalletShare>| {
            wallets.as_ref().map(|wallets| wallets.customers).unwrap_or_default().to_string()
        };
        let [declared, declared_share] = wallets(&group.declared_wallets);
        let [benchmarked, benchmarked_share] = wallets(&group.benchmarked_wallets);
        let [peers, peers_share] = wallets(&group.peer_wallets);
        table.row([
            label,
            group.customers.to_string(),
            group.customer_share.to_string(),
            group.active_customers.to_string(),
            group.population.to_string(),
            figure(group.market_share),
            currency(group.total_revenue.as_ref().or(group.revenue_last_year.as_ref())),
            plain(group.total_revenue.as_ref()),
            plain(group.revenue_last_year.as_ref()),
            figure(group.sales_share),
            plain(group.clv.as_ref()),
            figure(group.value_share),
            declared,
            declared_share,
            benchmarked,
            benchmarked_share,
            customers(&group.benchmarked_wallets),
            customers(&group.declared_wallets),
            customers(&group.peer_wallets),
            peers,
            peers_share,
            match report.benchmark_source() {
                WalletBenchmarkSource::PeerWallets => "peer_wallets",
                WalletBenchmarkSource::PeerRevenue => "peer_revenue",
                WalletBenchmarkSource::Unspecified => "",
            }
            .to_owned(),
        ]);
    }
    table.csv()
}

/// Groups and the total, with their labels.
fn lines(report: &CustomerShareReport) -> impl Iterator<Item = (String, &CustomerShare)> {
    let label = |share: &CustomerShare| if share.group.is_empty() { "(none)".to_owned() } else { share.group.clone() };
    let groups = report.groups.iter().map(move |share| (label(share), share));
    groups.chain(report.total.iter().map(|total| ("total".to_owned(), total)))
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Money, value::v1::PeerWallets};

    use super::*;

    #[test]
    fn declared_wallets_and_benchmarks_are_shown_apart_and_together() {
        let of = |customers, units, share| {
            let wallet = Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
            Some(WalletShare { customers, wallet, share: Some(share), ..WalletShare::default() })
        };
        let total = CustomerShare {
            customers: 4,
            declared_wallets: of(1, 200, 0.4),
            peer_wallets: of(3, 600, 0.2),
            benchmarked_wallets: of(4, 800, 0.25),
            ..CustomerShare::default()
        };
        let report = CustomerShareReport {
            total: Some(total),
            benchmark_source: WalletBenchmarkSource::PeerWallets.into(),
            peer_wallets: vec![PeerWallets::default(); 2],
            ..CustomerShareReport::default()
        };
        let drawn = render(&report, &Screen::plain(160));
        let shares = ["40.0", "%", "20.0", "%", "25.0", "%"];
        assert!(drawn.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().ends_with(&shares)), "{drawn}");
        assert!(drawn.contains("the benchmark of what their peers declared, in 2 groups of peers."), "{drawn}");
        let csv = csv(&report);
        assert!(csv.contains("200.00,0.4,800.00,0.25,4,1,3,600.00,0.2,peer_wallets"), "{csv}");
    }

    #[test]
    fn groups_come_before_the_total() {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let share = |group: &str, customers, customer_share| CustomerShare {
            group: group.into(),
            customers,
            customer_share,
            revenue_last_year: euros(1_000 * customers),
            market_share: (group == "DE").then_some(0.02),
            ..CustomerShare::default()
        };
        let report = CustomerShareReport {
            groups: vec![share("DE", 3, 0.75), share("", 1, 0.25)],
            total: Some(share("", 4, 1.0)),
            ..CustomerShareReport::default()
        };
        let drawn = render(&report, &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines[2..5],
            ["DE 3 75.0 % 0 2.0 % 3,000.00", "(none) 1 25.0 % 0 1,000.00", "total 4 100.0 % 0 4,000.00"]
        );
        assert!(
            csv(&report).lines().nth(1).unwrap().starts_with("DE,3,0.75,0,0,0.02,EUR,,3000.00,"),
            "{}",
            csv(&report)
        );
    }
}
