//! Lists and hits as the contract has them.

use clientele_proto::qualification::v1::{ScreeningHit, ScreeningList};

use crate::{
    domain::instant::message as time,
    store::{screening_hit::HitRecord, screening_list::ListRecord},
};

/// A hit.
pub fn hit(record: &HitRecord) -> ScreeningHit {
    let standing = &record.standing;
    ScreeningHit {
        screening_hit_id: record.screening_hit_id.to_string(),
        customer_id: record.customer_id.to_string(),
        state: standing.state.into(),
        r#match: Some(record.found.clone()),
        decided_by: standing.decided_by.clone(),
        proposed_by: standing.proposed_by.clone(),
        reason: standing.reason.clone(),
        expire_time: standing.expire_time.map(time),
        etag: record.version.to_string(),
        create_time: Some(time(record.create_time)),
        update_time: Some(time(record.update_time)),
    }
}

/// A list, with the customers that are still to be screened.
pub fn list(record: &ListRecord, pending_customers: i64) -> ScreeningList {
    ScreeningList {
        screening_list_id: record.screening_list_id.clone(),
        kind: record.kind.into(),
        format: record.format.into(),
        version: record.version,
        entries: record.entries,
        pending_customers,
        update_time: Some(time(record.update_time.to_jiff())),
    }
}
