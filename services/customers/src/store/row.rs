//! The columns of a customer.

use std::collections::BTreeMap;

use jiff_sqlx::ToSqlx as _;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::{
    Customer, Deletion, Kind, Organisation, Person, Profile,
    attributes::Attributes,
    text::{CountryCode, Email, Line, Phone, Website},
};

const ORGANISATION: i16 = 1;
const PERSON: i16 = 2;

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub struct CustomerRow {
    pub(super) tenant_id: String,
    pub(super) customer_id: Uuid,
    pub(super) external_id: Option<String>,
    pub(super) kind: i16,
    pub(super) display_name: String,
    pub(super) legal_name: Option<String>,
    pub(super) trade_name: Option<String>,
    pub(super) website: Option<String>,
    pub(super) industry_code: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) country_code: Option<String>,
    pub(super) attributes: Json<BTreeMap<String, String>>,
    pub(super) version: i64,
    pub(super) create_time: jiff_sqlx::Timestamp,
    pub(super) update_time: jiff_sqlx::Timestamp,
    pub(super) delete_time: Option<jiff_sqlx::Timestamp>,
    pub(super) purge_time: Option<jiff_sqlx::Timestamp>,
    pub(super) merged_into: Option<Uuid>,
}

impl CustomerRow {
    /// The customer it holds. Its texts move; nothing is checked again.
    pub(super) fn read(self) -> sqlx::Result<Customer> {
        let kind = match (self.kind, self.legal_name) {
            (ORGANISATION, Some(legal_name)) => Kind::Organisation(Organisation {
                legal_name: Line::stored(legal_name),
                trade_name: self.trade_name.map(Line::stored),
                website: self.website.map(Website::stored),
                industry_code: self.industry_code.map(Line::stored),
            }),
            (PERSON, None) => {
                let person = Person::new(self.given_name.map(Line::stored), self.family_name.map(Line::stored));
                Kind::Person(person.map_err(|fault| sqlx::Error::Decode(fault.into()))?)
            }
            _ => return Err(sqlx::Error::Decode("a customer of no known kind".into())),
        };
        let deletion = self.delete_time.zip(self.purge_time).map(|(delete_time, purge_time)| Deletion {
            delete_time: delete_time.to_jiff(),
            purge_time: purge_time.to_jiff(),
        });
        Ok(Customer {
            customer_id: self.customer_id,
            profile: Profile {
                external_id: self.external_id.map(Line::stored),
                display_name: Line::stored(self.display_name),
                kind,
                email: self.email.map(Email::stored),
                phone: self.phone.map(Phone::stored),
                country_code: self.country_code.map(CountryCode::stored),
                attributes: Attributes::stored(self.attributes.0),
            },
            version: self.version,
            create_time: self.create_time.to_jiff(),
            update_time: self.update_time.to_jiff(),
            deletion,
            merged_into: self.merged_into,
        })
    }
}

/// The values of many rows to write, column by column; the tenant is not among them.
#[derive(Debug, Default)]
pub(super) struct Columns<'c> {
    pub customer_id: Vec<Uuid>,
    pub external_id: Vec<Option<&'c str>>,
    pub kind: Vec<i16>,
    pub display_name: Vec<&'c str>,
    pub legal_name: Vec<Option<&'c str>>,
    pub trade_name: Vec<Option<&'c str>>,
    pub website: Vec<Option<&'c str>>,
    pub industry_code: Vec<Option<&'c str>>,
    pub given_name: Vec<Option<&'c str>>,
    pub family_name: Vec<Option<&'c str>>,
    pub email: Vec<Option<&'c str>>,
    pub phone: Vec<Option<&'c str>>,
    pub country_code: Vec<Option<&'c str>>,
    pub attributes: Vec<Json<&'c BTreeMap<String, String>>>,
    pub version: Vec<i64>,
    pub create_time: Vec<jiff_sqlx::Timestamp>,
    pub update_time: Vec<jiff_sqlx::Timestamp>,
    pub delete_time: Vec<Option<jiff_sqlx::Timestamp>>,
    pub purge_time: Vec<Option<jiff_sqlx::Timestamp>>,
    pub merged_into: Vec<Option<Uuid>>,
}

impl<'c> Columns<'c> {
    /// The columns of these customers.
    pub fn of(customers: impl IntoIterator<Item = &'c Customer>) -> Self {
        let mut columns = Self::default();
        for customer in customers {
            columns.push(customer);
        }
        columns
    }

    fn push(&mut self, customer: &'c Customer) {
        let profile = &customer.profile;
        let (organisation, person) = match &profile.kind {
            Kind::Organisation(organisation) => (Some(organisation), None),
            Kind::Person(person) => (None, Some(person)),
        };
        self.customer_id.push(customer.customer_id);
        self.external_id.push(profile.external_id.as_ref().map(Line::as_str));
        self.kind.push(if organisation.is_some() { ORGANISATION } else { PERSON });
        self.display_name.push(profile.display_name.as_str());
        self.legal_name.push(organisation.map(|organisation| organisation.legal_name.as_str()));
        self.trade_name.push(organisation.and_then(|organisation| organisation.trade_name.as_ref()).map(Line::as_str));
        self.website.push(organisation.and_then(|organisation| organisation.website.as_ref()).map(Website::as_str));
        self.industry_code
            .push(organisation.and_then(|organisation| organisation.industry_code.as_ref()).map(Line::as_str));
        self.given_name.push(person.and_then(Person::given_name));
        self.family_name.push(person.and_then(Person::family_name));
        self.email.push(profile.email.as_ref().map(Email::as_str));
        self.phone.push(profile.phone.as_ref().map(Phone::as_str));
        self.country_code.push(profile.country_code.as_ref().map(CountryCode::as_str));
        self.attributes.push(Json(profile.attributes.as_map()));
        self.version.push(customer.version);
        self.create_time.push(customer.create_time.to_sqlx());
        self.update_time.push(customer.update_time.to_sqlx());
        self.delete_time.push(customer.deletion.map(|deletion| deletion.delete_time.to_sqlx()));
        self.purge_time.push(customer.deletion.map(|deletion| deletion.purge_time.to_sqlx()));
        self.merged_into.push(customer.merged_into);
    }
}
