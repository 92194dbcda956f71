//! What was stored of segments, told as events.

use clientele_feed::NewEvent;
use clientele_proto::value::v1::{SegmentChangeCause, SegmentMember, SegmentMembersChanged};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    scoring::run_message::instant,
    store::segment_move::{MoveRecord, NewMoves, segment_moves_after},
};

/// Members of an event at most.
const MEMBERS_OF_EVENT: i64 = 1_000;

/// The subject of a segment's events.
pub fn subject(segment_id: Uuid) -> String {
    format!("segments/{segment_id}")
}

/// Publishes the moves of a segment after a number, a thousand at a time, so that memory does not grow with them.
pub async fn publish_moves(
    state: &State,
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    (segment_id, name): (Uuid, &str),
    mut after_move: i64,
) -> sqlx::Result<()> {
    loop {
        let moves = segment_moves_after(connection, new.tenant, segment_id, after_move, MEMBERS_OF_EVENT).await?;
        let Some(last) = moves.last() else { return Ok(()) };
        after_move = last.move_id;
        let told = |joined: bool| moves.iter().filter(move |one| one.joined == joined).map(member).collect();
        let payload = SegmentMembersChanged {
            segment_id: segment_id.to_string(),
            segment_name: name.to_owned(),
            cause: SegmentChangeCause::try_from(i32::from(new.cause)).unwrap_or_default().into(),
            score_run_id: new.score_run_id.map(|id| id.to_string()).unwrap_or_default(),
            joined_members: told(true),
            left_members: told(false),
        };
        let event = NewEvent::of_job(&state.context, new.tenant, new.actor, new.now, subject(segment_id), &payload);
        state.outbox.publish(connection, event).await?;
        if (moves.len() as i64) < MEMBERS_OF_EVENT {
            return Ok(());
        }
    }
}

fn member(record: &MoveRecord) -> SegmentMember {
    SegmentMember {
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        join_time: record.joined.then(|| instant(record.join_time.to_jiff())),
    }
}
