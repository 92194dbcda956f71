//! What a person holds, each authorisation behind those that it was delegated from.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{domain::authorisation::acting::Power, store::authorisation::AuthorisationRecord};

/// The chains that end with authorisations that `is_held` names, the root first. One of which an ancestor is missing is left out: nothing can be said
/// of it.
pub fn chains(records: &[AuthorisationRecord], is_held: impl Fn(&AuthorisationRecord) -> bool) -> Vec<Vec<Power>> {
    let by_id: HashMap<Uuid, &AuthorisationRecord> =
        records.iter().map(|record| (record.authorisation_id, record)).collect();
    let chain = |holder: &AuthorisationRecord| {
        let above = holder.ancestor_ids.iter().map(|id| by_id.get(id).map(|record| record.power()));
        above.chain([Some(holder.power())]).collect::<Option<Vec<Power>>>()
    };
    records.iter().filter(|record| is_held(record)).filter_map(chain).collect()
}
