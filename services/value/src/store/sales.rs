//! Sales of a period, summed up by the database; in other currencies as [`super::sales_conversion`] says.

use std::str::FromStr;

use futures::TryStreamExt as _;
use jiff_sqlx::ToSqlx as _;
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use super::sales_conversion::{CONVERTED, Prices, half_even};
use crate::domain::{
    sales_figures::{Counted, Figures},
    sales_period::Period,
};

/// What is summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: one group, with an empty key.
    Nothing,
    /// A column of the sales organisation.
    Company,
    /// A column of the sales organisation.
    Department,
    /// A column of the sales organisation.
    Employee,
    /// Items' products.
    Product,
    /// Items' categories.
    Category,
    /// Months; of a period a year earlier under the names of those a year later.
    Month {
        /// Whether it is the period a year earlier.
        a_year_earlier: bool,
    },
}

/// Whose sales, in which currency.
#[derive(Debug, Clone, Copy)]
pub struct Sales<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The currency.
    pub currency_code: &'a str,
    /// What other currencies come to; `None` to leave them out.
    pub prices: Option<&'a Prices>,
}

/// More groups than are summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyGroups;

/// Lets Postgres plan for this tenant and this period: of any tenant it expects a few rows, and would look up and sort what is better
/// scanned and hashed. Holds until the transaction ends.
pub async fn sales_planned_for_tenant(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SET LOCAL plan_cache_mode = force_custom_plan").execute(connection).await.map(drop)
}

impl Sales<'_> {
    /// The groups of a period in no order; an error where there are more than `most`.
    pub async fn groups(
        &self,
        connection: &mut PgConnection,
        period: Period,
        grouping: Grouping,
        most: usize,
    ) -> sqlx::Result<Result<Vec<Counted>, TooManyGroups>> {
        let statement = grouping.statement(self.prices.is_some());
        let mut rows = self.query(statement, period).fetch(connection);
        let mut groups = Vec::new();
        while let Some(row) = rows.try_next().await? {
            if groups.len() == most {
                return Ok(Err(TooManyGroups));
            }
            groups.push(read(&row)?);
        }
        Ok(Ok(groups))
    }

    /// A statement over [`transactions`] of a period, with all that these need bound to it.
    pub(super) fn query(&self, statement: String, period: Period) -> Query<'_, Postgres, PgArguments> {
        let query = sqlx::query(AssertSqlSafe(statement))
            .bind(self.tenant)
            .bind(self.currency_code)
            .bind(period.first.to_sqlx())
            .bind(period.last.to_sqlx());
        match self.prices {
            Some(prices) => prices.bind(query),
            None => query,
        }
    }
}

/// Sums of bigints are numeric, and come as text: they are whole, and hold more than a bigint.
pub(super) fn whole(row: &PgRow, column: &str) -> sqlx::Result<i128> {
    let text: String = row.try_get(column)?;
    i128::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn read(row: &PgRow) -> sqlx::Result<Counted> {
    let sum = |column| whole(row, column);
    Ok(Counted {
        key: row.try_get("key")?,
        display_name: row.try_get("display_name")?,
        figures: Figures {
            gross_sales: sum("gross_sales")?,
            refunds: sum("refunds")?,
            cost_of_goods: sum("cost_of_goods")?,
            cost_to_serve: sum("cost_to_serve")?,
            acquisition_costs: sum("acquisition_costs")?,
            purchases: row.try_get("purchases")?,
            customers: row.try_get("customers")?,
        },
    })
}

impl Grouping {
    /// First by group and buyer, then by group: so buyers are counted without sorting.
    fn statement(self, converts: bool) -> String {
        let (key, display_name, transactions) = self.source(converts);
        format!(
            "SELECT key, max(display_name) AS display_name, sum(gross_sales)::text AS gross_sales, sum(refunds)::text AS refunds,
                    sum(cost_of_goods)::text AS cost_of_goods, sum(cost_to_serve)::text AS cost_to_serve,
                    sum(acquisition_costs)::text AS acquisition_costs, sum(purchases)::bigint AS purchases,
                    count(*) FILTER (WHERE purchases > 0) AS customers
             FROM (SELECT {key} AS key, max({display_name}) AS display_name, t.buyer_id,
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 1), 0) AS gross_sales,
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 2), 0) AS refunds,
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 3 AND t.cost_kind = 1), 0) AS cost_of_goods,
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 3 AND t.cost_kind IS NULL), 0) AS cost_to_serve,
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 3 AND t.cost_kind = 3), 0) AS acquisition_costs,
                          count(*) FILTER (WHERE t.kind = 1) AS purchases
                   FROM {transactions} GROUP BY 1, t.buyer_id) AS of_buyer
             GROUP BY key"
        )
    }

    /// The key, the name for it, and the rows they are of: transactions, or their parts by key.
    fn source(self, converts: bool) -> (&'static str, &'static str, String) {
        let plain = |key: &'static str| (key, key, transactions(converts));
        match self {
            Self::Nothing => plain("''::text"),
            Self::Company => plain("coalesce(t.company, '')"),
            Self::Department => plain("coalesce(t.department, '')"),
            Self::Employee => plain("coalesce(t.employee, '')"),
            Self::Product => ("t.key", "t.display_name", parts("i.product_external_id", "i.product_name", converts)),
            Self::Category => ("t.key", "t.display_name", parts("i.category", "i.category", converts)),
            Self::Month { a_year_earlier: false } => plain("to_char(t.occur_date, 'YYYY-MM')"),
            Self::Month { a_year_earlier: true } => plain("to_char(t.occur_date + interval '1 year', 'YYYY-MM')"),
        }
    }
}

/// The transactions that count.
const COUNTS: &str = "t.tenant_id = $1 AND t.currency_code = $2 AND t.occur_date BETWEEN $3 AND $4";
/// Those that count once they are converted.
const COUNTS_CONVERTED: &str = "t.tenant_id = $1 AND t.currency_code <> $2 AND t.occur_date BETWEEN $3 AND $4";

/// What follows `FROM`: the transactions that count, as `t`.
pub(super) fn transactions(converts: bool) -> String {
    if !converts {
        return format!("value.transaction AS t WHERE {COUNTS}");
    }
    let columns = "t.buyer_id, t.kind, t.cost_kind, t.occur_date, t.company, t.department, t.employee";
    format!(
        "(SELECT {columns}, t.amount_minor FROM value.transaction AS t WHERE {COUNTS}
          UNION ALL
          SELECT {columns}, {} FROM {CONVERTED} WHERE {COUNTS_CONVERTED}) AS t",
        half_even("t.amount_minor")
    )
}

/// Each transaction in as many parts as its items have keys; one without items is a part of its own. What a converted one comes to is shared out
/// without a rest: each part is what it comes to with that part, less what it comes to without, in the order of the keys.
fn parts(key: &str, display_name: &str, converts: bool) -> String {
    let columns = "external_id, buyer_id, kind, cost_kind";
    let parts = format!(
        "SELECT t.external_id, t.buyer_id, t.kind, t.cost_kind, coalesce({key}, '') AS key,
                coalesce(max({display_name}), '') AS display_name, sum(coalesce(i.amount_minor, t.amount_minor)) AS amount_minor"
    );
    let items = "LEFT JOIN value.transaction_item AS i
                     ON t.item_count IS NOT NULL AND i.tenant_id = t.tenant_id AND i.external_id = t.external_id";
    let group = "GROUP BY t.external_id, t.buyer_id, t.kind, t.cost_kind, 5";
    let counted = format!("{parts} FROM value.transaction AS t {items} WHERE {COUNTS} {group}");
    if !converts {
        return format!("({counted}) AS t");
    }
    let up_to = format!(
        "sum(sum(coalesce(i.amount_minor, t.amount_minor))) OVER (PARTITION BY t.external_id ORDER BY coalesce({key}, '')) AS up_to"
    );
    format!(
        "({counted}
          UNION ALL
          SELECT {columns}, key, display_name, {} - {} FROM (
              {parts}, f.numerator, f.denominator, {up_to}
              FROM {CONVERTED} {items} WHERE {COUNTS_CONVERTED} {group}, f.numerator, f.denominator
          ) AS f) AS t",
        half_even("f.up_to"),
        half_even("f.up_to - f.amount_minor"),
    )
}
