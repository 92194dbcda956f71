//! What bears a name.

use serde::{Deserialize, Serialize};

use crate::normalise;
use crate::words;

/// What bears a name: it decides how the name is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A natural person.
    Person,
    /// A company or any other body.
    Organisation,
    /// A ship.
    Vessel,
    /// An aircraft.
    Aircraft,
}

impl Kind {
    /// The kind by its name, in British or American spelling.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "person" | "individual" => Some(Self::Person),
            "organisation" | "organization" | "entity" | "company" => Some(Self::Organisation),
            "vessel" => Some(Self::Vessel),
            "aircraft" => Some(Self::Aircraft),
            _ => None,
        }
    }

    /// As JSON and files write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Vessel => "vessel",
            Self::Aircraft => "aircraft",
        }
    }

    /// Guessed from a name: an organisation if it has a legal form or two words of trade, else a person.
    ///
    /// ```
    /// use screening::Kind;
    /// assert_eq!(Kind::guess("Siemens AG"), Kind::Organisation);
    /// assert_eq!(Kind::guess("华为技术有限公司"), Kind::Organisation);
    /// assert_eq!(Kind::guess("Vladimir Putin"), Kind::Person);
    /// ```
    pub fn guess(name: &str) -> Self {
        let all = normalise::words(name, true);
        let texts: Vec<&str> = all.iter().map(|it| it.text.as_str()).collect();
        // Short forms such as `sa` or `ali` may be parts of a person's name: they count at the end alone.
        let has_form = (0..texts.len()).any(|at| {
            words::longest_legal_form(&texts[at..]).is_some_and(|(_, count)| {
                let letters: usize = texts[at..at + count].iter().map(|it| it.chars().count()).sum();
                letters > 3 || (at > 0 && at + count == texts.len())
            })
        });
        let chinese = all.iter().any(|it| {
            words::chinese_legal_form(&it.text).is_some()
                || words::CHINESE_CONCEPTS.iter().any(|(word, _)| it.text.chars().count() > 3 && it.text.contains(word))
        });
        let trade = texts.iter().filter(|it| words::concept(it).is_some() && !words::is_stop(it)).count();
        if has_form
            || chinese
            || trade >= 2
            || (trade == 1 && texts.iter().any(|it| matches!(*it, "the" | "of" | "and")))
        {
            Self::Organisation
        } else {
            Self::Person
        }
    }
}
