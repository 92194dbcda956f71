//! `RefreshSegmentClustering`: finds the clusters again; segments keep their meaning.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{RefreshSegmentClusteringRequest, SegmentClustering, SegmentUpdated};
use clientele_service::Call;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;

use super::{
    found::find,
    stored::{clustering_id, locked, publish, read, told},
};
use crate::{
    State,
    rpc::once::{Asked, once},
    segmenting::{
        clustering::{Task, centres},
        followed::followed,
    },
    store::{
        segment::{segments_of_clustering, segments_redefined},
        segment_clustering::{ClusteringRecord, segment_clustering_put},
        segment_review::segment_review_put,
    },
};

pub(super) async fn refresh_segment_clustering(
    state: &State,
    call: Call,
    request: RefreshSegmentClusteringRequest,
) -> Result<SegmentClustering> {
    let tenant = call.tenant();
    let id = clustering_id(&request.segment_clustering_id)?;
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let before = read(&mut tx, tenant, id).await?;
    let run = followed(&mut tx, tenant, &before.currency_code).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let old = SegmentClustering::decode(before.clustering.as_slice()).map_err(Error::internal)?;
    let task = centres(&old).map(Task::Again).ok_or_else(|| Error::internal("a clustering without centres"))?;
    let (run, set) = run.and_then(|run| run.score_set.map(|set| (run, set))).ok_or_else(|| {
        let text = "no score run in the currency of the clustering has scores; start one with StartScoreRun";
        Error::new(Reason::NotScoredYet, text)
    })?;
    let found = find(state, tenant, (&run, set), (task, old.seed), "segment_clustering_id").await?;
    let asked = Asked {
        method: "RefreshSegmentClustering",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    let answer = once(state, &call, asked, &request, async |tx| {
        let now = locked(tx, tenant, id, &request.etag).await?;
        if now.version != before.version {
            let text = "the clusters were found anew by somebody else meanwhile; call again";
            return Err(Error::new(Reason::Conflict, text));
        }
        store(state, &call, tx, &request.request_id, &now, &old, found).await
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}

async fn store(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    before: &ClusteringRecord,
    old: &SegmentClustering,
    mut found: SegmentClustering,
) -> Result<SegmentClustering> {
    let (tenant, now, actor) = (call.tenant(), state.context.now(), &call.caller.subject);
    let ids = segments_of_clustering(tx, tenant, before.segment_clustering_id).await.map_err(failed)?;
    found.name_prefix.clone_from(&old.name_prefix);
    for (cluster, old) in found.clusters.iter_mut().zip(&old.clusters) {
        cluster.segment_id.clone_from(&old.segment_id);
        cluster.segment_name.clone_from(&old.segment_name);
    }
    let record = ClusteringRecord {
        clustering: found.encode_to_vec(),
        version: before.version + 1,
        actor: actor.clone(),
        update_time: now.to_sqlx(),
        ..before.clone()
    };
    segment_clustering_put(tx, tenant, &record).await.map_err(failed)?;
    segments_redefined(tx, tenant, &ids, actor, now).await.map_err(failed)?;
    if let Some(first) = ids.first() {
        segment_review_put(tx, tenant, *first, actor).await.map_err(failed)?;
    }
    publish(state, call, tx, request_id, &ids, |segment| SegmentUpdated { segment: Some(segment) }).await?;
    told(tx, tenant, &record).await
}
