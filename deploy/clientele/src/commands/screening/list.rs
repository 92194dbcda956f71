//! A list's file: its entries, and on stderr what could not be read.

use std::io::BufReader;
use std::path::Path;

use anyhow::Result;
use screening::ListEntry;
use screening::import::{Collected, ofac_csv, ofac_xml, own_csv, un_xml};

use super::args::ListFormat;
use crate::commands::Usage;
use crate::files;
use crate::term;

/// Problems written out; the others are counted.
const SHOWN: usize = 20;

/// Reads a list; one without a single entry is refused.
pub fn read(path: &Path, format: ListFormat) -> Result<Vec<ListEntry>> {
    let source = files::open(path)?;
    let input = BufReader::new(source.reader);
    let mut list = Collected::default();
    match format {
        ListFormat::OfacSdnCsv => {
            let beside = |name: &str| files::open(&path.with_file_name(name)).ok().map(|it| it.reader);
            ofac_csv(input, beside("alt.csv"), beside("add.csv"), &mut list);
        }
        ListFormat::OfacSdnXml => ofac_xml(input, &mut list),
        ListFormat::UnXml => un_xml(input, &mut list),
        ListFormat::Csv => own_csv(input, "own", &mut list),
    }
    for problem in list.problems.iter().take(SHOWN) {
        term::note(&format!("{}: {problem}", source.name));
    }
    if list.problems.len() > SHOWN {
        term::note(&format!("{}: {} further problems", source.name, list.problems.len() - SHOWN));
    }
    if list.entries.is_empty() {
        return Err(Usage(format!("{}: no entry could be read: check --list-format", source.name)).into());
    }
    Ok(list.entries)
}
