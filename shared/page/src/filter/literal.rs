//! Gives literals their type: which comparators a field takes, and which values.

use uuid::Uuid;

use super::lexer::{Comparator, Literal};
use super::parser::Subject;
use super::{Check, Comparison};
use crate::schema::Kind;
use crate::{PageError, Value, decimal};

type Result<T> = std::result::Result<T, PageError>;

/// Text with anything between its pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// At least one: what a match starts with, contains in this order, and ends with.
    pub pieces: Vec<String>,
    pub ignore_case: bool,
}

pub fn check(subject: &Subject, literal: &Literal) -> Result<Check> {
    match (subject.field.kind, &subject.key) {
        (Kind::TextMap, None) => map(subject, literal),
        (Kind::TextList, _) => list(subject, literal),
        _ => scalar(subject, literal),
    }
}

/// `attributes:region`, `attributes:*`
fn map(subject: &Subject, literal: &Literal) -> Result<Check> {
    let name = subject.field.name;
    if subject.comparator != Comparator::Has {
        let message =
            format!("{name} is a map; name a key, such as {name}.region = \"EU\", or ask for one with {name}:region");
        return Err(PageError::filter(subject.position, message));
    }
    match literal.pieces.as_slice() {
        [key] => Ok(Check::HasKey(key.clone())),
        _ if literal.is_star() => Ok(Check::Present),
        _ => Err(PageError::filter(literal.position, "keys take no wildcards; write the whole key, or * for any")),
    }
}

/// `tags:vip`, `tags:"v*"`, `tags:*`
fn list(subject: &Subject, literal: &Literal) -> Result<Check> {
    let name = subject.field.name;
    if subject.comparator != Comparator::Has {
        let message = format!("{name} is a list; ask for an element with {name}:\"element\"");
        return Err(PageError::filter(subject.position, message));
    }
    Ok(match literal.pieces.as_slice() {
        [element] => Check::Contains(element.clone()),
        _ if literal.is_star() => Check::Present,
        pieces => Check::ContainsLike(Pattern { pieces: pieces.to_vec(), ignore_case: false }),
    })
}

/// A field of one value, or the value of a map's key.
fn scalar(subject: &Subject, literal: &Literal) -> Result<Check> {
    let (kind, comparator) = (subject.field.kind, subject.comparator);
    let is_text = matches!(kind, Kind::Text | Kind::TextMap);
    match comparator {
        Comparator::Has if literal.is_star() => {
            return Ok(subject.key.clone().map_or(Check::Present, Check::HasKey));
        }
        Comparator::Has if kind == Kind::Text => return Ok(Check::Like(contains(literal))),
        Comparator::Equal if literal.is_null() => return Ok(Check::Null),
        _ => {}
    }
    let Some(comparison) = comparison(comparator, kind) else {
        let (name, symbol) = (subject.field.name, comparator.symbol());
        let message = format!("{name} has no order, {symbol} does not apply; use = or !=");
        return Err(PageError::filter(subject.position, message));
    };
    match literal.pieces.as_slice() {
        [text] => value(subject, literal, text).map(|value| Check::Compare(comparison, value)),
        pieces if is_text && comparison == Comparison::Equal => {
            Ok(Check::Like(Pattern { pieces: pieces.to_vec(), ignore_case: false }))
        }
        _ if is_text => {
            let message = format!(
                r"* is a wildcard with =, != and : only; write \* within quotes to compare with a star by {}",
                comparator.symbol()
            );
            Err(PageError::filter(literal.position, message))
        }
        _ => Err(wrong_type(subject, literal)),
    }
}

const fn comparison(comparator: Comparator, kind: Kind) -> Option<Comparison> {
    let ordered = !matches!(kind, Kind::Bool | Kind::Enum(_) | Kind::Uuid);
    match comparator {
        // `m.foo:42` is "m.foo is 42" in AIP-160.
        Comparator::Equal | Comparator::NotEqual | Comparator::Has => Some(Comparison::Equal),
        _ if !ordered => None,
        Comparator::Less => Some(Comparison::Less),
        Comparator::LessOrEqual => Some(Comparison::LessOrEqual),
        Comparator::Greater => Some(Comparison::Greater),
        Comparator::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
    }
}

fn contains(literal: &Literal) -> Pattern {
    let mut pieces = vec![String::new()];
    pieces.extend(literal.pieces.iter().cloned());
    pieces.push(String::new());
    Pattern { pieces, ignore_case: true }
}

fn value(subject: &Subject, literal: &Literal, text: &str) -> Result<Value> {
    let bare = !literal.quoted;
    let value = match subject.field.kind {
        Kind::Text | Kind::TextMap | Kind::TextList => Some(Value::Text(text.to_owned())),
        Kind::Integer => text.parse().ok().filter(|_| bare).map(Value::Int),
        Kind::Float => number(text).filter(|_| bare).map(Value::Float),
        Kind::Decimal => (bare && decimal::is_plain(text)).then(|| Value::Decimal(text.to_owned())),
        Kind::Bool => text.parse().ok().filter(|_| bare).map(Value::Bool),
        Kind::Timestamp => instant(text).map(Value::Timestamp),
        Kind::Date => date(text).map(Value::Date),
        Kind::Enum(names) => stored(names, text).map(Value::Text),
        Kind::Uuid => Uuid::parse_str(text).ok().map(Value::Uuid),
    };
    value.filter(Value::is_storable).ok_or_else(|| wrong_type(subject, literal))
}

fn wrong_type(subject: &Subject, literal: &Literal) -> PageError {
    let (name, expects) = (subject.field.name, subject.field.kind.expects());
    PageError::filter(literal.position, format!("{name} expects {expects}"))
}

/// Rust also reads "inf" and "nan"; those are no numbers here.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// In whole microseconds, as Postgres keeps them.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    instant.round(jiff::Unit::Microsecond).ok()
}

fn date(text: &str) -> Option<jiff::civil::Date> {
    // What is longer has a time of day, which would be dropped.
    if text.len() == "YYYY-MM-DD".len() { text.parse().ok() } else { None }
}

fn stored(names: &[(&str, &str)], text: &str) -> Option<String> {
    names.iter().find(|(name, _)| *name == text).map(|(_, stored)| (*stored).to_owned())
}

impl Literal {
    fn is_star(&self) -> bool {
        matches!(self.pieces.as_slice(), [before, after] if before.is_empty() && after.is_empty())
    }

    fn is_null(&self) -> bool {
        !self.quoted && self.pieces == ["null"]
    }
}

impl Pattern {
    /// As the pattern of LIKE with its default escape.
    pub fn to_like(&self) -> String {
        let escape = |piece: &String| piece.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        self.pieces.iter().map(escape).collect::<Vec<_>>().join("%")
    }

    pub fn matches(&self, text: &str) -> bool {
        if self.ignore_case {
            let pieces: Vec<String> = self.pieces.iter().map(|piece| piece.to_lowercase()).collect();
            like(&pieces, &text.to_lowercase())
        } else {
            like(&self.pieces, text)
        }
    }
}

fn like(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.iter().all(|only| only == text);
    };
    let Some(rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
        return false;
    };
    for piece in middle {
        match rest.split_once(piece.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}
