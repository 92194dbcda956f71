//! `UpsertTargetPopulation`: says how many customers a group has in the market.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{CustomerGrouping, TargetPopulation, UpsertTargetPopulationRequest};
use clientele_service::Call;
use jiff_sqlx::ToSqlx as _;

use super::message::{check_attribute, population};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::target_population::{PopulationRecord, target_population_put},
};

pub(super) async fn upsert_target_population(
    state: &State,
    call: Call,
    request: UpsertTargetPopulationRequest,
) -> Result<TargetPopulation> {
    let said = request.target_population.clone().unwrap_or_default();
    let grouping = said.grouping();
    if grouping == CustomerGrouping::Unspecified {
        return Err(Error::invalid_field("target_population.grouping", "must be given"));
    }
    check_attribute(grouping, &said.attribute, "target_population.attribute")?;
    let record = PopulationRecord {
        target_population_id: state.context.new_id(),
        grouping_no: grouping as i16,
        attribute: said.attribute,
        group_name: said.group,
        population: said.population,
        source: said.source,
        version: 1,
        actor: call.caller.subject.clone(),
        update_time: state.context.now().to_sqlx(),
    };
    let asked = Asked {
        method: "UpsertTargetPopulation",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| {
        let stored = target_population_put(tx, call.tenant(), &record).await.map_err(failed)?;
        Ok(population(&stored))
    })
    .await
}
