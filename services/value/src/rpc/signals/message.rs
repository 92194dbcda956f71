//! Signals between the contract and the rules.

use clientele_error::Violation;
use clientele_proto::value::v1::{self as proto, QualificationStatus, account_signals::Customer};
use jiff::civil::Date;

use super::needs;
use crate::{
    domain::{
        account_signals::{AccountSignals, Signal},
        day, key,
        money::Amount,
    },
    scoring::{run_message::instant, settings_message::date},
    store::{account_signals::SignalsRecord, buyer::Buyer},
};

/// What a message says, all that does not hold at once; `latest` is the last day an interaction can be of.
pub(super) fn parse(message: &proto::AccountSignals, latest: Date) -> Result<AccountSignals, Vec<Violation>> {
    let mut wrong = Vec::new();
    let yearly_wallet = message.yearly_wallet.as_ref().and_then(|wallet| {
        match Amount::new(&wallet.currency_code, wallet.units, wallet.nanos) {
            Ok(amount) if amount.is_zero() => {
                wrong.push(Violation::new("yearly_wallet", "must be more than zero; leave it out if it is not known"));
                None
            }
            Ok(amount) => Some(amount),
            Err(errors) => {
                let field = |field: &str| format!("yearly_wallet.{field}");
                wrong.extend(errors.into_iter().map(|error| Violation::new(field(error.field()), error.to_string())));
                None
            }
        }
    });
    let last_interaction_date = message.last_interaction_date.as_ref().and_then(|last| {
        day::day(last.year, last.month, last.day, latest)
            .map_err(|errors| {
                wrong.extend(errors.into_iter().map(|error| {
                    let below = error.field().map(|field| format!(".{field}")).unwrap_or_default();
                    Violation::new(format!("last_interaction_date{below}"), error.to_string())
                }));
            })
            .ok()
    });
    if let Err(error) = key::check_optional(&message.acquisition_channel) {
        wrong.push(Violation::new("acquisition_channel", error.to_string()));
    }
    let declared_needs = needs::parse(&message.declared_needs, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(AccountSignals {
        acquisition_channel: Some(message.acquisition_channel.clone()).filter(|channel| !channel.is_empty()),
        yearly_wallet,
        strategic_fit: message.strategic_fit,
        nps: message.nps,
        csat: message.csat,
        open_complaints: message.open_complaints,
        last_interaction_date,
        qualified: match message.qualification_status() {
            QualificationStatus::Unspecified => None,
            QualificationStatus::Qualified => Some(true),
            QualificationStatus::NotQualified => Some(false),
        },
        declared_needs,
        interaction_interval_days: message.interaction_interval_days,
    })
}

/// The signals a mask names; of an empty one those that are known.
pub(super) fn named(paths: &[String], signals: &AccountSignals) -> Result<Vec<Signal>, Vec<Violation>> {
    if paths.is_empty() {
        return Ok(signals.known());
    }
    if paths == ["*"] {
        return Ok(Signal::ALL.iter().map(|(signal, _)| *signal).collect());
    }
    let mut wrong = Vec::new();
    let mut named = Vec::with_capacity(paths.len());
    for (at, path) in paths.iter().enumerate() {
        if let Some((signal, _)) = Signal::ALL.iter().find(|(_, name)| name == path) {
            named.push(*signal);
        } else {
            let names: Vec<&str> = Signal::ALL.iter().map(|(_, name)| *name).collect();
            let text = format!("must be one of {}, or * alone", names.join(", "));
            wrong.push(Violation::new(format!("update_mask.paths[{at}]"), text));
        }
    }
    if wrong.is_empty() { Ok(named) } else { Err(wrong) }
}

/// Stored signals as the contract tells them.
pub(crate) fn message(buyer: &Buyer, record: &SignalsRecord) -> proto::AccountSignals {
    let signals = &record.signals;
    let status = match signals.qualified {
        None => QualificationStatus::Unspecified,
        Some(true) => QualificationStatus::Qualified,
        Some(false) => QualificationStatus::NotQualified,
    };
    proto::AccountSignals {
        customer: match (buyer.customer_id, &buyer.external_id) {
            (Some(id), _) => Some(Customer::CustomerId(id.to_string())),
            (None, Some(key)) => Some(Customer::CustomerExternalId(key.clone())),
            (None, None) => None,
        },
        yearly_wallet: signals.yearly_wallet.map(|wallet| {
            let (units, nanos) = wallet.units_and_nanos();
            clientele_proto::Money { currency_code: wallet.currency_code().to_owned(), units, nanos }
        }),
        strategic_fit: signals.strategic_fit,
        nps: signals.nps,
        csat: signals.csat,
        open_complaints: signals.open_complaints,
        last_interaction_date: signals.last_interaction_date.map(date),
        qualification_status: status.into(),
        acquisition_channel: signals.acquisition_channel.clone().unwrap_or_default(),
        etag: record.version.to_string(),
        update_time: Some(instant(record.update_time)),
        declared_needs: needs::messages(&signals.declared_needs),
        interaction_interval_days: signals.interaction_interval_days,
    }
}
