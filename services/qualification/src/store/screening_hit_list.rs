//! Lists of hits.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::screening_hit::{HitRecord, HitRow};

/// What `ListScreeningHits` can filter and sort by.
pub static HITS: Schema = Schema::new(
    Field::new("screening_hit_id", "h.screening_hit_id", Kind::Uuid),
    &[
        Field::new("customer_id", "h.customer_id", Kind::Uuid),
        Field::new("state", "h.state::text", STATES),
        Field::new("screening_list_id", "h.screening_list_id", Kind::Text),
        Field::new("score", "h.score", Kind::Float).sortable(),
        Field::new("expire_time", "h.expire_time", Kind::Timestamp).nullable(),
        Field::new("create_time", "h.create_time", Kind::Timestamp).sortable(),
        Field::new("update_time", "h.update_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("screening_hit_id desc");

const STATES: Kind =
    Kind::Enum(&[("OPEN", "1"), ("TRUE_MATCH", "2"), ("FALSE_POSITIVE", "3"), ("INCONCLUSIVE", "4"), ("CLOSED", "5")]);

/// A page of the hits of a tenant.
pub async fn hits_list(connection: &mut PgConnection, tenant: &str, plan: &ListPlan) -> sqlx::Result<Page<HitRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT h.*");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.screening_hit h WHERE h.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| HitRow::from_row(&row)?.read())
}
