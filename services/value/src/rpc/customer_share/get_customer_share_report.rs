//! `GetCustomerShareReport`: the customers of a run by group, beside each other, the market and their wallets.

use std::collections::HashMap;

use clientele_error::Result;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{
    CustomerGrouping, CustomerShare, CustomerShareReport, GetCustomerShareReportRequest, PeerWallets,
    WalletBenchmarkSource, WalletShare,
};
use clientele_service::Call;

use super::message::check_attribute;
use crate::{
    State,
    domain::currency::{Currency, rounded},
    rpc::scores::{peer_wallets, scored_run},
    scoring::{
        ScoredRun,
        settings_message::{date, money},
    },
    store::{
        customer_share::{Benchmark, Grouping, Share, Shares},
        segment_move::segment_moves_plan_for_tenant,
        target_population::target_populations_of_groups,
    },
};

/// Groups answered at most.
const GROUPS: usize = 1_000;
/// The quantile that is a benchmark where the request names none.
const QUANTILE: f64 = 0.8;
/// Peers that make a benchmark where the request does not say.
const MIN_PEERS: i64 = 20;

pub(super) async fn get_customer_share_report(
    state: &State,
    call: Call,
    request: GetCustomerShareReportRequest,
) -> Result<CustomerShareReport> {
    let grouping = match request.grouping() {
        CustomerGrouping::Unspecified => CustomerGrouping::Segment,
        grouping => grouping,
    };
    check_attribute(grouping, &request.attribute, "attribute")?;
    let told_apart_by = match grouping {
        CustomerGrouping::Country => Grouping::Country,
        CustomerGrouping::Industry => Grouping::Industry,
        CustomerGrouping::Attribute => Grouping::Attribute(&request.attribute),
        CustomerGrouping::Segment | CustomerGrouping::Unspecified => Grouping::Segment,
    };
    let tenant = call.tenant();
    let (run, score_set) = scored_run(state, tenant, &request.score_run_id).await?;
    let currency = run.settings.currency;
    let benchmarks: Vec<i64> = run.peer_groups.iter().map(|group| group.benchmark_minor).collect();
    let names_peers = request.benchmark_quantile > 0.0 || request.min_peers > 0 || !request.peer_attribute.is_empty();
    let by_run = run.settings.index.wallet_benchmark().is_some() && !names_peers;
    let benchmark = if by_run {
        Benchmark::OfRun(&benchmarks)
    } else {
        Benchmark::PeerRevenue {
            quantile: if request.benchmark_quantile > 0.0 { request.benchmark_quantile } else { QUANTILE },
            min_peers: if request.min_peers > 0 { i64::from(request.min_peers) } else { MIN_PEERS },
            peer_attribute: &request.peer_attribute,
        }
    };
    let shares = Shares { tenant, score_set, currency_code: currency.code(), benchmark };
    // Reading a million customers may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    segment_moves_plan_for_tenant(&mut tx).await.map_err(failed)?;
    let total = shares.groups(&mut tx, Grouping::Nothing, 1).await.map_err(failed)?.pop();
    let mut groups = shares.groups(&mut tx, told_apart_by, GROUPS as i64 + 1).await.map_err(failed)?;
    let more_groups = groups.len() > GROUPS;
    groups.truncate(GROUPS);
    let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let kind = (grouping as i16, request.attribute.as_str());
    let populations = target_populations_of_groups(&mut tx, tenant, kind, &names).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let reply = Reply { currency, total: total.as_ref(), populations };
    Ok(CustomerShareReport {
        score_run_id: run.id.clone(),
        as_of_date: Some(date(run.settings.as_of_date)),
        grouping: grouping.into(),
        attribute: request.attribute,
        total: total.as_ref().map(|total| reply.share(total)),
        groups: groups.iter().map(|group| reply.share(group)).collect(),
        more_groups,
        benchmark_source: if by_run {
            WalletBenchmarkSource::PeerWallets.into()
        } else {
            WalletBenchmarkSource::PeerRevenue.into()
        },
        peer_wallets: if by_run { most_wallets(&run) } else { Vec::new() },
    })
}

/// The run's peer groups, those with the most wallets first.
fn most_wallets(run: &ScoredRun) -> Vec<PeerWallets> {
    let mut groups: Vec<_> = run.peer_groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.wallets));
    groups.into_iter().take(GROUPS).map(|group| peer_wallets(run, group)).collect()
}

struct Reply<'r> {
    currency: Currency,
    total: Option<&'r Share>,
    populations: HashMap<String, i64>,
}

impl Reply<'_> {
    fn share(&self, group: &Share) -> CustomerShare {
        let of_total = |part: f64, whole: fn(&Share) -> f64| {
            self.total.map(whole).filter(|whole| *whole > 0.0).map(|whole| part / whole)
        };
        let population = self.populations.get(&group.name).copied().unwrap_or_default();
        CustomerShare {
            group: group.name.clone(),
            customers: group.customers,
            customer_share: of_total(group.customers as f64, |total| total.customers as f64).unwrap_or_default(),
            active_customers: group.active,
            active_share: of_total(group.active as f64, |total| total.active as f64),
            total_revenue: Some(money(self.currency, group.total_revenue_minor)),
            revenue_last_year: Some(money(self.currency, group.last_year_minor)),
            sales_share: of_total(group.last_year_minor as f64, |total| total.last_year_minor as f64),
            clv: group.clv_minor.map(|clv| money(self.currency, rounded(clv))),
            value_share: group.clv_minor.and_then(|clv| of_total(clv, |total| total.clv_minor.unwrap_or_default())),
            population,
            market_share: (population > 0).then(|| group.customers as f64 / population as f64),
            declared_wallets: Some(self.wallets(
                group.declared_customers,
                group.declared_minor,
                group.declared_revenue_minor,
            )),
            peer_wallets: Some(self.wallets(group.peer_customers, group.peer_minor, group.peer_revenue_minor)),
            benchmarked_wallets: Some(self.wallets(
                group.wallet_customers,
                group.wallet_minor,
                group.wallet_revenue_minor,
            )),
        }
    }

    fn wallets(&self, customers: i64, wallet_minor: i64, revenue_minor: i64) -> WalletShare {
        WalletShare {
            customers,
            wallet: Some(money(self.currency, wallet_minor)),
            revenue_last_year: Some(money(self.currency, revenue_minor)),
            share: (wallet_minor > 0).then(|| revenue_minor as f64 / wallet_minor as f64),
        }
    }
}
