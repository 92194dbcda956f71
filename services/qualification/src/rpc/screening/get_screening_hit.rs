//! `GetScreeningHit`.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{GetScreeningHitRequest, ScreeningHit};
use clientele_service::Call;

use crate::{State, domain::key::uuid, screening::message, store::screening_hit::hit_get};

pub(super) async fn get_screening_hit(
    state: &State,
    call: Call,
    request: GetScreeningHitRequest,
) -> Result<ScreeningHit> {
    let id = uuid(&request.screening_hit_id, "screening_hit_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let hit = hit_get(&mut connection, call.tenant(), id).await.map_err(failed)?;
    hit.map(|hit| message::hit(&hit)).ok_or_else(|| Error::not_found("screening_hit", id.to_string()))
}
