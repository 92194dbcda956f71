//! Whether an archive can be opened without harm. Sizes that an archive states can lie, so it is unpacked, into nothing, up to a limit.

use std::io::{self, Read, Seek};

use zip::ZipArchive;

/// Entries at most.
pub const MOST_ENTRIES: usize = 10_000;
/// Bytes that they unpack to, at most.
pub const MOST_UNPACKED: u64 = 500 << 20;
/// How many times larger than the archive that is, at most, for all of it.
pub const HIGHEST_RATIO: u64 = 100;
/// What any archive may unpack to, however small it is.
const ALWAYS_FINE: u64 = 1 << 20;

/// Why an archive is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It cannot be read as an archive.
    Unreadable,
    /// It is not the kind of document that it was declared to be.
    WrongKind,
    /// It has too many entries.
    TooManyEntries,
    /// It unpacks to too much, or to too much for its size.
    TooLarge,
    /// An archive within the archive.
    Nested,
    /// Encrypted: nobody can look into it.
    Encrypted,
    /// A path that leads out of the folder it is unpacked to.
    UnsafePath,
}

impl Refused {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unreadable => "it cannot be read as an archive",
            Self::WrongKind => "it lacks the part that makes it a document of the declared type",
            Self::TooManyEntries => "it has too many entries",
            Self::TooLarge => "it unpacks to too much",
            Self::Nested => "it has an archive within",
            Self::Encrypted => "it is encrypted",
            Self::UnsafePath => "it has a path that leads out of it",
        }
    }
}

/// Looks into an archive of `size` bytes that has to have the entry `part`.
pub fn check(archive: impl Read + Seek, size: u64, part: &str) -> Result<(), Refused> {
    let mut archive = ZipArchive::new(archive).map_err(|_| Refused::Unreadable)?;
    if archive.len() > MOST_ENTRIES {
        return Err(Refused::TooManyEntries);
    }
    let most = MOST_UNPACKED.min((size.saturating_mul(HIGHEST_RATIO)).max(ALWAYS_FINE));
    let (mut unpacked, mut has_part) = (0, false);
    for place in 0..archive.len() {
        if archive.by_index_raw(place).map_err(|_| Refused::Unreadable)?.encrypted() {
            return Err(Refused::Encrypted);
        }
        let entry = archive.by_index(place).map_err(|_| Refused::Unreadable)?;
        if entry.enclosed_name().is_none() {
            return Err(Refused::UnsafePath);
        }
        has_part |= entry.name() == part;
        // One byte more than may be, to see that there is more.
        let mut left = entry.take(most - unpacked + 1);
        let mut head = [0; 4];
        let got = fill(&mut left, &mut head).map_err(|_| Refused::Unreadable)?;
        if [b"PK\x03\x04".as_slice(), b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"]
            .iter()
            .any(|magic| head[..got].starts_with(magic))
        {
            return Err(Refused::Nested);
        }
        unpacked += got as u64 + io::copy(&mut left, &mut io::sink()).map_err(|_| Refused::Unreadable)?;
        if unpacked > most {
            return Err(Refused::TooLarge);
        }
    }
    if has_part { Ok(()) } else { Err(Refused::WrongKind) }
}

fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const PART: &str = "word/document.xml";

    fn archive(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn checked(bytes: &[u8]) -> Result<(), Refused> {
        check(Cursor::new(bytes), bytes.len() as u64, PART)
    }

    #[test]
    fn a_document_is_fine_and_another_archive_is_not() {
        assert_eq!(checked(&archive(&[(PART, b"<w/>".to_vec()), ("[Content_Types].xml", b"<t/>".to_vec())])), Ok(()));
        assert_eq!(checked(&archive(&[("readme", b"hello".to_vec())])), Err(Refused::WrongKind));
        assert_eq!(checked(b"PK\x03\x04 and nothing"), Err(Refused::Unreadable));
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = archive(&[(PART, vec![b' '; 64 << 20])]);
        assert!(bomb.len() < 1 << 20, "{}", bomb.len());
        assert_eq!(checked(&bomb), Err(Refused::TooLarge));
        let inner = archive(&[("x", vec![0; 100])]);
        assert_eq!(checked(&archive(&[(PART, b"<w/>".to_vec()), ("inner.bin", inner)])), Err(Refused::Nested));
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|number| format!("{number}")).collect();
        let many: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), Vec::new())).collect();
        assert_eq!(checked(&archive(&many)), Err(Refused::TooManyEntries));
    }

    #[test]
    fn a_stated_size_that_lies_does_not_help() {
        let mut bomb = archive(&[(PART, vec![b' '; 64 << 20])]);
        // The central directory's uncompressed size stands 24 bytes after its signature.
        let directory = bomb.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        bomb[directory + 24..directory + 28].copy_from_slice(&100u32.to_le_bytes());
        assert!(checked(&bomb).is_err());
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        assert_eq!(checked(&archive(&[("../../etc/passwd", b"x".to_vec())])), Err(Refused::UnsafePath));
    }
}
