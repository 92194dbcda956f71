//! `DecideScreeningHit`: a person's word on a hit, while the customer's hits are held.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{DecideScreeningHitRequest, ScreeningHit};
use clientele_service::Call;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use crate::{
    State,
    cases::reviews,
    domain::{
        key::uuid,
        screening_hit::{Refusal, Word},
    },
    origin::Origin,
    rpc::once::{Asked, once},
    screening::{hit::keep_one, message},
    store::screening_hit::{HitRecord, hit_get_locked},
};

/// Months after which a false positive opens again when nobody says otherwise.
const MONTHS: i32 = 12;

pub(super) async fn decide_screening_hit(
    state: &State,
    call: Call,
    request: DecideScreeningHitRequest,
) -> Result<ScreeningHit> {
    let asked =
        Asked { method: "DecideScreeningHit", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request).await).await
}

async fn run(state: &State, call: &Call, tx: &mut Tx, request: &DecideScreeningHitRequest) -> Result<ScreeningHit> {
    let id = uuid(&request.screening_hit_id, "screening_hit_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let now = state.context.now();
    let found = hit_get_locked(tx, call.tenant(), id).await.map_err(failed)?;
    let before = found.ok_or_else(|| Error::not_found("screening_hit", id.to_string()))?;
    if !request.etag.is_empty() && request.etag != before.version.to_string() {
        let message = "the hit was changed meanwhile; read it again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("etag"));
    }
    let origin = Origin::call(call, &request.request_id, now);
    reviews(tx, &origin, before.customer_id).await?;
    let word = Word {
        decision: request.decision(),
        person: call.caller.subject.clone(),
        reason: request.reason.clone(),
        expire_time: expiry(now, request.expire_months)?,
    };
    let standing = before.standing.decided(word).map_err(refused)?;
    if standing == before.standing {
        return Ok(message::hit(&before));
    }
    let after = HitRecord { standing, version: before.version + 1, update_time: now, ..before.clone() };
    keep_one(state, tx, &origin, &before.standing, &after).await.map_err(failed)?;
    Ok(message::hit(&after))
}

/// So many months after now, at the same time of the day in UTC; the last day of a month where that has no such day.
fn expiry(now: Timestamp, months: i32) -> Result<Timestamp> {
    let months = if months == 0 { MONTHS } else { months };
    now.to_zoned(TimeZone::UTC)
        .checked_add(i64::from(months).months())
        .map(|end| end.timestamp())
        .map_err(|error| Error::invalid_field("expire_months", error.to_string()))
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Closed => Error::new(
            Reason::HitClosed,
            "the hit is closed: the list or the customer has changed, and there is nothing to decide any more",
        ),
        Refusal::FourEyes => {
            Error::new(Reason::FourEyes, "you proposed that it is a false positive; somebody else has to confirm it")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_keeps_to_the_calendar() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(expiry(at("2027-01-31T12:00:00Z"), 1).unwrap(), at("2027-02-28T12:00:00Z"));
        assert_eq!(expiry(at("2028-02-29T12:00:00Z"), 12).unwrap(), at("2029-02-28T12:00:00Z"));
        assert_eq!(expiry(at("2026-11-28T12:00:00Z"), 0).unwrap(), at("2027-11-28T12:00:00Z"));
    }
}
