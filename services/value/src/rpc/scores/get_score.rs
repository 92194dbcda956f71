//! `GetScore`: one customer's score, read together with those that others ask for at the same time.

use clientele_error::{Error, Result};
use clientele_pg::answer::shared_failed;
use clientele_proto::value::v1::{GetScoreRequest, Score, get_score_request::Customer};
use clientele_service::Call;

use super::{message::score, scored_run};
use crate::{State, scoring::CustomerKey};

pub(super) async fn get_score(state: &State, call: Call, request: GetScoreRequest) -> Result<Score> {
    let view = request.view();
    let (customer, name) = parse(request.customer)?;
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let found = state.scoring.reads.score(call.tenant(), set, customer).await.map_err(shared_failed)?;
    let record = found.ok_or_else(|| Error::not_found("score", name).with("score_run_id", &run.id))?;
    Ok(score(&run, &record, view))
}

fn parse(customer: Option<Customer>) -> Result<(CustomerKey, String)> {
    match customer {
        Some(Customer::CustomerId(id)) => {
            let key = id.parse().map_err(|_| Error::invalid_field("customer_id", "must be a UUID"))?;
            Ok((CustomerKey::Id(key), format!("of the customer {id}")))
        }
        // Postgres holds no NUL in a text, so no customer has one in its key.
        Some(Customer::CustomerExternalId(key)) if key.contains('\0') => {
            Err(Error::invalid_field("customer_external_id", "must not hold a NUL character"))
        }
        Some(Customer::CustomerExternalId(key)) => {
            Ok((CustomerKey::External(key.clone()), format!("of the customer {key}")))
        }
        None => Err(Error::invalid_field("customer", "is required: customer_id or customer_external_id")),
    }
}
