//! Listed names in memory, ready to be searched: those of a tenant's lists, loaded when they are first needed and again when a list changes.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::Arc,
};

use clientele_proto::qualification::v1::{ScreenedKind, ScreeningEntry, ScreeningMatch, ScreeningToken};
use quick_cache::sync::Cache;
use screening::{Details, Hit, Identifier, Index, Kind, ListEntry, ListedName, NameKind, Reason, Side};
use sqlx::PgConnection;

use super::party::Party;
use crate::store::screening_list::{entries_all, lists_fingerprint};

/// Tenants whose lists are kept in memory, about 2 kB a name; those of others are loaded again when they are asked for.
const TENANTS: usize = 16;

/// The lists of tenants.
pub struct Lists {
    of_tenants: Cache<String, Arc<Loaded>>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { of_tenants: Cache::new(TENANTS) }
    }
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists").field("tenants", &self.of_tenants.len()).finish()
    }
}

/// The lists of one tenant, as they were at one time.
pub struct Loaded {
    /// Which versions of which lists.
    pub fingerprint: String,
    index: Index,
    entries: HashMap<String, ScreeningEntry>,
}

/// What comes closest to an entry, and all parties that come close to it.
struct Best<'a> {
    score: f32,
    name: &'a str,
    hit: Hit<'a>,
    parties: Vec<usize>,
}

impl Lists {
    /// The lists of a tenant as they are in the connection's transaction.
    pub async fn of_tenant(&self, connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Arc<Loaded>> {
        let fingerprint = lists_fingerprint(connection, tenant).await?;
        if let Some(loaded) = self.of_tenants.get(tenant).filter(|loaded| loaded.fingerprint == fingerprint) {
            return Ok(loaded);
        }
        let entries = entries_all(connection, tenant).await?;
        let loading = tokio::task::spawn_blocking(move || Loaded::new(fingerprint, entries));
        let loaded = Arc::new(loading.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?);
        self.of_tenants.insert(tenant.to_owned(), Arc::clone(&loaded));
        Ok(loaded)
    }
}

impl Loaded {
    /// Whether there is nothing to screen against.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn new(fingerprint: String, entries: Vec<ScreeningEntry>) -> Self {
        let index = Index::new(entries.iter().map(listed).collect());
        let entries = entries.into_iter().map(|entry| (entry.screening_entry_id.clone(), entry)).collect();
        Self { fingerprint, index, entries }
    }

    /// The entries that match one of the parties by any of its names, best first, each once, with the places of all parties that match it.
    pub fn matches(&self, parties: &[Party], most: usize) -> Vec<(ScreeningMatch, Vec<usize>)> {
        let mut best: HashMap<&str, Best<'_>> = HashMap::new();
        for (place, party) in parties.iter().enumerate() {
            let details = details(party);
            for name in &party.names {
                let kind = kind(party.kind).unwrap_or_else(|| Kind::guess(name));
                for hit in self.index.search(name, kind, &details, most) {
                    let score = hit.assessment.score;
                    match best.entry(hit.entry.id.as_str()) {
                        Entry::Vacant(vacant) => {
                            vacant.insert(Best { score, name, hit, parties: vec![place] });
                        }
                        Entry::Occupied(mut occupied) => {
                            let known = occupied.get_mut();
                            if known.score < score {
                                (known.score, known.name, known.hit) = (score, name, hit);
                            }
                            if known.parties.last() != Some(&place) {
                                known.parties.push(place);
                            }
                        }
                    }
                }
            }
        }
        let mut matches: Vec<_> = best.into_iter().collect();
        matches
            .sort_by(|(id, one), (other_id, other)| other.score.total_cmp(&one.score).then_with(|| id.cmp(other_id)));
        matches.truncate(most);
        matches.into_iter().map(|(_, best)| (self.found(best.name, &best.hit), best.parties)).collect()
    }

    fn found(&self, name: &str, hit: &Hit<'_>) -> ScreeningMatch {
        let names = &hit.assessment.names;
        let matched = names.matches.iter().map(|pair| ScreeningToken {
            screened: pair.query.clone(),
            listed: pair.listed.clone(),
            how: code(pair.how),
            contribution: f64::from(pair.contribution),
        });
        let left = names.left.iter().map(|left| {
            let (screened, listed) = match left.side {
                Side::Query => (left.token.clone(), String::new()),
                Side::Listed => (String::new(), left.token.clone()),
            };
            ScreeningToken { screened, listed, how: "unmatched".to_owned(), contribution: -f64::from(left.cost) }
        });
        let facts = hit.assessment.adjustments.iter().map(|fact| ScreeningToken {
            screened: fact.seen.clone(),
            listed: String::new(),
            how: reason(fact.reason).to_owned(),
            contribution: f64::from(fact.delta),
        });
        ScreeningMatch {
            entry: self.entries.get(&hit.entry.id).cloned(),
            screened_name: name.to_owned(),
            listed_name: hit.name.text.clone(),
            score: f64::from(hit.assessment.score),
            tokens: matched.chain(left).chain(facts).collect(),
        }
    }
}

/// A closed set of the screening crate, by its name there.
fn code(how: screening::How) -> String {
    use screening::How;
    match how {
        How::Exact => "exact",
        How::Phonetic => "phonetic",
        How::Transliteration => "transliteration",
        How::Translation => "translation",
        How::Edit => "edit",
        How::Initial => "initial",
        How::OtherForm => "other_form",
        How::Number => "number",
        How::Joined => "joined",
        How::Acronym => "acronym",
        How::LegalForm => "legal_form",
    }
    .to_owned()
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Identifier => "identifier",
        Reason::BirthDate => "birth_date",
        Reason::BirthYear => "birth_year",
        Reason::OtherBirthDay => "other_birth_day",
        Reason::OtherBirthYear => "other_birth_year",
        Reason::Country => "country",
        Reason::OtherCountry => "other_country",
        Reason::OtherGender => "other_gender",
        Reason::WeakAlias => "weak_alias",
    }
}

fn details(party: &Party) -> Details {
    Details {
        birth_dates: party.birth_date.parse().into_iter().collect(),
        countries: party.country_codes.clone(),
        identifiers: party.identifiers.iter().map(|text| identifier(text)).collect(),
        ..Details::default()
    }
}

/// An entry as the screening crate has it, under our id of it.
fn listed(entry: &ScreeningEntry) -> ListEntry {
    let names = entry.names.iter().enumerate().map(|(place, name)| {
        ListedName::new(name.clone(), if place == 0 { NameKind::Primary } else { NameKind::StrongAlias })
    });
    let weak = entry.weak_names.iter().map(|name| ListedName::new(name.clone(), NameKind::WeakAlias));
    ListEntry {
        list: entry.screening_list_id.clone(),
        id: entry.screening_entry_id.clone(),
        kind: kind(entry.kind()).unwrap_or(Kind::Organisation),
        names: names.chain(weak).collect(),
        details: Details {
            birth_dates: entry.births.iter().filter_map(|date| date.parse().ok()).collect(),
            countries: entry.country_codes.clone(),
            identifiers: entry.identifiers.iter().map(|text| identifier(text)).collect(),
            ..Details::default()
        },
        programmes: Vec::new(),
        remarks: String::new(),
    }
}

/// `scheme:value:country`, `scheme:value`, or the value alone.
fn identifier(text: &str) -> Identifier {
    let mut parts = text.splitn(3, ':').map(str::trim);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(scheme), Some(value), country) => Identifier {
            scheme: scheme.to_owned(),
            value: value.to_owned(),
            country: country.filter(|country| !country.is_empty()).map(str::to_owned),
        },
        _ => Identifier { scheme: String::new(), value: text.trim().to_owned(), country: None },
    }
}

/// An identifier as an entry keeps it.
pub(super) fn written(identifier: &Identifier) -> String {
    match &identifier.country {
        Some(country) => format!("{}:{}:{country}", identifier.scheme, identifier.value),
        None => format!("{}:{}", identifier.scheme, identifier.value),
    }
}

fn kind(kind: ScreenedKind) -> Option<Kind> {
    match kind {
        ScreenedKind::Person => Some(Kind::Person),
        ScreenedKind::Organisation => Some(Kind::Organisation),
        ScreenedKind::Vessel => Some(Kind::Vessel),
        ScreenedKind::Aircraft => Some(Kind::Aircraft),
        ScreenedKind::Unspecified => None,
    }
}
