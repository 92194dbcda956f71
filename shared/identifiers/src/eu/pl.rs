//! Poland: the tax number (NIP), ten digits, the last by weights 6 5 7 2 3 4 5 6 7 modulo 11.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static NIP: Rules = Rules {
    name: "Tax number",
    local_name: Some("Numer identyfikacji podatkowej (NIP)"),
    country: Some("PL"),
    kind: Kind::Tax,
    lengths: &[10],
    separators: Separators::VAT,
    prefixes: &["PL"],
    check,
    one_in: 11,
    format: Format::Pattern("###-###-##-##"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    // The check digit counts minus one: ten modulo eleven.
    let fits = checksum::sum(number, &[6, 5, 7, 2, 3, 4, 5, 6, 7, 10]).is_multiple_of(11);
    if fits { Ok(()) } else { Err(Refusal::check_digit(9)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The Ministry of Finance's and PKN Orlen's own.
    #[test]
    fn published_numbers() {
        for (written, formatted) in [("PL5260250274", "526-025-02-74"), ("774-00-01-454", "774-000-14-54")] {
            assert_eq!(check(Scheme::PlNip, written, Presentation::Lenient).formatted(), Some(formatted));
        }
        let verdict = check(Scheme::PlNip, "526-025-02-75", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(13)));
    }
}
