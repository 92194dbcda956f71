//! The entry points: is it valid, what is its canonical form, what does it say.

use crate::{
    Normalised, Reason, Refusal, Scheme, Verdict,
    number::{Compact, fold, position_of},
    rules::Rules,
    verdict::Accepted,
};

/// How exact the input has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Presentation {
    /// As people write it. Dropped: white space of all kinds, invisible characters (zero-width, direction marks, byte order marks), the
    /// separators that people write in this scheme (dashes of all kinds, and dots and slashes where they are customary), and the
    /// beginnings that are customary but no part of the number (a country code, "IBAN"). Folded: full-width characters and
    /// lower case. Completed, where a scheme says so: leading zeros.
    #[default]
    Lenient,
    /// The canonical form and nothing else, character by character: what [`normalise`] answers. No separators, upper case, ASCII
    /// digits, every leading zero, and the country code only where it is part of the number (IBAN, `eu.vat`, the U of `at.uid`).
    Strict,
}

/// Whether `input`, as people write it, is a number of `scheme`. Does not allocate.
pub fn is_valid(scheme: Scheme, input: &str) -> bool {
    accept(scheme.rules(), input, Presentation::Lenient).is_ok()
}

/// The canonical form of `input`, or why it is not a number of `scheme`. Does not allocate.
pub fn normalise(scheme: Scheme, input: &str, presentation: Presentation) -> Result<Normalised, Refusal> {
    let rules = scheme.rules();
    match accept(rules, input, presentation) {
        Ok(number) => Ok(Normalised::of(&number)),
        Err(refusal) => Err(placed(rules, input, presentation, refusal)),
    }
}

/// Everything there is to say about `input` as a number of `scheme`.
pub fn check(scheme: Scheme, input: &str, presentation: Presentation) -> Verdict {
    Verdict { scheme, result: normalise(scheme, input, presentation).map(|number| Accepted::of(scheme, number)) }
}

/// The compact number, or the refusal with a place in the compact number before prefixes were dropped.
fn accept(rules: &Rules, input: &str, presentation: Presentation) -> Result<Compact, Refusal> {
    let mut number = fold(rules, input, presentation)?;
    if presentation == Presentation::Lenient {
        drop_prefix(rules, &mut number);
        (rules.complete)(&mut number);
    }
    let result = fits(rules.lengths, number.len()).and_then(|()| (rules.check)(number.as_bytes()));
    match result {
        Ok(()) => Ok(number),
        Err(refusal) => Err(refusal.moved(number.moved())),
    }
}

fn drop_prefix(rules: &Rules, number: &mut Compact) {
    for prefix in rules.prefixes {
        let mut lengths = rules.lengths.iter().chain(rules.short_lengths);
        if number.starts_with(prefix) && lengths.any(|it| usize::from(*it) + prefix.len() == number.len()) {
            number.drop_first(prefix.len());
            return;
        }
    }
}

/// Whether one of `lengths`, ascending, is `length`.
pub(crate) fn fits(lengths: &[u8], length: usize) -> Result<(), Refusal> {
    if lengths.contains(&(length as u8)) {
        return Ok(());
    }
    let mut reason = Reason::TooShort;
    for it in lengths {
        match usize::from(*it).cmp(&length) {
            std::cmp::Ordering::Less => reason = Reason::TooLong,
            std::cmp::Ordering::Greater if reason == Reason::TooLong => reason = Reason::WrongLength,
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => {}
        }
    }
    Err(Refusal::of(reason))
}

fn placed(rules: &Rules, input: &str, presentation: Presentation, refusal: Refusal) -> Refusal {
    let place = |index| position_of(rules, input, presentation, index);
    Refusal { position: refusal.position.map(place), ..refusal }
}
