//! Reads a tenant's transactions up to a day, all in one snapshot, straight into the log they are summarised from.
//!
//! Purchases are many and come by binary `COPY`, on two connections that share the snapshot when the tenant owns so much of the table
//! that all of it is scanned anyway. Refunds and costs are few and come by queries of their own.

use std::{collections::HashMap, sync::Arc};

use btyd::PurchaseLog;
use clientele_pg::{Pool, copy::copy_out};
use clientele_proto::value::v1::{OtherCurrency, score_run_progress::Stage};
use jiff::{Timestamp, ToSpan as _, Unit, civil::Date};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{
    acquiring::{self, Acquisition},
    affinities::{self, Items},
    converting,
    drifting::{self, EarlierFit},
    error::RunError,
    judging::Known,
    known,
    progress::Progress,
    session,
};
use crate::{
    domain::{
        contribution::Costs,
        conversion::{FxBook, Tally},
        score_settings::ScoreSettings,
        transaction::CostKind,
    },
    store::{fx_rate::fx_book_version, rescore::feed_latest, transaction_scan as scan},
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
    pub costs: HashMap<u64, Costs>,
    /// What winning customers cost, beyond what is recorded of each.
    pub acquisition: Acquisition,
    /// Transactions that counted.
    pub transactions: i64,
    /// Customers known, with or without a purchase.
    pub known_customers: i64,
    /// Those in other currencies.
    pub other_currencies: Vec<OtherCurrency>,
    /// The version of the rates that they were converted by.
    pub fx_version: i64,
    /// What is known beside purchases.
    pub known: Known,
    /// The last fit of each model.
    pub earlier_fits: Vec<EarlierFit>,
    /// Up to where the feed was in the snapshot.
    pub feed_position: i64,
    /// When the snapshot was taken, by the clock that recorded transactions have their times from.
    pub read_time: Option<Timestamp>,
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
    let (book, fx_version) = book(&mut connection, tenant, settings).await?;
    let purchases = scan::Purchases {
        tenant,
        currency: settings.currency.code(),
        until: settings.as_of_date,
        converts: book.is_some(),
        granted: scan::Granted::read(&mut connection, tenant, settings.currency.code()).await?,
    };
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
    let (for_first, for_second) = (book.clone(), book.clone());
    let second = async {
        match second {
            None => Ok((Half::default(), None)),
            Some((connection, copy)) => {
                let copied = session::apart(progress, copy_half(connection, copy, for_second, at_second)).await;
                copied.map(|(half, connection)| (half, Some(connection)))
            }
        }
    };
    let ((first, mut connection), (second, beside)) =
        tokio::try_join!(session::apart(progress, copy_half(connection, first, for_first, at_first)), second)?;

    let transactions = (first.log.len() + second.log.len()) as i64;
    let mut read = Purchases { transactions, log: first.log, fx_version, read_time: Some(now), ..Purchases::default() };
    read.log.append(second.log);
    let mut tally = first.tally;
    tally.add(second.tally);
    let others = async {
        match &book {
            None => add_refunds(&mut connection, &purchases, &mut read).await?,
            Some(book) => add_converted(&mut connection, &purchases, &mut read, book, &mut tally).await?,
        }
        progress.check()?;
        add_costs(&mut connection, &purchases, &mut read).await?;
        acquiring::read(&mut connection, &purchases, &mut read, book.as_deref()).await?;
        progress.check()
    };
    // The other connection counts meanwhile.
    let counted = async {
        let Some(mut connection) = beside else { return Ok::<_, RunError>(None) };
        Ok(Some((purchases.known_buyers(&mut connection).await?, connection)))
    };
    let ((), counted) = tokio::try_join!(others, counted)?;
    let (known_customers, beside) = counted.unzip();
    read.feed_position = feed_latest(&mut connection).await?;
    read.known = known::read(&mut connection, beside, tenant, settings, now, progress).await?;
    read.earlier_fits = drifting::earlier_fits(&mut connection, tenant, settings).await?;
    progress.check()?;
    read.known_customers = match known_customers {
        Some(count) => count,
        None => purchases.known_buyers(&mut connection).await?,
    };
    if book.is_some() {
        read.other_currencies = converting::other_currencies(&tally);
    } else if first.foreign || second.foreign || purchases.has_foreign_others(&mut connection).await? {
        read.other_currencies = purchases.other_currencies(&mut connection).await?;
    }
    (read.items, connection) = affinities::read(connection, tenant, settings, progress).await?;
    session::end(connection).await?;
    Ok(read)
}

/// Reads the purchases and refunds up to a day in the currency of the settings, converted as these say by the rates as they are now, and
/// nothing else.
pub async fn read_log(
    pool: &Pool,
    tenant: &str,
    settings: &ScoreSettings,
    until: Date,
) -> Result<PurchaseLog, RunError> {
    let progress = Progress::default();
    let mut connection = session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let (book, _) = book(&mut connection, tenant, settings).await?;
    let currency = settings.currency.code();
    let granted = scan::Granted::read(&mut connection, tenant, currency).await?;
    let purchases = scan::Purchases { tenant, currency, until, converts: book.is_some(), granted };
    let copying = copy_half(connection, purchases.copy(None), book.clone(), progress.clone());
    let (half, mut connection) = session::apart(&progress, copying).await?;
    let mut read = Purchases { log: half.log, ..Purchases::default() };
    match &book {
        None => add_refunds(&mut connection, &purchases, &mut read).await?,
        Some(book) => {
            add_converted(&mut connection, &purchases, &mut read, book, &mut Tally::default()).await?;
        }
    }
    session::end(connection).await?;
    Ok(read.log)
}

#[derive(Debug, Default)]
struct Half {
    log: PurchaseLog,
    /// Whether there were rows in other currencies that are not converted.
    foreign: bool,
    /// What became of those that are.
    tally: Tally,
}

/// The rates to convert by, where the run converts, and their version.
async fn book(
    connection: &mut PgConnection,
    tenant: &str,
    settings: &ScoreSettings,
) -> Result<(Option<Arc<FxBook>>, i64), RunError> {
    let Some(conversion) = settings.conversion else { return Ok((None, 0)) };
    let version = fx_book_version(connection, tenant).await?;
    let rates = (settings.as_of_date, version);
    let book = converting::book(connection, tenant, (settings.currency, conversion), rates).await?;
    Ok((Some(Arc::new(book)), version))
}

async fn copy_half(
    mut connection: PgConnection,
    copy: String,
    book: Option<Arc<FxBook>>,
    progress: Progress,
) -> Result<(Half, PgConnection), RunError> {
    let mut half = Half::default();
    let mut seen = 0_u64;
    copy_out(&mut connection, AssertSqlSafe(copy), |row| {
        let buyer: i64 = row.get()?;
        let day: i32 = row.get()?;
        let amount = row.get_opt::<i64>()?;
        match (&book, amount) {
            (None, Some(amount)) => half.log.purchase(buyer as u64, day + POSTGRES_EPOCH, amount),
            (Some(book), Some(amount)) => {
                let day = day + POSTGRES_EPOCH;
                let converted = match row.get_opt::<&str>()? {
                    None => Some(amount),
                    Some(code) => half.tally.convert(book, amount, code, day),
                };
                if let Some(amount) = converted {
                    half.log.purchase(buyer as u64, day, amount);
                }
            }
            (_, None) => half.foreign = true,
        }
        seen += 1;
        if seen.is_multiple_of(STRIDE) { progress.advance(STRIDE as i64) } else { Ok(()) }
    })
    .await?;
    progress.advance((seen % STRIDE) as i64)?;
    Ok((half, connection))
}

async fn add_refunds(
    connection: &mut PgConnection,
    purchases: &scan::Purchases<'_>,
    read: &mut Purchases,
) -> Result<(), RunError> {
    for refund in purchases.refunds(connection).await? {
        let bought = refund.purchase_date.map(|date| day_number(date.to_jiff()));
        read.log.refund(refund.buyer_id as u64, day_number(refund.occur_date.to_jiff()), refund.amount_minor, bought);
        read.transactions += 1;
    }
    Ok(())
}

/// Refunds in all currencies, and costs in others than the run's.
async fn add_converted(
    connection: &mut PgConnection,
    purchases: &scan::Purchases<'_>,
    read: &mut Purchases,
    book: &FxBook,
    tally: &mut Tally,
) -> Result<(), RunError> {
    let mut convert = |amount_minor: i64, code: &str, day: i32| {
        if code == purchases.currency { Some(amount_minor) } else { tally.convert(book, amount_minor, code, day) }
    };
    for refund in purchases.refunds_of_all_currencies(connection).await? {
        let day = day_number(refund.occur_date.to_jiff());
        let bought = refund.purchase_date.map(|date| day_number(date.to_jiff()));
        // What is given back for a purchase takes the rate of the purchase, so that all of it is nothing left.
        let amount = convert(refund.amount_minor, &refund.currency_code, bought.unwrap_or(day));
        if let Some(amount) = amount {
            read.log.refund(refund.buyer_id as u64, day, amount, bought);
            read.transactions += 1;
        }
    }
    for cost in purchases.foreign_costs(connection).await? {
        let day = day_number(cost.occur_date.to_jiff());
        if let Some(amount) = convert(cost.amount_minor, &cost.currency_code, day) {
            read.costs.entry(cost.buyer_id as u64).or_default().add(cost.cost_kind, amount);
            if CostKind::of_number(cost.cost_kind) != Some(CostKind::Acquisition) {
                read.acquisition.day_costs.entry(cost.buyer_id as u64).or_default().push((day, amount));
            }
            read.transactions += 1;
        }
    }
    Ok(())
}

async fn add_costs(
    connection: &mut PgConnection,
    purchases: &scan::Purchases<'_>,
    read: &mut Purchases,
) -> Result<(), RunError> {
    for row in purchases.costs(connection).await? {
        let (buyer, kind, cost, count): (i64, Option<i16>, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        read.costs.entry(buyer as u64).or_default().add(kind, cost);
        read.transactions += count;
    }
    Ok(())
}
