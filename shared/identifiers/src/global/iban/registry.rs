//! The structure of every country's account number: SWIFT's IBAN registry.
//!
//! To add a country: one line of the table, in the order of the codes. Each part is what it is (b bank, s branch, a account,
//! k national check digits, x something else), how long it is, and what may stand in it (n digits, a letters, c both).

use crate::{Reason, Refusal, shape};

/// What a part of an account number is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Bank,
    Branch,
    Account,
    Check,
    Other,
}

/// One part.
#[derive(Clone, Copy)]
struct Part {
    role: Role,
    length: u8,
    kind: u8,
}

const NOTHING: Part = Part { role: Role::Other, length: 0, kind: b'c' };

/// A country's structure.
pub(super) struct Country {
    pub code: [u8; 2],
    parts: [Part; 6],
    length: u8,
}

/// Reads "b8n a10n" when the program is compiled.
const fn structure(code: [u8; 2], text: &str) -> Country {
    let text = text.as_bytes();
    let mut parts = [NOTHING; 6];
    let mut part = 0;
    let mut total = 0;
    let mut at = 0;
    while at < text.len() {
        let role = match text[at] {
            b'b' => Role::Bank,
            b's' => Role::Branch,
            b'a' => Role::Account,
            b'k' => Role::Check,
            _ => Role::Other,
        };
        at += 1;
        let mut length = 0;
        while text[at].is_ascii_digit() {
            length = length * 10 + text[at] - b'0';
            at += 1;
        }
        parts[part] = Part { role, length, kind: text[at] };
        part += 1;
        total += length;
        at += 2;
    }
    Country { code, parts, length: total }
}

pub(super) static COUNTRIES: [Country; 89] = [
    structure(*b"AD", "b4n s4n a12c"),
    structure(*b"AE", "b3n a16n"),
    structure(*b"AL", "b3n s4n k1n a16c"),
    structure(*b"AT", "b5n a11n"),
    structure(*b"AZ", "b4a a20c"),
    structure(*b"BA", "b3n s3n a8n k2n"),
    structure(*b"BE", "b3n a7n k2n"),
    structure(*b"BG", "b4a s4n x2n a8c"),
    structure(*b"BH", "b4a a14c"),
    structure(*b"BI", "b5n s5n a11n k2n"),
    structure(*b"BR", "b8n s5n a10n x1a x1c"),
    structure(*b"BY", "b4c x4n a16c"),
    structure(*b"CH", "b5n a12c"),
    structure(*b"CR", "b4n a14n"),
    structure(*b"CY", "b3n s5n a16c"),
    structure(*b"CZ", "b4n a16n"),
    structure(*b"DE", "b8n a10n"),
    structure(*b"DJ", "b5n s5n a11n k2n"),
    structure(*b"DK", "b4n a9n k1n"),
    structure(*b"DO", "b4c a20n"),
    structure(*b"EE", "b2n s2n a11n k1n"),
    structure(*b"EG", "b4n s4n a17n"),
    structure(*b"ES", "b4n s4n k2n a10n"),
    structure(*b"FI", "b3n a11n"),
    structure(*b"FK", "b2a a12n"),
    structure(*b"FO", "b4n a9n k1n"),
    structure(*b"FR", "b5n s5n a11c k2n"),
    structure(*b"GB", "b4a s6n a8n"),
    structure(*b"GE", "b2a a16n"),
    structure(*b"GI", "b4a a15c"),
    structure(*b"GL", "b4n a9n k1n"),
    structure(*b"GR", "b3n s4n a16c"),
    structure(*b"GT", "b4c x2c x2c a16c"),
    structure(*b"HN", "b4a a20n"),
    structure(*b"HR", "b7n a10n"),
    structure(*b"HU", "b3n s4n k1n a15n k1n"),
    structure(*b"IE", "b4a s6n a8n"),
    structure(*b"IL", "b3n s3n a13n"),
    structure(*b"IQ", "b4a s3n a12n"),
    structure(*b"IS", "b2n s2n x2n a6n x10n"),
    structure(*b"IT", "k1a b5n s5n a12c"),
    structure(*b"JO", "b4a s4n a18c"),
    structure(*b"KW", "b4a a22c"),
    structure(*b"KZ", "b3n a13c"),
    structure(*b"LB", "b4n a20c"),
    structure(*b"LC", "b4a a24c"),
    structure(*b"LI", "b5n a12c"),
    structure(*b"LT", "b5n a11n"),
    structure(*b"LU", "b3n a13c"),
    structure(*b"LV", "b4a a13c"),
    structure(*b"LY", "b3n s3n a15n"),
    structure(*b"MC", "b5n s5n a11c k2n"),
    structure(*b"MD", "b2c a18c"),
    structure(*b"ME", "b3n a13n k2n"),
    structure(*b"MK", "b3n a10c k2n"),
    structure(*b"MN", "b4n a12n"),
    structure(*b"MR", "b5n s5n a11n k2n"),
    structure(*b"MT", "b4a s5n a18c"),
    structure(*b"MU", "b4a b2n s2n a12n x3n x3a"),
    structure(*b"NI", "b4a a20n"),
    structure(*b"NL", "b4a a10n"),
    structure(*b"NO", "b4n a6n k1n"),
    structure(*b"OM", "b3n a16c"),
    structure(*b"PK", "b4a a16c"),
    structure(*b"PL", "b3n s4n k1n a16n"),
    structure(*b"PS", "b4a a21c"),
    structure(*b"PT", "b4n s4n a11n k2n"),
    structure(*b"QA", "b4a a21c"),
    structure(*b"RO", "b4a a16c"),
    structure(*b"RS", "b3n a13n k2n"),
    structure(*b"RU", "b9n s5n a15c"),
    structure(*b"SA", "b2n a18c"),
    structure(*b"SC", "b4a b2n s2n a16n x3a"),
    structure(*b"SD", "b2n a12n"),
    structure(*b"SE", "b3n a17n"),
    structure(*b"SI", "b5n a8n k2n"),
    structure(*b"SK", "b4n a16n"),
    structure(*b"SM", "k1a b5n s5n a12c"),
    structure(*b"SO", "b4n s3n a12n"),
    structure(*b"ST", "b4n s4n a11n k2n"),
    structure(*b"SV", "b4a a20n"),
    structure(*b"TL", "b3n a14n k2n"),
    structure(*b"TN", "b2n s3n a13n k2n"),
    structure(*b"TR", "b5n x1n a16c"),
    structure(*b"UA", "b6n a19c"),
    structure(*b"VA", "b3n a15n"),
    structure(*b"VG", "b4a a16n"),
    structure(*b"XK", "b2n s2n a10n k2n"),
    structure(*b"YE", "b4a s4n a18c"),
];

/// The structure of the country whose code a number begins with.
pub(super) fn country(number: &[u8]) -> Option<&'static Country> {
    let code = u16::from_be_bytes(*number.first_chunk()?);
    let at = COUNTRIES.binary_search_by_key(&code, |it| u16::from_be_bytes(it.code)).ok()?;
    COUNTRIES.get(at)
}

impl Country {
    /// How many characters the account number has.
    pub fn length(&self) -> usize {
        usize::from(self.length)
    }

    /// Whether the account number (everything after the check digits) has the country's length and kinds of characters.
    pub fn fits(&self, account: &[u8]) -> Result<(), Refusal> {
        match account.len().cmp(&self.length()) {
            std::cmp::Ordering::Less => return Err(Refusal::of(Reason::TooShort)),
            std::cmp::Ordering::Greater => return Err(Refusal::of(Reason::TooLong)),
            std::cmp::Ordering::Equal => {}
        }
        let mut start = 0;
        for part in &self.parts {
            if part.length == 0 {
                break;
            }
            let end = start + usize::from(part.length);
            match part.kind {
                b'n' => shape::digits_at(account, start..end)?,
                b'a' => shape::letters_at(account, start..end)?,
                _ => shape::alphanumeric_at(account, start..end)?,
            }
            start = end;
        }
        Ok(())
    }

    /// All parts of a role, in order.
    pub fn part(&self, account: &str, role: Role) -> String {
        let mut text = String::new();
        let mut start = 0;
        for part in &self.parts {
            let end = start + usize::from(part.length);
            if part.role == role {
                text.push_str(account.get(start..end).unwrap_or_default());
            }
            start = end;
        }
        text
    }
}
