//! Transactions of a period in other currencies than the reported one, converted by the database as a score run converts them.
//!
//! Which rate counts is a rule of [`crate::domain::conversion`]: it prices the few days and currencies that there are, and the statement joins the
//! prices to the transactions, multiplies and rounds each by itself. So rows never leave the database, and customers are counted once
//! whatever they paid in.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};

use crate::domain::{conversion::Ratio, sales_period::Period};

/// Where converted transactions come from: each `t` with its price `f`. A refund that names a purchase of the same customer, in whatever
/// currency, has the price of the purchase's day. $1 tenant, $2 currency, $3 and $4 the period, $5 to $9 the prices.
pub(super) const CONVERTED: &str = "value.transaction AS t
    LEFT JOIN LATERAL (
        SELECT occur_date FROM value.transaction AS p
        WHERE t.kind = 2 AND p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id AND p.kind = 1 AND p.buyer_id = t.buyer_id
        LIMIT 1
    ) AS bought ON true
    JOIN unnest($5::text[], $6::text[]::date[], $7::text[]::numeric[], $8::text[]::numeric[], $9::bigint[])
        AS f (currency_code, day, numerator, denominator, most)
        ON f.currency_code = t.currency_code AND f.day = coalesce(bought.occur_date, t.occur_date) AND t.amount_minor <= f.most";

/// An amount at the price `f`, rounded half to even: `Ratio::convert` in SQL.
pub(super) fn half_even(amount: &str) -> String {
    let above = format!("(2 * f.numerator * ({amount}) + f.denominator)");
    let nearest = format!("div({above}, 2 * f.denominator)");
    // The half was rounded up: where that leads to an odd number, it is the one below.
    format!("({nearest} - CASE WHEN mod({nearest}, 2) = 1 AND mod({above}, 2 * f.denominator) = 0 THEN 1 ELSE 0 END)")
}

/// Transactions in other currencies than the reported one.
#[derive(Debug, Clone, Copy)]
pub struct Foreign<'a> {
    /// Whose.
    pub tenant: &'a str,
    /// The reported currency.
    pub currency_code: &'a str,
    /// The kinds that the report counts, by their numbers.
    pub kinds: &'a [i16],
}

/// Transactions in one currency whose rates are those of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignDay {
    /// The currency.
    pub currency_code: String,
    /// The day whose rate counts.
    pub rate_date: Date,
    /// How many there are.
    pub transactions: i64,
    /// The largest amount among them.
    pub largest_minor: i64,
}

/// What is in other currencies in a period, by currency and day of the rate.
pub async fn sales_foreign_days(
    connection: &mut PgConnection,
    foreign: Foreign<'_>,
    period: Period,
) -> sqlx::Result<Vec<ForeignDay>> {
    let rows = sqlx::query!(
        r#"SELECT t.currency_code AS "currency_code!", coalesce(bought.occur_date, t.occur_date) AS "rate_date!: jiff_sqlx::Date",
               count(*) AS "transactions!", max(t.amount_minor) AS "largest_minor!"
           FROM value.transaction AS t
           LEFT JOIN LATERAL (
               SELECT occur_date FROM value.transaction AS p
               WHERE t.kind = 2 AND p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id AND p.kind = 1
                   AND p.buyer_id = t.buyer_id
               LIMIT 1
           ) AS bought ON true
           WHERE t.tenant_id = $1 AND t.currency_code <> $2 AND t.occur_date BETWEEN $3 AND $4 AND t.kind = ANY ($5)
           GROUP BY 1, 2"#,
        foreign.tenant,
        foreign.currency_code,
        period.first.to_sqlx() as _,
        period.last.to_sqlx() as _,
        foreign.kinds,
    )
    .fetch_all(connection)
    .await?;
    let day = rows.into_iter().map(|row| ForeignDay {
        currency_code: row.currency_code,
        rate_date: row.rate_date.to_jiff(),
        transactions: row.transactions,
        largest_minor: row.largest_minor,
    });
    Ok(day.collect())
}

/// How many transactions of a period are in which other currencies.
pub async fn sales_other_currencies(
    connection: &mut PgConnection,
    foreign: Foreign<'_>,
    period: Period,
) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"SELECT currency_code, count(*) AS "transactions!" FROM value.transaction
           WHERE tenant_id = $1 AND currency_code <> $2 AND occur_date BETWEEN $3 AND $4 AND kind = ANY ($5) GROUP BY currency_code"#,
        foreign.tenant,
        foreign.currency_code,
        period.first.to_sqlx() as _,
        period.last.to_sqlx() as _,
        foreign.kinds,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.currency_code, row.transactions)).collect())
}

/// What a minor unit of each currency comes to on each day, as the statements take it.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    currency_codes: Vec<String>,
    days: Vec<String>,
    numerators: Vec<String>,
    denominators: Vec<String>,
    most: Vec<i64>,
}

impl Prices {
    /// Adds what a currency comes to on a day.
    pub fn add(&mut self, currency_code: &str, day: Date, ratio: &Ratio) {
        let (numerator, denominator) = ratio.digits();
        self.currency_codes.push(currency_code.to_owned());
        self.days.push(day.to_string());
        self.numerators.push(numerator);
        self.denominators.push(denominator);
        self.most.push(ratio.most());
    }

    /// Whether nothing is to be converted.
    pub fn is_empty(&self) -> bool {
        self.most.is_empty()
    }

    /// Binds $5 to $9 of [`CONVERTED`].
    pub(super) fn bind<'q>(&'q self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        query
            .bind(&self.currency_codes)
            .bind(&self.days)
            .bind(&self.numerators)
            .bind(&self.denominators)
            .bind(&self.most)
    }
}

/// How many transactions of a period in a currency, by the rate of a day, come to more than can be counted.
pub async fn sales_beyond(
    connection: &mut PgConnection,
    (foreign, day): (Foreign<'_>, &ForeignDay),
    period: Period,
    most: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM value.transaction AS t
           LEFT JOIN LATERAL (
               SELECT occur_date FROM value.transaction AS p
               WHERE t.kind = 2 AND p.tenant_id = t.tenant_id AND p.external_id = t.refunded_external_id AND p.kind = 1
                   AND p.buyer_id = t.buyer_id
               LIMIT 1
           ) AS bought ON true
           WHERE t.tenant_id = $1 AND t.currency_code = $2 AND t.occur_date BETWEEN $3 AND $4 AND t.amount_minor > $6
               AND coalesce(bought.occur_date, t.occur_date) = $5 AND t.kind = ANY ($7)"#,
        foreign.tenant,
        day.currency_code,
        period.first.to_sqlx() as _,
        period.last.to_sqlx() as _,
        day.rate_date.to_sqlx() as _,
        most,
        foreign.kinds,
    )
    .fetch_one(connection)
    .await
}

#[cfg(test)]
mod tests {
    use clientele_testkit::TestDatabase;
    use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use crate::{
        SCHEMA,
        domain::{
            conversion::{Conversion, FxBook},
            currency::Currency,
            fx_rate::{FxRate, Rate},
        },
    };

    /// A currency at a rate, into euros.
    fn ratio(code: &str, rate: &str) -> Ratio {
        let [base, quote] = [code, "EUR"].map(|code| Currency::of_code(code).unwrap());
        let conversion = Conversion { max_rate_age_days: 0, reporting: None };
        let rate = FxRate { base, quote, date: Date::constant(1997, 1, 1), rate: Rate::parse(rate).unwrap() };
        FxBook::new(quote, conversion, [(0, rate)].into_iter()).ratio(code, 0).unwrap()
    }

    #[tokio::test]
    async fn the_database_rounds_as_the_rule_does() {
        let amounts = prop_oneof![0..1_000_i64, 0..1_000_000_000_000_i64, Just(1), Just(5), Just(i64::MAX)];
        let rates = prop_oneof![
            (1..10_000_u32).prop_map(|of| format!("{}.{:03}", of / 1_000, of % 1_000)),
            Just("0.5".to_owned()),
            Just("0.000000000001".to_owned()),
            Just("0.125".to_owned()),
            Just("2.5".to_owned()),
        ];
        let codes = prop_oneof![Just("USD"), Just("JPY"), Just("KWD")];
        let (mut runner, cases) = (TestRunner::deterministic(), (amounts, rates, codes));
        let mut asked = Vec::new();
        for _ in 0..3_000 {
            let (amount, rate, code) = cases.new_tree(&mut runner).unwrap().current();
            if rate.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
                let ratio = ratio(code, &rate);
                asked.push((amount.min(ratio.most()), ratio));
            }
        }
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let sql = format!(
            "SELECT {}::text AS minor FROM unnest($1::bigint[], $2::text[]::numeric[], $3::text[]::numeric[])
             WITH ORDINALITY AS f (amount, numerator, denominator, at) ORDER BY at",
            half_even("f.amount")
        );
        let (numerators, denominators): (Vec<_>, Vec<_>) = asked.iter().map(|(_, ratio)| ratio.digits()).unzip();
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(asked.iter().map(|(amount, _)| *amount).collect::<Vec<_>>())
            .bind(numerators)
            .bind(denominators)
            .fetch_all(&mut *pool.acquire().await.unwrap())
            .await
            .unwrap();
        assert!(rows.len() > 2_900);
        for (row, (amount, ratio)) in rows.iter().zip(&asked) {
            let by_rule = ratio.convert(*amount).unwrap().to_string();
            assert_eq!(row.get::<String, _>("minor"), by_rule, "{amount} at {ratio:?}");
        }
    }
}
