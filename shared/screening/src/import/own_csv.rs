//! Our own CSV for internal lists. UTF-8 with a header; further columns are not read.
//!
//! | column | meaning |
//! | --- | --- |
//! | `id` | the entry's id on the list; several rows of one id in a row are one entry with several names |
//! | `kind` | person, organisation, vessel or aircraft |
//! | `name` | a name |
//! | `name_kind` | primary, strong_alias or weak_alias; by default primary in an entry's first row and strong_alias after it |
//! | `birth_date`, `birth_place`, `country`, `programme` | several values stand between `;` |
//! | `gender` | male, female |
//! | `identifiers` | `scheme:value` or `scheme:value:country`, several between `;` |
//! | `remarks` | text |

use std::io::Read;

use csv::{ReaderBuilder, StringRecord};

use super::{Problem, Sink, birth_date, push_distinct};
use crate::kind::Kind;
use crate::list::{Details, Gender, Identifier, ListEntry, ListedName, NameKind};

/// Reads an own list, whose entries bear the list's name.
pub fn own_csv(input: impl Read, list: &str, sink: &mut dyn Sink) {
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(input);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return sink.problem(Problem::entry("row 1", None, error.to_string())),
    };
    let column = |name: &str| header.iter().position(|it| it.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    for needed in ["id", "kind", "name"] {
        if column(needed).is_none() {
            return sink.problem(Problem::entry("row 1", Some(needed), "the header has no such column"));
        }
    }
    let mut current: Option<ListEntry> = None;
    for (at, record) in reader.records().enumerate() {
        let place = format!("row {}", at + 2);
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                sink.problem(Problem::entry(place, None, error.to_string()));
                if error.is_io_error() {
                    break;
                }
                continue;
            }
        };
        let cell = |name: &str| column(name).and_then(|at| record.get(at)).unwrap_or("");
        row(&record, &cell, &place, list, &mut current, sink);
    }
    if let Some(entry) = current {
        sink.entry(entry);
    }
}

fn row<'a>(
    record: &StringRecord,
    cell: &dyn Fn(&str) -> &'a str,
    place: &str,
    list: &str,
    current: &mut Option<ListEntry>,
    sink: &mut dyn Sink,
) {
    if record.iter().all(str::is_empty) {
        return;
    }
    let (id, name) = (cell("id"), cell("name"));
    for (column, value) in [("id", id), ("name", name)] {
        if value.is_empty() {
            sink.problem(Problem::entry(place, Some(column), "is empty"));
            return;
        }
    }
    let Some(kind) = Kind::parse(cell("kind")) else {
        let reason = format!("`{}` is none of person, organisation, vessel, aircraft", cell("kind"));
        sink.problem(Problem::entry(place, Some("kind"), reason));
        return;
    };
    let goes_on = current.as_ref().is_some_and(|it| it.id == id);
    let name_kind = match cell("name_kind") {
        "" if goes_on => NameKind::StrongAlias,
        "" | "primary" => NameKind::Primary,
        "strong_alias" => NameKind::StrongAlias,
        "weak_alias" => NameKind::WeakAlias,
        other => {
            sink.problem(Problem::field(
                place,
                "name_kind",
                format!("`{other}` is none of primary, strong_alias, weak_alias: taken as strong_alias"),
            ));
            NameKind::StrongAlias
        }
    };
    if !goes_on && let Some(done) = current.take() {
        sink.entry(done);
    }
    let entry = current.get_or_insert_with(|| ListEntry {
        list: list.into(),
        id: id.into(),
        kind,
        names: Vec::new(),
        details: Details::default(),
        programmes: Vec::new(),
        remarks: String::new(),
    });
    entry.names.push(ListedName::new(name, name_kind));
    let many = |column: &str| cell(column).split(';').map(str::trim).filter(|it| !it.is_empty());
    many("birth_date").for_each(|it| birth_date(it, place, "birth_date", &mut entry.details, sink));
    many("birth_place").for_each(|it| push_distinct(&mut entry.details.birth_places, it));
    many("country").for_each(|it| push_distinct(&mut entry.details.countries, it));
    many("programme").for_each(|it| push_distinct(&mut entry.programmes, it));
    match (cell("gender"), Gender::parse(cell("gender"))) {
        ("", _) => {}
        (_, Some(gender)) => entry.details.gender = Some(gender),
        (text, None) => sink.problem(Problem::field(place, "gender", format!("`{text}` is neither male nor female"))),
    }
    for one in many("identifiers") {
        let parts: Vec<&str> = one.split(':').map(str::trim).collect();
        match parts[..] {
            [scheme, value] if !value.is_empty() => {
                entry.details.identifiers.push(Identifier {
                    scheme: scheme.into(),
                    value: value.into(),
                    country: None,
                });
            }
            [scheme, value, country] if !value.is_empty() => {
                entry.details.identifiers.push(Identifier {
                    scheme: scheme.into(),
                    value: value.into(),
                    country: Some(country.into()),
                });
            }
            _ => sink.problem(Problem::field(
                place,
                "identifiers",
                format!("`{one}` is not scheme:value or scheme:value:country"),
            )),
        }
    }
    if !cell("remarks").is_empty() {
        entry.remarks = cell("remarks").into();
    }
}
