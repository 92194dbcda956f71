//! The peers of customers, and what those that declared a wallet make of the wallets of those that did not: found once by a run, kept in its
//! findings, and read from there when a customer is rescored and when a score is explained.

use std::collections::HashMap;

use clientele_pg::copy::copy_out;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{error::RunError, findings::PeerGroupFinding, reads::ScoredRun};
use crate::{
    domain::{
        currency::Currency,
        index::{PeerGroup, WalletBenchmark},
    },
    store::peer_wallets::{PeerWallets, peer_values},
};

/// The groups of peers, and who is judged by which.
#[derive(Debug, Default)]
pub struct Peers {
    /// The groups, by their numbers from 1.
    pub groups: Vec<PeerGroup>,
    /// Customers without a declared wallet and the number of their group, ascending by buyer.
    pub members: Vec<(u64, i32)>,
}

impl Peers {
    /// The group of each of `count` customers that ascend by buyer, 0 for none; empty where there is no group at all.
    pub fn of_buyers(&self, count: usize, buyer: impl Fn(usize) -> u64) -> Vec<i32> {
        if self.members.is_empty() {
            return Vec::new();
        }
        let mut members = self.members.iter().copied().peekable();
        let of = (0..count).map(|at| {
            let buyer = buyer(at);
            while members.next_if(|(member, _)| *member < buyer).is_some() {}
            members.next_if(|(member, _)| *member == buyer).map_or(0, |(_, group)| group)
        });
        of.collect()
    }

    /// The benchmark of a group by its number.
    pub fn benchmark_minor(&self, number: i32) -> Option<i64> {
        group(&self.groups, number).map(|group| group.benchmark_minor)
    }
}

/// The group of a number.
pub fn group(groups: &[PeerGroup], number: i32) -> Option<&PeerGroup> {
    groups.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// A group as a run keeps it.
pub fn finding(group: &PeerGroup) -> PeerGroupFinding {
    PeerGroupFinding { values: group.values.clone(), wallets: group.wallets, benchmark_minor: group.benchmark_minor }
}

/// A group as a run kept it.
pub fn of_finding(found: PeerGroupFinding) -> PeerGroup {
    PeerGroup { values: found.values, wallets: found.wallets, benchmark_minor: found.benchmark_minor }
}

/// Finds the groups of a tenant's customers, in the connection's snapshot; without a benchmark none, and nothing is read.
pub async fn read(
    connection: &mut PgConnection,
    tenant: &str,
    currency: Currency,
    benchmark: Option<&WalletBenchmark>,
) -> Result<Peers, RunError> {
    let Some(benchmark) = benchmark else { return Ok(Peers::default()) };
    let wallets = PeerWallets { tenant, currency: currency.code(), benchmark };
    let groups = wallets.groups(connection).await?;
    let mut members = Vec::new();
    if !groups.is_empty() {
        copy_out(connection, AssertSqlSafe(wallets.members_copy()), |row| {
            let (buyer, number): (i64, i32) = (row.get()?, row.get()?);
            members.push((buyer as u64, number));
            Ok::<(), RunError>(())
        })
        .await?;
    }
    Ok(Peers { groups, members })
}

/// The numbers of the run's groups that some buyers without a declared wallet belong to, as the customers service tells them now.
pub async fn groups_of(
    connection: &mut PgConnection,
    tenant: &str,
    run: &ScoredRun,
    buyers: &[i64],
) -> Result<HashMap<i64, i32>, RunError> {
    let Some(benchmark) = run.settings.index.wallet_benchmark() else { return Ok(HashMap::new()) };
    if buyers.is_empty() || run.peer_groups.is_empty() {
        return Ok(HashMap::new());
    }
    let numbers: HashMap<&[String], i32> =
        run.peer_groups.iter().map(|group| group.values.as_slice()).zip(1..).collect();
    let wallets = PeerWallets { tenant, currency: run.settings.currency.code(), benchmark };
    let values = peer_values(connection, &wallets, buyers).await?.into_iter();
    Ok(values.filter_map(|(buyer, values)| Some((buyer, *numbers.get(values.as_slice())?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_meet_their_groups_in_the_order_of_buyers() {
        let group = |benchmark_minor| PeerGroup { values: Vec::new(), wallets: 5, benchmark_minor };
        let peers = Peers { groups: vec![group(100), group(200)], members: vec![(2, 1), (3, 2), (9, 1)] };
        let buyers = [1_u64, 3, 4, 9, 10];
        assert_eq!(peers.of_buyers(buyers.len(), |at| buyers[at]), [0, 2, 0, 1, 0]);
        assert_eq!(
            [0, 1, 2, 3, -1].map(|number| peers.benchmark_minor(number)),
            [None, Some(100), Some(200), None, None]
        );
        assert!(Peers::default().of_buyers(3, |_| 1).is_empty());
    }
}
