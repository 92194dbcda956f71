//! How much customers buy of what they declare to need: worked out by a run for whoever has declared any, and again when one is rescored.

use std::collections::HashMap;

use jiff::{ToSpan as _, civil::Date};
use prost::Message as _;
use sqlx::PgConnection;

use super::{error::RunError, known::StoredSignals};
use crate::{
    domain::{
        currency::Currency,
        index::Signals,
        needs::{Bought, coverage, covered},
        score_settings::ScoreSettings,
    },
    store::{
        bought_items::{BoughtItem, bought_items_of_buyers},
        declared_needs::{declared_needs_all, decode, encode_covered},
    },
};

/// Customers whose items are read by one statement.
const AT_ONCE: usize = 1_000;

/// The first of the 365 days that end with a day.
pub fn year_before(last: Date) -> Date {
    last.saturating_sub((i64::from(btyd::purchase_log::YEAR_DAYS) - 1).days())
}

/// Tells the signals of everyone with declared needs how much of these is bought, and answers the encoded needs.
pub(super) async fn read(
    connection: &mut PgConnection,
    tenant: &str,
    settings: &ScoreSettings,
    signals: &mut HashMap<u64, Signals>,
) -> Result<HashMap<u64, Vec<u8>>, RunError> {
    let declared = declared_needs_all(connection, tenant).await?;
    let mut read = HashMap::with_capacity(declared.len());
    for some in declared.chunks(AT_ONCE) {
        let buyers: Vec<i64> = some.iter().map(|(buyer, _)| *buyer).collect();
        let mut bought = bought(connection, tenant, &buyers, settings.currency, settings.as_of_date).await?;
        for (buyer, encoded) in some {
            let bought = bought.remove(buyer).unwrap_or_default();
            let needs = covered(decode(encoded)?, &bought, settings.currency);
            if let Some(signals) = signals.get_mut(&(*buyer as u64)) {
                signals.needs_coverage = coverage(&needs);
                read.insert(*buyer as u64, encode_covered(&needs));
            }
        }
    }
    Ok(read)
}

/// The encoded signals of a score with the coverage of its needs as of a later day; `None` where it has no needs.
pub async fn renewed(
    connection: &mut PgConnection,
    tenant: &str,
    (buyer, encoded): (i64, &[u8]),
    currency: Currency,
    as_of_date: Date,
) -> Result<Option<Vec<u8>>, RunError> {
    let stored = StoredSignals::decode(encoded).map_err(|error| RunError::Fault(error.to_string()))?;
    let Some(needs) = stored.declared_needs.as_deref() else { return Ok(None) };
    let bought = bought(connection, tenant, &[buyer], currency, as_of_date).await?.remove(&buyer).unwrap_or_default();
    let needs = covered(decode(needs)?, &bought, currency);
    let (needs_coverage, declared_needs) = (coverage(&needs), Some(encode_covered(&needs)));
    Ok(Some(StoredSignals { needs_coverage, declared_needs, ..stored }.encode_to_vec()))
}

async fn bought(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
    currency: Currency,
    last: Date,
) -> Result<HashMap<i64, Vec<Bought>>, RunError> {
    let items = bought_items_of_buyers(connection, tenant, buyers, (year_before(last), Some(last))).await?;
    let mut bought: HashMap<i64, Vec<Bought>> = HashMap::new();
    for item in items {
        let buyer = item.buyer_id;
        bought.entry(buyer).or_default().extend(in_currency(item, currency));
    }
    Ok(bought)
}

/// What was bought, if it was in a currency.
pub fn in_currency(item: BoughtItem, currency: Currency) -> Option<Bought> {
    (item.currency_code == currency.code()).then_some(Bought {
        product: item.product,
        category: item.category,
        amount_minor: item.amount_minor,
    })
}
