//! Prints how many millions of checks a second one core makes of each scheme: of a valid number, of the same with its last character changed,
//! and of the full verdict. `cargo run --release --example rates`.

use std::{hint::black_box, io::Write, time::Instant};

use identifiers::{Presentation, Scheme, check, is_valid, normalise};

const NUMBERS: [(&str, &str); 63] = [
    ("at.uid", "ATU10223006"),
    ("au.abn", "51 824 753 556"),
    ("au.acn", "000 000 019"),
    ("be.vat", "BE 0202.239.951"),
    ("bg.vat", "BG7523169263"),
    ("bic", "DEUTDEFF500"),
    ("br.cnpj", "12.ABC.345/01DE-35"),
    ("ca.bn", "119219814RR0001"),
    ("ch.uid", "CHE-116.281.710"),
    ("cn.orgcode", "D2143569-X"),
    ("cn.ric", "11010519491231002X"),
    ("cn.uscc", "914403001922038216"),
    ("cy.vat", "CY10259033P"),
    ("cz.dic", "CZ7103192745"),
    ("de.vat", "DE136695976"),
    ("dk.cvr", "61056416"),
    ("duns", "80-473-5132"),
    ("ee.kmkr", "EE100931558"),
    ("es.cif", "A58818501"),
    ("es.dni", "12345678Z"),
    ("es.nie", "X1234567L"),
    ("es.nif", "ESA58818501"),
    ("eu.oss", "EU 372022452"),
    ("eu.vat", "FR 83 404 833 048"),
    ("fi.alv", "FI01120389"),
    ("fr.siren", "732 829 320"),
    ("fr.siret", "732 829 320 00074"),
    ("fr.tva", "FR 83 404 833 048"),
    ("gb.crn", "SC286832"),
    ("gb.utr", "1123456789"),
    ("gb.vat", "GB 220 4302 31"),
    ("gr.vat", "EL094019245"),
    ("hr.oib", "27759560625"),
    ("hu.anum", "HU10625790"),
    ("iban", "IT60X0542811101000000123456"),
    ("ie.vat", "IE6433435OA"),
    ("in.cin", "L17110MH1973PLC019786"),
    ("in.gstin", "27AAACR5055K1Z7"),
    ("in.pan", "AFZPK7190K"),
    ("isin", "US0378331005"),
    ("it.iva", "IT00934460049"),
    ("jp.cn", "7000012050002"),
    ("kr.brn", "124-81-00998"),
    ("lei", "506700GE1G29325QX363"),
    ("lt.pvm", "LT100001919017"),
    ("lu.tva", "LU20260743"),
    ("lv.pvn", "LV40003032949"),
    ("mt.vat", "MT10126313"),
    ("mx.rfc", "GODE561231GR8"),
    ("nl.btw", "NL000099998B57"),
    ("no.orgnr", "923609016"),
    ("pl.nip", "526-025-02-74"),
    ("pt.nif", "504 499 777"),
    ("ro.cf", "RO1590082"),
    ("ru.inn", "7707083893"),
    ("ru.ogrn", "1027700132195"),
    ("se.vat", "SE556016068001"),
    ("sg.uen", "196800306E"),
    ("si.ddv", "SI82646716"),
    ("sk.dph", "SK2020372640"),
    ("tr.vkn", "8760047464"),
    ("tw.ubn", "22099131"),
    ("us.ein", "91-1144442"),
];

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<12} {:>9} {:>9} {:>9}   million a second", "scheme", "valid", "refused", "verdict")?;
    for (code, number) in NUMBERS {
        let Ok(scheme) = code.parse::<Scheme>() else { continue };
        let mut wrong = number.to_owned();
        let last = wrong.pop();
        wrong.push(if last == Some('1') { '2' } else { '1' });
        let valid = rate(|| is_valid(scheme, black_box(number)));
        let refused = rate(|| normalise(scheme, black_box(&wrong), Presentation::Lenient).is_ok());
        let verdict = rate(|| check(scheme, black_box(number), Presentation::Lenient).is_valid());
        writeln!(out, "{code:<12} {valid:>9.1} {refused:>9.1} {verdict:>9.1}")?;
    }
    Ok(())
}

/// Millions a second: the best of thirty windows of about three milliseconds, so that what else runs on the machine counts little.
fn rate(mut once: impl FnMut() -> bool) -> f64 {
    const CHECKS: u32 = 10_000;
    (0..30)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CHECKS {
                black_box(once());
            }
            f64::from(CHECKS) / start.elapsed().as_secs_f64() / 1e6
        })
        .fold(0.0, f64::max)
}
