//! What runs found of products and categories: written by `COPY`, listed, and looked up by the item that leads.

use clientele_page::{Field, Kind as Type, ListPlan, Page, Schema};
use clientele_pg::copy::CopyIn;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::score_run::Lease;
use crate::domain::affinity::{Counts, Found, Item, Kind, Lead, Level};

/// Writes the affinities of a level under the lease's set, each with its rank.
pub async fn product_affinities_copy(
    connection: &mut PgConnection,
    lease: &Lease,
    level: Level,
    found: &Found,
    ranks: &[i32],
) -> sqlx::Result<()> {
    let mut copy = CopyIn::begin(
        connection,
        "COPY value.product_affinity (score_set, all_count, antecedent_count, consequent_count, both_count, followers, precursors, support, \
         confidence, lift, p_value, false_discovery_rate, rank, median_days, kind, level, tenant_id, antecedent, consequent) \
         FROM STDIN (FORMAT binary)",
    )
    .await?;
    let key = |at: u32| found.items[at as usize].key.as_str();
    for (one, rank) in found.affinities.iter().zip(ranks) {
        let counts = &one.counts;
        copy.row(19)
            .put(lease.score_set)
            .put(counts.all as i64)
            .put(counts.antecedent as i64)
            .put(counts.consequent as i64)
            .put(counts.both as i64)
            .put(one.followers as i64)
            .put(one.precursors as i64)
            .put(counts.support())
            .put(counts.confidence())
            .put(counts.lift())
            .put(one.p_value)
            .put(one.false_discovery_rate)
            .put(*rank)
            .put_opt(one.median_days.map(|days| days as i32))
            .put(one.kind.number())
            .put(level.number())
            .put(lease.tenant_id.as_str())
            .put(key(one.antecedent))
            .put(key(one.consequent));
        copy.flow().await?;
    }
    copy.finish().await.map(drop)
}

/// Writes the items that were compared.
pub async fn affinity_items_copy(connection: &mut PgConnection, lease: &Lease, items: &[Item]) -> sqlx::Result<()> {
    let mut copy = CopyIn::begin(
        connection,
        "COPY value.affinity_item (score_set, customers, revenue_minor, baskets, basket_revenue_minor, unit_price_minor, level, tenant_id, \
         item, display_name, category) FROM STDIN (FORMAT binary)",
    )
    .await?;
    for item in items {
        copy.row(11)
            .put(lease.score_set)
            .put(item.customers as i64)
            .put(item.revenue_minor)
            .put(item.baskets as i64)
            .put(item.basket_revenue_minor)
            .put(item.unit_price_minor)
            .put(item.level.number())
            .put(lease.tenant_id.as_str())
            .put(item.key.as_str())
            .put(item.name.as_str())
            .put(item.category.as_str());
        copy.flow().await?;
    }
    copy.finish().await.map(drop)
}

/// What `ListProductAffinities` can filter and sort by.
pub static AFFINITIES: Schema = Schema::new(
    Field::new("rank", "a.rank", Type::Integer),
    &[
        Field::new("kind", "(ARRAY['CROSS_SELL', 'BUNDLE', 'UP_SELL'])[a.kind]", KINDS),
        Field::new("level", "(ARRAY['PRODUCT', 'CATEGORY'])[a.level]", LEVELS),
        Field::new("antecedent", "a.antecedent", Type::Text),
        Field::new("consequent", "a.consequent", Type::Text),
        Field::new("antecedent_category", "f.category", Type::Text),
        Field::new("consequent_category", "t.category", Type::Text),
        Field::new("lift", "a.lift", Type::Float).sortable(),
        Field::new("support", "a.support", Type::Float).sortable(),
        Field::new("confidence", "a.confidence", Type::Float).sortable(),
        Field::new("both_count", "a.both_count", Type::Integer).sortable(),
        Field::new("followers", "a.followers", Type::Integer).sortable(),
        Field::new("p_value", "a.p_value", Type::Float).sortable(),
    ],
)
.ordered_by("rank");

const KINDS: Type = Type::Enum(&[("CROSS_SELL", "CROSS_SELL"), ("BUNDLE", "BUNDLE"), ("UP_SELL", "UP_SELL")]);
const LEVELS: Type = Type::Enum(&[("PRODUCT", "PRODUCT"), ("CATEGORY", "CATEGORY")]);

/// An affinity as it is stored, with its items.
#[derive(Debug, Clone, PartialEq, FromRow)]
struct LeadRecord {
    rank: i32,
    kind: i16,
    level: i16,
    all_count: i64,
    antecedent_count: i64,
    consequent_count: i64,
    both_count: i64,
    followers: i64,
    precursors: i64,
    median_days: Option<i32>,
    p_value: f64,
    false_discovery_rate: f64,
    antecedent: String,
    consequent: String,
    from_customers: i64,
    from_revenue_minor: i64,
    from_baskets: i64,
    from_basket_revenue_minor: i64,
    from_unit_price_minor: f64,
    from_display_name: String,
    from_category: String,
    to_customers: i64,
    to_revenue_minor: i64,
    to_baskets: i64,
    to_basket_revenue_minor: i64,
    to_unit_price_minor: f64,
    to_display_name: String,
    to_category: String,
}

/// The columns of a record of `a` with its items `f` and `t`.
const COLUMNS: &str = "a.rank, a.kind, a.level, a.all_count, a.antecedent_count, a.consequent_count, a.both_count, a.followers, \
    a.precursors, a.median_days, a.p_value, a.false_discovery_rate, a.antecedent, a.consequent, \
    f.customers AS from_customers, f.revenue_minor AS from_revenue_minor, f.baskets AS from_baskets, \
    f.basket_revenue_minor AS from_basket_revenue_minor, f.unit_price_minor AS from_unit_price_minor, \
    f.display_name AS from_display_name, f.category AS from_category, \
    t.customers AS to_customers, t.revenue_minor AS to_revenue_minor, t.baskets AS to_baskets, \
    t.basket_revenue_minor AS to_basket_revenue_minor, t.unit_price_minor AS to_unit_price_minor, \
    t.display_name AS to_display_name, t.category AS to_category";

const ITEMS: &str = " CROSS JOIN LATERAL (SELECT * FROM value.affinity_item i WHERE i.tenant_id = a.tenant_id AND \
    i.score_set = a.score_set AND i.level = a.level AND i.item = a.antecedent LIMIT 1) f \
    CROSS JOIN LATERAL (SELECT * FROM value.affinity_item i WHERE i.tenant_id = a.tenant_id AND \
    i.score_set = a.score_set AND i.level = a.level AND i.item = a.consequent LIMIT 1) t";

/// A page of the affinities of a set.
pub async fn product_affinities_list(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    plan: &ListPlan,
) -> sqlx::Result<Page<Lead>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS);
    plan.push_keys(&mut query);
    query.push(" FROM value.product_affinity a").push(ITEMS);
    query.push(" WHERE a.tenant_id = ").push_bind(tenant).push(" AND a.score_set = ").push_bind(set);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| lead(LeadRecord::from_row(&row)?))
}

/// Which affinities are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By the item that leads.
    Antecedent,
    /// By the item it leads to.
    Consequent,
}

/// The affinities of a set by these items of a level, in the order of their ranks.
pub async fn product_affinities_of(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    (level, by): (Level, By),
    keys: &[String],
) -> sqlx::Result<Vec<Lead>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let column = match by {
        By::Antecedent => "antecedent",
        By::Consequent => "consequent",
    };
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM value.product_affinity a").push(ITEMS);
    query.push(" WHERE a.tenant_id = ").push_bind(tenant).push(" AND a.score_set = ").push_bind(set);
    query.push(" AND a.level = ").push_bind(level.number());
    query.push(format_args!(" AND a.{column} = ANY (")).push_bind(keys).push(") ORDER BY a.rank");
    let rows = query.build_query_as::<LeadRecord>().fetch_all(connection).await?;
    rows.into_iter().map(lead).collect()
}

/// What a set knows of items, each of the level beside it.
pub async fn affinity_items_of(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    (levels, keys): (&[i16], &[String]),
) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"SELECT i.level, i.item, i.display_name, i.category, i.customers, i.revenue_minor, i.baskets, i.basket_revenue_minor,
               i.unit_price_minor
           FROM unnest($3::smallint[], $4::text[]) AS k (level, item)
           CROSS JOIN LATERAL (
               SELECT * FROM value.affinity_item
               WHERE tenant_id = $1 AND score_set = $2 AND level = k.level AND item = k.item LIMIT 1
           ) i"#,
        tenant,
        set,
        levels,
        keys,
    )
    .fetch_all(connection)
    .await?;
    let items = rows.into_iter().map(|row| {
        Ok(Item {
            level: level(row.level)?,
            key: row.item,
            name: row.display_name,
            category: row.category,
            customers: row.customers as u64,
            revenue_minor: row.revenue_minor,
            baskets: row.baskets as u64,
            basket_revenue_minor: row.basket_revenue_minor,
            unit_price_minor: row.unit_price_minor,
        })
    });
    items.collect()
}

/// Deletes what a set found.
pub async fn score_set_delete_affinities(connection: &mut PgConnection, tenant: &str, set: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.product_affinity WHERE tenant_id = $1 AND score_set = $2", tenant, set)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("DELETE FROM value.affinity_item WHERE tenant_id = $1 AND score_set = $2", tenant, set)
        .execute(connection)
        .await
        .map(drop)
}

fn level(number: i16) -> sqlx::Result<Level> {
    Level::of_number(number).ok_or_else(|| sqlx::Error::Decode("a level that is none".into()))
}

fn lead(record: LeadRecord) -> sqlx::Result<Lead> {
    let level = level(record.level)?;
    Ok(Lead {
        rank: record.rank,
        kind: Kind::of_number(record.kind).ok_or_else(|| sqlx::Error::Decode("a kind that is none".into()))?,
        level,
        antecedent: Item {
            level,
            key: record.antecedent,
            name: record.from_display_name,
            category: record.from_category,
            customers: record.from_customers as u64,
            revenue_minor: record.from_revenue_minor,
            baskets: record.from_baskets as u64,
            basket_revenue_minor: record.from_basket_revenue_minor,
            unit_price_minor: record.from_unit_price_minor,
        },
        consequent: Item {
            level,
            key: record.consequent,
            name: record.to_display_name,
            category: record.to_category,
            customers: record.to_customers as u64,
            revenue_minor: record.to_revenue_minor,
            baskets: record.to_baskets as u64,
            basket_revenue_minor: record.to_basket_revenue_minor,
            unit_price_minor: record.to_unit_price_minor,
        },
        counts: Counts {
            all: record.all_count as u64,
            antecedent: record.antecedent_count as u64,
            consequent: record.consequent_count as u64,
            both: record.both_count as u64,
        },
        followers: record.followers as u64,
        precursors: record.precursors as u64,
        median_days: record.median_days.map(i32::unsigned_abs),
        p_value: record.p_value,
        false_discovery_rate: record.false_discovery_rate,
    })
}
