//! Canada: Business Number, nine digits (Luhn); with a program account (two letters) and its number (four digits), fifteen characters.

use crate::{
    Decoded, Embedded, Kind, Reason, Refusal, Scheme, Term, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static BN: Rules = Rules {
    name: "Business Number",
    local_name: Some("BN"),
    country: Some("CA"),
    kind: Kind::Tax,
    lengths: &[9, 15],
    check,
    one_in: 10,
    decode,
    format: Format::By(format),
    ..Rules::DEFAULT
};

/// The Canada Revenue Agency's program accounts.
const PROGRAMS: [(&str, &str); 9] = [
    ("RC", "Corporation income tax"),
    ("RD", "Excise duty"),
    ("RG", "Air travellers security charge"),
    ("RM", "Import and export"),
    ("RN", "Excise tax on insurance premiums"),
    ("RP", "Payroll deductions"),
    ("RR", "Registered charity"),
    ("RT", "Goods and services tax, harmonised sales tax"),
    ("RZ", "Information returns"),
];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..9)?;
    if number.len() == 15 {
        shape::letters_at(number, 9..11)?;
        shape::digits_at(number, 11..15)?;
        if !PROGRAMS.iter().any(|(code, _)| code.as_bytes() == &number[9..11]) {
            return Err(Refusal::at(Reason::UnknownEntityType, 9));
        }
    }
    if number.starts_with(b"000000000") {
        return Err(Refusal::of(Reason::Reserved));
    }
    if checksum::luhn(&number[..9]) { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

fn decode(number: &str) -> Decoded {
    if number.len() == 9 {
        return Decoded::default();
    }
    let program = PROGRAMS.iter().find(|(code, _)| *code == &number[9..11]);
    Decoded {
        entity_type: program.map(|(code, name)| Term::named(code, name)),
        establishment: Some(number[11..].to_owned()),
        embedded: vec![Embedded { scheme: Scheme::CaBn, value: number[..9].to_owned() }],
        ..Decoded::default()
    }
}

fn format(number: &str) -> String {
    match number.len() {
        15 => format!("{} {} {}", &number[..9], &number[9..11], &number[11..]),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The Canadian Red Cross's charity number, as it prints it on its receipts.
    #[test]
    fn a_charity() {
        let verdict = check(Scheme::CaBn, "11921 9814 RR 0001", Presentation::Lenient);
        assert_eq!(verdict.normalised(), Some("119219814RR0001"));
        assert_eq!(verdict.formatted(), Some("119219814 RR 0001"));
        assert_eq!(
            check(Scheme::CaBn, "119219814XX0001", Presentation::Strict).reason(),
            Some(Reason::UnknownEntityType)
        );
        assert_eq!(check(Scheme::CaBn, "119219815", Presentation::Strict).reason(), Some(Reason::BadCheckDigit));
    }
}
