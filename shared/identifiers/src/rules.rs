//! What one scheme knows: its static facts, and its rules as plain functions over the compact number.

use crate::{Decoded, Kind, Refusal, Warning, number::Compact};

/// The facts and rules of one scheme. A static of it stands in the scheme's file; `scheme.rs` lists them all.
///
/// Write `Rules { code: .., ..Rules::DEFAULT }` and give only what the scheme has.
pub(crate) struct Rules {
    /// "Unified Social Credit Code": what people call it, in English.
    pub name: &'static str,
    /// What people call it where it is used, when that differs.
    pub local_name: Option<&'static str>,
    /// ISO 3166-1 alpha-2; none for numbers of all countries and of the European Union.
    pub country: Option<&'static str>,
    /// What it is a number of.
    pub kind: Kind,
    /// Every length of the canonical form, ascending. Checked before `check` runs, so that it may index freely.
    pub lengths: &'static [u8],
    /// Characters beside white space that people write between the parts: dropped in lenient presentation.
    pub separators: Separators,
    /// Beginnings that people write but that are not part of the canonical form ("GB" of a VAT number), in upper case. Dropped in
    /// lenient presentation, where what is left has one of the lengths. The longer of two that begin alike goes first.
    pub prefixes: &'static [&'static str],
    /// Shorter lengths that `complete` brings to one of `lengths`: prefixes are dropped before these, too.
    pub short_lengths: &'static [u8],
    /// Characters beside 0-9 and A-Z that belong to the scheme, each with the byte that stands for it (Latin-1).
    pub extra: fn(char) -> Option<u8>,
    /// Brings what people write into the canonical form (leading zeros, a missing prefix): lenient presentation only, after
    /// separators and prefixes went, before lengths are checked.
    pub complete: fn(&mut Compact),
    /// The rules. Upper-case letters and digits (and `extra`) of one of the lengths come in, nothing else is promised.
    pub check: fn(&[u8]) -> Result<(), Refusal>,
    /// One in how many strings of the right length and kind of characters passes `check`, roughly: what detection ranks by. 1 where
    /// nothing is checked but the shape, 10 for one decimal check digit, 97 for mod 97; more where tables narrow it further.
    pub one_in: u32,
    /// Doubts about a number that `check` accepted.
    pub warn: fn(&str) -> Vec<Warning>,
    /// What an accepted number says. The country of the scheme is filled in afterwards where it is left empty.
    pub decode: fn(&str) -> Decoded,
    /// How people write it.
    pub format: Format,
}

/// How an accepted number is written for people.
pub(crate) enum Format {
    /// As it is.
    Plain,
    /// Each `#` is the next character, everything else stands for itself: `"##-#######"`. Characters left over follow.
    Pattern(&'static str),
    /// Anything else.
    By(fn(&str) -> String),
}

impl Rules {
    pub const DEFAULT: Self = Self {
        name: "",
        local_name: None,
        country: None,
        kind: Kind::Company,
        lengths: &[],
        separators: Separators::DASH,
        prefixes: &[],
        short_lengths: &[],
        extra: |_| None,
        complete: |_| {},
        check: |_| Ok(()),
        one_in: 10,
        warn: |_| Vec::new(),
        decode: |_| Decoded::default(),
        format: Format::Plain,
    };
}

/// A set of separators; white space is always one.
#[derive(Clone, Copy)]
pub(crate) struct Separators(u8);

impl Separators {
    /// Dashes of all kinds.
    pub const DASH: Self = Self(1);
    /// Full stops, commas and middle dots.
    pub const DOT: Self = Self(2);
    /// Slashes.
    pub const SLASH: Self = Self(4);
    /// Colons and round brackets.
    pub const COLON_BRACKET: Self = Self(8);
    /// Dashes and dots.
    pub const DASH_DOT: Self = Self(3);
    /// Dashes, dots and slashes.
    pub const ALL: Self = Self(7);
    /// All, as VAT numbers are found on invoices: "LU: 2099 3674", "BE (0)468.561.072".
    pub const VAT: Self = Self(15);

    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
