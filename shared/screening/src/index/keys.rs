//! The keys names are found by.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::kind::Kind;
use crate::name::Name;
use crate::romanise::{Sounds, fold};
use crate::token::{Reading, Role, Token};

/// What a key is made of: the same letters under two kinds are two keys.
#[derive(Hash, Clone, Copy)]
enum Of {
    Sounds,
    OneLess,
    Consonants,
    FirstName,
    Acronym,
    Number,
    Text,
}

/// All keys of a listed name, each once.
pub(super) fn of_listed(name: &Name) -> Vec<u64> {
    let mut out: Vec<u64> = of_query(name).into_iter().flat_map(|(_, keys)| keys.into_iter().map(|it| it.0)).collect();
    for part in &name.alternatives {
        out.extend(of_listed(part));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Keys of a query by word, with their strength, the strongest first.
pub(super) fn of_query(name: &Name) -> Vec<(u32, Vec<(u64, f32)>)> {
    let mut out: Vec<(u32, Vec<(u64, f32)>)> = Vec::with_capacity(name.tokens.len() * 2);
    let some = name.tokens.iter().filter(|it| tells(it));
    for token in some {
        out.push((out.len() as u32, of_token(token)));
    }
    // A name of particles, titles or numbers alone.
    if out.is_empty() {
        for token in &name.tokens {
            out.push((out.len() as u32, of_token(token)));
        }
    }
    for pair in name.tokens.windows(2) {
        let joined = format!("{}{}", pair[0].readings[0].latin, pair[1].readings[0].latin);
        let sounds = fold(&joined, Sounds::English);
        out.push((out.len() as u32, vec![(key(Of::Sounds, &sounds), 1.0)]));
    }
    if name.kind() != Kind::Person {
        let initials: String = name
            .tokens
            .iter()
            .filter(|it| it.role != Role::Stop)
            .filter_map(|it| it.readings[0].latin.chars().next())
            .collect();
        if initials.len() >= 3 {
            out.push((out.len() as u32, vec![(key(Of::Acronym, &initials), 1.0)]));
        }
        if let [only] = &name.tokens[..] {
            out.push((out.len() as u32, vec![(key(Of::Acronym, &only.readings[0].latin), 1.0)]));
        }
    }
    out
}

fn tells(token: &Token) -> bool {
    matches!(token.role, Role::Name | Role::Trade | Role::Place)
}

fn of_token(token: &Token) -> Vec<(u64, f32)> {
    const READINGS: usize = 4;
    let mut out = vec![(key(Of::Text, &token.text), 1.0)];
    if let Some(number) = token.number {
        out.push((key(Of::Number, &number), 0.5));
        return out;
    }
    if let Some(concept) = token.concept {
        out.push((key(Of::Number, &(concept, 'c')), 0.7));
    }
    for reading in token.readings.iter().take(READINGS) {
        out.push((key(Of::Sounds, &*reading.fold), 1.0));
    }
    for group in (0..128).filter(|it| token.first_names >> it & 1 == 1) {
        out.push((key(Of::FirstName, &group), 0.7));
    }
    for reading in token.readings.iter().take(READINGS) {
        one_less(reading, &mut out);
    }
    for reading in token.readings.iter().take(READINGS) {
        consonants(reading.fold.bytes(), &mut out);
    }
    if let Some(bare) = &token.bare {
        consonants(bare.bytes(), &mut out);
    }
    out
}

/// The sounds with each letter left out once, and whole: two words one edit apart share one of these.
fn one_less(reading: &Reading, out: &mut Vec<(u64, f32)>) {
    let sounds = reading.fold.as_bytes();
    if !(4..=14).contains(&sounds.len()) {
        return;
    }
    out.push((key(Of::OneLess, sounds), 0.8));
    let mut less = Vec::with_capacity(sounds.len());
    for at in 0..sounds.len() {
        less.clear();
        less.extend_from_slice(&sounds[..at]);
        less.extend_from_slice(&sounds[at + 1..]);
        out.push((key(Of::OneLess, &*less), 0.8));
    }
}

/// The first five consonants, in classes that hold across romanisations and scripts without vowels.
fn consonants(letters: impl Iterator<Item = u8>, out: &mut Vec<(u64, f32)>) {
    let class = |byte: u8| match byte {
        b'a' | b'i' | b'u' | b'h' | b'v' | b'A' | b'I' | b'U' | b'E' | b'H' => None,
        b'z' | b't' => Some(b'd'),
        b'j' | b'k' => Some(b'g'),
        b'p' => Some(b'b'),
        b'C' => Some(b'S'),
        other => Some(other),
    };
    let mut classes: Vec<u8> = letters.filter_map(class).collect();
    classes.dedup();
    classes.truncate(5);
    if classes.len() >= 2 {
        out.push((key(Of::Consonants, &*classes), 0.6));
    }
}

fn key<T: Hash + ?Sized>(of: Of, what: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    what.hash(&mut hasher);
    hasher.finish()
}
