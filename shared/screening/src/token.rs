//! A word of a name with all that comparing it needs, worked out once.

use serde::Serialize;

use crate::kernel;
use crate::romanise::{self, Sounds};
use crate::script::Script;
use crate::weights::Weights;
use crate::words::{self, LegalForm};

/// What a word is in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Part of a person's name, or what is particular to an organisation's.
    Name,
    /// A single letter, or one of letters such as `JC`.
    Initial,
    /// `bin`, `al`, `de`, `van`.
    Particle,
    /// `Dr`, `Haji`, `Mullah`.
    Title,
    /// A word of trade: bank, trading, 科技.
    Trade,
    /// A country, region or city.
    Place,
    /// A number or an ordinal.
    Number,
    /// `the`, `of`, `and`.
    Stop,
    /// `GmbH`, `Ltd`, 有限公司.
    LegalForm,
}

impl Role {
    /// How much a word of this role says about who is meant, before rarity.
    pub(crate) fn weight(self) -> f32 {
        match self {
            Self::Name => 1.0,
            Self::Initial | Self::Place => 0.5,
            Self::Trade => 0.45,
            Self::Number => 0.4,
            Self::LegalForm => 0.15,
            Self::Particle => 0.12,
            Self::Title => 0.1,
            Self::Stop => 0.05,
        }
    }
}

/// One way to read a word in Latin letters.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub latin: Box<str>,
    pub fold: Box<str>,
    pub skeleton: Box<str>,
    pub letters: u64,
}

impl Reading {
    fn new(latin: &str, sounds: Sounds) -> Self {
        let latin: String = latin.bytes().take(kernel::MAX_WORD).map(char::from).collect();
        let fold = romanise::fold(&latin, sounds);
        let skeleton = romanise::skeleton(&fold);
        let letters = kernel::letters(fold.as_bytes());
        Self { latin: latin.into(), fold: fold.into(), skeleton: skeleton.into(), letters }
    }
}

/// What `Abd` or `Abdul` weighs, the first half of a name.
const SERVANT: f32 = 0.35;

/// A word of a name.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub text: Box<str>,
    pub script: Script,
    pub role: Role,
    /// Never empty.
    pub readings: Vec<Reading>,
    pub bare: Option<Box<str>>,
    pub concept: Option<u16>,
    /// Groups of first names, as bits.
    pub first_names: u128,
    pub number: Option<u32>,
    pub form: Option<LegalForm>,
    pub weight: f32,
}

impl Token {
    /// Whether a name may have this word or not without being another name. `Abdul` may not: it stands for half a name.
    pub fn may_be_left_out(&self) -> bool {
        matches!(self.role, Role::Title | Role::Stop | Role::LegalForm)
            || (self.role == Role::Particle && self.weight < 0.2)
    }

    /// Weighs the word anew, by other counts of names.
    pub fn weigh(&mut self, weights: &Weights) {
        if self.role == Role::Name {
            self.weight = self.role.weight() * weights.rarity(&self.readings[0].fold);
        }
    }

    /// A word of any script but Chinese.
    pub fn word(text: &str, script: Script, role: Role, weights: &Weights) -> Self {
        let readings = romanise::readings(text, script);
        let mut out = Self::with_readings(text, script, role, &readings.latin, weights);
        out.bare = readings.bare.filter(|it| it.len() > 1).map(Into::into);
        out
    }

    /// A word whose Latin readings are known.
    pub fn with_readings(text: &str, script: Script, role: Role, latin: &[String], weights: &Weights) -> Self {
        let mut readings: Vec<Reading> = Vec::with_capacity(latin.len());
        for (nth, one) in latin.iter().enumerate() {
            readings.push(Reading::new(one, Sounds::English));
            if nth == 0 && script == Script::Latin && role == Role::Name {
                for other in romanise::otherwise(one).into_iter().map(|it| Reading::new(&it, Sounds::Continental)) {
                    if readings.iter().all(|it| it.fold != other.fold) {
                        readings.push(other);
                    }
                }
            }
        }
        if readings.is_empty() {
            readings.push(Reading::new("", Sounds::English));
        }
        let first_names = if role == Role::Name { words::first_name_groups(&readings[0].latin) } else { 0 };
        let weight = match role {
            Role::Name => role.weight() * weights.rarity(&readings[0].fold),
            Role::Particle if readings[0].latin.starts_with("abd") => SERVANT,
            _ => role.weight(),
        };
        Self {
            text: text.into(),
            script,
            role,
            readings,
            bare: None,
            concept: None,
            first_names,
            number: None,
            form: None,
            weight,
        }
    }

    /// A number.
    pub fn number(text: &str, number: u32, weights: &Weights) -> Self {
        let digits = number.to_string();
        Self { number: Some(number), ..Self::with_readings(text, Script::Other, Role::Number, &[digits], weights) }
    }

    /// A legal form.
    pub fn legal_form(text: &str, script: Script, form: LegalForm, weights: &Weights) -> Self {
        let latin = romanise::ascii(text);
        Self { form: Some(form), ..Self::with_readings(text, script, Role::LegalForm, &[latin], weights) }
    }
}
