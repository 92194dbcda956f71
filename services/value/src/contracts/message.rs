//! Contracts as the contract of the service tells them.

use clientele_proto::{
    Money,
    value::v1::{self as proto, ContractTerm, contract::Customer},
};
use jiff::civil::Date;

use crate::{
    domain::{contract::Agreement, money::Amount},
    scoring::{run_message::instant, settings_message::date},
    store::contract::{ContractRecord, TermRecord},
};

/// Who changes what changes by itself.
pub const ITSELF: &str = "value";

/// A contract as it stands on a day, without its terms.
pub fn message(record: &ContractRecord, day: Date) -> proto::Contract {
    let contract = record.contract.clone().on(day);
    let agreement = contract.agreement;
    let term = agreement.term_on(day);
    let days = (term > 0).then(|| agreement.days_of(term));
    let renewal_date = agreement.renewal_date_on(day);
    proto::Contract {
        contract_id: record.contract_id.to_string(),
        customer: match (record.customer_id, &record.customer_external_id) {
            (Some(id), _) => Some(Customer::CustomerId(id.to_string())),
            (None, Some(key)) => Some(Customer::CustomerExternalId(key.clone())),
            (None, None) => None,
        },
        external_id: contract.external_id.unwrap_or_default(),
        product: contract.product,
        value_per_term: Some(money(contract.value)),
        start_date: Some(date(agreement.start_date)),
        term_months: agreement.term_months,
        auto_renew: agreement.auto_renew,
        notice_days: agreement.notice_days,
        renewal_value_per_term: contract.renewal_value.map(money),
        renewals: agreement.terms - 1,
        cancel_date: agreement.cancel_date.map(date),
        cancel_reason: contract.cancel_reason,
        state: agreement.state_on(day) as i32,
        term,
        term_start_date: days.map(|(first, _)| date(first)),
        term_end_date: days.map(|(_, last)| date(last)),
        renewal_date: renewal_date.map(date),
        notice_date: renewal_date.map(|renewal_date| date(agreement.notice_date(renewal_date))),
        terms: Vec::new(),
        etag: record.version.to_string(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time)),
        update_time: Some(instant(record.update_time)),
    }
}

/// The same with its terms; those by which it has renewed itself without having been written down yet included.
pub fn message_with_terms(record: &ContractRecord, terms: &[TermRecord], day: Date) -> proto::Contract {
    let contract = record.contract.clone().on(day);
    let agreement = &contract.agreement;
    let known = terms.iter().filter(|known| known.term <= agreement.terms).filter_map(|known| {
        let value = Amount::stored(known.value_minor, contract.value.currency_code())?;
        let create_time = Some(instant(known.create_time.to_jiff()));
        Some(ContractTerm { create_time, ..term(agreement, known.term, value, &known.actor) })
    });
    let to_be_written = (record.contract.agreement.terms + 1..=agreement.terms)
        .map(|number| term(agreement, number, contract.value, ITSELF));
    proto::Contract { terms: known.chain(to_be_written).collect(), ..message(record, day) }
}

fn term(agreement: &Agreement, number: i32, value: Amount, actor: &str) -> ContractTerm {
    let (first, last) = agreement.days_of(number);
    ContractTerm {
        term: number,
        start_date: Some(date(first)),
        end_date: Some(date(last)),
        value: Some(money(value)),
        actor: actor.to_owned(),
        create_time: None,
    }
}

/// An amount.
pub fn money(amount: Amount) -> Money {
    let (units, nanos) = amount.units_and_nanos();
    Money { currency_code: amount.currency_code().to_owned(), units, nanos }
}
