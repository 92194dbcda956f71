//! Customers and sales period by period, from all transactions of a tenant.

use std::str::FromStr as _;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::domain::growth::Counted;

/// What happened in each period of so many months, up to a day; ascending. One row a buyer and period is made first, so that who bought in the
/// period before is the row before.
pub async fn growth_count(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
    until: Date,
    months: i32,
) -> sqlx::Result<Vec<Counted>> {
    let rows = sqlx::query!(
        r#"WITH of_buyer AS (
               SELECT buyer_id,
                   (extract(year FROM occur_date)::integer * 12 + extract(month FROM occur_date)::integer - 1) / $4::integer AS period,
                   sum(CASE kind WHEN 1 THEN amount_minor ELSE -amount_minor END) AS net,
                   min(occur_date) FILTER (WHERE kind = 1) AS first_bought, max(occur_date) FILTER (WHERE kind = 1) AS last_bought
               FROM value.transaction
               WHERE tenant_id = $1 AND currency_code = $2 AND kind IN (1, 2) AND occur_date <= $3
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
           SELECT coalesce(b.period, o.period) AS "period!", coalesce(b.buying, 0) AS "buying!", coalesce(b.new, 0) AS "new!",
               coalesce(b.kept, 0) AS "kept!", coalesce(b.repeating, 0) AS "repeating!", coalesce(b.net, 0)::text AS "net!",
               coalesce(b.new_net, 0)::text AS "new_net!", coalesce(b.kept_net, 0)::text AS "kept_net!",
               coalesce(b.kept_net_before, 0)::text AS "kept_net_before!", coalesce(o.net, 0)::text AS "other_net!"
           FROM bought b FULL JOIN others o ON o.period = b.period
           ORDER BY 1"#,
        tenant,
        currency_code,
        until.to_sqlx() as _,
        months,
    )
    .fetch_all(connection)
    .await?;
    // Sums of bigints are numeric, and come as text: they are whole, and hold more than a bigint.
    let whole = |text: &str| i128::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()));
    rows.iter()
        .map(|row| {
            Ok(Counted {
                period: row.period,
                buying: row.buying,
                new: row.new,
                kept: row.kept,
                repeating: row.repeating,
                net: whole(&row.net)?,
                new_net: whole(&row.new_net)?,
                kept_net: whole(&row.kept_net)?,
                kept_net_before: whole(&row.kept_net_before)?,
                other_net: whole(&row.other_net)?,
            })
        })
        .collect()
}
