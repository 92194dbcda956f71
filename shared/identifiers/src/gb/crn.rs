//! British company number: eight characters, no check digit. Digits alone for England and Wales, two letters and six digits for everything else; a
//! few old registered societies and partnerships end in letters.
//!
//! Prefixes: Companies House, "Uniform Resource Identifiers", and its list of company number prefixes; endings as found in the public register of
//! 13.6 million numbers (chguide.co.uk).

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    number::Compact,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Company number",
    local_name: Some("Company registration number"),
    country: Some("GB"),
    kind: Kind::Company,
    lengths: &[8],
    complete: leading_zeros,
    check,
    one_in: 1,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// Prefix and what it is registered as.
const PREFIXES: [(&str, &str); 43] = [
    ("AC", "Assurance company, England and Wales"),
    ("BR", "Establishment of an overseas company"),
    ("CE", "Charitable incorporated organisation, England and Wales"),
    ("CS", "Charitable incorporated organisation, Scotland"),
    ("EN", "European company, Northern Ireland"),
    ("ES", "European company, Scotland"),
    ("FC", "Overseas company"),
    ("FE", "European company, formerly of another state"),
    ("GE", "European economic interest grouping, England and Wales"),
    ("GN", "European economic interest grouping, Northern Ireland"),
    ("GS", "European economic interest grouping, Scotland"),
    ("IC", "Investment company with variable capital, England and Wales"),
    ("IP", "Industrial and provident society, England and Wales"),
    ("LP", "Limited partnership, England and Wales"),
    ("NA", "Assurance company, Northern Ireland"),
    ("NC", "Limited liability partnership, Northern Ireland"),
    ("NF", "Overseas company, Northern Ireland"),
    ("NI", "Company, Northern Ireland"),
    ("NL", "Limited partnership, Northern Ireland"),
    ("NO", "Other, Northern Ireland"),
    ("NP", "Industrial and provident society, Northern Ireland"),
    ("NR", "Royal charter, Northern Ireland"),
    ("NV", "Investment company with variable capital, Northern Ireland"),
    ("NZ", "Unregistered company, Northern Ireland"),
    ("OC", "Limited liability partnership, England and Wales"),
    ("OE", "Overseas entity"),
    ("PC", "Protected cell company, England and Wales"),
    ("RC", "Royal charter, England and Wales"),
    ("RS", "Registered society"),
    ("SA", "Assurance company, Scotland"),
    ("SC", "Company, Scotland"),
    ("SE", "European company, England and Wales"),
    ("SF", "Overseas company, Scotland"),
    ("SG", "Qualifying partnership, Scotland"),
    ("SI", "Investment company with variable capital, Scotland"),
    ("SL", "Limited partnership, Scotland"),
    ("SO", "Limited liability partnership, Scotland"),
    ("R0", "Company, Northern Ireland, before 1922"),
    ("SP", "Industrial and provident society, Scotland"),
    ("SR", "Royal charter, Scotland"),
    ("SZ", "Unregistered company, Scotland"),
    ("UC", "Unregistered company"),
    ("ZC", "Unregistered company, England and Wales"),
];

fn prefix(number: &[u8]) -> Option<&'static (&'static str, &'static str)> {
    PREFIXES.iter().find(|(prefix, _)| number.starts_with(prefix.as_bytes()))
}

/// Zeros that people leave out: before a number of digits, after the letters of another.
fn leading_zeros(number: &mut Compact) {
    let letters = number.as_bytes().iter().take_while(|it| it.is_ascii_uppercase()).count();
    if matches!(letters, 0 | 2) && number.as_bytes()[letters..].iter().all(u8::is_ascii_digit) && number.len() > letters
    {
        number.pad(letters, 8);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    if number[0].is_ascii_digit() {
        shape::digits_at(number, 0..7)?;
        shape::one_of(number, 7, b"0123456789CR")?;
    } else {
        let (prefix, _) = prefix(number).ok_or(Refusal::at(Reason::WrongPrefix, 0))?;
        ending(number, prefix)?;
    }
    if number[2..].iter().all(|it| *it == b'0') && (number[0] > b'9' || number.starts_with(b"00")) {
        return Err(Refusal::of(Reason::Reserved));
    }
    Ok(())
}

/// Six digits, the last of which may be a letter; up to three letters at the end of societies, letters among the digits of a few
/// partnerships, in the forms that the register's own search takes.
fn ending(number: &[u8], prefix: &str) -> Result<(), Refusal> {
    match prefix {
        "OC" if partnership(&number[2..]) => Ok(()),
        "RS" if society(&number[2..]) => Ok(()),
        "SO" if society(&number[2..]) || ends_in(&number[2..], 5, b"CR") => Ok(()),
        "OC" | "RS" | "SO" => {
            let odd = number[2..].iter().position(|it| !it.is_ascii_digit());
            Err(Refusal::illegal(odd.map_or(7, |at| at + 2)))
        }
        "IP" | "SP" | "NP" => {
            let letters = number[5..].iter().rev().take_while(|it| it.is_ascii_uppercase()).count();
            shape::digits_at(number, 2..8 - letters)
        }
        "NI" | "SL" => shape::digits_at(number, 2..7).and_then(|()| shape::one_of(number, 7, b"0123456789ACR")),
        _ => shape::digits_at(number, 2..7).and_then(|()| shape::one_of(number, 7, b"0123456789CR")),
    }
}

/// Whether so many characters at the beginning are digits, or one of `others`.
fn begins_in(rest: &[u8], length: usize, others: &[u8]) -> bool {
    rest[..length].iter().all(|it| it.is_ascii_digit() || others.contains(it))
}

/// Whether so many digits are followed by a last one, or by one of `letters`.
fn ends_in(rest: &[u8], digits: usize, letters: &[u8]) -> bool {
    begins_in(rest, digits, b"") && begins_in(&rest[digits..], 1, letters)
}

/// The six characters of a limited liability partnership.
fn partnership(rest: &[u8]) -> bool {
    ends_in(rest, 5, b"CR")
        || (begins_in(rest, 5, b"P") && b"CWERTB".contains(&rest[5]))
        || (begins_in(rest, 4, b"P") && matches!(&rest[4..], b"OC" | b"CU"))
}

/// The six characters of a registered society.
fn society(rest: &[u8]) -> bool {
    let ends: [&[u8]; 7] = [b"FI", b"RS", b"SA", b"IP", b"US", b"EN", b"AS"];
    begins_in(rest, 3, b"")
        && (ends_in(rest, 5, b"WSRCZF")
            || (rest[3].is_ascii_digit() && ends.contains(&&rest[4..]))
            || &rest[3..] == b"CUS")
}

fn decode(number: &str) -> Decoded {
    let entity_type = match prefix(number.as_bytes()) {
        Some((code, name)) => Term::named(code, name),
        None => Term::named("company", "Company, England and Wales"),
    };
    Decoded { entity_type: Some(entity_type), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Numbers of the public register: Tesco, Standard Life (Scotland), a society of 1872, a partnership.
    #[test]
    fn zeros_are_filled_in() {
        let normalised = |number| check(Scheme::GbCrn, number, Presentation::Lenient).normalised().map(str::to_owned);
        assert_eq!(normalised("445790").as_deref(), Some("00445790"));
        assert_eq!(normalised("sc 286832").as_deref(), Some("SC286832"));
        assert_eq!(normalised("SC5").as_deref(), Some("SC000005"));
        assert_eq!(normalised("IP00525R").as_deref(), Some("IP00525R"));
        assert_eq!(check(Scheme::GbCrn, "445790", Presentation::Strict).reason(), Some(Reason::TooShort));
    }

    #[test]
    fn unknown_prefixes_and_zero_are_refused() {
        let reason = |number| check(Scheme::GbCrn, number, Presentation::Strict).reason();
        assert_eq!(reason("QQ123456"), Some(Reason::WrongPrefix));
        assert_eq!(reason("00000000"), Some(Reason::Reserved));
        assert_eq!(reason("SC12X456"), Some(Reason::IllegalCharacter));
    }

    /// The forms of the register's own search pattern.
    #[test]
    fn letters_stand_only_where_the_register_has_them() {
        let is_valid = |number| check(Scheme::GbCrn, number, Presentation::Strict).is_valid();
        for number in
            ["OC383326", "OC38332R", "OC3P012W", "OC30P1CU", "RS00712W", "RS0071FI", "RS007CUS", "SO30123C", "BR016940"]
        {
            assert!(is_valid(number), "{number}");
        }
        for number in ["OC3X0123", "OCABCDEF", "OC38332U", "OC3001AB", "SO301QZX", "SO30123A", "RS00712K", "QQ016940"] {
            assert!(!is_valid(number), "{number}");
        }
    }
}
