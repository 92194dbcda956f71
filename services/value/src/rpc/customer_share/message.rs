//! Groupings and target populations between the contract and the store.

use clientele_error::{Error, Result};
use clientele_proto::value::v1::{CustomerGrouping, TargetPopulation};

use crate::{scoring::run_message::instant, store::target_population::PopulationRecord};

/// Checks that an attribute is named where customers are told apart by one, and only there.
pub(super) fn check_attribute(grouping: CustomerGrouping, attribute: &str, field: &str) -> Result<()> {
    match (grouping, attribute) {
        (CustomerGrouping::Attribute, "") => {
            Err(Error::invalid_field(field, "must be named with CUSTOMER_GROUPING_ATTRIBUTE, such as region"))
        }
        (CustomerGrouping::Attribute, _) | (_, "") => Ok(()),
        _ => Err(Error::invalid_field(field, "must be empty, except with CUSTOMER_GROUPING_ATTRIBUTE")),
    }
}

/// What was said of a group.
pub(super) fn population(record: &PopulationRecord) -> TargetPopulation {
    TargetPopulation {
        target_population_id: record.target_population_id.to_string(),
        grouping: record.grouping_no.into(),
        attribute: record.attribute.clone(),
        group: record.group_name.clone(),
        population: record.population,
        source: record.source.clone(),
        etag: record.version.to_string(),
        actor: record.actor.clone(),
        update_time: Some(instant(record.update_time.to_jiff())),
    }
}
