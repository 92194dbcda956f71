//! Lists follow merges and their undoing.

use sqlx::PgConnection;
use uuid::Uuid;

use super::telling::publish_moves;
use crate::{
    State,
    store::{
        segment_member::segment_members_follow,
        segment_member_merged::{buyers_counted_together, list_members_restore, list_moves_find, lists_of_buyers},
        segment_move::{NewMoves, segment_moves_last},
    },
};

/// Has those of the buyers that count for themselves on the lists that they, or any that are merged into them, are on, and takes those off that
/// are merged; says so. The tenant's buyers are locked, and are what they are to be.
pub async fn lists_follow(
    state: &State,
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    buyers: &[i64],
) -> sqlx::Result<()> {
    let tenant = new.tenant;
    let buyers = buyers_counted_together(connection, tenant, buyers).await?;
    let lists = lists_of_buyers(connection, tenant, &buyers).await?;
    if lists.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = lists.iter().map(|list| list.segment_id).collect();
    let after_move = segment_moves_last(connection, tenant, &ids).await?;
    list_moves_find(connection, new, &ids, &buyers).await?;
    let moved = segment_members_follow(connection, tenant, &ids, after_move).await?;
    list_members_restore(connection, tenant, &ids, &buyers, after_move).await?;
    if moved > 0 {
        for list in &lists {
            publish_moves(state, connection, new, (list.segment_id, &list.name), after_move).await?;
        }
    }
    Ok(())
}
