//! Finds the members of segments again, as reviews ask for it.

use std::collections::BTreeMap;

use clientele_page::Filter;
use clientele_pg::Tx;
use clientele_proto::value::v1::SegmentClustering;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    clustering::centres,
    followed::{Followed, columns, followed},
    telling::publish_moves,
};
use crate::{
    State,
    scoring::RunError,
    store::{
        buyer::buyers_lock_shared,
        segment::{FoundSegment, segments_evaluated, segments_to_find},
        segment_clustering::segment_clustering_get,
        segment_features::Centres,
        segment_member::{segment_clear, segment_members_follow},
        segment_move::{NewMoves, Wanted, segment_moves_find, segment_moves_last, segment_moves_plan_for_all},
        segment_review::{ReviewRecord, segment_reviews_delete, segment_reviews_lock, segment_reviews_next},
        segment_rule::{Asked, rule},
    },
};

/// Reviews read at once: so many customers are looked at together.
const BATCH: i64 = 1_000;
/// Rows of a segment that is gone, cleared away in one transaction.
const CLEARED: i64 = 20_000;

/// Goes through the next reviews of a tenant, in one transaction; `false` when there are none, or another replica is at them.
pub async fn review(state: &State, tenant: &str) -> Result<bool, RunError> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    if !segment_reviews_lock(&mut tx, tenant).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let reviews = segment_reviews_next(&mut tx, tenant, BATCH).await?;
    let Some(first) = reviews.first() else {
        tx.rollback().await?;
        return Ok(false);
    };
    // Buyers are used in what follows: none is joined to another meanwhile.
    buyers_lock_shared(&mut tx, tenant).await?;
    let done = match first.segment_id {
        Some(segment_id) => review_segment(state, &mut tx, tenant, segment_id, &reviews).await?,
        None => review_buyers(state, &mut tx, tenant, &reviews).await?,
    };
    segment_reviews_delete(&mut tx, tenant, &done).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(true)
}

/// Looks at all customers for one segment, and for those of its clustering. What else asks for the same is done with it.
async fn review_segment(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    reviews: &[ReviewRecord],
) -> Result<Vec<i64>, RunError> {
    let same = reviews.iter().filter(|review| review.segment_id == Some(segment_id)).map(|review| review.review_no);
    let same: Vec<i64> = same.collect();
    let segments = segments_to_find(connection, tenant, Some(segment_id)).await?;
    if segments.is_empty() {
        let more = segment_clear(connection, tenant, segment_id, CLEARED).await?;
        return Ok(if more { Vec::new() } else { same });
    }
    segment_moves_plan_for_all(connection).await?;
    let (cause, actor) = reviews.first().map_or((0, ""), |review| (review.cause, review.actor.as_str()));
    for group in groups(segments) {
        let Some(found) = find(state, connection, (tenant, cause, actor), &group, Asked::All).await? else { continue };
        let ids: Vec<Uuid> = group.iter().map(|segment| segment.segment_id).collect();
        let run = found.as_ref().map(|run| run.score_run_id);
        segments_evaluated(connection, tenant, &ids, run, state.context.now()).await?;
    }
    Ok(same)
}

/// Looks at the customers of the first reviews for all segments.
async fn review_buyers(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    reviews: &[ReviewRecord],
) -> Result<Vec<i64>, RunError> {
    let of_buyers = || reviews.iter().map_while(|review| Some((review.buyer_id?, review)));
    let mut buyers: Vec<i64> = of_buyers().map(|(buyer, _)| buyer).collect();
    buyers.sort_unstable();
    buyers.dedup();
    let (cause, actor) = reviews.first().map_or((0, ""), |review| (review.cause, review.actor.as_str()));
    for group in groups(segments_to_find(connection, tenant, None).await?) {
        find(state, connection, (tenant, cause, actor), &group, Asked::Buyers(&buyers)).await?;
    }
    Ok(of_buyers().map(|(_, review)| review.review_no).collect())
}

/// Rules each by itself, clusters with those of their clustering, in the order of their places.
fn groups(segments: Vec<FoundSegment>) -> Vec<Vec<FoundSegment>> {
    let mut groups: BTreeMap<Uuid, Vec<FoundSegment>> = BTreeMap::new();
    for segment in segments {
        groups.entry(segment.segment_clustering_id.unwrap_or(segment.segment_id)).or_default().push(segment);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_unstable_by_key(|segment| segment.cluster);
    }
    groups
}

/// What decides who is in a group of segments.
enum Definition {
    Rule(Uuid, Filter),
    Centres(Vec<Uuid>, Centres),
}

/// Finds, stores and tells who joined and left a group of segments; the run that was read. `None` where the definition cannot be read, which is
/// logged and changes nobody.
async fn find(
    state: &State,
    connection: &mut PgConnection,
    (tenant, cause, actor): (&str, i16, &str),
    group: &[FoundSegment],
    asked: Asked<'_>,
) -> Result<Option<Followed>, RunError> {
    let Some(first) = group.first() else { return Ok(None) };
    let Some(definition) = definition(connection, tenant, group).await? else {
        tracing::error!(segment.id = %first.segment_id, "the definition of a segment cannot be read; its members stay as they are");
        return Ok(None);
    };
    let run = followed(connection, tenant, &first.currency_code).await?;
    let new = NewMoves {
        tenant,
        cause,
        score_run_id: run.as_ref().map(|run| run.score_run_id),
        actor,
        now: state.context.now(),
    };
    let wanted = match &definition {
        Definition::Rule(segment_id, filter) => Wanted::Rule(*segment_id, filter),
        Definition::Centres(segment_ids, centres) => Wanted::Centres(segment_ids, centres),
    };
    let ids: Vec<Uuid> = group.iter().map(|segment| segment.segment_id).collect();
    let after_move = segment_moves_last(connection, tenant, &ids).await?;
    segment_moves_find(connection, &new, &columns(run.as_deref()), &wanted, asked).await?;
    if segment_members_follow(connection, tenant, &ids, after_move).await? > 0 {
        for segment in group {
            publish_moves(state, connection, &new, (segment.segment_id, &segment.name), after_move).await?;
        }
    }
    Ok(Some(run))
}

async fn definition(
    connection: &mut PgConnection,
    tenant: &str,
    group: &[FoundSegment],
) -> Result<Option<Definition>, RunError> {
    let Some(first) = group.first() else { return Ok(None) };
    let Some(clustering_id) = first.segment_clustering_id else {
        let filter = first.rule.as_deref().and_then(|filter| rule(filter).ok());
        return Ok(filter.map(|filter| Definition::Rule(first.segment_id, filter)));
    };
    let Some(record) = segment_clustering_get(connection, tenant, clustering_id).await? else { return Ok(None) };
    let clustering = SegmentClustering::decode(record.clustering.as_slice()).ok();
    let centres = clustering.as_ref().and_then(centres).filter(|centres| centres.centres.len() == group.len());
    let ids = group.iter().map(|segment| segment.segment_id).collect();
    Ok(centres.map(|centres| Definition::Centres(ids, centres)))
}
