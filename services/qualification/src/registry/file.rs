//! A register out of a CSV file that is read once, at the start.
//!
//! The first line names the columns, in any order: `scheme`, `number`, `name`, `status`, and, where the company has them, `address`,
//! `legal_representative`, `as_of_date` (`YYYY-MM-DD`), `lists` (separated by `;`). UTF-8. An identifier that stands twice counts as it stands last.

use std::{collections::HashMap, fs::File, io::Read, path::Path, str::FromStr as _};

use anyhow::{Context as _, Result, ensure};
use clientele_proto::{
    Date as Day,
    qualification::v1::{RegistryKey, RegistryRecord},
};
use identifiers::{Presentation, Scheme, normalise};
use jiff::civil::Date;

use super::{Answer, RegistryConnector};
use crate::domain::checks::register::{list_of, status_of};

/// The file's entities by scheme and number.
#[derive(Debug, Clone, Default)]
pub struct FileRegistry {
    records: HashMap<(String, String), RegistryRecord>,
}

#[derive(Debug, serde::Deserialize)]
struct Line {
    scheme: String,
    number: String,
    name: String,
    status: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    legal_representative: String,
    #[serde(default)]
    as_of_date: String,
    #[serde(default)]
    lists: String,
}

impl FileRegistry {
    /// Reads a file. An error names the line.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open the register {}", path.display()))?;
        Self::read(file).with_context(|| format!("cannot read the register {}", path.display()))
    }

    /// Reads CSV.
    pub fn read(source: impl Read) -> Result<Self> {
        let mut records = HashMap::new();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
        for (place, line) in reader.deserialize().enumerate() {
            let record = record(line?).with_context(|| format!("entity {}", place + 1))?;
            records.insert((record.scheme.clone(), record.number.clone()), record);
        }
        Ok(Self { records })
    }
}

fn record(line: Line) -> Result<RegistryRecord> {
    let scheme = Scheme::from_str(&line.scheme).with_context(|| format!("scheme {}", line.scheme))?;
    let number = normalise(scheme, &line.number, Presentation::Lenient);
    let number = number.map_err(|refusal| anyhow::anyhow!("the number is no {}: {refusal}", scheme.code()))?;
    ensure!(!line.status.is_empty(), "the status is missing");
    let as_of_date = (!line.as_of_date.is_empty()).then(|| day(&line.as_of_date)).transpose()?;
    let lists = line.lists.split(';').filter(|list| !list.trim().is_empty());
    Ok(RegistryRecord {
        scheme: scheme.code().to_owned(),
        number: number.as_str().to_owned(),
        name: line.name,
        registry_status: status_of(&line.status).into(),
        status_text: line.status,
        address: line.address,
        legal_representative: line.legal_representative,
        as_of_date,
        registry_lists: lists.map(|list| list_of(list).into()).collect(),
    })
}

/// A day as registers write it.
pub(super) fn day(text: &str) -> Result<Day> {
    let date: Date = text.parse().with_context(|| format!("{text} is no day, such as 2026-01-31"))?;
    Ok(Day { year: date.year().into(), month: date.month().into(), day: date.day().into() })
}

#[tonic::async_trait]
impl RegistryConnector for FileRegistry {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn look_up(&self, key: &RegistryKey) -> Answer {
        match self.records.get(&(key.scheme.clone(), key.number.clone())) {
            Some(record) => Answer::Found(Box::new(record.clone())),
            None => Answer::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_any_order_and_an_error_names_its_place() {
        let csv = "number,scheme,status,name,lists\n91350100M000100Y44,cn.uscc,存续,甲,\n";
        let wrong = FileRegistry::read(csv.as_bytes()).unwrap_err();
        assert!(format!("{wrong:#}").starts_with("entity 1: the number is no cn.uscc"), "{wrong:#}");
        let csv =
            "number,scheme,status,name,lists\n9135 0100 M000 100Y 43,cn.uscc,存续,甲,经营异常名录; 严重违法失信\n";
        let read = FileRegistry::read(csv.as_bytes()).unwrap();
        let record = &read.records[&("cn.uscc".to_owned(), "91350100M000100Y43".to_owned())];
        assert_eq!((record.name.as_str(), record.registry_lists.as_slice()), ("甲", [1, 2].as_slice()));
        assert!(FileRegistry::read("scheme,number\ncn.uscc,1\n".as_bytes()).is_err(), "columns are missing");
    }
}
