//! What every scheme promises, whatever its rules.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use identifiers::{Presentation, Scheme, check, detect, is_valid, normalise};
use proptest::prelude::*;

fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::ALL)
}

/// Text that gets past the first checks more often than arbitrary text does.
fn numberlike() -> impl Strategy<Value = String> {
    "[A-Z]{0,4}[0-9]{0,12}[0-9A-Z .\\-/]{0,10}"
}

/// Valid numbers: a few of each scheme, by search. One scheme without any would be a scheme that nothing fits.
fn valid_numbers(scheme: Scheme) -> Vec<String> {
    let mut found = Vec::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for seed in SEEDS.iter().filter(|(code, _)| *code == scheme.code()).map(|(_, seed)| seed) {
        found.push((*seed).to_owned());
        for _ in 0..20_000 {
            let mut bytes = seed.as_bytes().to_vec();
            for _ in 0..3 {
                let at = next(bytes.len());
                if bytes[at].is_ascii_digit() {
                    bytes[at] = b'0' + next(10) as u8;
                }
            }
            let number = String::from_utf8(bytes).unwrap();
            if is_valid(scheme, &number) {
                found.push(number);
            }
            if found.len() > 40 {
                break;
            }
        }
    }
    found
}

/// A genuine or published number of each scheme, to vary; where it is from stands in the scheme's own tests.
const SEEDS: &[(&str, &str)] = &[
    ("lei", "506700GE1G29325QX363"),
    ("iban", "GB29NWBK60161331926819"),
    ("bic", "DEUTDEFF500"),
    ("isin", "US0378331005"),
    ("duns", "804735132"),
    ("au.abn", "33051775556"),
    ("au.acn", "051775556"),
    ("br.cnpj", "12ABC34501DE35"),
    ("ca.bn", "119219814RR0001"),
    ("ch.uid", "CHE116281710"),
    ("cn.uscc", "914403001922038216"),
    ("cn.orgcode", "D2143569X"),
    ("cn.ric", "11010519491231002X"),
    ("gb.crn", "SC286832"),
    ("gb.utr", "1123456789"),
    ("gb.vat", "220430231"),
    ("hk.br", "12345678"),
    ("in.cin", "L17110MH1973PLC019786"),
    ("in.gstin", "27AAACR5055K1Z7"),
    ("in.pan", "AFZPK7190K"),
    ("jp.cn", "7000012050002"),
    ("kr.brn", "1248100998"),
    ("mx.rfc", "GODE561231GR8"),
    ("no.orgnr", "923609016"),
    ("ru.inn", "7707083893"),
    ("ru.ogrn", "1027700132195"),
    ("sg.uen", "196800306E"),
    ("tr.vkn", "8760047464"),
    ("tw.ubn", "22099131"),
    ("us.ein", "911144442"),
    ("mx.rfc", "Ñ&A010203AB1"),
    ("br.cnpj", "00000000000191"),
    // The European Union.
    ("at.uid", "U10223006"),
    ("be.vat", "0202239951"),
    ("bg.vat", "831902088"),
    ("bg.vat", "7523169263"),
    ("cy.vat", "10259033P"),
    ("cz.dic", "45274649"),
    ("cz.dic", "7103192745"),
    ("cz.dic", "640903926"),
    ("de.vat", "136695976"),
    ("dk.cvr", "61056416"),
    ("ee.kmkr", "100931558"),
    ("es.cif", "A58818501"),
    ("es.dni", "12345678Z"),
    ("es.nie", "X1234567L"),
    ("es.nif", "M1234567L"),
    ("es.nif", "P2807900B"),
    ("eu.oss", "EU372022452"),
    ("eu.vat", "DE136695976"),
    ("eu.vat", "EU372022452"),
    ("eu.vat", "FR83404833048"),
    ("eu.vat", "NL000099998B57"),
    ("eu.vat", "XI220430231"),
    ("eu.vat", "EL094019245"),
    ("eu.vat", "IE8+49289F"),
    ("eu.vat", "RO1590082"),
    ("fi.alv", "01120389"),
    ("fr.siren", "732829320"),
    ("fr.siret", "73282932000074"),
    ("fr.tva", "83404833048"),
    ("fr.tva", "K7399859412"),
    ("gr.vat", "094019245"),
    ("hr.oib", "27759560625"),
    ("hu.anum", "10625790"),
    ("ie.vat", "6388047V"),
    ("ie.vat", "8+49289F"),
    ("ie.vat", "6433435OA"),
    ("it.iva", "00934460049"),
    ("lt.pvm", "212154314"),
    ("lt.pvm", "100001919017"),
    ("lu.tva", "20260743"),
    ("lv.pvn", "40003032949"),
    ("lv.pvn", "16117519997"),
    ("mt.vat", "10126313"),
    ("nl.btw", "004495445B01"),
    ("pl.nip", "5260250274"),
    ("pt.nif", "504499777"),
    ("ro.cf", "1590082"),
    ("ro.cf", "1630615123457"),
    ("se.vat", "556016068001"),
    ("si.ddv", "82646716"),
    ("sk.dph", "2020372640"),
    ("sk.dph", "7103192745"),
];

#[test]
fn every_scheme_has_a_number_here() {
    for scheme in Scheme::ALL {
        assert!(SEEDS.iter().any(|(code, _)| *code == scheme.code()), "{scheme}");
    }
}

#[test]
fn what_is_normalised_is_canonical_and_what_is_formatted_is_the_same_number() {
    for (code, _) in SEEDS {
        let scheme: Scheme = code.parse().unwrap();
        let numbers = valid_numbers(scheme);
        assert!(!numbers.is_empty(), "{scheme}");
        for number in numbers {
            let verdict = check(scheme, &number, Presentation::Lenient);
            let (normalised, formatted) = (verdict.normalised().unwrap(), verdict.formatted().unwrap());
            assert_eq!(
                normalise(scheme, normalised, Presentation::Strict).as_deref(),
                Ok(normalised),
                "{scheme} {number}"
            );
            assert_eq!(
                normalise(scheme, normalised, Presentation::Lenient).as_deref(),
                Ok(normalised),
                "{scheme} {number}"
            );
            assert_eq!(
                normalise(scheme, formatted, Presentation::Lenient).as_deref(),
                Ok(normalised),
                "{scheme} {formatted}"
            );
        }
    }
}

#[test]
fn every_scheme_accepts_what_people_type_around_and_inside_a_number() {
    for (code, seed) in SEEDS {
        let scheme: Scheme = code.parse().unwrap();
        let wide: String = seed
            .chars()
            .map(|it| if it.is_ascii_alphanumeric() { char::from_u32(it as u32 + 0xfee0).unwrap() } else { it })
            .collect();
        let spaced: String = seed.chars().flat_map(|it| [it, '\u{a0}']).collect();
        let marked = format!("\u{feff}\t{}\u{200b}\r\n", seed.to_lowercase());
        for written in [wide, spaced, marked] {
            assert_eq!(
                normalise(scheme, &written, Presentation::Lenient).as_deref(),
                Ok(*seed),
                "{scheme} {written:?}"
            );
            assert!(normalise(scheme, &written, Presentation::Strict).is_err(), "{scheme} {written:?}");
        }
    }
}

#[test]
fn embedded_numbers_are_valid_in_their_own_scheme() {
    let mut seen = 0;
    for (code, seed) in SEEDS {
        let verdict = check(code.parse().unwrap(), seed, Presentation::Strict);
        for embedded in &verdict.decoded().unwrap().embedded {
            assert!(check(embedded.scheme, &embedded.value, Presentation::Strict).is_valid(), "{code} {embedded:?}");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn a_seed_is_detected_as_what_it_is() {
    for (code, seed) in SEEDS {
        let candidates = detect(seed);
        assert!(candidates.iter().any(|it| it.scheme.code() == *code && it.normalised.as_str() == *seed), "{code}");
        assert!(candidates.iter().all(|it| !it.evidence.is_empty()), "{code}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_scheme_panic(scheme in scheme(), text in any::<String>()) {
        check(scheme, &text, Presentation::Lenient);
        check(scheme, &text, Presentation::Strict);
    }

    #[test]
    fn no_numberlike_text_makes_any_scheme_panic(text in numberlike()) {
        for scheme in Scheme::ALL {
            let verdict = check(*scheme, &text, Presentation::Lenient);
            prop_assert_eq!(verdict.is_valid(), is_valid(*scheme, &text));
            if let Some(position) = verdict.position() {
                prop_assert!(position >= 1 && position <= text.chars().count().max(1), "{} {:?} {}", scheme, text, position);
            }
            if let Some(normalised) = verdict.normalised() {
                prop_assert!(check(*scheme, normalised, Presentation::Strict).is_valid(), "{} {:?}", scheme, text);
                let formatted = verdict.formatted().unwrap_or_default();
                let again = check(*scheme, formatted, Presentation::Lenient);
                prop_assert_eq!(again.normalised(), Some(normalised), "{} {:?}", scheme, formatted);
            }
        }
    }

    #[test]
    fn bytes_are_read_as_whatever_text_they_are(scheme in scheme(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        check(scheme, &String::from_utf8_lossy(&bytes), Presentation::Lenient);
    }

    #[test]
    fn strict_accepts_nothing_that_lenient_refuses(scheme in scheme(), text in numberlike()) {
        if check(scheme, &text, Presentation::Strict).is_valid() {
            prop_assert!(is_valid(scheme, &text));
        }
    }
}
