//! The only place that writes: results to stdout, everything else to stderr.

use std::io::{self, BufWriter, Write};

use anyhow::Result;

/// Writes a result to stdout, with a line break at its end. A reader that has gone away (`| head`) is no error.
pub fn print(text: &str) -> io::Result<()> {
    write(&mut io::stdout().lock(), text)
}

/// Lets `fill` write a long result to stdout through a buffer of so many bytes. A reader that has gone away ends it without an error.
pub fn stream(buffer: usize, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::with_capacity(buffer, io::stdout().lock());
    match fill(&mut out).and_then(|()| Ok(out.flush()?)) {
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe) => {
            Ok(())
        }
        other => other,
    }
}

/// Writes what is no result (warnings, hints, progress) to stderr; if even that fails there is nobody to tell.
pub fn note(text: &str) {
    let _ = write(&mut io::stderr().lock(), text);
}

fn write(out: &mut impl Write, text: &str) -> io::Result<()> {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let written =
        out.write_all(text.as_bytes()).and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_with_exactly_one_line_break() {
        let mut out = Vec::new();
        write(&mut out, "a").unwrap();
        write(&mut out, "b\n").unwrap();
        write(&mut out, "").unwrap();
        assert_eq!(out, b"a\nb\n");
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_but_a_full_disk_is() {
        struct Failing(io::ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(write(&mut Failing(io::ErrorKind::BrokenPipe), "a").is_ok());
        assert!(write(&mut Failing(io::ErrorKind::StorageFull), "a").is_err());
    }
}
