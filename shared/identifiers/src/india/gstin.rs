//! Goods and Services Tax Identification Number: state, the holder's PAN, which registration of that PAN in the state, Z, check character (Luhn
//! over 36 characters).
//!
//! Numbers of tax deducted at source and of embassies have other structures and are not taken for this one.

use crate::{
    Decoded, Embedded, Kind, Reason, Refusal, Scheme, Term, checksum,
    india::pan,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Goods and Services Tax Identification Number",
    local_name: Some("GSTIN"),
    country: Some("IN"),
    kind: Kind::Vat,
    lengths: &[15],
    check,
    one_in: 10_000,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// The codes of the census, which the tax uses; 97 is what belongs to no state.
const STATES: [(u8, &str); 39] = [
    (1, "Jammu and Kashmir"),
    (2, "Himachal Pradesh"),
    (3, "Punjab"),
    (4, "Chandigarh"),
    (5, "Uttarakhand"),
    (6, "Haryana"),
    (7, "Delhi"),
    (8, "Rajasthan"),
    (9, "Uttar Pradesh"),
    (10, "Bihar"),
    (11, "Sikkim"),
    (12, "Arunachal Pradesh"),
    (13, "Nagaland"),
    (14, "Manipur"),
    (15, "Mizoram"),
    (16, "Tripura"),
    (17, "Meghalaya"),
    (18, "Assam"),
    (19, "West Bengal"),
    (20, "Jharkhand"),
    (21, "Odisha"),
    (22, "Chhattisgarh"),
    (23, "Madhya Pradesh"),
    (24, "Gujarat"),
    (25, "Daman and Diu"),
    (26, "Dadra and Nagar Haveli and Daman and Diu"),
    (27, "Maharashtra"),
    (28, "Andhra Pradesh (before 2014)"),
    (29, "Karnataka"),
    (30, "Goa"),
    (31, "Lakshadweep"),
    (32, "Kerala"),
    (33, "Tamil Nadu"),
    (34, "Puducherry"),
    (35, "Andaman and Nicobar Islands"),
    (36, "Telangana"),
    (37, "Andhra Pradesh"),
    (38, "Ladakh"),
    (97, "Other territory"),
];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..2)?;
    if !matches!(shape::value(&number[..2]), 1..=38 | 97) {
        return Err(Refusal::at(Reason::UnknownRegion, 0));
    }
    pan::check(&number[2..12]).map_err(|it| it.moved(2))?;
    shape::one_of(number, 12, b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")?;
    shape::one_of(number, 13, b"Z")?;
    if checksum::luhn_36(number) { Ok(()) } else { Err(Refusal::check_digit(14)) }
}

fn decode(number: &str) -> Decoded {
    let code = shape::value(&number.as_bytes()[..2]) as u8;
    let state = STATES.iter().find(|(it, _)| *it == code);
    Decoded {
        region: state.map(|(_, name)| Term::named(&number[..2], name)),
        entity_type: pan::holder(&number[2..12]),
        establishment: Some(number[12..13].to_owned()),
        embedded: vec![Embedded { scheme: Scheme::InPan, value: number[2..12].to_owned() }],
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Reliance Industries' registration in Maharashtra, as its invoices print it.
    #[test]
    fn the_networks_specimen() {
        let verdict = check(Scheme::InGstin, "27AAACR5055K1Z7", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!(decoded.region.as_ref().unwrap().name, Some("Maharashtra"));
        assert_eq!(decoded.embedded[0].value, "AAACR5055K");
        assert_eq!(decoded.entity_type.as_ref().unwrap().code, "C");
    }

    #[test]
    fn state_place_of_z_and_check_character() {
        for (number, reason, position) in [
            ("39AAACR5055K1Z7", Reason::UnknownRegion, 1),
            ("27AAAER5055K1Z7", Reason::UnknownEntityType, 6),
            ("27AAACR5055K0Z7", Reason::IllegalCharacter, 13),
            ("27AAACR5055K1Y7", Reason::IllegalCharacter, 14),
            ("27AAACR5055K1Z8", Reason::BadCheckDigit, 15),
        ] {
            let verdict = check(Scheme::InGstin, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
