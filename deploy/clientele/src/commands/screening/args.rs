//! The flags of `clientele screening`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use screening::Kind;

use crate::term::Format;

const COMPARED: &str = "\
Each line is two names and, if wanted, what bears them, between tabs: QUERY<TAB>CANDIDATE[<TAB>person|organisation]. \
Without the third it is guessed from the names.

With --format json every line gives one line: query, candidate, score, match (at the one threshold) and tokens: which word \
matched which, how, and what it added to the score; and which words were left.

Examples:
  printf 'Putin, Vladimir\\tВладимир Путин\\n' | clientele screening compare --format json
  clientele screening compare --format csv < pairs.tsv";

const SEARCHED: &str = "\
Lists: ofac-sdn-csv is OFAC's sdn.csv (alt.csv and add.csv are read from the same folder, where they are), ofac-sdn-xml its \
SDN.XML, un-xml the consolidated list of the United Nations, csv an own list with a header: id, kind, name and, if wanted, \
name_kind, birth_date, birth_place, country, programme, gender, identifiers, remarks. Rows that cannot be used are explained on \
stderr and left out.

Examples:
  clientele screening search --list sdn.csv --list-format ofac-sdn-csv 'Mohamed al-Tikriti'
  clientele screening search --list consolidated.xml --list-format un-xml --kind organisation --format json 'Al Qaida'";

/// Score pairs of names from stdin, with what each word adds.
#[derive(Debug, Args)]
#[command(after_help = COMPARED)]
pub struct Compare {
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Look names up in a sanctions list or an own one.
#[derive(Debug, Args)]
#[command(after_help = SEARCHED)]
pub struct Search {
    /// The file of the list
    #[arg(long, value_name = "FILE")]
    pub list: PathBuf,

    /// What the file is
    #[arg(long, value_enum)]
    pub list_format: ListFormat,

    /// What bears the names [default: guessed from each name]
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<Kind>,

    /// The most entries to give for a name
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,

    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// The names to look up
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
}

/// What a list's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// OFAC's flat files
    OfacSdnCsv,
    /// OFAC's SDN.XML
    OfacSdnXml,
    /// The United Nations' consolidated list
    UnXml,
    /// An own list
    Csv,
}

/// A kind by its name.
pub fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| format!("`{text}` is none of person, organisation, vessel, aircraft"))
}
