//! Prints how many millions of checks a second one core makes of each scheme: of a valid number, of the same with its last character changed,
//! and of the full verdict. `cargo run --release --example rates`.

use std::{hint::black_box, io::Write, time::Instant};

use identifiers::{Presentation, Scheme, check, is_valid, normalise};

const NUMBERS: [(&str, &str); 30] = [
    ("au.abn", "51 824 753 556"),
    ("au.acn", "000 000 019"),
    ("bic", "DEUTDEFF500"),
    ("br.cnpj", "12.ABC.345/01DE-35"),
    ("ca.bn", "119219814RR0001"),
    ("ch.uid", "CHE-116.281.710"),
    ("cn.orgcode", "D2143569-X"),
    ("cn.ric", "11010519491231002X"),
    ("cn.uscc", "914403001922038216"),
    ("de.vat", "DE136695976"),
    ("duns", "80-473-5132"),
    ("gb.crn", "SC286832"),
    ("gb.utr", "1123456789"),
    ("gb.vat", "GB 220 4302 31"),
    ("iban", "IT60X0542811101000000123456"),
    ("in.cin", "L17110MH1973PLC019786"),
    ("in.gstin", "27AAACR5055K1Z7"),
    ("in.pan", "AFZPK7190K"),
    ("isin", "US0378331005"),
    ("jp.cn", "7000012050002"),
    ("kr.brn", "124-81-00998"),
    ("lei", "506700GE1G29325QX363"),
    ("mx.rfc", "GODE561231GR8"),
    ("no.orgnr", "923609016"),
    ("ru.inn", "7707083893"),
    ("ru.ogrn", "1027700132195"),
    ("sg.uen", "196800306E"),
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
