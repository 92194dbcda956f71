//! `GetSegment`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{GetSegmentRequest, Segment};
use clientele_service::Call;

use super::{
    parse::{segment_key, segment_of},
    stored::{read, told},
};
use crate::State;

pub(super) async fn get_segment(state: &State, call: Call, request: GetSegmentRequest) -> Result<Segment> {
    let key = segment_key(segment_of!(request, get_segment_request))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    told(&read(&mut connection, call.tenant(), &key).await?)
}
