//! `DeleteSegmentClustering`: with its segments, whose members and history are cleared away in the background.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{DeleteSegmentClusteringRequest, SegmentClustering, SegmentDeleted};
use clientele_service::Call;

use super::stored::{clustering_id, locked, publish, told};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::{
        segment::{segments_delete, segments_of_clustering},
        segment_clustering::segment_clustering_delete,
        segment_review::segment_review_put,
    },
};

pub(super) async fn delete_segment_clustering(
    state: &State,
    call: Call,
    request: DeleteSegmentClusteringRequest,
) -> Result<SegmentClustering> {
    let id = clustering_id(&request.segment_clustering_id)?;
    let asked = Asked {
        method: "DeleteSegmentClustering",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    let answer = once(state, &call, asked, &request, async |tx| {
        let tenant = call.tenant();
        let record = locked(tx, tenant, id, &request.etag).await?;
        let deleted = told(tx, tenant, &record).await?;
        let ids = segments_of_clustering(tx, tenant, id).await.map_err(failed)?;
        publish(state, &call, tx, &request.request_id, &ids, |segment| SegmentDeleted { segment: Some(segment) })
            .await?;
        segments_delete(tx, tenant, &ids).await.map_err(failed)?;
        segment_clustering_delete(tx, tenant, id).await.map_err(failed)?;
        for segment_id in ids {
            segment_review_put(tx, tenant, segment_id, &call.caller.subject).await.map_err(failed)?;
        }
        Ok(deleted)
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}
