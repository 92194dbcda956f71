//! `DeleteSegment`: with its members and its history, which are cleared away in the background.

use clientele_error::{Error, Result};
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{DeleteSegmentRequest, Segment, SegmentDeleted};
use clientele_service::Call;

use super::{
    parse::segment_id,
    stored::{check_etag, locked, told},
};
use crate::{
    State,
    rpc::once::{Asked, once},
    segmenting::telling::subject,
    store::{
        segment::{kind, segments_delete},
        segment_review::segment_review_put,
    },
};

pub(super) async fn delete_segment(state: &State, call: Call, request: DeleteSegmentRequest) -> Result<Segment> {
    let id = segment_id(&request.segment_id, "segment_id")?;
    let asked =
        Asked { method: "DeleteSegment", request_id: &request.request_id, validate_only: request.validate_only };
    let answer = once(state, &call, asked, &request, async |tx| {
        let (tenant, now) = (call.tenant(), state.context.now());
        let record = locked(tx, tenant, id).await?;
        check_etag(&request.etag, &record, "etag")?;
        if record.kind == kind::CLUSTER {
            let text =
                "is a cluster, which stands and falls with its clustering; delete that with DeleteSegmentClustering";
            return Err(Error::invalid_field("segment_id", format!("{} {text}", record.name)));
        }
        segments_delete(tx, tenant, &[id]).await.map_err(failed)?;
        segment_review_put(tx, tenant, id, &call.caller.subject).await.map_err(failed)?;
        let deleted = told(&record)?;
        let payload = SegmentDeleted { segment: Some(deleted.clone()) };
        let event = NewEvent::of_call(&state.context, &call, &request.request_id, now, subject(id), &payload);
        state.outbox.publish(tx, event).await.map_err(failed)?;
        Ok(deleted)
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}
