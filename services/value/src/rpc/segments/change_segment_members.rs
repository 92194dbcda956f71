//! `AddSegmentMembers` and `RemoveSegmentMembers`: what people do to a list.

use std::collections::HashMap;

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{AddSegmentMembersRequest, RemoveSegmentMembersRequest, SegmentMembers};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    parse::segment_id,
    stored::{locked, read, told},
};
use crate::{
    State,
    domain::key,
    rpc::once::{Asked, once},
    segmenting::telling::publish_moves,
    store::{
        buyer::{Booking, buyers_by_customer_ids, buyers_by_external_ids, buyers_lock_shared},
        segment::{SegmentKey, kind},
        segment_member::segment_members_follow,
        segment_member_merged::{list_members_drop, list_members_put},
        segment_move::{NewMoves, cause, segment_moves_insert, segment_moves_last},
    },
};

/// Customers of a call at most.
const CUSTOMERS: usize = 1_000;

pub(super) async fn add_segment_members(
    state: &State,
    call: Call,
    request: AddSegmentMembersRequest,
) -> Result<SegmentMembers> {
    let change = Change::parse(&request.segment_id, &request.customer_ids, &request.customer_external_ids, true)?;
    let asked =
        Asked { method: "AddSegmentMembers", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &change).await).await
}

pub(super) async fn remove_segment_members(
    state: &State,
    call: Call,
    request: RemoveSegmentMembersRequest,
) -> Result<SegmentMembers> {
    let change = Change::parse(&request.segment_id, &request.customer_ids, &request.customer_external_ids, false)?;
    let asked =
        Asked { method: "RemoveSegmentMembers", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &change).await).await
}

/// Who joins a list, or leaves it.
#[derive(Debug)]
struct Change {
    segment_id: Uuid,
    customer_ids: Vec<Uuid>,
    external_ids: Vec<String>,
    joined: bool,
}

impl Change {
    fn parse(segment: &str, customer_ids: &[String], external_ids: &[String], joined: bool) -> Result<Self> {
        let segment_id = segment_id(segment, "segment_id")?;
        let customers = customer_ids.len() + external_ids.len();
        if !(1..=CUSTOMERS).contains(&customers) {
            let text = format!("with customer_external_ids must name 1 to {CUSTOMERS} customers, not {customers}");
            return Err(Error::invalid_field("customer_ids", text));
        }
        let id = |(at, text): (usize, &String)| {
            key::uuid(text).map_err(|error| Violation::new(format!("customer_ids[{at}]"), error.to_string()))
        };
        let (ids, wrong): (Vec<_>, Vec<_>) = customer_ids.iter().enumerate().map(id).partition(Result::is_ok);
        if !wrong.is_empty() {
            return Err(Error::invalid_fields(wrong.into_iter().filter_map(Result::err).collect()));
        }
        let customer_ids = ids.into_iter().flatten().collect();
        Ok(Self { segment_id, customer_ids, external_ids: external_ids.to_vec(), joined })
    }

    /// What the customers are booked under. Who is to join has to be known.
    async fn bookings(&self, connection: &mut PgConnection, tenant: &str) -> Result<Vec<Booking>> {
        let by_id = buyers_by_customer_ids(connection, tenant, &self.customer_ids).await.map_err(failed)?;
        let by_key = buyers_by_external_ids(connection, tenant, &self.external_ids).await.map_err(failed)?;
        let by_id: HashMap<Uuid, Booking> = by_id.into_iter().collect();
        let by_key: HashMap<String, Booking> = by_key.into_iter().collect();
        if self.joined {
            let ids = self.customer_ids.iter().enumerate().filter(|(_, id)| !by_id.contains_key(*id));
            let keys = self.external_ids.iter().enumerate().filter(|(_, key)| !by_key.contains_key(*key));
            let ids = ids.map(|(at, id)| (format!("customer_ids[{at}]"), id.to_string()));
            let unknown: Vec<(String, String)> =
                ids.chain(keys.map(|(at, key)| (format!("customer_external_ids[{at}]"), key.clone()))).collect();
            if let Some((_, first)) = unknown.first() {
                let text = "is not known; leave it out, or record a transaction of it first";
                let violations = unknown.iter().map(|(field, _)| Violation::new(field.clone(), text)).collect();
                return Err(Error::not_found("customer", first.clone()).with_violations(violations));
            }
        }
        Ok(by_id.into_values().chain(by_key.into_values()).collect())
    }
}

async fn run(state: &State, call: &Call, tx: &mut Tx, change: &Change) -> Result<SegmentMembers> {
    let tenant = call.tenant();
    // Before the segment, as whoever finds members takes them.
    buyers_lock_shared(tx, tenant).await.map_err(failed)?;
    let record = locked(tx, tenant, change.segment_id).await?;
    if record.kind != kind::LIST {
        let text = "is not a list: its members are found by its definition; change that, or create a list";
        return Err(Error::invalid_field("segment_id", format!("{} {text}", record.name)));
    }
    let bookings = change.bookings(tx, tenant).await?;
    let shown = distinct(bookings.iter().map(|booking| booking.buyer_id));
    let new = NewMoves {
        tenant,
        cause: cause::PEOPLE,
        score_run_id: None,
        actor: &call.caller.subject,
        now: state.context.now(),
    };
    let ids = [record.segment_id];
    let after_move = segment_moves_last(tx, tenant, &ids).await.map_err(failed)?;
    segment_moves_insert(tx, &new, record.segment_id, (&shown, change.joined)).await.map_err(failed)?;
    let changed = segment_members_follow(tx, tenant, &ids, after_move).await.map_err(failed)?;
    if change.joined {
        let own = distinct(bookings.iter().filter(|of| of.own_buyer_id.is_none()).map(|of| of.buyer_id));
        let merged = distinct(bookings.iter().filter_map(|of| of.own_buyer_id));
        let (list, when) = (record.segment_id, (after_move, new.now));
        list_members_put(tx, tenant, list, (&own, &merged), when).await.map_err(failed)?;
    } else {
        list_members_drop(tx, tenant, record.segment_id, &shown).await.map_err(failed)?;
    }
    if changed > 0 {
        publish_moves(state, tx, &new, (record.segment_id, &record.name), after_move).await.map_err(failed)?;
    }
    let segment = told(&read(tx, tenant, &SegmentKey::Id(record.segment_id)).await?)?;
    Ok(SegmentMembers { segment: Some(segment), changed_members: changed as i32 })
}

fn distinct(buyers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut buyers: Vec<i64> = buyers.collect();
    buyers.sort_unstable();
    buyers.dedup();
    buyers
}
