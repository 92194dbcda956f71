//! Purchases made up: customers who buy at their own rates until they leave, as BG/NBD has it. The same every time.

use std::f64::consts::TAU;

use anyhow::Result;

use crate::{customers, psql::Psql};

/// The tenant they belong to.
pub const TENANT: &str = "bench";
/// Their currency.
pub const CURRENCY: &str = "EUR";
/// The last day, on which scores are taken: year, month, day.
pub const LAST_DAY: (i32, i32, i32) = (2026, 10, 31);

/// Days before the last one on which the first customers came.
const DAYS: u32 = 728;

/// One purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purchase {
    /// Days since the first one.
    pub day: u32,
    /// Whose, from 1.
    pub buyer: u32,
    /// How much, in cents.
    pub amount_minor: u32,
}

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Above 0, below 1.
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (TAU * self.uniform()).cos()
    }

    /// Of shape `shape` and scale 1 (Marsaglia and Tsang 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        x / (x + self.gamma(b))
    }
}

/// About ten and a half purchases a customer, in the order of their days.
pub fn generate(customers: u32) -> Vec<Purchase> {
    let mut dice = Dice(20_261_031);
    let mut purchases = Vec::with_capacity(customers as usize * 11);
    for buyer in 1..=customers {
        let rate = dice.gamma(0.9) / 13.0;
        let leaves = dice.beta(0.9, 9.0);
        let spend = 4_000.0 * (0.6 * dice.normal()).exp();
        let mut day = dice.uniform() * f64::from(DAYS - 1);
        loop {
            let amount_minor = (spend * dice.gamma(6.0) / 6.0).max(1.0) as u32;
            purchases.push(Purchase { day: day as u32, buyer, amount_minor });
            day += -dice.uniform().ln() / rate.max(1e-9);
            if day >= f64::from(DAYS) || dice.uniform() < leaves {
                break;
            }
        }
    }
    purchases.sort_unstable();
    purchases
}

/// Stores customers and their purchases; answers how many purchases. Indexes are made afterwards, and statistics are up to date.
pub async fn fill(owner: &Psql, customers: u32) -> Result<usize> {
    let buyers = (1..=customers).map(|buyer| {
        let (id, external_id) = (customers::id(buyer.into()), customers::external_id(buyer.into()));
        format!("{TENANT}\t{buyer}\t{id}\t{external_id}\n")
    });
    owner.fill("value.buyer (tenant_id, buyer_id, customer_id, external_id)", buyers).await?;
    owner.run(&[&format!("ALTER TABLE value.buyer ALTER buyer_id RESTART WITH {}", customers + 1)]).await?;

    let purchases = tokio::task::spawn_blocking(move || generate(customers)).await?;
    let count = purchases.len();
    let indexes = take_indexes(owner).await?;
    let (year, month, day) = LAST_DAY;
    let last = jiff::civil::date(year as i16, month as i8, day as i8);
    let dates: Vec<_> = (0..DAYS)
        .rev()
        .map(|back| last.checked_sub(jiff::Span::new().days(i64::from(back))))
        .collect::<Result<_, _>>()?;
    let target = "value.transaction (tenant_id, buyer_id, amount_minor, create_time, occur_date, kind, currency_code, external_id)";
    let rows = purchases.iter().enumerate().map(|(number, purchase)| {
        let Purchase { day, buyer, amount_minor } = purchase;
        let date = dates[*day as usize];
        format!("{TENANT}\t{buyer}\t{amount_minor}\t2026-11-01 00:00:00Z\t{date}\t1\t{CURRENCY}\tINV-{number:010}\n")
    });
    owner.fill(target, rows).await?;
    owner.run(&[&format!("INSERT INTO value.transaction_currency VALUES ('{TENANT}', '{CURRENCY}')")]).await?;
    owner.run(&["SET maintenance_work_mem = '512MB'", &indexes]).await?;
    owner.run(&["VACUUM ANALYZE value.buyer", "VACUUM ANALYZE value.transaction", "CHECKPOINT"]).await?;
    Ok(count)
}

/// Drops the indexes of the transactions and answers the statements that make them again.
async fn take_indexes(owner: &Psql) -> Result<String> {
    let keys = "FROM pg_constraint WHERE conrelid = 'value.transaction'::regclass AND contype IN ('p', 'u')";
    let indexes = "FROM pg_index i WHERE indrelid = 'value.transaction'::regclass \
                   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)";
    let make = owner
        .value(&format!(
            "SELECT string_agg(make, '; ') FROM (\
             SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make {keys} \
             UNION ALL SELECT pg_get_indexdef(indexrelid) {indexes}) AS all_of_them"
        ))
        .await?;
    let drop = owner
        .value(&format!(
            "SELECT string_agg(gone, '; ') FROM (\
             SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS gone {keys} \
             UNION ALL SELECT format('DROP INDEX %s', indexrelid::regclass) {indexes}) AS all_of_them"
        ))
        .await?;
    owner.run(&[&drop]).await?;
    Ok(make)
}

#[cfg(test)]
mod tests {
    use super::{DAYS, generate};

    #[test]
    fn a_customer_makes_about_ten_and_a_half_purchases() {
        let purchases = generate(20_000);
        let mean = purchases.len() as f64 / 20_000.0;
        assert!((9.8..11.2).contains(&mean), "{mean}");
        assert!(purchases.is_sorted());
        assert!(purchases.iter().all(|purchase| purchase.day < DAYS && purchase.amount_minor > 0));
    }

    #[test]
    fn the_purchases_are_the_same_every_time() {
        assert_eq!(generate(100), generate(100));
    }
}
