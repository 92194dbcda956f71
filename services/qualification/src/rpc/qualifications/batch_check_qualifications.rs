//! `BatchCheckQualifications`: many at one instant.

use clientele_error::{Error, Result, Violation};
use clientele_proto::qualification::v1::{BatchCheckQualificationsRequest, BatchCheckQualificationsResponse};
use clientele_service::Call;
use futures::future::try_join_all;
use uuid::Uuid;

use super::check_qualification::check;
use crate::{State, domain::key::uuid};

pub(super) async fn batch_check_qualifications(
    state: &State,
    call: Call,
    request: BatchCheckQualificationsRequest,
) -> Result<BatchCheckQualificationsResponse> {
    let ids = parse(&request.customer_ids).map_err(Error::invalid_fields)?;
    let now = state.context.now();
    let checks = ids.into_iter().map(|id| check(state, call.tenant(), id, &request.product, now));
    Ok(BatchCheckQualificationsResponse { qualifications: try_join_all(checks).await? })
}

fn parse(ids: &[String]) -> Result<Vec<Uuid>, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut parsed = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        match uuid(id, &format!("customer_ids[{place}]")) {
            Ok(id) => parsed.push(id),
            Err(violation) => violations.push(violation),
        }
    }
    if violations.is_empty() { Ok(parsed) } else { Err(violations) }
}
