//! `CreateSegmentClustering`: finds clusters and makes a segment of each.

use btyd::rfm::clusters::ClusterCount;
use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{CreateSegmentClusteringRequest, SegmentClustering, SegmentCreated};
use clientele_service::Call;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use uuid::Uuid;

use super::{
    found::find,
    stored::{publish, told},
};
use crate::{
    State,
    rpc::{
        once::{Asked, once},
        scores::scored_run,
        segments::name_taken,
    },
    segmenting::clustering::Task,
    store::{
        segment::{NewSegment, kind, segment_insert},
        segment_clustering::{ClusteringRecord, segment_clustering_put},
        segment_review::{segment_review_put, segments_to_be_made},
    },
};

pub(super) async fn create_segment_clustering(
    state: &State,
    call: Call,
    request: CreateSegmentClusteringRequest,
) -> Result<SegmentClustering> {
    let wanted = request.segment_clustering.clone().unwrap_or_default();
    let field = "segment_clustering.cluster_count";
    let count = match wanted.cluster_count {
        0 => ClusterCount::BySilhouette,
        count => ClusterCount::Given(usize::try_from(count).unwrap_or_default()),
    };
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let found = find(state, call.tenant(), (&run, set), (Task::New(count), wanted.seed), field).await?;
    let asked = Asked {
        method: "CreateSegmentClustering",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    let answer = once(state, &call, asked, &request, async |tx| {
        run_in(state, &call, tx, &request.request_id, &wanted, found).await
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}

async fn run_in(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    wanted: &SegmentClustering,
    mut found: SegmentClustering,
) -> Result<SegmentClustering> {
    let (tenant, now, actor) = (call.tenant(), state.context.now(), &call.caller.subject);
    let id = state.context.new_id();
    let ids: Vec<Uuid> = found.clusters.iter().map(|_| state.context.new_id()).collect();
    found.name_prefix.clone_from(&wanted.name_prefix);
    for (place, (cluster, id)) in (1..).zip(found.clusters.iter_mut().zip(&ids)) {
        cluster.segment_id = id.to_string();
        cluster.segment_name = format!("{}_{place}", wanted.name_prefix);
    }
    let record = ClusteringRecord {
        segment_clustering_id: id,
        currency_code: found.currency_code.clone(),
        clustering: found.encode_to_vec(),
        version: 1,
        actor: actor.clone(),
        create_time: now.to_sqlx(),
        update_time: now.to_sqlx(),
    };
    segments_to_be_made(tx, tenant).await.map_err(failed)?;
    segment_clustering_put(tx, tenant, &record).await.map_err(failed)?;
    for (place, (cluster, segment_id)) in (1..).zip(found.clusters.iter().zip(&ids)) {
        let new = NewSegment {
            segment_id: *segment_id,
            name: &cluster.segment_name,
            description: &cluster.summary,
            kind: kind::CLUSTER,
            rule: None,
            cluster: Some((id, place)),
            currency_code: &found.currency_code,
        };
        let taken = |error| name_taken(error, new.name, "segment_clustering.name_prefix");
        segment_insert(tx, tenant, &new, actor, now).await.map_err(taken)?;
    }
    let first = ids.first().ok_or_else(|| Error::internal("a clustering without clusters"))?;
    segment_review_put(tx, tenant, *first, actor).await.map_err(failed)?;
    publish(state, call, tx, request_id, &ids, |segment| SegmentCreated { segment: Some(segment) }).await?;
    told(tx, tenant, &record).await
}
