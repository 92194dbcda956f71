//! What people and other systems know of customers.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::declared_needs;
use crate::domain::{account_signals::AccountSignals, money::Amount};

/// Signals as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalsRecord {
    /// What they say.
    pub signals: AccountSignals,
    /// Rises with every change.
    pub version: i64,
    /// When they were changed last.
    pub update_time: Timestamp,
}

/// The signals of a buyer; locked against other changes until the transaction ends when they are to be changed.
pub async fn account_signals_get(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    for_update: bool,
) -> sqlx::Result<Option<SignalsRecord>> {
    if for_update {
        // Also where there is no row to lock yet.
        sqlx::query!(
            "SELECT pg_advisory_xact_lock(hashtextextended('value.account_signals ' || $1, $2))",
            tenant,
            buyer_id
        )
        .execute(&mut *connection)
        .await?;
    }
    let row = sqlx::query!(
        r#"SELECT yearly_wallet_minor, wallet_currency_code, strategic_fit, nps, csat, open_complaints,
               last_interaction_date AS "last_interaction_date: jiff_sqlx::Date", qualification_status, acquisition_channel,
               declared_needs, interaction_interval_days, version,
               update_time AS "update_time: jiff_sqlx::Timestamp"
           FROM value.account_signals WHERE tenant_id = $1 AND buyer_id = $2"#,
        tenant,
        buyer_id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let wallet = match (row.yearly_wallet_minor, row.wallet_currency_code) {
            (Some(minor), Some(code)) => Some(
                Amount::stored(minor, &code).ok_or_else(|| sqlx::Error::Decode("a wallet that is no amount".into()))?,
            ),
            _ => None,
        };
        let signals = AccountSignals {
            yearly_wallet: wallet,
            strategic_fit: row.strategic_fit,
            nps: row.nps,
            csat: row.csat,
            open_complaints: row.open_complaints,
            acquisition_channel: row.acquisition_channel,
            last_interaction_date: row.last_interaction_date.map(jiff_sqlx::Date::to_jiff),
            qualified: row.qualification_status.map(|status| status == 1),
            declared_needs: row.declared_needs.as_deref().map(declared_needs::decode).transpose()?.unwrap_or_default(),
            interaction_interval_days: row.interaction_interval_days,
        };
        Ok(SignalsRecord { signals, version: row.version, update_time: row.update_time.to_jiff() })
    })
    .transpose()
}

/// Stores the signals of a buyer.
pub async fn account_signals_put(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    record: &SignalsRecord,
) -> sqlx::Result<()> {
    let signals = &record.signals;
    sqlx::query!(
        "INSERT INTO value.account_signals (tenant_id, buyer_id, yearly_wallet_minor, wallet_currency_code, strategic_fit, nps, csat,
             open_complaints, last_interaction_date, qualification_status, version, update_time, acquisition_channel, declared_needs,
             interaction_interval_days)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (tenant_id, buyer_id) DO UPDATE SET yearly_wallet_minor = excluded.yearly_wallet_minor,
             wallet_currency_code = excluded.wallet_currency_code, strategic_fit = excluded.strategic_fit, nps = excluded.nps,
             csat = excluded.csat, open_complaints = excluded.open_complaints, last_interaction_date = excluded.last_interaction_date,
             qualification_status = excluded.qualification_status, version = excluded.version, update_time = excluded.update_time,
             acquisition_channel = excluded.acquisition_channel, declared_needs = excluded.declared_needs,
             interaction_interval_days = excluded.interaction_interval_days",
        tenant,
        buyer_id,
        signals.yearly_wallet.map(Amount::minor),
        signals.yearly_wallet.map(Amount::currency_code),
        signals.strategic_fit,
        signals.nps,
        signals.csat,
        signals.open_complaints,
        signals.last_interaction_date.map(jiff::civil::Date::to_sqlx) as _,
        signals.qualified.map(|qualified| if qualified { 1_i16 } else { 2 }),
        record.version,
        record.update_time.to_sqlx() as _,
        signals.acquisition_channel,
        declared_needs::encode(&signals.declared_needs),
        signals.interaction_interval_days,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The signals of all buyers of a tenant, as a run reads them: a wallet in another currency is left out.
pub async fn account_signals_all(
    connection: &mut PgConnection,
    tenant: &str,
    currency: &str,
) -> sqlx::Result<Vec<(i64, crate::domain::index::Signals)>> {
    let rows = sqlx::query!(
        r#"SELECT buyer_id, CASE WHEN wallet_currency_code = $2 THEN yearly_wallet_minor END AS yearly_wallet_minor, strategic_fit, nps,
               csat, open_complaints, last_interaction_date AS "last_interaction_date: jiff_sqlx::Date", qualification_status,
               interaction_interval_days
           FROM value.account_signals WHERE tenant_id = $1"#,
        tenant,
        currency,
    )
    .fetch_all(connection)
    .await?;
    let signals = rows.into_iter().map(|row| {
        let signals = crate::domain::index::Signals {
            yearly_wallet_minor: row.yearly_wallet_minor,
            strategic_fit: row.strategic_fit,
            nps: row.nps,
            csat: row.csat,
            open_complaints: row.open_complaints,
            last_interaction_date: row.last_interaction_date.map(jiff_sqlx::Date::to_jiff),
            qualified: row.qualification_status.map(|status| status == 1),
            needs_coverage: None,
            interaction_interval_days: row.interaction_interval_days,
        };
        (row.buyer_id, signals)
    });
    Ok(signals.collect())
}

/// Gives the signals of one buyer to another that has none; where both have some, those changed last are kept.
pub async fn account_signals_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.account_signals older USING value.account_signals newer
         WHERE older.tenant_id = $1 AND newer.tenant_id = $1 AND older.buyer_id IN ($2, $3) AND newer.buyer_id IN ($2, $3)
             AND older.buyer_id <> newer.buyer_id AND (older.update_time, older.buyer_id) < (newer.update_time, newer.buyer_id)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.account_signals SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        from,
        to
    )
    .execute(connection)
    .await
    .map(drop)
}
