//! `GetSegmentClustering`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{GetSegmentClusteringRequest, SegmentClustering};
use clientele_service::Call;

use super::stored::{clustering_id, read, told};
use crate::State;

pub(super) async fn get_segment_clustering(
    state: &State,
    call: Call,
    request: GetSegmentClusteringRequest,
) -> Result<SegmentClustering> {
    let id = clustering_id(&request.segment_clustering_id)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = read(&mut connection, call.tenant(), id).await?;
    told(&mut connection, call.tenant(), &record).await
}
