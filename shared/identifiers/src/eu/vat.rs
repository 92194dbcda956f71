//! VAT identification number of the European Union: the member's two letters (EL for Greece, XI for Northern Ireland) and the member's own number.
//!
//! Council Directive 2006/112/EC, article 215. The letters choose the member's scheme, which does the rest; places of refusals move by the two letters.
//! The one stop shop's numbers (EU, IM) belong to no member and keep their letters in their own scheme, too.

use crate::{
    Decoded, Embedded, Kind, Reason, Refusal, Scheme, Term,
    check::fits,
    eu::oss,
    number::Compact,
    rules::{Format, Rules, Separators},
    verdict::formatted,
};

pub(crate) static RULES: Rules = Rules {
    name: "VAT identification number",
    country: None,
    kind: Kind::Vat,
    lengths: &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    separators: Separators::VAT,
    extra,
    complete,
    check,
    one_in: 250,
    warn,
    decode,
    format: Format::By(format),
    ..Rules::DEFAULT
};

/// By the letters of VAT numbers.
const fn member(letters: &[u8]) -> Option<Scheme> {
    let scheme = match letters {
        b"AT" => Scheme::AtUid,
        b"BE" => Scheme::BeVat,
        b"BG" => Scheme::BgVat,
        b"CY" => Scheme::CyVat,
        b"CZ" => Scheme::CzDic,
        b"DE" => Scheme::DeVat,
        b"DK" => Scheme::DkCvr,
        b"EE" => Scheme::EeKmkr,
        b"EL" => Scheme::GrVat,
        b"ES" => Scheme::EsNif,
        b"EU" | b"IM" => Scheme::EuOss,
        b"FI" => Scheme::FiAlv,
        b"FR" => Scheme::FrTva,
        b"HR" => Scheme::HrOib,
        b"HU" => Scheme::HuAnum,
        b"IE" => Scheme::IeVat,
        b"IT" => Scheme::ItIva,
        b"LT" => Scheme::LtPvm,
        b"LU" => Scheme::LuTva,
        b"LV" => Scheme::LvPvn,
        b"MT" => Scheme::MtVat,
        b"NL" => Scheme::NlBtw,
        b"PL" => Scheme::PlNip,
        b"PT" => Scheme::PtNif,
        b"RO" => Scheme::RoCf,
        b"SE" => Scheme::SeVat,
        b"SI" => Scheme::SiDdv,
        b"SK" => Scheme::SkDph,
        b"XI" => Scheme::GbVat,
        _ => return None,
    };
    Some(scheme)
}

/// Old Irish numbers have them.
fn extra(character: char) -> Option<u8> {
    match character {
        '+' => Some(b'+'),
        '*' => Some(b'*'),
        _ => None,
    }
}

/// GR becomes EL, and the member's part what its own scheme makes of it.
fn complete(number: &mut Compact) {
    let Some((letters, _)) = number.as_bytes().split_first_chunk() else { return };
    let letters: [u8; 2] = if letters == b"GR" { *b"EL" } else { *letters };
    if let Some(scheme) = member(&letters) {
        number.drop_first(2);
        (scheme.rules().complete)(number);
        number.prepend(&letters);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    let (letters, rest) = number.split_at(2);
    let Some(scheme) = member(letters) else { return Err(Refusal::at(Reason::UnknownCountry, 0)) };
    if scheme == Scheme::EuOss {
        return oss::check(number);
    }
    let rules = scheme.rules();
    fits(rules.lengths, rest.len()).and_then(|()| (rules.check)(rest)).map_err(|it| it.moved(2))
}

/// The scheme and the scheme's part of a number that was accepted.
fn parts(number: &str) -> Option<(Scheme, &str)> {
    let (letters, rest) = number.split_at_checked(2)?;
    let scheme = member(letters.as_bytes())?;
    Some((scheme, if scheme == Scheme::EuOss { number } else { rest }))
}

fn warn(number: &str) -> Vec<crate::Warning> {
    parts(number).map(|(scheme, rest)| (scheme.rules().warn)(rest)).unwrap_or_default()
}

fn decode(number: &str) -> Decoded {
    let Some((scheme, rest)) = parts(number) else { return Decoded::default() };
    let mut decoded = (scheme.rules().decode)(rest);
    if decoded.country.is_none() {
        decoded.country = scheme.country().map(str::to_owned);
    }
    if number.starts_with("XI") {
        decoded.region = Some(Term::named("XI", "Northern Ireland"));
    }
    decoded.embedded.insert(0, Embedded { scheme, value: rest.to_owned() });
    decoded
}

/// As the member's scheme is written, with the letters before it.
fn format(number: &str) -> String {
    let Some((scheme, rest)) = parts(number) else { return number.to_owned() };
    if scheme == Scheme::EuOss {
        return number.to_owned();
    }
    let rules = scheme.rules();
    let letters = &number[..2];
    let text = formatted(&rules.format, rest);
    let written = rules.prefixes.iter().find_map(|it| text.strip_prefix(it));
    match written {
        Some(written) => format!("{letters}{written}"),
        None => format!("{letters} {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::member;
    use crate::{Kind, Presentation, Reason, Scheme, check, normalise};

    #[test]
    fn the_letters_stay_and_choose_the_rules() {
        for (written, normalised, formatted, country, scheme) in [
            ("de136695976", "DE136695976", "DE 136 695 976", "DE", Scheme::DeVat),
            ("BE 202.239.951", "BE0202239951", "BE 0202.239.951", "BE", Scheme::BeVat),
            ("AT-U10223006", "ATU10223006", "ATU10223006", "AT", Scheme::AtUid),
            ("PL 526-025-02-74", "PL5260250274", "PL 526-025-02-74", "PL", Scheme::PlNip),
            ("GR 94014201", "EL094014201", "EL094014201", "GR", Scheme::GrVat),
            ("DK 61-05-64-16", "DK61056416", "DK 61 05 64 16", "DK", Scheme::DkCvr),
            ("IE8+49289F", "IE8+49289F", "IE8+49289F", "IE", Scheme::IeVat),
            ("XI 220 4302 31", "XI220430231", "XI 220 4302 31", "GB", Scheme::GbVat),
        ] {
            let verdict = check(Scheme::EuVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
            let decoded = verdict.decoded().unwrap();
            assert_eq!(decoded.country.as_deref(), Some(country));
            assert_eq!(decoded.embedded[0].scheme, scheme);
            assert_eq!(decoded.embedded[0].value, normalised[2..]);
        }
    }

    /// What a member's number contains is there, too, and Monaco is a country of its own in ISO 3166.
    #[test]
    fn what_the_member_decodes_is_kept() {
        let verdict = check(Scheme::EuVat, "FR83404833048", Presentation::Strict);
        let embedded = &verdict.decoded().unwrap().embedded;
        assert_eq!([embedded[0].scheme, embedded[1].scheme], [Scheme::FrTva, Scheme::FrSiren]);
        let verdict = check(Scheme::EuVat, "FR53000004605", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().country.as_deref(), Some("MC"));
    }

    #[test]
    fn places_count_the_letters() {
        for (written, reason, position) in [
            ("DE 136 695 975", Reason::BadCheckDigit, Some(14)),
            ("BE 202.239.952", Reason::BadCheckDigit, Some(13)),
            ("BEBE0202239951", Reason::TooLong, None),
            ("BE BE202239951", Reason::TooLong, None),
            ("GB220430231", Reason::UnknownCountry, Some(1)),
            ("QQ 124567", Reason::UnknownCountry, Some(1)),
            ("DE13669597", Reason::TooShort, None),
            ("NL 123+56789B01", Reason::IllegalCharacter, Some(7)),
        ] {
            let refusal = normalise(Scheme::EuVat, written, Presentation::Lenient).unwrap_err();
            assert_eq!((refusal.reason, refusal.position), (reason, position), "{written}");
        }
    }

    #[test]
    fn the_members_northern_ireland_and_the_one_stop_shop() {
        let letters = || (b'A'..=b'Z').flat_map(|first| (b'A'..=b'Z').map(move |second| [first, second]));
        let members: Vec<Scheme> = letters().filter_map(|it| member(&it)).collect();
        // And EU and IM of the one stop shop.
        assert_eq!(members.len(), 30);
        for scheme in members {
            assert!(matches!(scheme.kind(), Kind::Vat | Kind::Tax | Kind::Company), "{scheme}");
        }
    }
}
