//! The affinities of a run: items read in its snapshot, mined, and stored beside its scores. A tenant without items pays one look.

use std::collections::HashMap;

use clientele_pg::{Pool, copy::copy_out};
use jiff::{ToSpan as _, civil::Date};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{error::RunError, progress::Progress, reading::POSTGRES_EPOCH, session};
use crate::{
    domain::{
        affinity::{Catalogue, Found, Kind, Level, Line, mine},
        score_settings::ScoreSettings,
    },
    store::{
        item_scan::{ItemScan, transaction_items_exist},
        product_affinity::{affinity_items_copy, product_affinities_copy},
        score_run::Lease,
    },
};

/// Rows between two looks at whether the run is to stop.
const STRIDE: u64 = 50_000;

/// The items of purchases and refunds: 56 bytes each, and the names of what they are of.
#[derive(Debug, Default)]
pub struct Items {
    lines: Vec<Line>,
    products: Names,
    categories: Names,
}

/// Texts by the order they came in.
#[derive(Debug, Default)]
struct Names {
    places: HashMap<Box<str>, u32>,
    told: Vec<Told>,
}

/// What was last said of a product or a category.
#[derive(Debug)]
struct Told {
    key: Box<str>,
    name: Box<str>,
    category: Box<str>,
    day: i32,
}

impl Names {
    /// The place of a key. Its name and category are those of the latest day that gave it a name; of one day the last in the order of
    /// texts, whatever order they come in.
    fn place(&mut self, key: &str, name: &str, category: &str, day: i32) -> u32 {
        if let Some(place) = self.places.get(key) {
            let told = &mut self.told[*place as usize];
            let known = (!told.name.is_empty(), told.day, &*told.name, &*told.category);
            if known < (!name.is_empty(), day, name, category) {
                (told.name, told.category, told.day) = (name.into(), category.into(), day);
            }
            return *place;
        }
        let place = self.told.len() as u32;
        self.places.insert(key.into(), place);
        self.told.push(Told { key: key.into(), name: name.into(), category: category.into(), day });
        place
    }
}

impl Catalogue for (&Names, &Names) {
    fn item(&self, level: Level, at: u32) -> (&str, &str, &str) {
        let names = match level {
            Level::Product => self.0,
            Level::Category => self.1,
        };
        let Told { key, name, category, .. } = &names.told[at as usize];
        (key, if name.is_empty() { key } else { name }, category)
    }
}

/// The first day whose purchases count.
pub fn window_start(settings: &ScoreSettings) -> Date {
    settings.as_of_date.saturating_sub((i64::from(settings.affinity.window_days) - 1).days())
}

/// Reads the items of the run's window; `None` for a tenant that has no items.
pub async fn read(
    mut connection: PgConnection,
    tenant: &str,
    settings: &ScoreSettings,
    progress: &Progress,
) -> Result<(Option<Items>, PgConnection), RunError> {
    if !transaction_items_exist(&mut connection, tenant).await? {
        return Ok((None, connection));
    }
    let scan = ItemScan {
        tenant,
        currency: settings.currency.code(),
        first: window_start(settings),
        last: settings.as_of_date,
    };
    let copies = [scan.purchases(), scan.refunds()];
    let stop = progress.clone();
    let reading = async move {
        let mut items = Items::default();
        let mut seen = 0_u64;
        for copy in copies {
            copy_out(&mut connection, AssertSqlSafe(copy), |row| {
                let (buyer, basket, day): (i64, i64, i32) = (row.get()?, row.get()?, row.get()?);
                let (amount_minor, quantity_micros): (i64, Option<i64>) = (row.get()?, row.get_opt()?);
                let (product, name, category): (&str, &str, &str) = (row.get()?, row.get()?, row.get()?);
                let day = day + POSTGRES_EPOCH;
                let category_place =
                    (!category.is_empty()).then(|| items.categories.place(category, category, category, day));
                items.lines.push(Line {
                    buyer: buyer as u64,
                    basket: basket as u64,
                    day,
                    product: items.products.place(product, name, category, day),
                    category: category_place,
                    amount_minor,
                    quantity_micros,
                });
                seen += 1;
                if seen.is_multiple_of(STRIDE) { stop.check() } else { Ok(()) }
            })
            .await?;
        }
        Ok::<_, RunError>((Some(items), connection))
    };
    session::apart(progress, reading).await
}

/// Finds the affinities of products and of categories.
pub async fn find(
    items: Items,
    settings: &ScoreSettings,
    progress: &Progress,
) -> Result<Vec<(Level, Found)>, RunError> {
    let (policy, progress) = (settings.affinity, progress.clone());
    session::compute(move || {
        let Items { mut lines, products, categories } = items;
        let mut found = Vec::new();
        for level in Level::ALL {
            progress.check()?;
            found.push((level, mine(&mut lines, level, &(&products, &categories), &policy)));
        }
        Ok(found)
    })
    .await
}

/// Writes what was found under the lease's set.
pub async fn store(
    pool: &Pool,
    lease: &Lease,
    found: Vec<(Level, Found)>,
    progress: &Progress,
) -> Result<(), RunError> {
    let connection = session::begin(pool, "BEGIN; SET LOCAL synchronous_commit = off").await?;
    let lease = lease.clone();
    let writing = async move {
        let mut connection = connection;
        for ((level, found), ranks) in found.iter().zip(ranks(&found)) {
            affinity_items_copy(&mut connection, &lease, &found.items).await?;
            product_affinities_copy(&mut connection, &lease, *level, found, &ranks).await?;
        }
        Ok::<_, RunError>(connection)
    };
    session::end(session::apart(progress, writing).await?).await
}

/// The rank of each affinity of each level: by kind, then by level, then as they stand.
fn ranks(found: &[(Level, Found)]) -> Vec<Vec<i32>> {
    let mut ranks: Vec<Vec<i32>> = found.iter().map(|(_, found)| Vec::with_capacity(found.affinities.len())).collect();
    let mut next = 1..;
    for kind in Kind::ALL {
        for ((_, found), ranks) in found.iter().zip(&mut ranks) {
            let of_kind = found.affinities.iter().filter(|one| one.kind == kind);
            ranks.extend(of_kind.zip(&mut next).map(|(_, rank)| rank));
        }
    }
    ranks
}
