//! The file of a list becomes its newest version, in one transaction: what is new, what changed, what is gone.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::BufReader,
};

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    errors::v1::FieldViolation,
    qualification::v1::{
        RejectedListRow, ScreenedKind, ScreeningEntry, ScreeningList, ScreeningListFormat, ScreeningListImport,
        ScreeningListUpdated,
    },
};
use jiff_sqlx::ToSqlx as _;
use screening::{
    Kind, ListEntry, NameKind,
    import::{Collected, Problem, ofac_csv, ofac_xml, own_csv, un_xml},
};
use uuid::Uuid;

use super::{index::written, message};
use crate::{
    State,
    audit::{self, Transition},
    origin::Origin,
    store::screening_list::{
        ListRecord, entries_known, entries_put, entries_remove, list_get, list_lock, list_put, task_put_for_all,
        tasks_count,
    },
};

/// Entries written in one statement.
const CHUNK: usize = 1_000;
/// Bytes of an entry's key at most.
const LONGEST_KEY: usize = 200;
/// Rejected rows that are answered.
const MOST_TOLD: usize = 1_000;

/// Reads the file; blocks its thread.
pub fn read(list: &ScreeningList, file: File) -> Collected {
    let mut read = Collected::default();
    let input = BufReader::new(file);
    match list.format() {
        ScreeningListFormat::OfacSdnCsv => ofac_csv(input, None::<File>, None::<File>, &mut read),
        ScreeningListFormat::OfacSdnXml => ofac_xml(input, &mut read),
        ScreeningListFormat::UnXml => un_xml(input, &mut read),
        ScreeningListFormat::Csv | ScreeningListFormat::Unspecified => {
            own_csv(input, &list.screening_list_id, &mut read);
        }
    }
    let mut known = HashSet::new();
    let entries = std::mem::take(&mut read.entries);
    for entry in entries {
        let reason = if entry.id.len() > LONGEST_KEY || entry.id.chars().any(char::is_control) {
            format!("must have at most {LONGEST_KEY} bytes and no control characters")
        } else if known.insert(entry.id.clone()) {
            read.entries.push(entry);
            continue;
        } else {
            "another entry of the file has this id; give each its own".to_owned()
        };
        let shown: String = entry.id.chars().filter(|letter| !letter.is_control()).take(50).collect();
        read.problems.push(Problem {
            place: format!("entry {shown}"),
            field: Some("id".to_owned()),
            reason,
            lost_entry: true,
            lost_rest: false,
        });
    }
    read
}

/// Makes what was read the newest version of the list.
pub async fn import(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    list: &ScreeningList,
    read: Collected,
) -> Result<(ScreeningListImport, Vec<RejectedListRow>)> {
    let Collected { entries, problems } = read;
    let lost = problems.iter().filter(|problem| problem.lost_entry).count();
    if let Some(broken) = problems.iter().find(|problem| problem.lost_rest) {
        let message =
            format!("the file breaks off or cannot be read on, so that nobody knows who is missing: {broken}");
        return Err(Error::invalid_field("chunk", message));
    }
    if entries.is_empty() || lost > entries.len() {
        let first = problems.first().map_or_else(|| "it has no rows".to_owned(), ToString::to_string);
        let message =
            format!("the file cannot be a list of this format: {} entries, {lost} bad rows; {first}", entries.len());
        return Err(Error::invalid_field("chunk", message));
    }
    let (tenant, id) = (origin.tenant(), list.screening_list_id.as_str());
    if !list_lock(tx, tenant, id).await.map_err(failed)? {
        return Err(Error::new(
            Reason::Conflict,
            "another import of this list is at work; repeat it when that is done",
        ));
    }
    let before = list_get(tx, tenant, id).await.map_err(failed)?;
    let known = entries_known(tx, tenant, id).await.map_err(failed)?;
    let version = before.as_ref().map_or(0, |list| list.version) + 1;

    let mut done = ScreeningListImport { rejected: lost as i64, ..ScreeningListImport::default() };
    let total = entries.len();
    let mut changed: Vec<(Uuid, ScreeningEntry)> = Vec::new();
    let mut kept: HashSet<&str> = HashSet::with_capacity(total);
    let messages: Vec<ScreeningEntry> = entries.iter().map(|entry| told(id, entry)).collect();
    for entry in &messages {
        kept.insert(&entry.entry_key);
        let entry_id = match known.get(&entry.entry_key) {
            Some((_, hash, false)) if *hash == entry.content_hash => {
                done.unchanged += 1;
                continue;
            }
            Some((entry_id, _, removed)) => {
                if *removed {
                    done.added += 1;
                } else {
                    done.changed += 1;
                }
                *entry_id
            }
            None => {
                done.added += 1;
                state.context.new_id()
            }
        };
        changed.push((entry_id, ScreeningEntry { screening_entry_id: entry_id.to_string(), ..entry.clone() }));
    }
    let gone = gone(&known, &kept);
    done.removed = gone.len() as i64;

    let is_same = changed.is_empty() && gone.is_empty() && before.is_some();
    for some in changed.chunks(CHUNK) {
        let rows: Vec<(Uuid, &ScreeningEntry)> = some.iter().map(|(id, entry)| (*id, entry)).collect();
        entries_put(tx, tenant, version, &rows).await.map_err(failed)?;
    }
    for some in gone.chunks(CHUNK) {
        entries_remove(tx, tenant, version, some).await.map_err(failed)?;
    }
    let record = ListRecord {
        screening_list_id: id.to_owned(),
        kind: list.kind as i16,
        format: list.format as i16,
        version: if is_same { version - 1 } else { version },
        entries: total as i64,
        update_time: origin.now.to_sqlx(),
    };
    list_put(tx, tenant, &record).await.map_err(failed)?;
    if !is_same {
        task_put_for_all(tx, tenant).await.map_err(failed)?;
    }
    let pending = tasks_count(tx, tenant).await.map_err(failed)?;
    let told = message::list(&record, pending);
    if !is_same {
        let payload = ScreeningListUpdated { screening_list: Some(told.clone()) };
        let event = origin.event(&state.context, format!("screening-lists/{id}"), &payload);
        state.outbox.publish(tx, event).await.map_err(failed)?;
        // Each import is an entry by itself: lists are called by names, and the log's subjects by ids.
        let written = Transition {
            subject_kind: "screening_list_import",
            subject_id: state.context.new_id(),
            customer_id: None,
            transition: "imported",
            state_before: "",
            state_after: "IMPORTED",
            role: "",
            policy_version: 0,
            evidence_hashes: Vec::new(),
        };
        audit::record(state, tx, origin, written, &told).await.map_err(failed)?;
    }
    done.screening_list = Some(told);
    Ok((done, problems.into_iter().take(MOST_TOLD).map(rejected).collect()))
}

fn gone(known: &HashMap<String, (Uuid, Vec<u8>, bool)>, kept: &HashSet<&str>) -> Vec<Uuid> {
    let gone = known.iter().filter(|(key, (_, _, removed))| !removed && !kept.contains(key.as_str()));
    gone.map(|(_, (id, _, _))| *id).collect()
}

fn rejected(problem: Problem) -> RejectedListRow {
    let violation = FieldViolation { field: problem.field.unwrap_or_default(), description: problem.reason };
    RejectedListRow { place: problem.place, violations: vec![violation] }
}

fn told(list: &str, entry: &ListEntry) -> ScreeningEntry {
    let of = |weak: bool| {
        let names = entry.names.iter().filter(move |name| (name.kind == NameKind::WeakAlias) == weak);
        names.map(|name| (name.kind, name.text.clone()))
    };
    let mut names: Vec<_> = of(false).collect();
    names.sort_by_key(|(kind, _)| *kind);
    ScreeningEntry {
        screening_entry_id: String::new(),
        screening_list_id: list.to_owned(),
        entry_key: entry.id.clone(),
        kind: match entry.kind {
            Kind::Person => ScreenedKind::Person,
            Kind::Organisation => ScreenedKind::Organisation,
            Kind::Vessel => ScreenedKind::Vessel,
            Kind::Aircraft => ScreenedKind::Aircraft,
        }
        .into(),
        names: names.into_iter().map(|(_, name)| name).collect(),
        weak_names: of(true).map(|(_, name)| name).collect(),
        births: entry.details.birth_dates.iter().map(ToString::to_string).collect(),
        country_codes: entry.details.countries.clone(),
        identifiers: entry.details.identifiers.iter().map(written).collect(),
        programmes: entry.programmes.clone(),
        content_hash: entry.content_hash().0.to_vec(),
    }
}
