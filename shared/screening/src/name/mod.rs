//! A name taken apart: words with roles, legal forms beside them.

mod chinese;
mod organisation;
mod person;

use crate::kind::Kind;
use crate::normalise;
use crate::token::Token;
use crate::weights::Weights;

/// The most words compared.
pub(crate) const MAX_TOKENS: usize = 24;

/// A name made ready for comparing: do it once for each name.
#[derive(Debug, Clone)]
pub struct Name {
    text: String,
    kind: Kind,
    pub(crate) plain: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) forms: Vec<Token>,
    /// What stands between slashes: other names of the same.
    pub(crate) alternatives: Vec<Name>,
}

impl Name {
    /// Takes a name apart, weighing words by the built-in list of common names.
    pub fn new(text: &str, kind: Kind) -> Self {
        Self::weighed(text, kind, &Weights::default())
    }

    /// Takes a name apart, weighing words by how rare they are in a list.
    pub fn weighed(text: &str, kind: Kind, weights: &Weights) -> Self {
        let words = normalise::words(text, kind != Kind::Person);
        let (mut tokens, mut forms) = match kind {
            Kind::Person => (person::tokens(words, weights), Vec::new()),
            Kind::Organisation | Kind::Vessel | Kind::Aircraft => organisation::tokens(&words, kind, weights),
        };
        if tokens.is_empty() {
            tokens.append(&mut forms);
        }
        tokens.retain(|it| !it.readings[0].latin.is_empty() || !it.text.is_ascii());
        tokens.truncate(MAX_TOKENS);
        forms.truncate(2);
        let plain = normalise::plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let alternatives = alternatives(text).into_iter().map(|it| Self::weighed(it, kind, weights)).collect();
        Self { alternatives, text: text.to_owned(), kind, plain, tokens, forms }
    }

    /// Weighs the words anew, by other counts of names.
    pub(crate) fn weigh(&mut self, weights: &Weights) {
        self.tokens.iter_mut().for_each(|it| it.weigh(weights));
        self.alternatives.iter_mut().for_each(|it| it.weigh(weights));
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What bears it.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// `Al-Qa'ida/Islamic Army` are two names; `A/S`, `M/V` and `c/o` are none.
fn alternatives(text: &str) -> Vec<&str> {
    const MOST: usize = 4;
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let whole = parts.len() > 1
        && parts.len() <= MOST
        && parts.iter().all(|it| it.chars().filter(|c| c.is_alphabetic()).count() > 3);
    if whole { parts } else { Vec::new() }
}
