//! `PreviewRequirements`: what a policy asks for of a customer.

use clientele_error::{Error, Result};
use clientele_proto::qualification::v1::{PreviewRequirementsRequest, RequirementPolicy, Requirements};
use clientele_service::Call;

use super::{create_requirement_policy::check, get_requirement_policy::policy};
use crate::{State, domain::requirements::requirements};

pub(super) async fn preview_requirements(
    state: &State,
    call: Call,
    request: PreviewRequirementsRequest,
) -> Result<Requirements> {
    let facts = request.facts.unwrap_or_default();
    let tried = match request.requirement_policy {
        Some(_) if request.version.is_some() => {
            return Err(Error::invalid_field("version", "must be absent where a requirement_policy is given"));
        }
        Some(tried) => {
            check(&tried)?;
            RequirementPolicy { version: 0, ..tried }
        }
        None => policy(state, &call, request.version).await?,
    };
    Ok(requirements(&tried, &facts))
}
