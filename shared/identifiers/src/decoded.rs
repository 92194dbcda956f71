//! What a number says.

use crate::{Date, Scheme};

/// What a valid number says about its holder. Only what stands in the number itself: nothing is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Decoded {
    /// ISO 3166-1 alpha-2: the number's country, or the scheme's.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub country: Option<String>,
    /// Who registered it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub authority: Option<Term>,
    /// The kind of entity.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub entity_type: Option<Term>,
    /// The region: province, state, county or place of registration.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub region: Option<Term>,
    /// The line of business.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub industry: Option<Term>,
    /// A person's date of birth or an entity's day of foundation.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub date: Option<Date>,
    /// The year of registration, where the number has a year and no date.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub year: Option<u16>,
    /// A person's sex as registered.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sex: Option<Sex>,
    /// The bank, in its country's own code.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub bank_code: Option<String>,
    /// The bank's branch.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub branch_code: Option<String>,
    /// The account, in its bank's own number.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub account_number: Option<String>,
    /// Which establishment or branch of the entity.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub establishment: Option<String>,
    /// Identifiers of other schemes inside this one, in their canonical form.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub embedded: Vec<Embedded>,
}

/// A code in a number and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Term {
    /// As it stands in the number; a word where no character but the form of the number says it (`person`).
    pub code: String,
    /// In English, where known.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub name: Option<&'static str>,
    /// In the language of the country, where known.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub local_name: Option<&'static str>,
}

impl Term {
    /// A code with its English name.
    pub(crate) fn named(code: &str, name: &'static str) -> Self {
        Self { code: code.to_owned(), name: Some(name), local_name: None }
    }

    /// A code with its name in English and in the language of the country.
    pub(crate) fn known(code: &str, name: &'static str, local_name: &'static str) -> Self {
        Self { code: code.to_owned(), name: Some(name), local_name: Some(local_name) }
    }

    /// A code that our tables do not have.
    pub(crate) fn unknown(code: &str) -> Self {
        Self { code: code.to_owned(), name: None, local_name: None }
    }
}

/// An identifier inside another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Embedded {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its canonical form.
    pub value: String,
}

/// Sex as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}
