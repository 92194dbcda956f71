//! Search: the entries whose names match a name, out of many.
//!
//! Every word of a listed name stands under several keys: its sounds (`fold`), its sounds with one letter left out, its consonants
//! in classes that scripts share, the groups of its first name; neighbours stand together; an organisation's initials stand as its
//! acronym. Names that share keys with the query, weighed by rarity, are compared in full, the best [`MOST_COMPARED`] of them.

mod keys;

use std::collections::HashMap;

use serde::Serialize;

use crate::assess::{Assessment, assess};
use crate::kind::Kind;
use crate::list::{Details, ListEntry, ListedName};
use crate::name::Name;
use crate::score::{THRESHOLD, compare, score};
use crate::weights::Weights;

/// How many names are compared in full.
pub const MOST_COMPARED: usize = 250;

/// Listed names, ready to be searched. It takes about 2 kB a name.
#[derive(Debug)]
pub struct Index {
    entries: Vec<ListEntry>,
    names: Vec<Indexed>,
    keys: HashMap<u64, Vec<u32>>,
    identifiers: HashMap<String, Vec<u32>>,
    weights: Weights,
}

#[derive(Debug)]
struct Indexed {
    entry: u32,
    nth: u32,
    name: Name,
}

/// An entry that matches.
#[derive(Debug, Clone, Serialize)]
pub struct Hit<'a> {
    /// The entry.
    pub entry: &'a ListEntry,
    /// The name of it that matches best.
    pub name: &'a ListedName,
    /// How it matches.
    pub assessment: Assessment,
}

impl Index {
    /// Takes all names of all entries apart and counts how rare their words are.
    pub fn new(entries: Vec<ListEntry>) -> Self {
        let mut names = Vec::new();
        let mut all_keys: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut identifiers: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            for (nth, listed) in entry.names.iter().enumerate() {
                let name = Name::new(&listed.text, entry.kind);
                for key in keys::of_listed(&name) {
                    all_keys.entry(key).or_default().push(names.len() as u32);
                }
                names.push(Indexed { entry: at as u32, nth: nth as u32, name });
            }
            for identifier in &entry.details.identifiers {
                identifiers.entry(identifier.key()).or_default().push(at as u32);
            }
        }
        let weights =
            Weights::count(names.iter().map(|it| it.name.tokens.iter().map(|token| &*token.readings[0].fold)));
        for indexed in &mut names {
            indexed.name.weigh(&weights);
        }
        Self { entries, names, keys: all_keys, identifiers, weights }
    }

    /// The entries.
    pub fn entries(&self) -> &[ListEntry] {
        &self.entries
    }

    /// How many names there are.
    pub fn names(&self) -> usize {
        self.names.len()
    }

    /// The entries that match a name, or share an identifier, best first, at most `most`.
    pub fn search(&self, name: &str, kind: Kind, details: &Details, most: usize) -> Vec<Hit<'_>> {
        let query = Name::weighed(name, kind, &self.weights);
        let mut best: HashMap<u32, (f32, u32)> = HashMap::new();
        for at in self.candidates(&query) {
            let indexed = &self.names[at as usize];
            let found = score(&query, &indexed.name);
            // Facts may raise a name by 0.08.
            if found >= THRESHOLD - 0.1 {
                let so_far = best.entry(indexed.entry).or_insert((found, at));
                if found > so_far.0 {
                    *so_far = (found, at);
                }
            }
        }
        for identifier in &details.identifiers {
            for entry in self.identifiers.get(&identifier.key()).into_iter().flatten() {
                if let Some(at) = self.names.iter().position(|it| it.entry == *entry) {
                    best.entry(*entry).or_insert((0.0, at as u32));
                }
            }
        }
        let mut hits: Vec<Hit<'_>> = best
            .into_values()
            .map(|(_, at)| self.hit(&query, at, details))
            .filter(|it| it.assessment.is_match())
            .collect();
        hits.sort_by(|a, b| {
            b.assessment.score.total_cmp(&a.assessment.score).then_with(|| a.entry.id.cmp(&b.entry.id))
        });
        hits.truncate(most);
        hits
    }

    fn hit(&self, query: &Name, at: u32, details: &Details) -> Hit<'_> {
        let indexed = &self.names[at as usize];
        let entry = &self.entries[indexed.entry as usize];
        let name = &entry.names[indexed.nth as usize];
        Hit { entry, name, assessment: assess(compare(query, &indexed.name), name.kind, details, &entry.details) }
    }

    /// Names that share keys with the query, those that share the rarest first.
    fn candidates(&self, query: &Name) -> Vec<u32> {
        let mut total = vec![0.0_f32; self.names.len()];
        let mut of_word = vec![u32::MAX; self.names.len()];
        let mut touched = Vec::new();
        let all = self.names.len() as f32 + 1.0;
        for (word, keys) in keys::of_query(query) {
            for (key, strength) in keys {
                let Some(found) = self.keys.get(&key) else { continue };
                let weight = strength * (all / found.len() as f32).ln();
                for at in found {
                    let at = *at as usize;
                    // A word counts once for a name, by the first, strongest key that finds it.
                    if of_word[at] != word {
                        if total[at] == 0.0 {
                            touched.push(at as u32);
                        }
                        of_word[at] = word;
                        total[at] += weight;
                    }
                }
            }
        }
        if touched.len() > MOST_COMPARED {
            touched.select_nth_unstable_by(MOST_COMPARED, |a, b| {
                total[*b as usize].total_cmp(&total[*a as usize]).then_with(|| a.cmp(b))
            });
            touched.truncate(MOST_COMPARED);
        }
        touched
    }
}
