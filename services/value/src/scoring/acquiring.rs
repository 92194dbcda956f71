//! What winning customers cost: the spends that a run shares out, and when each customer had paid its cost back.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use btyd::{Summary, purchase_log::CustomerDays};
use sqlx::PgConnection;

use super::{
    error::RunError,
    reading::{Purchases, day_number},
};
use crate::{
    domain::{
        acquisition::{Shared, Spend, Won, elapsed_part, share_out},
        contribution::{Acquired, Costs, payback_day},
        conversion::FxBook,
        score_settings::ScoreSettings,
    },
    store::{acquisition_spend::SpendRecord, transaction_scan as scan},
};

/// What a run reads of it.
#[derive(Debug, Default)]
pub struct Acquisition {
    /// The spends whose period has begun, by period.
    pub spends: Vec<Spend>,
    /// The channels of the buyers of whom they are known.
    pub channels: HashMap<u64, Arc<str>>,
    /// Costs of goods and to serve, by buyer: days and amounts. Read only where something is to be paid back.
    pub day_costs: HashMap<u64, Vec<(i32, i64)>>,
}

/// Reads what is not read yet; costs in other currencies are there already.
pub(super) async fn read(
    connection: &mut PgConnection,
    purchases: &scan::Purchases<'_>,
    read: &mut Purchases,
    book: Option<&FxBook>,
) -> Result<(), RunError> {
    let acquisition = &mut read.acquisition;
    let stored = purchases.acquisition_spends(connection).await?;
    acquisition.spends = stored.into_iter().map(|record| spend(record, purchases, book)).collect();
    let mut known: BTreeSet<Arc<str>> = BTreeSet::new();
    for (buyer, channel) in purchases.acquisition_channels(connection).await? {
        let channel: Arc<str> = known.get(channel.as_str()).cloned().unwrap_or_else(|| channel.into());
        known.insert(Arc::clone(&channel));
        acquisition.channels.insert(buyer as u64, channel);
    }
    if acquisition.spends.is_empty() && read.costs.values().all(|costs| costs.acquisition == 0) {
        return Ok(());
    }
    for cost in purchases.day_costs(connection).await? {
        let day = day_number(cost.occur_date.to_jiff());
        acquisition.day_costs.entry(cost.buyer_id as u64).or_default().push((day, cost.amount_minor));
    }
    for costs in acquisition.day_costs.values_mut() {
        costs.sort_unstable();
    }
    Ok(())
}

fn spend(record: SpendRecord, purchases: &scan::Purchases<'_>, book: Option<&FxBook>) -> Spend {
    let [start_day, end_day, as_of_day] =
        [record.start_date.to_jiff(), record.end_date.to_jiff(), purchases.until].map(day_number);
    let part = elapsed_part(record.amount_minor, (start_day, end_day), as_of_day);
    let counted_minor = match book {
        _ if record.currency_code == purchases.currency => Some(part),
        Some(book) => book.convert(part, &record.currency_code, end_day.min(as_of_day)),
        None => None,
    };
    Spend { id: record.acquisition_spend_id, channel: record.channel, start_day, end_day, counted_minor }
}

/// The purchase days of the customers that winning may have cost something.
pub fn days_to_pay_back(purchases: &Purchases, settings: &ScoreSettings) -> Vec<CustomerDays> {
    let Acquisition { spends, channels, .. } = &purchases.acquisition;
    let spent_on: HashSet<&str> = spends.iter().map(|spend| spend.channel.as_str()).collect();
    let own = |customer: u64| purchases.costs.get(&customer).is_some_and(|costs| costs.acquisition > 0);
    let of_channel = |customer: u64| channels.get(&customer).is_some_and(|channel| spent_on.contains(&**channel));
    if spent_on.is_empty() && purchases.costs.values().all(|costs| costs.acquisition == 0) {
        return Vec::new();
    }
    let wanted = |customer| own(customer) || of_channel(customer);
    purchases.log.days_of(day_number(settings.as_of_date), wanted)
}

/// What winning the customers of a run cost.
#[derive(Debug, Default)]
pub struct Winning {
    /// Of each customer that winning cost something.
    pub of_customer: HashMap<u64, Acquired>,
    /// How the spends were shared out.
    pub shared: Shared,
    /// What was read of it.
    pub acquisition: Acquisition,
}

impl Winning {
    /// Shares the spends out over the customers that have a score, and sees since when each has paid back.
    pub fn of(
        summaries: &[Summary],
        days: &[CustomerDays],
        acquisition: Acquisition,
        costs: &HashMap<u64, Costs>,
        margin: f64,
    ) -> Self {
        let won = summaries.iter().filter_map(|summary| {
            let channel = acquisition.channels.get(&summary.customer)?;
            Some(Won { customer: summary.customer, channel, first_day: summary.first_day })
        });
        let shared = share_out(&acquisition.spends, won);
        let mut of_customer = HashMap::new();
        for (customer, days) in days {
            let share_minor = shared.of_customer.get(customer).copied().unwrap_or_default();
            let own = costs.get(customer).map_or(0, |costs| costs.acquisition);
            let cost_minor = share_minor.saturating_add(own);
            if cost_minor > 0 {
                let other_costs = acquisition.day_costs.get(customer).map(Vec::as_slice).unwrap_or_default();
                let payback_day = payback_day(days, other_costs, margin, cost_minor);
                of_customer.insert(*customer, Acquired { cost_minor, share_minor, payback_day });
            }
        }
        Self { of_customer, shared, acquisition }
    }

    /// What winning a customer cost.
    pub fn of_one(&self, customer: u64) -> Acquired {
        if self.of_customer.is_empty() {
            return Acquired::default();
        }
        self.of_customer.get(&customer).copied().unwrap_or_default()
    }
}
