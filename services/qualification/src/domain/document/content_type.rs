//! What a content is: by its first bytes, and for text by all of them.

/// A type that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// Known by its first bytes.
    Binary(&'static str),
    /// A zip archive with a part of that name: an office document.
    Office(&'static str, &'static str),
    /// UTF-8 text.
    Text(&'static str),
}

/// The types that are taken.
pub const TYPES: [ContentType; 11] = [
    ContentType::Binary("application/pdf"),
    ContentType::Binary("image/png"),
    ContentType::Binary("image/jpeg"),
    ContentType::Binary("image/tiff"),
    ContentType::Binary("image/webp"),
    ContentType::Office("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/document.xml"),
    ContentType::Office("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/workbook.xml"),
    ContentType::Text("text/plain"),
    ContentType::Text("text/csv"),
    ContentType::Text("application/xml"),
    ContentType::Text("application/json"),
];

impl ContentType {
    /// The type of a name that a caller declared; parameters such as a charset do not matter.
    pub fn declared(name: &str) -> Option<Self> {
        let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let name = if name == "text/xml" { "application/xml".to_owned() } else { name };
        TYPES.into_iter().find(|known| known.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary(name) | Self::Office(name, _) | Self::Text(name) => name,
        }
    }

    /// Whether a content that begins so can be of the type; if not, what it looks like.
    pub fn begins(self, head: &[u8]) -> Result<(), String> {
        let found = infer::get(head).map(|kind| kind.mime_type());
        let is_zip = head.starts_with(b"PK\x03\x04");
        let looks = || found.unwrap_or("text or something unknown").to_owned();
        match self {
            Self::Binary(name) if found == Some(name) => Ok(()),
            Self::Office(..) if is_zip => Ok(()),
            // XML and HTML are told apart from other text by `infer`, but are text all the same.
            Self::Text(name) if found.is_none_or(|found| found.starts_with("text/")) => {
                let first = head.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(*byte));
                match (name, first) {
                    ("application/xml", Some(b'<')) | ("application/json", Some(b'{' | b'[')) => Ok(()),
                    ("application/xml" | "application/json", _) => Err("other text".to_owned()),
                    _ => Ok(()),
                }
            }
            _ => Err(looks()),
        }
    }
}

/// Checks that bytes are UTF-8 without NUL, part by part.
#[derive(Debug, Default)]
pub struct TextCheck {
    /// The first bytes of a character whose rest is still to come.
    pending: Vec<u8>,
}

impl TextCheck {
    /// Whether the next part is text.
    pub fn next(&mut self, part: &[u8]) -> bool {
        let mut part = part;
        while !self.pending.is_empty() {
            let [first, rest @ ..] = part else { return true };
            self.pending.push(*first);
            part = rest;
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.clear(),
                Err(error) if error.error_len().is_some() => return false,
                Err(_) => {}
            }
        }
        let end = match std::str::from_utf8(part) {
            Ok(_) => part.len(),
            Err(error) if error.error_len().is_some() => return false,
            Err(error) => error.valid_up_to(),
        };
        self.pending.extend_from_slice(&part[end..]);
        !part[..end].contains(&0)
    }

    /// Whether the last character is whole.
    pub fn is_whole(&self) -> bool {
        self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_content_is_what_it_begins_with_and_not_what_it_is_called() {
        let pdf = ContentType::declared("application/pdf").unwrap();
        assert_eq!(pdf.begins(b"%PDF-1.7\n"), Ok(()));
        assert_eq!(pdf.begins(b"\x89PNG\r\n\x1a\n"), Err("image/png".to_owned()));
        assert!(pdf.begins(b"hello").is_err());
        assert!(pdf.begins(b"MZ\x90\x00").is_err());
        let text = ContentType::declared("Text/CSV; charset=utf-8").unwrap();
        assert_eq!(text.begins(b"a,b\n1,2\n"), Ok(()));
        assert!(text.begins(b"%PDF-1.7\n").is_err());
        let mut program = [0; 64];
        program[..4].copy_from_slice(b"\x7fELF");
        assert!(text.begins(&program).is_err());
        let xml = ContentType::declared("text/xml").unwrap();
        assert_eq!(xml.begins("\u{feff}<?xml version=\"1.0\"?>".as_bytes()), Ok(()));
        assert!(xml.begins(b"{}").is_err());
        assert_eq!(ContentType::declared("application/x-msdownload"), None);
        assert_eq!(ContentType::declared("application/zip"), None);
    }

    proptest! {
        #[test]
        fn text_is_text_however_it_is_cut(text in "[^\0]{0,60}", cut in 0usize..7) {
            let mut check = TextCheck::default();
            prop_assert!(text.as_bytes().chunks(cut + 1).all(|part| check.next(part)) && check.is_whole());
        }

        #[test]
        fn and_bytes_are_found_out_however_they_are_cut(bytes in prop::collection::vec(any::<u8>(), 0..40), cut in 0usize..7) {
            let mut check = TextCheck::default();
            let passed = bytes.chunks(cut + 1).all(|part| check.next(part)) && check.is_whole();
            prop_assert_eq!(passed, std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0')));
        }
    }
}
