//! Sales of a period, summed up by the database.

use std::str::FromStr;

use futures::TryStreamExt as _;
use jiff_sqlx::ToSqlx as _;
use sqlx::{AssertSqlSafe, PgConnection, Row as _, postgres::PgRow};

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
        let statement = grouping.statement();
        let mut rows = sqlx::query(AssertSqlSafe(statement))
            .bind(self.tenant)
            .bind(self.currency_code)
            .bind(period.first.to_sqlx())
            .bind(period.last.to_sqlx())
            .fetch(connection);
        let mut groups = Vec::new();
        while let Some(row) = rows.try_next().await? {
            if groups.len() == most {
                return Ok(Err(TooManyGroups));
            }
            groups.push(read(&row)?);
        }
        Ok(Ok(groups))
    }

    /// How many transactions of a period are in other currencies.
    pub async fn other_currencies(&self, connection: &mut PgConnection, period: Period) -> sqlx::Result<i64> {
        sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM value.transaction
               WHERE tenant_id = $1 AND currency_code <> $2 AND occur_date BETWEEN $3 AND $4"#,
            self.tenant,
            self.currency_code,
            period.first.to_sqlx() as _,
            period.last.to_sqlx() as _,
        )
        .fetch_one(connection)
        .await
    }
}

/// Sums of bigints are numeric, and come as text: they are whole, and hold more than a bigint.
fn read(row: &PgRow) -> sqlx::Result<Counted> {
    let sum = |column: &str| -> sqlx::Result<i128> {
        let text: String = row.try_get(column)?;
        i128::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))
    };
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
    fn statement(self) -> String {
        let (key, display_name, transactions) = self.source();
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
    fn source(self) -> (&'static str, &'static str, String) {
        const COUNTS: &str = "t.tenant_id = $1 AND t.currency_code = $2 AND t.occur_date BETWEEN $3 AND $4";
        let transactions = || format!("value.transaction AS t WHERE {COUNTS}");
        // Each transaction in as many parts as its items have keys; one without items is a part of its own.
        let parts = |key: &str, display_name: &str| {
            format!(
                "(SELECT t.external_id, t.buyer_id, t.kind, t.cost_kind, coalesce({key}, '') AS key,
                         coalesce(max({display_name}), '') AS display_name, sum(coalesce(i.amount_minor, t.amount_minor)) AS amount_minor
                  FROM value.transaction AS t
                  LEFT JOIN value.transaction_item AS i
                      ON t.item_count IS NOT NULL AND i.tenant_id = t.tenant_id AND i.external_id = t.external_id
                  WHERE {COUNTS} GROUP BY t.external_id, t.buyer_id, t.kind, t.cost_kind, 5) AS t"
            )
        };
        let plain = |key: &'static str| (key, key, transactions());
        match self {
            Self::Nothing => plain("''::text"),
            Self::Company => plain("coalesce(t.company, '')"),
            Self::Department => plain("coalesce(t.department, '')"),
            Self::Employee => plain("coalesce(t.employee, '')"),
            Self::Product => ("t.key", "t.display_name", parts("i.product_external_id", "i.product_name")),
            Self::Category => ("t.key", "t.display_name", parts("i.category", "i.category")),
            Self::Month { a_year_earlier: false } => plain("to_char(t.occur_date, 'YYYY-MM')"),
            Self::Month { a_year_earlier: true } => plain("to_char(t.occur_date + interval '1 year', 'YYYY-MM')"),
        }
    }
}
