//! D-U-N-S number of Dun & Bradstreet: nine digits. Numbers once had a check digit; since 2006 they have none, so all that can be checked is the shape.

use crate::{
    Kind, Reason, Refusal,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "D-U-N-S number",
    kind: Kind::Company,
    lengths: &[9],
    prefixes: &["DUNS"],
    check,
    one_in: 1,
    format: Format::Pattern("##-###-####"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if number == b"000000000" { Err(Refusal::of(Reason::Reserved)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Scheme, check};

    /// Dun & Bradstreet's own number, as it prints it.
    #[test]
    fn the_bureaus_own() {
        let verdict = check(Scheme::Duns, "804735132", Presentation::Strict);
        assert_eq!(verdict.formatted(), Some("80-473-5132"));
    }
}
