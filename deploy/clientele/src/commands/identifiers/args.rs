//! The flags of `clientele identifiers`.

use clap::{Args, ValueEnum};
use identifiers::{Presentation, Scheme};

use crate::term::Format;

const CHECK_EXPLAINED: &str = "\
Each line is a scheme's code, a tab, and the value; with --scheme it is the value alone. For each line one JSON line comes out, in \
the same order, with

  scheme      as it was asked for; null where the line names none
  input       the value; bytes that are not UTF-8 are replaced
  valid       true or false
  normalised  the canonical form, null when refused
  reason      why it is refused, null when valid: empty, too_short, too_long, wrong_length, illegal_character, wrong_prefix, \
unknown_country, unknown_region, unknown_authority, unknown_entity_type, impossible_date, bad_check_digit, \
bad_embedded_identifier, reserved, other_scheme; of the line itself: not_utf8, no_tab, unknown_scheme, line_too_long
  position    where in the input it is wrong, in characters from 1; null when it is not a matter of one place
  formatted   the form for people, null when refused
  warnings    doubts about a valid number: check_digit_mismatch, superseded, test_code
  decoded     what the number says, null when refused

A line that cannot be read gets its own answer and never ends the command. The exit code says nothing of the numbers.

Lenient (the default) takes numbers as people write them; strict takes the canonical form alone.

Examples:
  printf 'cn.uscc\\t91 4403 0019 2203 8216\\nde.vat\\tDE136695976\\n' | clientele identifiers check
  clientele identifiers check --scheme iban --presentation strict < ibans.txt
  clientele identifiers check --scheme lei --format table < leis.txt";

/// Check identifiers, one a line from stdin.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXPLAINED)]
pub struct Check {
    /// Scheme of every line, such as cn.uscc; without it, each line begins with its own and a tab
    #[arg(long, value_name = "SCHEME", value_parser = scheme)]
    pub scheme: Option<Scheme>,
    /// How exact the values have to be
    #[arg(long, value_enum, default_value_t, value_name = "PRESENTATION")]
    pub presentation: Exactness,
    /// How to print
    #[arg(long, value_enum, default_value = "json")]
    pub format: Format,
}

/// Tell which schemes an unknown number could be of, the likeliest first.
#[derive(Debug, Args)]
pub struct Detect {
    /// The number, as it is written
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// List the schemes.
#[derive(Debug, Args)]
pub struct Schemes {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How exact a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Exactness {
    /// As people write it: spaces, separators, lower case, full-width characters, customary prefixes.
    #[default]
    Lenient,
    /// The canonical form alone.
    Strict,
}

impl From<Exactness> for Presentation {
    fn from(exactness: Exactness) -> Self {
        match exactness {
            Exactness::Lenient => Self::Lenient,
            Exactness::Strict => Self::Strict,
        }
    }
}

fn scheme(code: &str) -> Result<Scheme, String> {
    code.parse().map_err(|error| format!("{error}; `clientele identifiers schemes` lists them"))
}
