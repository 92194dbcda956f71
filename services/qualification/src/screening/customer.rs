//! One customer beside all lists: what is close to its names becomes a hit, what no longer is closes.

use std::collections::HashMap;

use clientele_proto::qualification::v1::{CheckOutcome, HitState, RequiredCheck, ScreeningMatch};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    hit::keep,
    party::{hash, parties},
};
use crate::{
    State,
    cases::record_check,
    domain::screening_hit::Standing,
    origin::Origin,
    standing::restate,
    store::{
        customer_check::customer_checks,
        qualification_case::checks_count_from,
        screening_hit::{HitRecord, hits_of_customer, screening_lock},
    },
};

/// Hits of one customer at most: more of them mean that its names say nothing. Those that it has are kept beyond that.
const MOST_HITS: usize = 50;
/// Matches that are looked at.
const MOST_MATCHES: usize = 1_000;

/// Settles the hits of a customer; answers all that are not closed, best first. Screenings of one customer follow one another, each with the lists as
/// they are when its turn has come.
pub async fn screen(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
) -> sqlx::Result<Vec<HitRecord>> {
    let tenant = origin.tenant();
    screening_lock(connection, tenant, customer_id).await?;
    let lists = state.screening.of_tenant(connection, tenant).await?;
    let parties = parties(connection, tenant, customer_id, origin.now).await?;
    // Hits that were found when a change of anybody opened them again have the hash of all.
    let hash_of_all = hash(&parties);
    let mut before: HashMap<Uuid, HitRecord> = hits_of_customer(connection, tenant, customer_id)
        .await?
        .into_iter()
        .map(|hit| (hit.screening_entry_id, hit))
        .collect();
    let mut hits = Vec::new();
    for (found, close) in lists.matches(&parties, MOST_MATCHES) {
        let Some(entry_id) = entry_id(&found) else { continue };
        let names_hash = hash(close.into_iter().map(|place| &parties[place]));
        let known = before.remove(&entry_id);
        if known.is_none() && hits.len() >= MOST_HITS {
            continue;
        }
        let was = known.as_ref().map(|was| was.standing.clone());
        let hashes = (names_hash, hash_of_all.as_slice());
        let (after, is_changed) = found_again(state, origin, known, (customer_id, entry_id), found, hashes);
        if is_changed {
            keep(state, connection, origin, was.as_ref(), &after).await?;
        }
        hits.push(after);
    }
    for (_, was) in before {
        let standing = was.standing.not_found();
        if standing == was.standing {
            hits.push(was);
            continue;
        }
        let after = HitRecord { standing, version: was.version + 1, update_time: origin.now, ..was.clone() };
        keep(state, connection, origin, Some(&was.standing), &after).await?;
    }
    hits.retain(|hit| hit.standing.state != HitState::Closed);
    if !lists.is_empty() {
        note_check(connection, origin, customer_id, &hits).await?;
    }
    restate(state, connection, origin, customer_id).await?;
    Ok(hits)
}

/// Writes down what the screening of a customer comes to, where that is another outcome than is known: what a recommendation rests on must not
/// change by looking again.
pub async fn note_check(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    hits: &[HitRecord],
) -> sqlx::Result<()> {
    let counted_from = checks_count_from(connection, origin.tenant(), customer_id).await?;
    let known = customer_checks(connection, origin.tenant(), customer_id, counted_from).await?;
    let known = known.iter().find(|done| done.check == RequiredCheck::Screening).map(|done| done.outcome);
    let standing = hits.iter().filter(|hit| !matches!(hit.standing.state, HitState::FalsePositive | HitState::Closed));
    let standing = standing.count();
    let outcome = if standing == 0 { CheckOutcome::Passed } else { CheckOutcome::Failed };
    if known == Some(outcome) {
        return Ok(());
    }
    let note = match standing {
        0 => "no hit on any list that is not cleared".to_owned(),
        1 => "one hit is not cleared".to_owned(),
        more => format!("{more} hits are not cleared"),
    };
    record_check(connection, origin, customer_id, (RequiredCheck::Screening, outcome), &note).await
}

fn entry_id(found: &ScreeningMatch) -> Option<Uuid> {
    Uuid::try_parse(&found.entry.as_ref()?.screening_entry_id).ok()
}

/// The hit after a match, and whether that is another one than before. `names_hash` is of the parties that are close to the entry: somebody else who
/// comes or goes opens nothing again.
fn found_again(
    state: &State,
    origin: &Origin<'_>,
    known: Option<HitRecord>,
    (customer_id, screening_entry_id): (Uuid, Uuid),
    found: ScreeningMatch,
    (names_hash, hash_of_all): (Vec<u8>, &[u8]),
) -> (HitRecord, bool) {
    let entry = found.entry.clone().unwrap_or_default();
    let Some(was) = known else {
        let new = HitRecord {
            screening_hit_id: state.context.new_id(),
            customer_id,
            standing: Standing::open(),
            screening_list_id: entry.screening_list_id,
            screening_entry_id,
            score: found.score,
            found,
            content_hash: entry.content_hash,
            names_hash,
            version: 1,
            create_time: origin.now,
            update_time: origin.now,
        };
        return (new, true);
    };
    let is_same =
        was.content_hash == entry.content_hash && (was.names_hash == names_hash || was.names_hash == hash_of_all);
    let standing = was.standing.found_again(is_same);
    if is_same && standing == was.standing {
        return (was, false);
    }
    let after = HitRecord {
        standing,
        score: found.score,
        found,
        content_hash: entry.content_hash,
        names_hash,
        version: was.version + 1,
        update_time: origin.now,
        ..was
    };
    (after, true)
}
