//! What is known beside the name.

use serde::Serialize;

use super::PartialDate;

/// What a list or a customer record says of a gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
}

impl Gender {
    /// By its name or first letter.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "female" | "f" | "женский" | "女" => Some(Self::Female),
            "male" | "m" | "мужской" | "男" => Some(Self::Male),
            _ => None,
        }
    }
}

/// A number that somebody gave out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Identifier {
    /// Of what: passport, tax id, IMO number; in the list's own words.
    pub scheme: String,
    /// As written.
    pub value: String,
    /// Who gave it out, if said.
    pub country: Option<String>,
}

impl Identifier {
    /// The letters and digits of the value in upper case: what is compared.
    pub fn key(&self) -> String {
        self.value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    }

    /// Whether both are the same number: shorter ones than five characters must be of the same scheme.
    pub fn is_same(&self, other: &Self) -> bool {
        const TELLING: usize = 5;
        let key = self.key();
        !key.is_empty()
            && key == other.key()
            && (key.len() >= TELLING || self.scheme.eq_ignore_ascii_case(&other.scheme))
            && key.bytes().any(|byte| byte.is_ascii_digit())
    }
}

/// What is known of a customer or an entry beside the names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Details {
    /// All given dates of birth.
    pub birth_dates: Vec<PartialDate>,
    /// Places of birth.
    pub birth_places: Vec<String>,
    /// Nationalities, citizenships, countries of residence or registration: names or codes.
    pub countries: Vec<String>,
    /// The gender.
    pub gender: Option<Gender>,
    /// Numbers.
    pub identifiers: Vec<Identifier>,
}
