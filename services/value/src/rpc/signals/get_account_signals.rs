//! `GetAccountSignals`.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{AccountSignals, GetAccountSignalsRequest};
use clientele_service::Call;

use super::message::message;
use crate::{
    State,
    rpc::customer::{buyer, customer_key, customer_of, name},
    store::account_signals::account_signals_get,
};

pub(super) async fn get_account_signals(
    state: &State,
    call: Call,
    request: GetAccountSignalsRequest,
) -> Result<AccountSignals> {
    let customer = customer_key(customer_of!(request, get_account_signals_request), "")?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = buyer(&mut connection, call.tenant(), &customer).await?;
    let record = account_signals_get(&mut connection, call.tenant(), buyer.buyer_id, false).await.map_err(failed)?;
    record
        .map(|record| message(&buyer, &record))
        .ok_or_else(|| Error::not_found("account_signals", format!("of the customer {}", name(&customer))))
}
