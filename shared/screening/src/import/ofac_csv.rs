//! OFAC's list as the flat files `sdn.csv`, `alt.csv` and `add.csv`: no header, `-0-` for nothing.
//!
//! Columns (OFAC, "SDN data formats"): sdn: ent_num, name, type, program, title, call sign, vessel type, tonnage, GRT, flag, owner,
//! remarks. alt: ent_num, alt_num, type, name, remarks. add: ent_num, add_num, address, city/province/postal code, country, remarks.

use std::collections::HashMap;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};

use super::ofac_xml::LIST;
use super::{Problem, Sink, birth_date, push_distinct};
use crate::kind::Kind;
use crate::list::{Details, Gender, Identifier, ListEntry, ListedName, NameKind};

/// Reads the list. Names and addresses of entries that `sdn` does not have are reported.
pub fn ofac_csv(sdn: impl Read, alt: Option<impl Read>, add: Option<impl Read>, sink: &mut dyn Sink) {
    let mut aliases: HashMap<String, Vec<(u64, ListedName)>> = HashMap::new();
    if let Some(alt) = alt {
        rows(alt, "alt", sink, |row, record, sink| match (cell(record, 0), cell(record, 3)) {
            ("", _) => sink.problem(Problem::field(&place("alt", row), "column 1 (ent_num)", "is empty")),
            (_, "") => sink.problem(Problem::field(&place("alt", row), "column 4 (alt_name)", "is empty")),
            (id, name) => {
                aliases.entry(id.to_owned()).or_default().push((row, ListedName::new(name, NameKind::StrongAlias)));
            }
        });
    }
    let mut countries: HashMap<String, Vec<String>> = HashMap::new();
    if let Some(add) = add {
        rows(add, "add", sink, |row, record, sink| match (cell(record, 0), cell(record, 4)) {
            ("", _) => sink.problem(Problem::field(&place("add", row), "column 1 (ent_num)", "is empty")),
            (_, "") => {}
            (id, country) => push_distinct(countries.entry(id.to_owned()).or_default(), country),
        });
    }
    rows(sdn, "sdn", sink, |row, record, sink| {
        let place = place("sdn", row);
        let (id, name, kind) = (cell(record, 0), cell(record, 1), cell(record, 2));
        let kind = if kind.is_empty() { Some(Kind::Organisation) } else { Kind::parse(kind) };
        let wrong = match (id, name, kind) {
            ("", ..) => Some(("column 1 (ent_num)", "is empty".to_owned())),
            (id, ..) if id.parse::<u64>().is_err() => Some(("column 1 (ent_num)", format!("`{id}` is no number"))),
            (_, "", _) => Some(("column 2 (SDN_Name)", "is empty".to_owned())),
            (_, _, None) => {
                Some(("column 3 (SDN_Type)", format!("`{}` is none of individual, vessel, aircraft", cell(record, 2))))
            }
            _ => None,
        };
        if let Some((column, reason)) = wrong {
            sink.problem(Problem::entry(place, Some(column), reason));
            return;
        }
        let mut details = Details { countries: countries.remove(id).unwrap_or_default(), ..Details::default() };
        push_distinct(&mut details.countries, cell(record, 9));
        if !cell(record, 5).is_empty() {
            details.identifiers.push(Identifier {
                scheme: "Vessel Call Sign".into(),
                value: cell(record, 5).into(),
                country: None,
            });
        }
        let mut names = vec![ListedName::new(name, NameKind::Primary)];
        names.extend(aliases.remove(id).unwrap_or_default().into_iter().map(|(_, name)| name));
        remarks(cell(record, 11), &place, &mut details, &mut names, sink);
        let programmes = cell(record, 3)
            .split("] [")
            .map(|it| it.trim_matches(['[', ']', ' ']).to_owned())
            .filter(|it| !it.is_empty());
        sink.entry(ListEntry {
            list: LIST.into(),
            id: id.into(),
            kind: kind.unwrap_or(Kind::Organisation),
            names,
            details,
            programmes: programmes.collect(),
            remarks: cell(record, 11).into(),
        });
    });
    let mut lost: Vec<(u64, String)> =
        aliases.into_iter().flat_map(|(id, all)| all.into_iter().map(move |(row, _)| (row, id.clone()))).collect();
    lost.sort_unstable();
    for (row, id) in lost {
        sink.problem(Problem::field(&place("alt", row), "column 1 (ent_num)", format!("sdn has no good entry {id}")));
    }
}

fn place(file: &str, row: u64) -> String {
    format!("{file} row {row}")
}

/// A cell without its padding; `-0-` is nothing.
fn cell(record: &StringRecord, at: usize) -> &str {
    match record.get(at).unwrap_or("").trim() {
        "-0-" => "",
        text => text,
    }
}

fn rows(input: impl Read, file: &str, sink: &mut dyn Sink, mut take: impl FnMut(u64, &StringRecord, &mut dyn Sink)) {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut bytes = csv::ByteRecord::new();
    let mut row = 0;
    loop {
        row += 1;
        match reader.read_byte_record(&mut bytes) {
            Ok(false) => return,
            Ok(true) => {
                // The files end with a control-Z of old.
                if bytes.len() <= 1 && bytes.get(0).is_none_or(|it| it.is_empty() || it == b"\x1a") {
                    continue;
                }
                match StringRecord::from_byte_record(bytes.clone()) {
                    Ok(record) => take(row, &record, sink),
                    Err(error) => {
                        let column = format!("column {}", error.utf8_error().field() + 1);
                        sink.problem(Problem::entry(place(file, row), Some(&column), "is not UTF-8"));
                    }
                }
            }
            Err(error) => {
                sink.problem(Problem::entry(place(file, row), None, error.to_string()));
                if error.is_io_error() {
                    return;
                }
            }
        }
    }
}

/// What the remarks say in their fixed phrases: `DOB 03 Sep 1962; POB ..; nationality ..; Gender Male; Passport 1 (Cuba)`.
fn remarks(text: &str, place: &str, details: &mut Details, names: &mut Vec<ListedName>, sink: &mut dyn Sink) {
    for part in text.trim_end_matches('.').split(';').map(str::trim) {
        let part = part.strip_prefix("alt. ").unwrap_or(part);
        if let Some(date) = part.strip_prefix("DOB ") {
            birth_date(date, place, "column 12 (Remarks), DOB", details, sink);
        } else if let Some(at) = part.strip_prefix("POB ") {
            push_distinct(&mut details.birth_places, at);
        } else if let Some(country) = part.strip_prefix("nationality ").or_else(|| part.strip_prefix("citizen ")) {
            push_distinct(&mut details.countries, country);
        } else if let Some(gender) = part.strip_prefix("Gender ") {
            details.gender = Gender::parse(gender);
        } else if let Some(alias) = part.strip_prefix("a.k.a. '").and_then(|it| it.strip_suffix('\'')) {
            // OFAC writes weak aliases into the remarks alone.
            names.push(ListedName::new(alias, NameKind::WeakAlias));
        } else if let Some(identifier) = identifier(part) {
            details.identifiers.push(identifier);
        }
    }
}

/// `Passport AJ111604 (Colombia)`, `Tax ID No. 123 (Cuba)`, `Vessel Registration Identification IMO 9187629`.
fn identifier(part: &str) -> Option<Identifier> {
    const SCHEMES: [&str; 24] = [
        "Passport",
        "National ID",
        "Cedula",
        "Tax ID",
        "Registration",
        "Identification Number",
        "SSN",
        "IMO",
        "SWIFT/BIC",
        "Digital Currency Address",
        "R.F.C.",
        "C.U.R.P.",
        "NIT",
        "D.N.I.",
        "Company Number",
        "Personal ID",
        "Driver's License",
        "Unified Social Credit Code",
        "MMSI",
        "Aircraft",
        "Birth Certificate",
        "Trade License",
        "Legal Entity Number",
        "RTN",
    ];
    SCHEMES.iter().find(|it| part.contains(**it))?;
    let (body, country) = match part.rsplit_once(" (") {
        Some((body, country)) => (body, country.strip_suffix(')').map(Into::into)),
        None => (part, None),
    };
    let (scheme, value) = body.rsplit_once(' ')?;
    (value.bytes().any(|byte| byte.is_ascii_digit()) || scheme.contains("Currency")).then(|| Identifier {
        scheme: scheme.into(),
        value: value.into(),
        country,
    })
}
