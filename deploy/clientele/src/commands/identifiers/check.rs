//! `clientele identifiers check`: a stream of lines, answered one by one.

use std::io::{self, BufRead as _, BufReader, Read, Write};

use anyhow::{Context as _, Result};

use super::{
    args::Check,
    line::{self, Answer},
};
use crate::term::{self, Cell, Column, Format, Screen, Style, Table};

/// Enough that reading and writing cost little beside checking.
const BUFFER: usize = 1 << 16;

/// In bytes. No identifier comes near it; without it, a file without line breaks would fill the memory.
const LONGEST_LINE: u64 = 1 << 16;

/// Runs the command.
pub fn run(args: &Check) -> Result<()> {
    let input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    match args.format {
        Format::Json => term::stream(BUFFER, |out| documents(args, input, out)),
        Format::Table => Ok(term::print(&table(args, input)?.render(&Screen::stdout()))?),
        Format::Csv => Ok(term::print(&table(args, input)?.csv())?),
    }
}

/// A JSON document a line. What is answered goes out before the next line is waited for, so that a program may ask line by line.
fn documents(args: &Check, input: BufReader<impl Read>, out: &mut dyn Write) -> Result<()> {
    let mut document = Vec::new();
    each(args, input, |event| {
        match event {
            Event::Answer(answer) => {
                document.clear();
                serde_json::to_writer(&mut document, answer).map_err(io::Error::other)?;
                document.push(b'\n');
                out.write_all(&document)?;
            }
            Event::Waiting => out.flush()?,
        }
        Ok(())
    })
}

/// A table holds everything at once, so it is for files that a person reads.
fn table(args: &Check, input: BufReader<impl Read>) -> Result<Table> {
    let mut table =
        Table::new(["Scheme", "Input", "Valid", "Normalised", "Formatted", "Reason", "Warnings"].map(Column::text));
    each(args, input, |event| {
        let Event::Answer(answer) = event else { return Ok(()) };
        let valid = if answer.valid { Cell::styled("yes", Style::Good) } else { Cell::styled("no", Style::Bad) };
        let warnings: Vec<&str> = answer.warnings.iter().map(|it| it.code()).collect();
        table.row([
            Cell::from(answer.scheme.unwrap_or_default()),
            Cell::from(answer.input.as_ref()),
            valid,
            Cell::from(answer.normalised.as_deref().unwrap_or_default()),
            Cell::from(answer.formatted.as_deref().unwrap_or_default()),
            Cell::from(answer.reason.unwrap_or_default()),
            Cell::from(warnings.join(", ")),
        ]);
        Ok(())
    })?;
    Ok(table)
}

/// What comes of the input.
enum Event<'a> {
    /// The answer to a line.
    Answer(&'a Answer<'a>),
    /// Everything that has been read is answered; the next line has to be waited for.
    Waiting,
}

/// Every line of `input`, answered; one bounded buffer holds one line at a time.
fn each<R: Read>(args: &Check, mut input: BufReader<R>, mut tell: impl FnMut(Event<'_>) -> Result<()>) -> Result<()> {
    let mut line = Vec::new();
    let mut is_first = true;
    loop {
        line.clear();
        if input.buffer().is_empty() {
            tell(Event::Waiting)?;
        }
        let limited = &mut input.by_ref().take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut line).context("cannot read stdin")? == 0 {
            return Ok(());
        }
        let is_cut = limited.limit() == 0 && !line.ends_with(b"\n");
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        // Files from Windows begin with a byte order mark.
        let text = if is_first { text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text) } else { text };
        is_first = false;
        if is_cut {
            tell(Event::Answer(&line::too_long(text, args.scheme)))?;
            input.skip_until(b'\n').context("cannot read stdin")?;
        } else {
            tell(Event::Answer(&line::answer(text, args.scheme, args.presentation.into())))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::identifiers::args::Exactness;

    #[test]
    fn one_answer_a_line_in_order_whatever_the_line() {
        let args = Check { scheme: None, presentation: Exactness::Lenient, format: Format::Json };
        let input = b"de.vat\tDE136695976\r\n\xff\xfe\n\nlei\t506700GE1G29325QX363";
        let mut out = Vec::new();
        documents(&args, BufReader::new(&input[..]), &mut out).unwrap();
        let answers: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let reasons: Vec<Option<&str>> = answers.iter().map(|it| it["reason"].as_str()).collect();
        assert_eq!(reasons, [None, Some("not_utf8"), Some("no_tab"), None]);
    }

    #[test]
    fn an_endless_line_is_one_answer_and_the_next_line_is_read() {
        let args =
            Check { scheme: Some(identifiers::Scheme::Lei), presentation: Exactness::Lenient, format: Format::Json };
        let mut input = b"\xef\xbb\xbf506700GE1G29325QX363\n".to_vec();
        input.extend(std::iter::repeat_n(b'9', 200_000));
        input.extend(b"\n506700GE1G29325QX363\n");
        let mut out = Vec::new();
        documents(&args, BufReader::new(&input[..]), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let reasons: Vec<serde_json::Value> =
            text.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap()["reason"].clone()).collect();
        assert_eq!(reasons, [serde_json::Value::Null, "line_too_long".into(), serde_json::Value::Null]);
    }
}
