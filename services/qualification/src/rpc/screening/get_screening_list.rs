//! `GetScreeningList`.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{GetScreeningListRequest, ScreeningList};
use clientele_service::Call;

use crate::{
    State,
    screening::message,
    store::screening_list::{list_get, tasks_count},
};

pub(super) async fn get_screening_list(
    state: &State,
    call: Call,
    request: GetScreeningListRequest,
) -> Result<ScreeningList> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let list = list_get(&mut connection, call.tenant(), &request.screening_list_id).await.map_err(failed)?;
    let list = list.ok_or_else(|| Error::not_found("screening_list", request.screening_list_id))?;
    let pending = tasks_count(&mut connection, call.tenant()).await.map_err(failed)?;
    Ok(message::list(&list, pending))
}
