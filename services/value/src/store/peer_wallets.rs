//! The wallets that peers declared, by group. The statements are written for the benchmark's attributes: a tuple of columns compares a million
//! customers in the time that looking attributes up by their names takes for some.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::transaction_scan::quoted;
use crate::domain::index::{PeerAttribute, PeerGroup, WalletBenchmark};

/// Whose wallets, and what makes peers.
#[derive(Debug, Clone, Copy)]
pub struct PeerWallets<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The currency that wallets have to be in.
    pub currency: &'a str,
    /// What makes peers and a benchmark.
    pub benchmark: &'a WalletBenchmark,
}

impl PeerWallets<'_> {
    /// The groups that have enough wallets, in the order of their numbers from 1.
    pub async fn groups(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<PeerGroup>> {
        let select =
            format!("{} SELECT peer_values, wallets, benchmark FROM peer_group ORDER BY number", self.peer_groups());
        let rows = sqlx::query(AssertSqlSafe(select)).persistent(false).fetch_all(connection).await?;
        let group = |row: &sqlx::postgres::PgRow| {
            Ok(PeerGroup { values: row.try_get(0)?, wallets: row.try_get(1)?, benchmark_minor: row.try_get(2)? })
        };
        rows.iter().map(group).collect()
    }

    /// The statement that copies out the buyers without a declared wallet and the number of their group, ascending by buyer.
    pub fn members_copy(&self) -> String {
        format!(
            "COPY ({} SELECT b.buyer_id, g.number {} JOIN peer_group g ON g.peer_values = {} WHERE a.buyer_id IS NULL AND {} ORDER BY b.buyer_id) \
             TO STDOUT (FORMAT binary)",
            self.peer_groups(),
            self.undeclared(),
            self.values(),
            self.are_peers(),
        )
    }

    /// `WITH` the groups: their values, wallets, benchmark and number.
    fn peer_groups(&self) -> String {
        let Self { benchmark, .. } = self;
        format!(
            "WITH declared AS MATERIALIZED (\
                 SELECT {values} AS peer_values, a.yearly_wallet_minor FROM value.account_signals a \
                 JOIN value.buyer b ON b.tenant_id = a.tenant_id AND b.buyer_id = a.buyer_id \
                 JOIN value.customer_profile p ON p.tenant_id = b.tenant_id AND p.customer_id = b.customer_id \
                 WHERE a.tenant_id = {tenant} AND a.wallet_currency_code = {currency} AND {are_peers}), \
             peer_group AS MATERIALIZED (\
                 SELECT peer_values, count(*) AS wallets, row_number() OVER (ORDER BY peer_values)::int AS number, \
                     least(round(percentile_cont({quantile}) WITHIN GROUP (ORDER BY yearly_wallet_minor)), 9e18)::bigint AS benchmark \
                 FROM declared GROUP BY peer_values HAVING count(*) >= {minimum_wallets})",
            values = self.values(),
            tenant = quoted(self.tenant),
            currency = quoted(self.currency),
            are_peers = self.are_peers(),
            quantile = benchmark.quantile(),
            minimum_wallets = benchmark.minimum_wallets(),
        )
    }

    /// `FROM` the buyers with profiles and without a declared wallet.
    fn undeclared(&self) -> String {
        let (tenant, currency) = (quoted(self.tenant), quoted(self.currency));
        format!(
            "FROM value.buyer b \
             JOIN value.customer_profile p ON p.tenant_id = b.tenant_id AND p.customer_id = b.customer_id AND b.tenant_id = {tenant} \
             LEFT JOIN value.account_signals a ON a.tenant_id = {tenant} AND a.buyer_id = b.buyer_id \
                 AND a.wallet_currency_code = {currency} AND a.yearly_wallet_minor IS NOT NULL"
        )
    }

    /// The values that peers share, as an array.
    fn values(&self) -> String {
        let columns: Vec<String> = self.benchmark.attributes().iter().map(column).collect();
        format!("ARRAY[{}]", columns.join(", "))
    }

    /// Whether a buyer with a profile can have peers.
    fn are_peers(&self) -> String {
        let known =
            self.benchmark.attributes().iter().map(|attribute| format!(" AND {} IS NOT NULL", column(attribute)));
        format!("b.survivor_id IS NULL AND NOT p.deleted{}", known.collect::<String>())
    }
}

/// The values of some buyers without a declared wallet that make them peers, where they can have peers.
pub async fn peer_values(
    connection: &mut PgConnection,
    wallets: &PeerWallets<'_>,
    buyers: &[i64],
) -> sqlx::Result<Vec<(i64, Vec<String>)>> {
    let select = format!(
        "SELECT b.buyer_id, {} {} WHERE b.buyer_id = ANY ($1) AND a.buyer_id IS NULL AND {}",
        wallets.values(),
        wallets.undeclared(),
        wallets.are_peers(),
    );
    let rows = sqlx::query(AssertSqlSafe(select)).bind(buyers).persistent(false).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// The value of an attribute of the profile `p`; NULL where it has none.
fn column(attribute: &PeerAttribute) -> String {
    match attribute {
        PeerAttribute::Kind => r#"('{ORGANISATION,PERSON}'::text[])[p.kind] COLLATE "C""#.to_owned(),
        PeerAttribute::Country => "p.country_code".to_owned(),
        PeerAttribute::Industry => "p.industry_code".to_owned(),
        PeerAttribute::Free(key) => format!(r#"nullif(p.attributes ->> {}, '') COLLATE "C""#, quoted(key)),
    }
}
