//! Reads a tenant's transactions up to a day, all in one snapshot, straight into the log they are summarised from.
//!
//! Purchases are many and come by binary `COPY`, on two connections that share the snapshot when the tenant owns so much of the table
//! that all of it is scanned anyway. Refunds and costs are few and come by queries of their own.

use std::collections::HashMap;

use btyd::PurchaseLog;
use clientele_pg::{Pool, copy::copy_out};
use clientele_proto::value::v1::{OtherCurrency, score_run_progress::Stage};
use jiff::{Timestamp, ToSpan as _, Unit, civil::Date};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{
    affinities::{self, Items},
    error::RunError,
    judging::Known,
    known,
    progress::Progress,
    session,
};
use crate::{
    domain::score_settings::ScoreSettings,
    store::{rescore::feed_latest, transaction_scan as scan},
};

/// Rows between two looks at whether the run is to stop.
const STRIDE: u64 = 50_000;

/// Days from 1970-01-01, where `btyd` counts from, to 2000-01-01, where Postgres does.
pub const POSTGRES_EPOCH: i32 = 10_957;

/// What was read.
#[derive(Debug, Default)]
pub struct Purchases {
    /// Purchases and refunds in the run's currency.
    pub log: PurchaseLog,
    /// Costs in the run's currency by buyer.
    pub costs: HashMap<u64, i64>,
    /// Transactions that counted.
    pub transactions: i64,
    /// Customers known, with or without a purchase.
    pub known_customers: i64,
    /// Those in other currencies.
    pub other_currencies: Vec<OtherCurrency>,
    /// What is known beside purchases.
    pub known: Known,
    /// Up to where the feed was in the snapshot.
    pub feed_position: i64,
    /// The items of the transactions; `None` for a tenant without any.
    pub items: Option<Items>,
}

/// A day as `btyd` counts it.
pub fn day_number(date: Date) -> i32 {
    date.since((Unit::Day, Date::constant(1970, 1, 1))).map_or(0, |span| span.get_days())
}

/// The day with a number of `btyd`'s.
pub fn day_of_number(number: i32) -> Date {
    Date::constant(1970, 1, 1).saturating_add(number.days())
}

/// Reads what `settings` ask for.
pub async fn read(
    pool: &Pool,
    tenant: &str,
    settings: &ScoreSettings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Purchases, RunError> {
    let mut connection = session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let purchases = scan::Purchases { tenant, currency: settings.currency.code(), until: settings.as_of_date };
    let plan = purchases.plan(&mut connection).await?;
    progress.begin(Stage::Reading, plan.rows)?;

    let first = purchases.copy(plan.halves.map(|middle| (0, Some(middle))));
    let second = match plan.halves {
        Some(middle) => {
            let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut connection).await?;
            let begin =
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'");
            let second = session::begin(pool, &begin).await?;
            Some((second, purchases.copy(Some((middle, None)))))
        }
        None => None,
    };
    let (at_first, at_second) = (progress.clone(), progress.clone());
    let second = async {
        match second {
            None => Ok(Half::default()),
            Some((connection, copy)) => {
                let (half, connection) = session::apart(progress, copy_half(connection, copy, at_second)).await?;
                session::end(connection).await?;
                Ok(half)
            }
        }
    };
    let ((first, mut connection), second) =
        tokio::try_join!(session::apart(progress, copy_half(connection, first, at_first)), second)?;

    let mut read =
        Purchases { transactions: (first.log.len() + second.log.len()) as i64, log: first.log, ..Purchases::default() };
    read.log.append(second.log);
    add_refunds_and_costs(&mut connection, &purchases, &mut read, progress).await?;
    read.feed_position = feed_latest(&mut connection).await?;
    read.known = known::read(&mut connection, tenant, settings, now).await?;
    progress.check()?;
    read.known_customers = purchases.known_buyers(&mut connection).await?;
    if first.foreign || second.foreign || purchases.has_foreign_others(&mut connection).await? {
        read.other_currencies = purchases.other_currencies(&mut connection).await?;
    }
    (read.items, connection) = affinities::read(connection, tenant, settings, progress).await?;
    session::end(connection).await?;
    Ok(read)
}

#[derive(Debug, Default)]
struct Half {
    log: PurchaseLog,
    /// Whether there were rows in other currencies.
    foreign: bool,
}

async fn copy_half(
    mut connection: PgConnection,
    copy: String,
    progress: Progress,
) -> Result<(Half, PgConnection), RunError> {
    let mut half = Half::default();
    let mut seen = 0_u64;
    copy_out(&mut connection, AssertSqlSafe(copy), |row| {
        let buyer: i64 = row.get()?;
        let day: i32 = row.get()?;
        match row.get_opt::<i64>()? {
            Some(amount) => half.log.purchase(buyer as u64, day + POSTGRES_EPOCH, amount),
            None => half.foreign = true,
        }
        seen += 1;
        if seen.is_multiple_of(STRIDE) { progress.advance(STRIDE as i64) } else { Ok(()) }
    })
    .await?;
    progress.advance((seen % STRIDE) as i64)?;
    Ok((half, connection))
}

async fn add_refunds_and_costs(
    connection: &mut PgConnection,
    purchases: &scan::Purchases<'_>,
    read: &mut Purchases,
    progress: &Progress,
) -> Result<(), RunError> {
    for refund in purchases.refunds(connection).await? {
        let bought = refund.purchase_date.map(|date| day_number(date.to_jiff()));
        read.log.refund(refund.buyer_id as u64, day_number(refund.occur_date.to_jiff()), refund.amount_minor, bought);
        read.transactions += 1;
    }
    progress.check()?;
    for row in purchases.costs(connection).await? {
        let (buyer, cost, count): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        read.costs.insert(buyer as u64, cost);
        read.transactions += count;
    }
    progress.check()
}
