//! Where a customer stands, made anew from what it follows from, within the transaction that changed that.

use clientele_proto::qualification::v1::{Qualification, QualificationChanged};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::{
        instant::message as time,
        standing::{Standing, standing},
    },
    origin::Origin,
    store::standing::{StandingRecord, standing_for_update, standing_inputs, standing_put},
};

/// Makes a customer's standing anew and tells of it where it changed. Call it last in the transaction of a change: it reads what the change left.
pub async fn restate(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
) -> sqlx::Result<()> {
    let tenant = origin.tenant();
    let before = standing_for_update(connection, tenant, customer_id).await?;
    let inputs = standing_inputs(connection, tenant, &[customer_id]).await?.remove(&customer_id).unwrap_or_default();
    // The change may have waited for its locks: what time has done meanwhile is not taken back.
    let now = origin.now.max(state.context.now());
    let after = standing(&inputs, now);
    let restate_time = inputs.next_change_after(now);
    if before.as_ref().is_some_and(|before| before.standing == after && before.restate_time == restate_time) {
        return Ok(());
    }
    let is_told = before.as_ref().is_none_or(|before| before.standing != after);
    let version = before.as_ref().map_or(0, |before| before.version) + i64::from(is_told);
    let update_time = before.as_ref().filter(|_| !is_told).map_or(now, |before| before.update_time);
    let record = StandingRecord { customer_id, standing: after, restate_time, version, update_time };
    standing_put(connection, tenant, &record).await?;
    if !is_told {
        return Ok(());
    }
    let told = QualificationChanged {
        before: before.map(|before| message(&before, "", now)),
        qualification: Some(message(&record, "", now)),
    };
    let event = origin.event(&state.context, format!("qualifications/{customer_id}"), &told);
    state.outbox.publish(connection, event).await
}

/// A standing as the contract has it, asked for `product` (or for any, where that is empty), at an instant.
pub fn message(record: &StandingRecord, product: &str, as_of: jiff::Timestamp) -> Qualification {
    let standing: Standing = record.standing.clone().asked_for(product);
    Qualification {
        customer_id: record.customer_id.to_string(),
        qualified: standing.qualified,
        state: standing.state.into(),
        products: standing.scope,
        conditions: standing.conditions,
        valid_until_time: standing.valid_until.map(time),
        reasons: standing.reasons.into_iter().map(i32::from).collect(),
        risk_level: standing.risk_level.into(),
        case_id: standing.case_id.map_or_else(String::new, |id| id.to_string()),
        version: record.version,
        update_time: (record.version > 0).then(|| time(record.update_time)),
        as_of_time: Some(time(as_of)),
    }
}
