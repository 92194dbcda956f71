//! Buyers that are merged into another, and back: their rows go to the survivor, each remembering whose it was, so that an undo is exact and
//! no read has to know of merges.
//!
//! Of what a customer has only one (signals, an override) the merged buyer keeps its own row, which nobody reads while it is merged; what the
//! survivor got of it stands in `value.buyer_merge`. Whoever calls these holds [`super::buyer::buyers_lock_exclusive`].

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A buyer's own row, merged or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerRow {
    /// Our number of it.
    pub buyer_id: i64,
    /// Its id in the customers service.
    pub customer_id: Option<Uuid>,
    /// The caller's key of it.
    pub external_id: Option<String>,
    /// The buyer it was merged into.
    pub merged_into: Option<i64>,
    /// The buyer that all of it counts for.
    pub survivor_id: Option<i64>,
}

impl BuyerRow {
    /// The buyer that its keys lead to.
    pub fn leads_to(&self) -> i64 {
        self.survivor_id.unwrap_or(self.buyer_id)
    }
}

/// The buyer that has this id of the customers service.
pub async fn buyer_row_by_customer_id(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<BuyerRow>> {
    sqlx::query_as!(
        BuyerRow,
        "SELECT buyer_id, customer_id, external_id, merged_into, survivor_id FROM value.buyer WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id
    )
    .fetch_optional(connection)
    .await
}

/// The buyer that has this key of the caller.
pub async fn buyer_row_by_external_id(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<BuyerRow>> {
    sqlx::query_as!(
        BuyerRow,
        "SELECT buyer_id, customer_id, external_id, merged_into, survivor_id FROM value.buyer WHERE tenant_id = $1 AND external_id = $2",
        tenant,
        external_id
    )
    .fetch_optional(connection)
    .await
}

/// These buyers and all that are merged into them.
pub async fn buyers_with_merged(connection: &mut PgConnection, tenant: &str, buyers: &[i64]) -> sqlx::Result<Vec<i64>> {
    if buyers.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"SELECT k AS "buyer_id!" FROM unnest($2::bigint[]) AS k
           UNION SELECT buyer_id FROM value.buyer WHERE tenant_id = $1 AND survivor_id = ANY ($2)"#,
        tenant,
        buyers,
    )
    .fetch_all(connection)
    .await
}

/// How many rows went to another buyer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Transactions.
    pub transactions: i64,
    /// Tier moves.
    pub tier_moves: i64,
    /// Churn alerts.
    pub churn_alerts: i64,
}

impl Moved {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            transactions: self.transactions + other.transactions,
            tier_moves: self.tier_moves + other.tier_moves,
            churn_alerts: self.churn_alerts + other.churn_alerts,
        }
    }
}

/// Makes `merged` part of `survivor`; neither is merged yet. The survivor's signals and override win, gaps are filled; of two alerts that are
/// not over, the one of the later silence goes on (see [`super::churn_alert::churn_alerts_move`]).
pub async fn buyer_merge(
    connection: &mut PgConnection,
    tenant: &str,
    (merged, survivor): (i64, i64),
    now: Timestamp,
) -> sqlx::Result<Moved> {
    sqlx::query!(
        "INSERT INTO value.buyer_merge (tenant_id, buyer_id, survivor_id, yearly_wallet_minor, wallet_currency_code, strategic_fit, nps, csat,
             open_complaints, last_interaction_date, qualification_status, acquisition_channel, declared_needs, interaction_interval_days,
             merge_time)
         SELECT $1, $2, $3,
             CASE WHEN s.yearly_wallet_minor IS NULL THEN m.yearly_wallet_minor END,
             CASE WHEN s.yearly_wallet_minor IS NULL THEN m.wallet_currency_code END,
             CASE WHEN s.strategic_fit IS NULL THEN m.strategic_fit END,
             CASE WHEN s.nps IS NULL THEN m.nps END,
             CASE WHEN s.csat IS NULL THEN m.csat END,
             CASE WHEN s.open_complaints IS NULL THEN m.open_complaints END,
             CASE WHEN s.last_interaction_date IS NULL THEN m.last_interaction_date END,
             CASE WHEN s.qualification_status IS NULL THEN m.qualification_status END,
             CASE WHEN s.acquisition_channel IS NULL THEN m.acquisition_channel END,
             CASE WHEN s.declared_needs IS NULL THEN m.declared_needs END,
             CASE WHEN s.interaction_interval_days IS NULL THEN m.interaction_interval_days END,
             $4::timestamptz
         FROM (SELECT) AS one
         LEFT JOIN value.account_signals m ON m.tenant_id = $1 AND m.buyer_id = $2
         LEFT JOIN value.account_signals s ON s.tenant_id = $1 AND s.buyer_id = $3",
        tenant,
        merged,
        survivor,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    signals_fill(connection, tenant, merged, now).await?;
    sqlx::query!(
        "WITH taken AS (
             INSERT INTO value.tier_override (tenant_id, buyer_id, tier, reason, expire_time, actor, create_time)
             SELECT tenant_id, $3, tier, reason, expire_time, actor, create_time FROM value.tier_override
             WHERE tenant_id = $1 AND buyer_id = $2
             ON CONFLICT DO NOTHING RETURNING create_time
         )
         UPDATE value.buyer_merge SET override_time = taken.create_time FROM taken WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        merged,
        survivor,
    )
    .execute(&mut *connection)
    .await?;
    alerts_yield(connection, tenant, (merged, survivor), now).await?;
    let moved = rows_move(connection, tenant, (merged, survivor)).await?;
    sqlx::query!(
        "UPDATE value.buyer SET survivor_id = $3, merged_into = CASE WHEN buyer_id = $2 THEN $3 ELSE merged_into END
         WHERE tenant_id = $1 AND (buyer_id = $2 OR survivor_id = $2)",
        tenant,
        merged,
        survivor,
    )
    .execute(connection)
    .await?;
    Ok(moved)
}

/// Gives the survivor the signals that fill its gaps.
async fn signals_fill(connection: &mut PgConnection, tenant: &str, merged: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.account_signals AS s (tenant_id, buyer_id, yearly_wallet_minor, wallet_currency_code, strategic_fit, nps, csat,
             open_complaints, last_interaction_date, qualification_status, acquisition_channel, declared_needs, interaction_interval_days,
             update_time)
         SELECT tenant_id, survivor_id, yearly_wallet_minor, wallet_currency_code, strategic_fit, nps, csat, open_complaints,
             last_interaction_date, qualification_status, acquisition_channel, declared_needs, interaction_interval_days, $3
         FROM value.buyer_merge m
         WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND num_nonnulls(m.yearly_wallet_minor, m.strategic_fit, m.nps, m.csat,
             m.open_complaints, m.last_interaction_date, m.qualification_status, m.acquisition_channel, m.declared_needs,
             m.interaction_interval_days) > 0
         ON CONFLICT (tenant_id, buyer_id) DO UPDATE SET
             yearly_wallet_minor = coalesce(s.yearly_wallet_minor, excluded.yearly_wallet_minor),
             wallet_currency_code = coalesce(s.wallet_currency_code, excluded.wallet_currency_code),
             strategic_fit = coalesce(s.strategic_fit, excluded.strategic_fit), nps = coalesce(s.nps, excluded.nps),
             csat = coalesce(s.csat, excluded.csat), open_complaints = coalesce(s.open_complaints, excluded.open_complaints),
             last_interaction_date = coalesce(s.last_interaction_date, excluded.last_interaction_date),
             qualification_status = coalesce(s.qualification_status, excluded.qualification_status),
             acquisition_channel = coalesce(s.acquisition_channel, excluded.acquisition_channel),
             declared_needs = coalesce(s.declared_needs, excluded.declared_needs),
             interaction_interval_days = coalesce(s.interaction_interval_days, excluded.interaction_interval_days),
             version = s.version + 1, update_time = excluded.update_time",
        tenant,
        merged,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Where both buyers have an alert that is not over, ends the lesser one and keeps what it was.
async fn alerts_yield(
    connection: &mut PgConnection,
    tenant: &str,
    (merged, survivor): (i64, i64),
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH less AS (
             SELECT less.churn_alert_id, less.state FROM value.churn_alert less
             JOIN value.churn_alert more ON more.tenant_id = $1 AND more.buyer_id IN ($2, $3) AND more.state IN (1, 2)
                 AND more.buyer_id <> less.buyer_id AND more.currency_code = less.currency_code
             WHERE less.tenant_id = $1 AND less.buyer_id IN ($2, $3) AND less.state IN (1, 2)
                 AND (less.last_purchase_date, less.level, more.raise_date, more.churn_alert_id)
                     < (more.last_purchase_date, more.level, less.raise_date, less.churn_alert_id)
         ), ended AS (
             UPDATE value.churn_alert a SET state = 3, update_time = $4, end_time = $4
             FROM less WHERE a.tenant_id = $1 AND a.churn_alert_id = less.churn_alert_id
             RETURNING a.churn_alert_id
         ), kept AS (
             SELECT array_agg(less.churn_alert_id ORDER BY less.churn_alert_id) AS ids,
                 array_agg(less.state ORDER BY less.churn_alert_id) AS states
             FROM less JOIN ended USING (churn_alert_id)
         )
         UPDATE value.buyer_merge m SET alert_ids = kept.ids, alert_states = kept.states FROM kept
         WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND kept.ids IS NOT NULL",
        tenant,
        merged,
        survivor,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

async fn rows_move(connection: &mut PgConnection, tenant: &str, (merged, survivor): (i64, i64)) -> sqlx::Result<Moved> {
    let transactions = sqlx::query!(
        "UPDATE value.transaction SET buyer_id = $3, own_buyer_id = coalesce(own_buyer_id, $2) WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        merged,
        survivor,
    );
    let tier_moves = sqlx::query!(
        "UPDATE value.tier_move SET buyer_id = $3, own_buyer_id = coalesce(own_buyer_id, $2) WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        merged,
        survivor,
    );
    let churn_alerts = sqlx::query!(
        "UPDATE value.churn_alert SET buyer_id = $3, own_buyer_id = coalesce(own_buyer_id, $2) WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        merged,
        survivor,
    );
    let contracts = sqlx::query!(
        "UPDATE value.contract SET buyer_id = $3, own_buyer_id = coalesce(own_buyer_id, $2) WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        merged,
        survivor,
    );
    contracts.execute(&mut *connection).await?;
    Ok(Moved {
        transactions: transactions.execute(&mut *connection).await?.rows_affected() as i64,
        tier_moves: tier_moves.execute(&mut *connection).await?.rows_affected() as i64,
        churn_alerts: churn_alerts.execute(connection).await?.rows_affected() as i64,
    })
}

/// Makes a buyer itself again that was merged into another: what is its own by its keys, and by those of buyers that were merged into it before,
/// also what came since. Answers what went back; `None` where it was not merged.
pub async fn buyer_unmerge(
    connection: &mut PgConnection,
    tenant: &str,
    buyer: i64,
    now: Timestamp,
) -> sqlx::Result<Option<Moved>> {
    let Some(survivor) = sqlx::query_scalar!(
        "SELECT survivor_id FROM value.buyer WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        buyer
    )
    .fetch_optional(&mut *connection)
    .await?
    .flatten() else {
        return Ok(None);
    };
    let own: Vec<i64> = sqlx::query_scalar!(
        r#"WITH RECURSIVE own AS (
               SELECT $2::bigint AS buyer_id
               UNION
               SELECT b.buyer_id FROM own o JOIN value.buyer b ON b.tenant_id = $1 AND b.merged_into = o.buyer_id AND b.survivor_id = $3
           )
           SELECT buyer_id AS "buyer_id!" FROM own"#,
        tenant,
        buyer,
        survivor,
    )
    .fetch_all(&mut *connection)
    .await?;
    let moved = rows_return(connection, tenant, (buyer, survivor), &own).await?;
    sqlx::query!(
        "UPDATE value.buyer SET survivor_id = NULLIF($3, buyer_id), merged_into = CASE WHEN buyer_id <> $3 THEN merged_into END
         WHERE tenant_id = $1 AND buyer_id = ANY ($2)",
        tenant,
        &own,
        buyer,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.churn_alert a SET state = k.state, update_time = $3, end_time = NULL
         FROM value.buyer_merge m CROSS JOIN LATERAL unnest(m.alert_ids, m.alert_states) AS k (churn_alert_id, state)
         WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND a.tenant_id = $1 AND a.churn_alert_id = k.churn_alert_id
             AND a.state = 3 AND a.outcome IS NULL
             AND NOT EXISTS (
                 SELECT FROM value.churn_alert o WHERE o.tenant_id = $1 AND o.currency_code = a.currency_code
                     AND o.buyer_id = a.buyer_id AND o.state IN (1, 2))",
        tenant,
        buyer,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM value.tier_override o USING value.buyer_merge m
         WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND o.tenant_id = $1 AND o.buyer_id = m.survivor_id AND o.create_time = m.override_time",
        tenant,
        buyer,
    )
    .execute(&mut *connection)
    .await?;
    signals_return(connection, tenant, buyer, now).await?;
    sqlx::query!("DELETE FROM value.buyer_merge WHERE tenant_id = $1 AND buyer_id = $2", tenant, buyer)
        .execute(connection)
        .await?;
    Ok(Some(moved))
}

async fn rows_return(
    connection: &mut PgConnection,
    tenant: &str,
    (buyer, survivor): (i64, i64),
    own: &[i64],
) -> sqlx::Result<Moved> {
    let transactions = sqlx::query!(
        "UPDATE value.transaction SET buyer_id = $2, own_buyer_id = NULLIF(own_buyer_id, $2)
         WHERE tenant_id = $1 AND buyer_id = $3 AND own_buyer_id = ANY ($4)",
        tenant,
        buyer,
        survivor,
        own,
    );
    let tier_moves = sqlx::query!(
        "UPDATE value.tier_move SET buyer_id = $2, own_buyer_id = NULLIF(own_buyer_id, $2)
         WHERE tenant_id = $1 AND buyer_id = $3 AND own_buyer_id = ANY ($4)",
        tenant,
        buyer,
        survivor,
        own,
    );
    let churn_alerts = sqlx::query!(
        "UPDATE value.churn_alert SET buyer_id = $2, own_buyer_id = NULLIF(own_buyer_id, $2)
         WHERE tenant_id = $1 AND buyer_id = $3 AND own_buyer_id = ANY ($4)",
        tenant,
        buyer,
        survivor,
        own,
    );
    let contracts = sqlx::query!(
        "UPDATE value.contract SET buyer_id = $2, own_buyer_id = NULLIF(own_buyer_id, $2)
         WHERE tenant_id = $1 AND buyer_id = $3 AND own_buyer_id = ANY ($4)",
        tenant,
        buyer,
        survivor,
        own,
    );
    contracts.execute(&mut *connection).await?;
    Ok(Moved {
        transactions: transactions.execute(&mut *connection).await?.rows_affected() as i64,
        tier_moves: tier_moves.execute(&mut *connection).await?.rows_affected() as i64,
        churn_alerts: churn_alerts.execute(connection).await?.rows_affected() as i64,
    })
}

/// Takes the signals back that filled gaps of the survivor, as far as nobody has changed them since.
async fn signals_return(connection: &mut PgConnection, tenant: &str, buyer: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.account_signals s SET
             yearly_wallet_minor = CASE WHEN (s.yearly_wallet_minor, s.wallet_currency_code) = (m.yearly_wallet_minor, m.wallet_currency_code)
                 THEN NULL ELSE s.yearly_wallet_minor END,
             wallet_currency_code = CASE WHEN (s.yearly_wallet_minor, s.wallet_currency_code) = (m.yearly_wallet_minor, m.wallet_currency_code)
                 THEN NULL ELSE s.wallet_currency_code END,
             strategic_fit = NULLIF(s.strategic_fit, m.strategic_fit), nps = NULLIF(s.nps, m.nps), csat = NULLIF(s.csat, m.csat),
             open_complaints = NULLIF(s.open_complaints, m.open_complaints),
             last_interaction_date = NULLIF(s.last_interaction_date, m.last_interaction_date),
             qualification_status = NULLIF(s.qualification_status, m.qualification_status),
             acquisition_channel = NULLIF(s.acquisition_channel, m.acquisition_channel),
             declared_needs = NULLIF(s.declared_needs, m.declared_needs),
             interaction_interval_days = NULLIF(s.interaction_interval_days, m.interaction_interval_days),
             version = s.version + 1, update_time = $3
         FROM value.buyer_merge m
         WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND s.tenant_id = $1 AND s.buyer_id = m.survivor_id AND num_nonnulls(
             m.yearly_wallet_minor, m.strategic_fit, m.nps, m.csat, m.open_complaints, m.last_interaction_date, m.qualification_status,
             m.acquisition_channel, m.declared_needs, m.interaction_interval_days) > 0",
        tenant,
        buyer,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Makes a buyer part of another that it turned out to be, for good: its keys go, its number leads to the other.
pub async fn buyer_join(connection: &mut PgConnection, tenant: &str, (from, to): (i64, i64)) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.buyer SET survivor_id = $3, merged_into = CASE WHEN buyer_id = $2 OR merged_into = $2 THEN $3 ELSE merged_into END,
             customer_id = CASE WHEN buyer_id <> $2 THEN customer_id END, external_id = CASE WHEN buyer_id <> $2 THEN external_id END
         WHERE tenant_id = $1 AND (buyer_id = $2 OR survivor_id = $2)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.buyer_merge SET survivor_id = $3 WHERE tenant_id = $1 AND survivor_id = $2",
        tenant,
        from,
        to
    )
    .execute(connection)
    .await
    .map(drop)
}
