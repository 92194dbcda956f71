//! An entry of a list and its fingerprint.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Details;
use crate::kind::Kind;
use crate::script::Script;

/// How good a listed name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// The name the entry stands under.
    Primary,
    /// A further name that identifies.
    StrongAlias,
    /// A name so broad that the list itself does not expect it to be screened alone.
    WeakAlias,
}

/// A name of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ListedName {
    /// As the list has it; a comma follows a family name that stands first.
    pub text: String,
    /// How good it is.
    pub kind: NameKind,
    /// The script most of it is in.
    pub script: Script,
}

impl ListedName {
    /// A name; its script is worked out.
    pub fn new(text: impl Into<String>, kind: NameKind) -> Self {
        let text = text.into();
        Self { script: Script::of_text(&text), text, kind }
    }
}

/// Who or what stands on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListEntry {
    /// Which list: `OFAC-SDN`, `UN-SC`, or an own list's name.
    pub list: String,
    /// The entry's id there: it stays when the entry changes.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// At least one.
    pub names: Vec<ListedName>,
    /// What else is known.
    pub details: Details,
    /// Under what rules it is listed.
    pub programmes: Vec<String>,
    /// Anything else, as text.
    pub remarks: String,
}

/// SHA-256 over all an entry says: equal for equal entries, whatever the order of names, dates and numbers in the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ListEntry {
    /// The fingerprint of everything the entry says.
    pub fn content_hash(&self) -> ContentHash {
        let mut hash = Sha256::new();
        // Every part is preceded by its length, so that no two different entries run together to the same bytes.
        let mut put = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        put(&self.list);
        put(&self.id);
        put(self.kind.id());
        put(&self.remarks);
        let identifiers = self.details.identifiers.iter();
        let groups: [Vec<String>; 6] = [
            self.names.iter().map(|it| format!("{:?}\u{1f}{}", it.kind, it.text)).collect(),
            self.details.birth_dates.iter().map(ToString::to_string).collect(),
            self.details.birth_places.clone(),
            self.details.countries.clone(),
            identifiers
                .map(|it| format!("{}\u{1f}{}\u{1f}{}", it.scheme, it.value, it.country.as_deref().unwrap_or("")))
                .collect(),
            self.programmes.clone(),
        ];
        for mut group in groups {
            group.sort_unstable();
            put(&group.len().to_string());
            for it in &group {
                put(it);
            }
        }
        put(&format!("{:?}", self.details.gender));
        ContentHash(hash.finalize().into())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}
