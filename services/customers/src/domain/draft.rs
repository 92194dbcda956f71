//! A customer as somebody wrote it down, before anything is checked.

use std::collections::BTreeMap;

use super::profile::{Kind, KindName, Profile};

/// The writable fields of a customer as they came; an empty text is a field that is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// See [`Profile::external_id`].
    pub external_id: String,
    /// See [`Profile::display_name`].
    pub display_name: String,
    /// See [`Profile::kind`].
    pub kind: Option<DraftKind>,
    /// See [`Profile::email`].
    pub email: String,
    /// See [`Profile::phone`].
    pub phone: String,
    /// See [`Profile::country_code`].
    pub country_code: String,
    /// See [`Profile::attributes`].
    pub attributes: BTreeMap<String, String>,
    /// The version the writer saw; empty when they do not mind.
    pub etag: String,
}

/// What kind of customer a draft tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftKind {
    /// A legal entity.
    Organisation(DraftOrganisation),
    /// A natural person.
    Person(DraftPerson),
}

/// An organisation as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftOrganisation {
    /// See [`super::Organisation::legal_name`].
    pub legal_name: String,
    /// See [`super::Organisation::trade_name`].
    pub trade_name: String,
    /// See [`super::Organisation::website`].
    pub website: String,
    /// See [`super::Organisation::industry_code`].
    pub industry_code: String,
}

/// A person as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftPerson {
    /// See [`super::Person::given_name`].
    pub given_name: String,
    /// See [`super::Person::family_name`].
    pub family_name: String,
}

impl DraftKind {
    /// A draft of that kind in which nothing is set.
    pub fn empty(kind: KindName) -> Self {
        match kind {
            KindName::Organisation => Self::Organisation(DraftOrganisation::default()),
            KindName::Person => Self::Person(DraftPerson::default()),
        }
    }

    /// Which kind.
    pub fn name(&self) -> KindName {
        match self {
            Self::Organisation(_) => KindName::Organisation,
            Self::Person(_) => KindName::Person,
        }
    }
}

/// The draft that makes this profile again.
impl From<&Profile> for Draft {
    fn from(profile: &Profile) -> Self {
        let kind = match &profile.kind {
            Kind::Organisation(organisation) => DraftKind::Organisation(DraftOrganisation {
                legal_name: organisation.legal_name.as_str().to_owned(),
                trade_name: organisation.trade_name.as_ref().map_or_else(String::new, |name| name.as_str().to_owned()),
                website: organisation.website.as_ref().map_or_else(String::new, |uri| uri.as_str().to_owned()),
                industry_code: organisation
                    .industry_code
                    .as_ref()
                    .map_or_else(String::new, |code| code.as_str().to_owned()),
            }),
            Kind::Person(person) => DraftKind::Person(DraftPerson {
                given_name: person.given_name().unwrap_or_default().to_owned(),
                family_name: person.family_name().unwrap_or_default().to_owned(),
            }),
        };
        Self {
            external_id: profile.external_id.as_ref().map_or_else(String::new, |id| id.as_str().to_owned()),
            display_name: profile.display_name.as_str().to_owned(),
            kind: Some(kind),
            email: profile.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            phone: profile.phone.as_ref().map_or_else(String::new, |phone| phone.as_str().to_owned()),
            country_code: profile.country_code.as_ref().map_or_else(String::new, |code| code.as_str().to_owned()),
            attributes: profile.attributes.as_map().clone(),
            etag: String::new(),
        }
    }
}
