//! `clientele screening compare`: pairs of names from stdin.

use std::io::{BufRead, stdin};

use anyhow::{Context, Result};
use screening::{Comparison, Kind, Left, Match, Name};
use serde::Serialize;

use super::args::{self, Compare};
use crate::commands::Usage;
use crate::term::{self, Format, csv_line};

/// A compared pair, in the shape of its JSON.
#[derive(Debug, Serialize)]
struct Compared<'a> {
    query: &'a str,
    candidate: &'a str,
    score: f32,
    r#match: bool,
    tokens: Tokens,
}

/// What each word did.
#[derive(Debug, Serialize)]
struct Tokens {
    matched: Vec<Match>,
    left: Vec<Left>,
}

/// Runs the command, a line at a time: what comes in is answered before the next line is read.
pub fn run(args: &Compare) -> Result<()> {
    if args.format == Format::Csv {
        term::print("query,candidate,score,match")?;
    }
    for (at, line) in stdin().lock().lines().enumerate() {
        let line = line.with_context(|| Usage(format!("line {}: is not UTF-8", at + 1)))?;
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            continue;
        }
        term::print(&answer(line, at + 1, args.format)?)?;
    }
    Ok(())
}

fn answer(line: &str, number: usize, format: Format) -> Result<String> {
    let mut cells = line.split('\t');
    let (Some(query), Some(candidate)) = (cells.next(), cells.next()) else {
        return Err(Usage(format!("line {number}: expected two names with a tab between them")).into());
    };
    let kind = match cells.next().map(str::trim).filter(|it| !it.is_empty()) {
        Some(text) => args::kind(text).map_err(|reason| Usage(format!("line {number}, column 3: {reason}")))?,
        None => guess(query, candidate),
    };
    let found = screening::compare(&Name::new(query, kind), &Name::new(candidate, kind));
    Ok(match format {
        Format::Json => json(query, candidate, found)?,
        Format::Csv => {
            let (score, matches) = (format!("{:.4}", found.score), found.is_match().to_string());
            csv_line([query, candidate, &score, &matches].into_iter())
        }
        Format::Table => table(query, candidate, &found),
    })
}

/// An organisation, if either name looks like one.
fn guess(query: &str, candidate: &str) -> Kind {
    let kind = Kind::guess(query);
    if kind == Kind::Person { Kind::guess(candidate) } else { kind }
}

fn json(query: &str, candidate: &str, found: Comparison) -> Result<String> {
    let compared = Compared {
        query,
        candidate,
        score: found.score,
        r#match: found.is_match(),
        tokens: Tokens { matched: found.matches, left: found.left },
    };
    Ok(serde_json::to_string(&compared)?)
}

fn table(query: &str, candidate: &str, found: &Comparison) -> String {
    let verdict = if found.is_match() { "match" } else { "no match" };
    let mut out = format!("{:.3} {verdict}: {query} | {candidate}\n", found.score);
    for it in &found.matches {
        out.extend([format!("  +{:.3} {} = {} ({})\n", it.contribution, it.query, it.listed, word(&it.how))]);
    }
    for it in found.left.iter().filter(|it| it.cost > 0.0) {
        out.extend([format!("  -{:.3} {} ({} alone)\n", it.cost, it.token, word(&it.side))]);
    }
    out
}

/// As JSON writes it.
fn word(it: &impl Serialize) -> String {
    serde_json::to_value(it).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_line_with_every_word() {
        let line = answer("Putin, Vladimir\tВладимир Путин\tperson", 1, Format::Json).unwrap();
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(json["match"], true);
        assert_eq!(json["query"], "Putin, Vladimir");
        assert_eq!(json["tokens"]["matched"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_line_that_is_no_pair_is_named() {
        assert_eq!(
            answer("alone", 7, Format::Json).unwrap_err().to_string(),
            "line 7: expected two names with a tab between them"
        );
        assert!(
            answer("a\tb\trobot", 2, Format::Json).unwrap_err().to_string().starts_with("line 2, column 3: `robot`")
        );
    }
}
