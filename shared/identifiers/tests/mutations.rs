//! One digit changed, or two neighbours exchanged: what the check digits guarantee to catch is caught at every place.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use identifiers::{Presentation, Scheme, check};

/// Scheme, a valid number, and the places (from 0) whose digit cannot change without the check digit noticing.
const SINGLE: [(&str, &str, std::ops::Range<usize>); 41] = [
    ("lei", "506700GE1G29325QX363", 0..20),
    ("iban", "GB29NWBK60161331926819", 2..22),
    ("iban", "DE89370400440532013000", 2..22),
    ("isin", "US0378331005", 2..12),
    ("au.abn", "51824753556", 0..11),
    ("br.cnpj", "00000000000191", 0..12),
    ("ca.bn", "119219814RR0001", 0..9),
    ("ch.uid", "CHE116281710", 3..12),
    ("cn.uscc", "914403001922038216", 0..18),
    ("cn.orgcode", "D2143569X", 0..9),
    ("cn.ric", "11010519491231002X", 0..18),
    ("gb.vat", "003232345", 0..9),
    ("in.gstin", "27AAACR5055K1Z7", 0..15),
    ("no.orgnr", "923609016", 0..9),
    ("tr.vkn", "8760047464", 9..10),
    ("de.vat", "136695976", 0..9),
    ("at.uid", "U10223006", 1..9),
    ("be.vat", "0202239951", 0..10),
    ("cy.vat", "10259033P", 0..9),
    ("dk.cvr", "61056416", 0..8),
    ("ee.kmkr", "100931558", 0..9),
    ("es.dni", "12345678Z", 0..8),
    ("es.nie", "X1234567L", 1..8),
    ("es.cif", "A58818501", 1..9),
    ("eu.vat", "FI01120389", 2..10),
    ("fi.alv", "01120389", 0..8),
    ("fr.siren", "732829320", 0..9),
    ("fr.siret", "73282932000074", 0..14),
    ("fr.tva", "83404833048", 0..11),
    ("hr.oib", "27759560625", 0..11),
    ("hu.anum", "10625790", 0..8),
    ("ie.vat", "6388047V", 0..7),
    ("it.iva", "00934460049", 0..11),
    ("lu.tva", "20260743", 0..8),
    ("lv.pvn", "40003032949", 0..11),
    ("mt.vat", "10126313", 0..8),
    ("pl.nip", "5260250274", 0..10),
    ("se.vat", "556016068001", 0..12),
    ("si.ddv", "82646716", 0..8),
    ("sk.dph", "2020372640", 0..10),
    ("isin", "AU0000XVGZA3", 2..6),
];

fn valid(scheme: &str, number: &str) -> bool {
    check(scheme.parse::<Scheme>().unwrap(), number, Presentation::Strict).is_valid()
}

#[test]
fn every_changed_digit_is_caught() {
    for (scheme, number, places) in SINGLE {
        let mut changed = 0;
        for place in places {
            if !number.as_bytes()[place].is_ascii_digit() {
                continue;
            }
            for digit in b'0'..=b'9' {
                let mut bytes = number.as_bytes().to_vec();
                if bytes[place] == digit {
                    continue;
                }
                bytes[place] = digit;
                let mutant = String::from_utf8(bytes).unwrap();
                assert!(!valid(scheme, &mutant), "{scheme} {mutant}");
                changed += 1;
            }
        }
        assert!(changed >= 9 && valid(scheme, number), "{scheme} {number}");
    }
}

/// The systems whose theory promises it: ISO 7064 and prime moduli above ten.
#[test]
fn every_exchange_of_neighbouring_digits_is_caught() {
    for (scheme, number) in [
        ("lei", "506700GE1G29325QX363"),
        ("iban", "DE89370400440532013000"),
        ("cn.ric", "11010519491231002X"),
        ("cn.uscc", "914403001922038216"),
        ("no.orgnr", "923609016"),
        ("au.abn", "51824753556"),
        ("gb.vat", "003232345"),
        ("be.vat", "0202239951"),
        ("dk.cvr", "61056416"),
        ("fi.alv", "01120389"),
        ("hr.oib", "27759560625"),
        ("pl.nip", "5260250274"),
        ("si.ddv", "82646716"),
        ("sk.dph", "2020372640"),
    ] {
        let bytes = number.as_bytes();
        for place in 0..bytes.len() - 1 {
            let mut exchanged = bytes.to_vec();
            exchanged.swap(place, place + 1);
            // Two digits: a letter is two digits to ISO 7064's MOD 97-10, so nothing is promised about exchanging it.
            let digits = bytes[place].is_ascii_digit() && bytes[place + 1].is_ascii_digit();
            if digits && exchanged != bytes {
                let mutant = String::from_utf8(exchanged).unwrap();
                assert!(!valid(scheme, &mutant), "{scheme} {mutant}");
            }
        }
    }
}

/// A letter of the alphabet for another: the organisation code and the check character of the whole, 31 characters at each place.
#[test]
fn every_changed_character_of_a_credit_code_is_caught() {
    let number = "914403001922038216";
    for place in 0..number.len() {
        for other in b"0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ" {
            let mut bytes = number.as_bytes().to_vec();
            if bytes[place] != *other {
                bytes[place] = *other;
                let mutant = String::from_utf8(bytes).unwrap();
                assert!(!valid("cn.uscc", &mutant), "{mutant}");
            }
        }
    }
}
