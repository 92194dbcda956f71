//! `ScreenParty`: keeps nothing.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ScreenPartyRequest, ScreenPartyResponse};
use clientele_service::Call;
use futures::{Stream, stream};

use crate::{State, screening::party::Party};

/// Matches answered when the caller does not say how many.
const MATCHES: usize = 10;

pub(super) async fn screen_party(
    state: &State,
    call: Call,
    request: ScreenPartyRequest,
) -> Result<impl Stream<Item = Result<ScreenPartyResponse>> + Send + use<>> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let lists = state.screening.of_tenant(&mut connection, call.tenant()).await.map_err(failed)?;
    drop(connection);
    let most = if request.max_matches == 0 { MATCHES } else { request.max_matches as usize };
    let party = Party {
        kind: request.kind(),
        names: request.names,
        birth_date: request.birth,
        country_codes: request.country_codes,
        identifiers: request.identifiers,
    };
    let found = lists.matches(&[party], most);
    Ok(stream::iter(found.into_iter().map(|(found, _)| Ok(ScreenPartyResponse { r#match: Some(found) }))))
}
