//! `ScreenCustomer`: now, and keeps the hits.

use clientele_error::{Error, Result};
use clientele_pg::{Begin, Tx, answer::failed};
use clientele_proto::qualification::v1::{ScreenCustomerRequest, ScreenCustomerResponse};
use clientele_service::Call;
use futures::{Stream, stream};

use crate::{
    State,
    cases::looks,
    domain::key::uuid,
    origin::Origin,
    screening::{customer::screen, message, party::parties},
    store::{screening_hit::screening_lock, screening_list::screening_names_put},
};

pub(super) async fn screen_customer(
    state: &State,
    call: Call,
    request: ScreenCustomerRequest,
) -> Result<impl Stream<Item = Result<ScreenCustomerResponse>> + Send + use<>> {
    let customer_id = uuid(&request.customer_id, "customer_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let tenant = call.tenant();
    let mut tx = Tx::begin_with(&state.pool, Begin::new(call.remaining())).await.map_err(failed)?;
    screening_lock(&mut tx, tenant, customer_id).await.map_err(failed)?;
    let origin = Origin::call(&call, "", state.context.now());
    if screening_names_put(&mut tx, tenant, customer_id, &request.further_names).await.map_err(failed)? {
        looks(&mut tx, &origin, customer_id).await?;
    }
    if parties(&mut tx, tenant, customer_id, origin.now).await.map_err(failed)?.is_empty() {
        return Err(Error::not_found("customer", customer_id.to_string()));
    }
    let hits = screen(state, &mut tx, &origin, customer_id).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    state.outbox.committed();
    let answers = hits.iter().map(|hit| Ok(ScreenCustomerResponse { screening_hit: Some(message::hit(hit)) }));
    Ok(stream::iter(answers.collect::<Vec<_>>()))
}
