//! One customer beside all lists: what is close to its names becomes a hit, what no longer is closes.

use std::collections::HashMap;

use clientele_proto::qualification::v1::{ScreenedKind, ScreeningMatch};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    hit::keep,
    index::{Loaded, Party},
};
use crate::{
    State,
    domain::screening_hit::Standing,
    origin::Origin,
    standing::restate,
    store::{
        customer::{Customer, customer_get},
        screening_hit::{HitRecord, hits_of_customer_for_update},
        screening_list::screening_names,
    },
};

/// Matches of one customer that are kept at most: more of them mean that the name says nothing.
const MOST_HITS: usize = 50;

/// The party that a customer is screened as; `None` of one that has no name here.
pub async fn party(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<Option<Party>> {
    let customer = customer_get(connection, tenant, customer_id).await?;
    let further = screening_names(connection, tenant, customer_id).await?;
    let kind = match customer.as_ref().map(|customer| customer.kind) {
        Some(1) => ScreenedKind::Organisation,
        Some(2) => ScreenedKind::Person,
        _ => ScreenedKind::Unspecified,
    };
    let country_codes = customer.iter().filter_map(|customer| customer.country_code.clone()).collect();
    let mut names = customer.map(own_names).unwrap_or_default();
    names.extend(further);
    names.sort_unstable();
    names.dedup();
    Ok((!names.is_empty()).then(|| Party { kind, names, country_codes, ..Party::default() }))
}

fn own_names(customer: Customer) -> Vec<String> {
    let full = [customer.given_name, customer.family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    [Some(customer.display_name), customer.legal_name, Some(full)]
        .into_iter()
        .flatten()
        .filter(|name| !name.trim().is_empty())
        .collect()
}

/// Settles the hits of a customer; answers those that are not closed. The customer's hits are locked, so that two screenings of it follow one another.
pub async fn screen(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    lists: &Loaded,
) -> sqlx::Result<Vec<HitRecord>> {
    let tenant = origin.tenant();
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.screening/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string()
    )
    .execute(&mut *connection)
    .await?;
    let party = party(connection, tenant, customer_id).await?.unwrap_or_default();
    let names_hash = Sha256::digest(party.names.join("\n")).to_vec();
    let found = lists.matches(&party, MOST_HITS);
    let mut before: HashMap<Uuid, HitRecord> = hits_of_customer_for_update(connection, tenant, customer_id)
        .await?
        .into_iter()
        .map(|hit| (hit.screening_entry_id, hit))
        .collect();
    let mut hits = Vec::with_capacity(found.len());
    for matched in found {
        let Some(entry_id) = entry_id(&matched) else { continue };
        let known = before.remove(&entry_id);
        let (was, after) = found_again(state, origin, known, (customer_id, entry_id), matched, &names_hash);
        if was.as_ref() != Some(&after) {
            keep(state, connection, origin, was.map(|was| was.standing.state), &after).await?;
        }
        hits.push(after);
    }
    for (_, was) in before {
        let standing = was.standing.not_found();
        if standing == was.standing {
            continue;
        }
        let after = HitRecord { standing, version: was.version + 1, update_time: origin.now, ..was.clone() };
        keep(state, connection, origin, Some(was.standing.state), &after).await?;
    }
    restate(state, connection, origin, customer_id).await?;
    Ok(hits)
}

fn entry_id(matched: &ScreeningMatch) -> Option<Uuid> {
    Uuid::try_parse(&matched.entry.as_ref()?.screening_entry_id).ok()
}

/// The hit before and after a match.
fn found_again(
    state: &State,
    origin: &Origin<'_>,
    known: Option<HitRecord>,
    (customer_id, screening_entry_id): (Uuid, Uuid),
    found: ScreeningMatch,
    names_hash: &[u8],
) -> (Option<HitRecord>, HitRecord) {
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
            names_hash: names_hash.to_vec(),
            version: 1,
            create_time: origin.now,
            update_time: origin.now,
        };
        return (None, new);
    };
    let is_same = was.content_hash == entry.content_hash && was.names_hash == names_hash;
    let standing = was.standing.found_again(is_same);
    if is_same && standing == was.standing {
        return (Some(was.clone()), was);
    }
    let after = HitRecord {
        standing,
        score: found.score,
        found,
        content_hash: entry.content_hash,
        names_hash: names_hash.to_vec(),
        version: was.version + 1,
        update_time: origin.now,
        ..was.clone()
    };
    (Some(was), after)
}
