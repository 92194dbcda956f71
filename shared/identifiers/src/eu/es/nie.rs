//! NIE: the identity number of foreigners in Spain, X, Y or Z and seven digits, with the letter of a DNI in which X, Y, Z are 0, 1, 2.

use crate::{
    Kind, Refusal,
    eu::es::dni,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Foreigner identity number",
    local_name: Some("Número de identidad de extranjero (NIE)"),
    country: Some("ES"),
    kind: Kind::Person,
    lengths: &[9],
    separators: Separators::ALL,
    check,
    one_in: 200,
    format: Format::Pattern("#-#######-#"),
    ..Rules::DEFAULT
};

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, b"XYZ")?;
    shape::digits_at(number, 1..8)?;
    let first = u64::from(number[0] - b'X');
    dni::letter(number, first * 10_000_000 + shape::value(&number[1..8]))
}

#[cfg(test)]
mod tests {
    use crate::{Scheme, is_valid};

    /// 1234567 leaves 19 (L); with 1 before it 10 (X), with 2 before it 1 (R).
    #[test]
    fn the_first_letter_counts() {
        assert!(is_valid(Scheme::EsNie, "X-1234567-L"));
        assert!(is_valid(Scheme::EsNie, "Y1234567X"));
        assert!(is_valid(Scheme::EsNie, "Z1234567R"));
        assert!(!is_valid(Scheme::EsNie, "Y1234567L"));
        assert!(!is_valid(Scheme::EsNie, "A1234567L"));
    }
}
