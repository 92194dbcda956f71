//! Contracts summed up: how they were renewed, which run, and the recurring revenue of customers on two days.

use futures::TryStreamExt as _;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{calendar::CalendarUnit, contract::Agreement};

/// Which contracts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Of this customer.
    pub buyer_id: Option<i64>,
    /// In this currency.
    pub currency_code: Option<&'a str>,
    /// About this product.
    pub product: Option<&'a str>,
    /// With terms of one of these lengths.
    pub term_months: Option<&'a [i32]>,
}

/// Lets Postgres plan for the scope that is asked for: of any scope it would read all contracts of a tenant for those of a customer, and look up
/// one by one what is better hashed. Holds until the transaction ends.
pub async fn contracts_planned_for_scope(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SET LOCAL plan_cache_mode = force_custom_plan").execute(connection).await.map(drop)
}

/// Contracts of one kind that began in the same period, of which as many renewals were due, and which had as many.
#[derive(Debug, Clone, PartialEq)]
pub struct LifeRow {
    /// What they are about.
    pub product: String,
    /// Length of a term.
    pub term_months: i32,
    /// First day of the period.
    pub cohort_date: jiff_sqlx::Date,
    /// Renewals that were due.
    pub due: i32,
    /// Renewals they had of these.
    pub renewed: i32,
    /// How many contracts.
    pub contracts: i64,
}

/// The lives, by the end of a day, of contracts that ran by then; see `domain/contract/lives.rs`.
pub async fn contract_lives(
    connection: &mut PgConnection,
    tenant: &str,
    scope: Scope<'_>,
    as_of: Date,
    unit: CalendarUnit,
) -> sqlx::Result<Vec<LifeRow>> {
    let unit = match unit {
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    };
    sqlx::query_as!(
        LifeRow,
        r#"SELECT c.product, c.term_months, date_trunc($6, c.start_date::timestamp)::date AS "cohort_date!: _", d.due AS "due!",
               r.renewed AS "renewed!", count(*) AS "contracts!"
           FROM value.contract c
           CROSS JOIN LATERAL (SELECT value.contract_terms_begun(c.start_date, c.term_months, $2) - 1 AS due) d
           CROSS JOIN LATERAL (
               SELECT least(d.due, CASE
                   WHEN NOT c.auto_renew THEN c.terms - 1
                   WHEN c.cancel_date IS NOT NULL THEN value.contract_terms_begun(c.start_date, c.term_months, c.cancel_date - 1) - 1
               END) AS renewed
           ) r
           WHERE c.tenant_id = $1 AND c.start_date <= $2 AND (c.cancel_date IS NULL OR c.cancel_date > c.start_date)
               AND ($3::text IS NULL OR c.currency_code = $3) AND ($4::text IS NULL OR c.product = $4)
               AND ($5::integer[] IS NULL OR c.term_months = ANY($5))
           GROUP BY 1, 2, 3, 4, 5
           ORDER BY 1, 2, 3, 4, 5"#,
        tenant,
        as_of.to_sqlx() as _,
        scope.currency_code,
        scope.product,
        scope.term_months,
        unit,
    )
    .fetch_all(connection)
    .await
}

/// Contracts of a product, or of all, in other currencies that ran by the end of a day.
pub async fn contracts_in_other_currencies(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
    product: Option<&str>,
    as_of: Date,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "contracts!" FROM value.contract c
           WHERE c.tenant_id = $1 AND c.currency_code <> $2 AND ($3::text IS NULL OR c.product = $3)
               AND c.start_date <= $4 AND (c.cancel_date IS NULL OR c.cancel_date > c.start_date)"#,
        tenant,
        currency_code,
        product,
        as_of.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await
}

/// A contract that runs or is to begin, with what its terms cost from the one of the day on.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenContract {
    /// Its id.
    pub contract_id: Uuid,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// What it is about.
    pub product: String,
    /// Its currency.
    pub currency_code: String,
    /// Its calendar.
    pub agreement: Agreement,
    /// What the last term contracted costs.
    pub value_minor: i64,
    /// What a term costs from the next renewal on.
    pub renewal_value_minor: Option<i64>,
    /// The number of the first of `term_values`.
    pub first_term: i32,
    /// What terms cost that are contracted.
    pub term_values: Vec<i64>,
}

impl OpenContract {
    /// What a term costs, from the first of them on; also one that is still to be written down.
    pub fn value_of(&self, term: i32) -> i64 {
        let known = usize::try_from(term - self.first_term).ok().and_then(|at| self.term_values.get(at));
        known.copied().unwrap_or_else(|| self.next_value())
    }

    /// What the next term to be contracted costs.
    pub fn next_value(&self) -> i64 {
        self.renewal_value_minor.unwrap_or(self.value_minor)
    }
}

/// Passes every contract to `each` that runs on a day or is to begin.
pub async fn contracts_open(
    connection: &mut PgConnection,
    tenant: &str,
    scope: Scope<'_>,
    day: Date,
    mut each: impl FnMut(OpenContract),
) -> sqlx::Result<()> {
    let mut rows = sqlx::query!(
        r#"SELECT c.contract_id, c.external_id, c.product, c.currency_code, c.value_minor, c.renewal_value_minor,
               c.start_date AS "start_date: jiff_sqlx::Date", c.term_months, c.terms, c.auto_renew, c.notice_days,
               c.cancel_date AS "cancel_date: jiff_sqlx::Date", f.first_term AS "first_term!",
               ARRAY(
                   SELECT t.value_minor FROM value.contract_term t
                   WHERE t.tenant_id = c.tenant_id AND t.contract_id = c.contract_id AND t.term >= f.first_term ORDER BY t.term
               ) AS "term_values!"
           FROM value.contract c
           CROSS JOIN LATERAL (
               SELECT greatest(value.contract_terms_begun(c.start_date, c.term_months, $2), 1) AS first_term
           ) f
           WHERE c.tenant_id = $1 AND (c.cancel_date IS NULL OR c.cancel_date > $2) AND (c.auto_renew OR c.end_date > $2)
               AND ($3::bigint IS NULL OR c.buyer_id = $3) AND ($4::text IS NULL OR c.currency_code = $4)
               AND ($5::text IS NULL OR c.product = $5) AND ($6::integer[] IS NULL OR c.term_months = ANY($6))
           ORDER BY c.contract_id"#,
        tenant,
        day.to_sqlx() as _,
        scope.buyer_id,
        scope.currency_code,
        scope.product,
        scope.term_months,
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each(OpenContract {
            contract_id: row.contract_id,
            external_id: row.external_id,
            product: row.product,
            currency_code: row.currency_code,
            agreement: Agreement {
                start_date: row.start_date.to_jiff(),
                term_months: row.term_months,
                terms: row.terms,
                auto_renew: row.auto_renew,
                notice_days: row.notice_days,
                cancel_date: row.cancel_date.map(jiff_sqlx::Date::to_jiff),
            },
            value_minor: row.value_minor,
            renewal_value_minor: row.renewal_value_minor,
            first_term: row.first_term,
            term_values: row.term_values,
        });
    }
    Ok(())
}

/// Recurring revenue of customers on two days, in minor units a year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevenueRow {
    /// What their contracts are about; empty for all together.
    pub product: String,
    /// Customers with any on the first day.
    pub customers: i64,
    /// Those of them without any on the last.
    pub lost_customers: i64,
    /// On the first day.
    pub start_minor: i64,
    /// What they pay less on the last.
    pub lost_minor: i64,
    /// What they pay more.
    pub gained_minor: i64,
    /// What others pay on the last day.
    pub new_minor: i64,
}

/// The recurring revenue of a currency on two days, by product or of all together, customer by customer.
pub async fn contract_revenue(
    connection: &mut PgConnection,
    tenant: &str,
    (currency_code, product): (&str, Option<&str>),
    (start, end): (Date, Date),
    by_product: bool,
) -> sqlx::Result<Vec<RevenueRow>> {
    sqlx::query_as!(
        RevenueRow,
        r#"WITH paid AS (
               SELECT CASE WHEN $6 THEN c.product ELSE '' END AS product, c.buyer_id,
                   coalesce(sum(v.yearly) FILTER (WHERE d.is_start), 0) AS before,
                   coalesce(sum(v.yearly) FILTER (WHERE NOT d.is_start), 0) AS after
               FROM value.contract c
               CROSS JOIN (VALUES ($4::date, true), ($5::date, false)) AS d (day, is_start)
               CROSS JOIN LATERAL (SELECT value.contract_terms_begun(c.start_date, c.term_months, d.day) AS begun) b
               LEFT JOIN value.contract_term t ON t.tenant_id = c.tenant_id AND t.contract_id = c.contract_id AND t.term = b.begun
               CROSS JOIN LATERAL (
                   SELECT coalesce(t.value_minor, c.renewal_value_minor, c.value_minor)::numeric * 12 / c.term_months AS yearly
               ) v
               WHERE c.tenant_id = $1 AND c.currency_code = $2 AND ($3::text IS NULL OR c.product = $3)
                   AND b.begun >= 1 AND (c.auto_renew OR b.begun <= c.terms) AND (c.cancel_date IS NULL OR d.day < c.cancel_date)
               GROUP BY 1, 2
           )
           SELECT product AS "product!", count(*) FILTER (WHERE before > 0) AS "customers!",
               count(*) FILTER (WHERE before > 0 AND after = 0) AS "lost_customers!",
               least(round(sum(before)), 9223372036854775807)::bigint AS "start_minor!",
               least(round(sum(greatest(before - after, 0))), 9223372036854775807)::bigint AS "lost_minor!",
               least(round(coalesce(sum(greatest(after - before, 0)) FILTER (WHERE before > 0), 0)), 9223372036854775807)::bigint
                   AS "gained_minor!",
               least(round(coalesce(sum(after) FILTER (WHERE before = 0), 0)), 9223372036854775807)::bigint AS "new_minor!"
           FROM paid GROUP BY product"#,
        tenant,
        currency_code,
        product,
        start.to_sqlx() as _,
        end.to_sqlx() as _,
        by_product,
    )
    .fetch_all(connection)
    .await
}

#[cfg(test)]
mod tests {
    use clientele_testkit::TestDatabase;
    use jiff::civil::date;
    use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

    use super::*;
    use crate::SCHEMA;

    /// The calendar in SQL is the one of the rules: on 20,000 contracts and days of all kinds.
    #[tokio::test]
    async fn terms_begin_on_the_same_days_in_statements_and_in_rules() {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let any_date = || (1990_i16..2060, 1_i8..=12, prop_oneof![1_i8..=31, 28_i8..=31]);
        let case = (any_date(), any_date(), 1..=40);
        let mut runner = TestRunner::deterministic();
        let day = |(year, month, day): (i16, i8, i8)| {
            let first = date(year, month, 1);
            first.with().day(day.min(first.days_in_month())).build().unwrap()
        };
        let cases: Vec<(Date, Date, i32)> = (0..20_000)
            .map(|_| {
                let (start, on, months) = case.new_tree(&mut runner).unwrap().current();
                (day(start), day(on), months)
            })
            .collect();
        let column =
            |take: fn(&(Date, Date, i32)) -> Date| cases.iter().map(|case| take(case).to_sqlx()).collect::<Vec<_>>();
        let rows: Vec<(i32, jiff_sqlx::Date)> = sqlx::query_as(
            "SELECT b.begun, value.contract_term_start(c.start, c.months, b.begun)
             FROM unnest($1::date[], $2::date[], $3::integer[]) WITH ORDINALITY AS c (start, day, months, place)
             CROSS JOIN LATERAL (SELECT value.contract_terms_begun(c.start, c.months, c.day) AS begun) b ORDER BY c.place",
        )
        .bind(column(|case| case.0))
        .bind(column(|case| case.1))
        .bind(cases.iter().map(|case| case.2).collect::<Vec<_>>())
        .fetch_all(&*pool)
        .await
        .unwrap();
        for ((start_date, day, term_months), (begun, end)) in cases.into_iter().zip(rows) {
            let agreement =
                Agreement { start_date, term_months, terms: 1, auto_renew: true, notice_days: 0, cancel_date: None };
            let expected = (agreement.terms_begun(day), agreement.after_terms(begun));
            assert_eq!((begun, end.to_jiff()), expected, "{start_date} {term_months} {day}");
        }
    }
}
