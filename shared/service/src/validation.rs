//! Applies the `buf.validate` rules of the contract to every request message, and reports all violations at once.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use bytes::Bytes;
use clientele_error::{Error, Reason, Violation};
use clientele_proto::{codec, contract};
use prost_protovalidate::{
    Error as RuleError, Validator,
    types::{FieldConstraintsExt, MessageConstraintsExt, OneofConstraintsExt},
};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage};
use tonic::Status;

/// Makes this process check every request of the contract.
pub fn install() {
    codec::install_validation(validate);
}

/// A request message that has rules.
struct Rules {
    message: MessageDescriptor,
}

static VALIDATOR: OnceLock<Validator> = OnceLock::new();

/// The request messages that have rules anywhere within, by package and name. The messages of a stream into the service are left out:
/// they carry rows, which the service checks one by one so that a bad one does not lose the others.
static REQUESTS: LazyLock<HashMap<(String, String), Rules>> = LazyLock::new(|| {
    contract::POOL
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .filter(|method| !method.is_client_streaming())
        .map(|method| method.input())
        .filter(|message| has_rules(message, &mut Vec::new()))
        .map(|message| ((message.package_name().to_owned(), message.name().to_owned()), Rules { message }))
        .collect()
});

fn has_rules(message: &MessageDescriptor, seen: &mut Vec<String>) -> bool {
    if seen.iter().any(|name| name == message.full_name()) {
        return false;
    }
    seen.push(message.full_name().to_owned());
    // A rule that cannot be read counts as one: the validator then says so.
    let of_message = message.message_constraints().map_or(true, |rules| rules.is_some());
    let of_oneofs = message.oneofs().any(|oneof| oneof.oneof_constraints().map_or(true, |rules| rules.is_some()));
    of_message
        || of_oneofs
        || message.fields().any(|field| {
            field.field_constraints().map_or(true, |rules| rules.is_some())
                || matches!(field.kind(), Kind::Message(inner) if has_rules(&inner, seen))
        })
}

/// Rejects a request that breaks a rule.
fn validate(package: &'static str, name: &'static str, bytes: &Bytes) -> Result<(), Status> {
    thread_local! {
        // One look-up key for each thread instead of two allocations for each message.
        static KEY: std::cell::RefCell<(String, String)> = const { std::cell::RefCell::new((String::new(), String::new())) };
    }
    let rules = KEY.with_borrow_mut(|key| {
        key.0.clear();
        key.0.push_str(package);
        key.1.clear();
        key.1.push_str(name);
        REQUESTS.get(key)
    });
    rules.map_or(Ok(()), |rules| check(&rules.message, bytes.clone()).map_err(Status::from))
}

/// The violations of an encoded message of the contract, for rows that are checked one by one.
pub fn check(message: &MessageDescriptor, bytes: Bytes) -> clientele_error::Result<()> {
    let request = DynamicMessage::decode(message.clone(), bytes).map_err(|error| {
        Error::new(Reason::MalformedMessage, format!("the message is not a {}: {error}", message.full_name()))
    })?;
    match VALIDATOR.get_or_init(Validator::new).validate(&request) {
        Ok(()) => Ok(()),
        Err(RuleError::Validation(broken)) => Err(Error::invalid_fields(
            broken.violations().iter().map(|violation| describe(&request, violation)).collect(),
        )),
        Err(fault) => Err(Error::internal(fault.to_string())),
    }
}

/// The violations of a message of the contract that was put together here, named as of where it stands in the request, such as `document.`.
pub fn check_message<M: prost::Name>(message: &M, within: &str) -> clientele_error::Result<()> {
    let descriptor = contract::POOL.get_message_by_name(&M::full_name());
    let descriptor = descriptor.ok_or_else(|| Error::internal(format!("the contract has no {}", M::full_name())))?;
    check(&descriptor, message.encode_to_vec().into()).map_err(|error| {
        let moved =
            |violation: &Violation| Violation { field: format!("{within}{}", violation.field), ..violation.clone() };
        match error.reason() {
            Reason::InvalidFields => Error::invalid_fields(error.violations().iter().map(moved).collect()),
            _ => error,
        }
    })
}

fn describe(request: &DynamicMessage, violation: &prost_protovalidate::Violation) -> Violation {
    let field = violation.field_path();
    let description = match (violation.rule_id(), violation.message()) {
        (id, "") => id.to_owned(),
        (_, message) => message.to_owned(),
    };
    let field = if field.is_empty() { request.descriptor().name().to_owned() } else { field };
    Violation::new(field, description)
}
