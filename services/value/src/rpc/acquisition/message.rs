//! Spends between the contract and the rules, and what all their RPCs need.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{self as proto, AcquisitionSpendChanged};
use clientele_service::Call;
use jiff::{Unit, civil::Date};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::{
        acquisition::{AcquisitionSpend, MOST_DAYS},
        day, key,
        money::Amount,
    },
    scoring::{run_message::instant, settings_message::date},
    store::acquisition_spend::SpendRecord,
};

/// Where a request holds the spend.
const FIELD: &str = "acquisition_spend";
/// Letters of a channel, at most.
const LONGEST_CHANNEL: usize = 100;

/// What a message says, all that does not hold at once.
pub(super) fn parse(message: &proto::AcquisitionSpend) -> Result<AcquisitionSpend> {
    let mut wrong = Vec::new();
    let start_date = period_day("start_date", message.start_date.as_ref(), &mut wrong);
    let end_date = period_day("end_date", message.end_date.as_ref(), &mut wrong);
    if let Some((start, end)) = start_date.zip(end_date) {
        let days = end.since((Unit::Day, start)).map_or(0, |span| span.get_days());
        if days < 0 {
            wrong.push(Violation::new("end_date", "must not be before start_date"));
        } else if days > MOST_DAYS {
            wrong.push(Violation::new("end_date", format!("must be at most {MOST_DAYS} days after start_date")));
        }
    }
    channel(&message.channel, &mut wrong);
    let amount = amount(message.amount.as_ref(), &mut wrong);
    match (start_date, end_date, amount) {
        (Some(start_date), Some(end_date), Some(amount)) if wrong.is_empty() => {
            Ok(AcquisitionSpend { channel: message.channel.clone(), start_date, end_date, amount })
        }
        _ => {
            let below = |violation: Violation| Violation { field: format!("{FIELD}.{}", violation.field), ..violation };
            Err(Error::invalid_fields(wrong.into_iter().map(below).collect()))
        }
    }
}

fn channel(channel: &str, wrong: &mut Vec<Violation>) {
    if let Err(error) = key::check(channel) {
        wrong.push(Violation::new("channel", error.to_string()));
    } else if channel.chars().count() > LONGEST_CHANNEL {
        wrong.push(Violation::new("channel", format!("must be at most {LONGEST_CHANNEL} characters long")));
    }
}

fn period_day(field: &str, told: Option<&clientele_proto::Date>, wrong: &mut Vec<Violation>) -> Option<Date> {
    let Some(told) = told else {
        wrong.push(Violation::new(field, "is required"));
        return None;
    };
    day::day(told.year, told.month, told.day, Date::MAX)
        .map_err(|errors| {
            wrong.extend(errors.into_iter().map(|error| {
                let below = error.field().map(|part| format!(".{part}")).unwrap_or_default();
                Violation::new(format!("{field}{below}"), error.to_string())
            }));
        })
        .ok()
}

fn amount(told: Option<&clientele_proto::Money>, wrong: &mut Vec<Violation>) -> Option<Amount> {
    let Some(told) = told else {
        wrong.push(Violation::new("amount", "is required"));
        return None;
    };
    match Amount::new(&told.currency_code, told.units, told.nanos) {
        Ok(amount) if amount.is_zero() => {
            wrong.push(Violation::new("amount", "must be more than zero"));
            None
        }
        Ok(amount) => Some(amount),
        Err(errors) => {
            let field = |field: &str| format!("amount.{field}");
            wrong.extend(errors.into_iter().map(|error| Violation::new(field(error.field()), error.to_string())));
            None
        }
    }
}

/// The id of a spend.
pub(super) fn spend_id(text: &str, field: &str) -> Result<Uuid> {
    key::uuid(text).map_err(|error| Error::invalid_field(field, error.to_string()))
}

/// There is no such spend.
pub(super) fn unknown(id: Uuid) -> Error {
    Error::not_found("acquisition_spend", id.to_string())
}

/// Refuses what was decided on another version.
pub(super) fn expect_etag(etag: &str, record: &SpendRecord, field: &str) -> Result<()> {
    if etag.is_empty() || etag == record.version.to_string() {
        return Ok(());
    }
    let message = "the spend was changed meanwhile; read it again and decide anew";
    Err(Error::new(Reason::EtagMismatch, message).at(field))
}

/// A stored spend as the contract tells it.
pub(super) fn message(record: &SpendRecord) -> Result<proto::AcquisitionSpend> {
    let amount = Amount::stored(record.amount_minor, &record.currency_code)
        .ok_or_else(|| Error::internal("a stored spend that is no amount"))?;
    let (units, nanos) = amount.units_and_nanos();
    Ok(proto::AcquisitionSpend {
        acquisition_spend_id: record.acquisition_spend_id.to_string(),
        channel: record.channel.clone(),
        start_date: Some(date(record.start_date.to_jiff())),
        end_date: Some(date(record.end_date.to_jiff())),
        amount: Some(clientele_proto::Money { currency_code: record.currency_code.clone(), units, nanos }),
        etag: record.version.to_string(),
        create_time: Some(instant(record.create_time.to_jiff())),
        update_time: Some(instant(record.update_time.to_jiff())),
    })
}

/// Tells of a spend that was recorded or changed, or with `deleted` of one that is gone.
pub(super) async fn publish(
    state: &State,
    call: &Call,
    connection: &mut PgConnection,
    request_id: &str,
    spend: &proto::AcquisitionSpend,
    deleted: bool,
) -> Result<()> {
    let payload = AcquisitionSpendChanged { acquisition_spend: Some(spend.clone()), deleted };
    let subject = format!("acquisition-spends/{}", spend.acquisition_spend_id);
    let event = NewEvent::of_call(&state.context, call, request_id, state.context.now(), subject, &payload);
    state.outbox.publish(connection, event).await.map_err(failed)
}
