//! Customers and sales period by period, from all transactions of a tenant.

use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::sales::{Sales, transactions, whole};
use crate::domain::{growth::Counted, sales_period::Period};

/// What happened in each period of so many months, in the days of another; ascending.
pub async fn growth_count(
    connection: &mut PgConnection,
    sales: Sales<'_>,
    days: Period,
    months: i32,
) -> sqlx::Result<Vec<Counted>> {
    let statement = statement(sales.prices.is_some(), months);
    let rows = sales.query(statement, days).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// One row a buyer and period is made first, so that who bought in the period before is the row before.
fn statement(converts: bool, months: i32) -> String {
    format!(
        "WITH of_buyer AS (
             SELECT buyer_id,
                 (extract(year FROM occur_date)::integer * 12 + extract(month FROM occur_date)::integer - 1) / {months} AS period,
                 sum(CASE kind WHEN 1 THEN amount_minor ELSE -amount_minor END) AS net,
                 min(occur_date) FILTER (WHERE kind = 1) AS first_bought, max(occur_date) FILTER (WHERE kind = 1) AS last_bought
             FROM (SELECT t.buyer_id, t.occur_date, t.kind, t.amount_minor FROM {}) AS t WHERE kind IN (1, 2)
             GROUP BY 1, 2
         ), buying AS (
             SELECT period, net, last_bought > first_bought AS repeating,
                 lag(period) OVER of_one AS period_before, lag(net) OVER of_one AS net_before
             FROM of_buyer WHERE first_bought IS NOT NULL
             WINDOW of_one AS (PARTITION BY buyer_id ORDER BY period)
         ), bought AS (
             SELECT period, count(*) AS buying, count(*) FILTER (WHERE period_before IS NULL) AS new,
                 count(*) FILTER (WHERE period_before = period - 1) AS kept, count(*) FILTER (WHERE repeating) AS repeating,
                 sum(net) AS net, sum(net) FILTER (WHERE period_before IS NULL) AS new_net,
                 sum(net) FILTER (WHERE period_before = period - 1) AS kept_net,
                 sum(net_before) FILTER (WHERE period_before = period - 1) AS kept_net_before
             FROM buying GROUP BY period
         ), others AS (
             SELECT period, sum(net) AS net FROM of_buyer WHERE first_bought IS NULL GROUP BY period
         )
         SELECT coalesce(b.period, o.period) AS period, coalesce(b.buying, 0) AS buying, coalesce(b.new, 0) AS new,
             coalesce(b.kept, 0) AS kept, coalesce(b.repeating, 0) AS repeating, coalesce(b.net, 0)::text AS net,
             coalesce(b.new_net, 0)::text AS new_net, coalesce(b.kept_net, 0)::text AS kept_net,
             coalesce(b.kept_net_before, 0)::text AS kept_net_before, coalesce(o.net, 0)::text AS other_net
         FROM bought b FULL JOIN others o ON o.period = b.period
         ORDER BY 1",
        transactions(converts)
    )
}

fn read(row: &PgRow) -> sqlx::Result<Counted> {
    Ok(Counted {
        period: row.try_get("period")?,
        buying: row.try_get("buying")?,
        new: row.try_get("new")?,
        kept: row.try_get("kept")?,
        repeating: row.try_get("repeating")?,
        net: whole(row, "net")?,
        new_net: whole(row, "new_net")?,
        kept_net: whole(row, "kept_net")?,
        kept_net_before: whole(row, "kept_net_before")?,
        other_net: whole(row, "other_net")?,
    })
}
