//! Tiers between runs: what people decide takes effect in the scores of the newest run.

use clientele_feed::NewEvent;
use clientele_proto::value::v1::{ScoreRunSettings, TierMove, TiersChanged, tier_move::Cause};
use jiff::civil::Date;
use prost::Message as _;
use sqlx::PgConnection;

use super::{error::RunError, known, run_message::instant, settings_message};
use crate::{
    State,
    domain::{score_settings::ScoreSettings, tiers::given},
    store::{
        scored_run::{ScoredRecord, scored_runs},
        segment_review::segment_reviews_put_for_buyers,
        tier::{MoveRecord, NewMoves, cause, score_tier_for_update, score_tier_update, tier_moves_insert},
    },
};

/// Moves of an event at most.
pub const MOVES_OF_EVENT: usize = 1_000;

/// The newest run of a tenant, as it is while the lock is held.
#[derive(Debug)]
pub struct Newest {
    record: ScoredRecord,
    settings: ScoreSettings,
}

impl Newest {
    /// The newest succeeded run whose scores can be read.
    pub async fn read(connection: &mut PgConnection, tenant: &str) -> Result<Option<Self>, RunError> {
        let mut found = scored_runs(connection, &[(tenant.to_owned(), None)]).await?;
        let Some((_, record)) = found.drain().next() else { return Ok(None) };
        let settings =
            ScoreRunSettings::decode(record.settings.as_slice()).map_err(|error| RunError::Fault(error.to_string()))?;
        let settings = settings_message::parse(&settings, Date::MAX)
            .map_err(|wrong| RunError::Fault(format!("the stored settings do not hold: {wrong:?}")))?;
        Ok(Some(Self { record, settings }))
    }

    /// Its tiers, best first.
    pub fn tier_names(&self) -> &[String] {
        &self.record.tier_names
    }

    /// Gives a buyer the tier that is `decided`, or else the one it earns, in the scores of the run; the names of the tiers it went from and
    /// to where it moved.
    pub async fn retier(
        &self,
        connection: &mut PgConnection,
        tenant: &str,
        buyer_id: i64,
        decided: Option<&str>,
    ) -> Result<Option<(String, String)>, RunError> {
        let Some(set) = self.record.score_set else { return Ok(None) };
        let Some(score) = score_tier_for_update(connection, tenant, set, buyer_id).await? else { return Ok(None) };
        let place = |number: i16| u8::try_from(number - 1).unwrap_or_default();
        let decided = decided.and_then(|tier| self.settings.tiers.place(tier)).map(|place| place as u8);
        let unqualified = score.signals.as_deref().and_then(|encoded| known::signals(encoded).ok());
        let unqualified = unqualified.is_some_and(|signals| signals.qualified == Some(false));
        let gate = self.settings.tiers.best_unqualified.filter(|_| unqualified).map(|place| place as u8);
        let tier = given(place(score.earned_tier), decided, gate);
        if tier == place(score.tier) {
            return Ok(None);
        }
        score_tier_update(connection, tenant, set, buyer_id, i16::from(tier) + 1).await?;
        let name = |place: u8| self.record.tier_names.get(usize::from(place)).cloned().unwrap_or_default();
        Ok(Some((name(place(score.tier)), name(tier))))
    }
}

/// Stores moves and answers the events that tell of them.
pub async fn move_events(
    state: &State,
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    moves: &[(i64, String, String)],
) -> sqlx::Result<Vec<NewEvent>> {
    let mut events = Vec::with_capacity(moves.len().div_ceil(MOVES_OF_EVENT));
    for moves in moves.chunks(MOVES_OF_EVENT) {
        let buyers: Vec<i64> = moves.iter().map(|(buyer, ..)| *buyer).collect();
        let from: Vec<String> = moves.iter().map(|(_, from, _)| from.clone()).collect();
        let to: Vec<String> = moves.iter().map(|(.., to)| to.clone()).collect();
        let records = tier_moves_insert(connection, new, (&buyers, &from, &to)).await?;
        // After a run all customers are looked at anyway.
        if new.cause != cause::SCORE_RUN {
            segment_reviews_put_for_buyers(connection, new.tenant, &buyers).await?;
        }
        let payload = TiersChanged { tier_moves: records.iter().map(move_message).collect() };
        events.push(NewEvent::of_job(&state.context, new.tenant, new.actor, new.now, "tiers".to_owned(), &payload));
    }
    Ok(events)
}

/// A move as the contract tells it.
pub fn move_message(record: &MoveRecord) -> TierMove {
    TierMove {
        tier_move_id: record.move_id.to_string(),
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        from_tier: record.from_tier.clone(),
        to_tier: record.to_tier.clone(),
        cause: Cause::try_from(i32::from(record.cause)).unwrap_or_default().into(),
        score_run_id: record.score_run_id.map(|id| id.to_string()).unwrap_or_default(),
        reason: record.reason.clone(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
    }
}
