//! Between a customer and its message.

use clientele_proto::customers::v1::{self as proto, customer::Kind as KindMessage};
use jiff::Timestamp;

use crate::{
    domain::{
        Customer, Draft, DraftKind, Kind,
        draft::{DraftOrganisation, DraftPerson},
        text::{CountryCode, Email, Line, Phone, Website},
    },
    store::customer_read::Read,
};

/// What a message says that callers may write; what only the service writes is left out.
pub fn draft(message: proto::Customer) -> Draft {
    let kind = message.kind.map(|kind| match kind {
        KindMessage::Organisation(message) => DraftKind::Organisation(DraftOrganisation {
            legal_name: message.legal_name,
            trade_name: message.trade_name,
            website: message.website,
            industry_code: message.industry_code,
        }),
        KindMessage::Person(message) => {
            DraftKind::Person(DraftPerson { given_name: message.given_name, family_name: message.family_name })
        }
    });
    Draft {
        external_id: message.external_id,
        display_name: message.display_name,
        kind,
        email: message.email,
        phone: message.phone,
        country_code: message.country_code,
        attributes: message.attributes,
        etag: message.etag,
    }
}

/// The customer as callers see it.
pub fn message(customer: Customer) -> proto::Customer {
    let etag = customer.etag();
    let profile = customer.profile;
    let kind = match profile.kind {
        Kind::Organisation(organisation) => KindMessage::Organisation(proto::Organisation {
            legal_name: organisation.legal_name.into_string(),
            trade_name: text(organisation.trade_name.map(Line::into_string)),
            website: text(organisation.website.map(Website::into_string)),
            industry_code: text(organisation.industry_code.map(Line::into_string)),
        }),
        Kind::Person(person) => {
            let (given_name, family_name) = person.into_names();
            KindMessage::Person(proto::Person {
                given_name: text(given_name.map(Line::into_string)),
                family_name: text(family_name.map(Line::into_string)),
            })
        }
    };
    proto::Customer {
        customer_id: customer.customer_id.to_string(),
        external_id: text(profile.external_id.map(Line::into_string)),
        display_name: profile.display_name.into_string(),
        kind: Some(kind),
        email: text(profile.email.map(Email::into_string)),
        phone: text(profile.phone.map(Phone::into_string)),
        country_code: text(profile.country_code.map(CountryCode::into_string)),
        attributes: profile.attributes.into_map(),
        etag,
        create_time: Some(instant(customer.create_time)),
        update_time: Some(instant(customer.update_time)),
        delete_time: customer.deletion.map(|deletion| instant(deletion.delete_time)),
        purge_time: customer.deletion.map(|deletion| instant(deletion.purge_time)),
        merged_customer_id: String::new(),
        erase_time: None,
    }
}

/// The customer that a key led to.
pub fn message_of(read: Read) -> proto::Customer {
    let merged_customer_id = read.merged_customer_id.map_or_else(String::new, |id| id.to_string());
    proto::Customer { merged_customer_id, ..message(read.customer) }
}

fn text(text: Option<String>) -> String {
    text.unwrap_or_default()
}

/// An instant as the contract writes it.
pub fn instant(time: Timestamp) -> prost_types::Timestamp {
    // Before 1970 jiff counts both parts backwards, protobuf only the seconds.
    let nanos = time.as_nanosecond().rem_euclid(1_000_000_000) as i32;
    let seconds = time.as_nanosecond().div_euclid(1_000_000_000) as i64;
    prost_types::Timestamp { seconds, nanos }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use clientele_proto::contract::POOL;
    use clientele_service::validation;
    use proptest::prelude::*;
    use prost::Message as _;
    use uuid::Uuid;

    use super::*;
    use crate::domain::Profile;

    /// Mostly good values, and bad ones close to the rules' edges.
    fn any_text(good: &'static str, longest: usize) -> impl Strategy<Value = String> {
        prop_oneof![
            6 => good,
            2 => Just(String::new()),
            1 => ".{0,12}",
            1 => any::<String>(),
            1 => "\\PC{0,8}[\\x00-\\x20\\x7f\\x85]\\PC{0,4}",
            1 => (longest - 1..longest + 2).prop_map(|length| "ü".repeat(length)),
        ]
    }

    fn organisation() -> impl Strategy<Value = KindMessage> {
        let website = any_text("https?://[a-z]{1,9}\\.example(:[0-9]{2,4})?(/[a-z%&?#^]{0,9})?", 500);
        (
            any_text("[A-Z][a-z]{1,9} GmbH", 300),
            any_text("[A-Z][a-z]{1,9}", 300),
            website,
            any_text("[A-Z][0-9]{2}", 50),
        )
            .prop_map(|(legal_name, trade_name, website, industry_code)| {
                KindMessage::Organisation(proto::Organisation { legal_name, trade_name, website, industry_code })
            })
    }

    fn person() -> impl Strategy<Value = KindMessage> {
        (any_text("[A-Z][a-z]{1,9}", 150), any_text("[A-Z][a-z]{1,9}", 150))
            .prop_map(|(given_name, family_name)| KindMessage::Person(proto::Person { given_name, family_name }))
    }

    prop_compose! {
        fn any_customer()(
            external_id in any_text("[A-Z0-9-]{1,20}", 200),
            display_name in any_text("[A-Z][a-z ]{1,20}", 300),
            kind in prop_oneof![8 => organisation().prop_map(Some), 8 => person().prop_map(Some), 1 => Just(None)],
            email in any_text("[a-z.]{1,9}@[a-z-]{1,9}\\.[a-z0-9]{1,4}", 70),
            phone in any_text("\\+?[0-9]{3,17}", 15),
            country_code in any_text("[A-Z]{2}", 2),
            attributes in prop_oneof![
                9 => prop::collection::btree_map(
                    prop_oneof![9 => "[a-z][a-z0-9_]{0,64}", 1 => ".{0,3}"],
                    any_text("[a-z\\n]{0,9}", 500),
                    0..3,
                ),
                1 => prop::collection::btree_map("[a-z]{6}", "[a-z]?", 63..66),
            ],
            etag in prop_oneof![9 => "(\"[0-9]{1,3}\")?", 1 => "x{63,66}"],
        ) -> proto::Customer {
            proto::Customer { external_id, display_name, kind, email, phone, country_code, attributes, etag, ..proto::Customer::default() }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn the_domain_takes_exactly_what_the_contract_takes(message in any_customer()) {
            let descriptor = POOL.get_message_by_name("clientele.customers.v1.Customer").unwrap();
            let contract = validation::check(&descriptor, Bytes::from(message.encode_to_vec()));
            let domain = Profile::new(draft(message));
            prop_assert_eq!(domain.is_ok(), contract.is_ok(), "{:?} but {:?}", domain, contract);
        }

        #[test]
        fn a_message_reads_back_as_the_customer_it_was_made_of(written in any_customer()) {
            let Ok(profile) = Profile::new(draft(written)) else { return Ok(()) };
            let customer = Customer::new(Uuid::from_u128(7), profile.clone(), Timestamp::UNIX_EPOCH);
            let read = message(customer);
            prop_assert_eq!(Profile::new(draft(read)), Ok(profile));
        }
    }

    #[test]
    fn an_instant_before_1970_has_nanoseconds_that_count_forwards() {
        let time: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        assert_eq!(instant(time), prost_types::Timestamp { seconds: -1, nanos: 250_000_000 });
    }
}
