//! Authorisations and acts as the contract has them.

use clientele_money::Amount;
use clientele_proto::{
    Date as DateMessage,
    qualification::v1::{Act, ActingPerson, Authorisation, Signatory},
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{
    domain::{authorisation::terms::Person, instant::message as time},
    store::{act::ActRecord, authorisation::AuthorisationRecord},
};

/// An authorisation as it stands at an instant, with everything that is known of it.
pub fn message(record: &AuthorisationRecord, now: Timestamp) -> Authorisation {
    let terms = &record.terms;
    let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
    let signatory = Signatory { name: terms.signatory_name.clone(), position: terms.signatory_position.clone() };
    let used = terms.limits.map(|limits| Amount::of_minor(record.used_minor, limits.currency));
    Authorisation {
        authorisation_id: record.authorisation_id.to_string(),
        external_id: terms.external_id.clone().unwrap_or_default(),
        customer_id: terms.customer_id.to_string(),
        basis: terms.basis.into(),
        signatory: Some(signatory).filter(|signatory| *signatory != Signatory::default()),
        grantee: Some(person(&terms.grantee)),
        parent_authorisation_id: id(terms.parent_authorisation_id),
        superseded_authorisation_id: id(terms.superseded_authorisation_id),
        document_id: id(terms.document_id),
        register_reference: terms.register_reference.clone(),
        matters: terms.scope.matters.iter().cloned().collect(),
        products: terms.scope.products.iter().cloned().collect(),
        act_limit: terms.limits.and_then(|limits| limits.act_amount()).map(Amount::message),
        total_limit: terms.limits.and_then(|limits| limits.total_amount()).map(Amount::message),
        cosignatories: terms.cosignatories.iter().map(person).collect(),
        required_cosignatures: terms.required_cosignatures,
        may_sub_delegate: terms.may_sub_delegate,
        valid_from_date: Some(date(terms.validity.from)),
        valid_until_date: terms.validity.until.map(date),
        time_zone: terms.validity.time_zone.clone(),
        conditions: terms.conditions.clone(),
        state: record.state_at(now).into(),
        valid_from_time: Some(time(terms.validity.start_time)),
        valid_until_time: record.ends().first().map(|(instant, _)| time(instant)),
        used_amount: used.map(Amount::message),
        revoke_time: record.revoke_time.map(time),
        reason: record.reason.clone(),
        fallen_with_authorisation_id: id(record.fallen_with),
        makers: record.makers.clone(),
        reviewer: record.reviewer.clone(),
        review_time: record.review_time.map(time),
        etag: record.version.to_string(),
        create_time: Some(time(record.create_time)),
        update_time: Some(time(record.update_time)),
    }
}

/// The same without numbers of identity documents: for lists and events.
pub fn message_without_numbers(record: &AuthorisationRecord, now: Timestamp) -> Authorisation {
    let mut message = message(record, now);
    for person in message.grantee.iter_mut().chain(&mut message.cosignatories) {
        person.identity_number.clear();
    }
    message
}

/// An act.
pub fn act_message(record: &ActRecord) -> Act {
    Act {
        act_id: record.act_id.to_string(),
        external_id: record.external_id.clone(),
        customer_id: record.customer_id.to_string(),
        person_external_id: record.person_external_id.clone().unwrap_or_default(),
        authorisation_id: record.authorisation_id.to_string(),
        matter: record.matter.clone(),
        product: record.product.clone(),
        amount: record.amount.map(Amount::message),
        cosignatory_external_ids: record.cosignatory_external_ids.clone(),
        actor: record.actor.clone(),
        record_time: Some(time(record.record_time)),
    }
}

fn person(person: &Person) -> ActingPerson {
    ActingPerson {
        name: person.name.clone(),
        identity_number: person.identity_number.clone(),
        external_id: person.external_id.clone().unwrap_or_default(),
    }
}

fn date(date: Date) -> DateMessage {
    DateMessage { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}
