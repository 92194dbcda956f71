//! Times a list: `cargo run --release --example speed -p screening -- <format> <file>`, with format `ofac-sdn-csv` (alt.csv and
//! add.csv are read from beside it), `ofac-sdn-xml`, `un-xml` or `csv`. Prints scored pairs a second and how long searches take.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use screening::import::{Collected, ofac_csv, ofac_xml, own_csv, un_xml};
use screening::{Details, Index, Kind, Name, score};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(format), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("give a format and a file".into());
    };
    let list = timed("read", || read(&format, Path::new(&file)))?;
    println!("  {} entries, {} problems", list.entries.len(), list.problems.len());
    for problem in list.problems.iter().take(5) {
        println!("  {problem}");
    }
    let names: Vec<(String, Kind)> =
        list.entries.iter().flat_map(|it| it.names.iter().map(|name| (name.text.clone(), it.kind))).collect();
    let index = timed("index", || Index::new(list.entries));
    println!("  {} names", index.names());

    let ready = timed("take apart", || names.iter().map(|(text, kind)| Name::new(text, *kind)).collect::<Vec<_>>());
    pairs(&ready);
    // Names as listed, and with a letter lost, as a query may have it.
    let as_listed: Vec<String> = names.iter().map(|it| it.0.clone()).collect();
    let misspelt: Vec<String> = as_listed.iter().map(|it| without_a_letter(it)).collect();
    searches("as listed", &index, &as_listed, &names);
    searches("a letter lost", &index, &misspelt, &names);
    Ok(())
}

fn read(format: &str, file: &Path) -> Result<Collected, Box<dyn Error>> {
    let mut out = Collected::default();
    let beside = |name: &str| File::open(file.with_file_name(name)).ok();
    let input = BufReader::new(File::open(file)?);
    match format {
        "ofac-sdn-csv" => ofac_csv(input, beside("alt.csv"), beside("add.csv"), &mut out),
        "ofac-sdn-xml" => ofac_xml(input, &mut out),
        "un-xml" => un_xml(input, &mut out),
        "csv" => own_csv(input, "own", &mut out),
        other => return Err(format!("unknown format {other}").into()),
    }
    Ok(out)
}

fn pairs(names: &[Name]) {
    const PAIRS: usize = 2_000_000;
    let start = Instant::now();
    let mut sum = 0.0;
    for at in 0..PAIRS {
        // Strides without a common factor meet every distance in the list.
        let (a, b) = (at % names.len(), (at * 7_919 + at / names.len()) % names.len());
        sum += score(&names[a], &names[b]);
    }
    let took = start.elapsed().as_secs_f64();
    println!("  {:.0} pairs/s any with any (mean score {:.3})", PAIRS as f64 / took, sum / PAIRS as f32);
}

fn searches(what: &str, index: &Index, queries: &[String], names: &[(String, Kind)]) {
    const QUERIES: usize = 2_000;
    let step = (queries.len() / QUERIES).max(1);
    let (mut took, mut found, mut hits) = (Vec::new(), 0_usize, 0_usize);
    for (query, (text, kind)) in queries.iter().zip(names).step_by(step) {
        let start = Instant::now();
        let result = index.search(query, *kind, &Details::default(), 20);
        took.push(start.elapsed().as_secs_f64() * 1e3);
        hits += result.len();
        found += usize::from(result.iter().any(|hit| hit.entry.names.iter().any(|it| it.text == *text)));
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let (p50, p99, all) = (at(0.5), at(0.99), took.len());
    let (hits, found) = (hits as f64 / all as f64, found as f64 / all as f64);
    println!("  search, {what}: p50 {p50:.3} ms, p99 {p99:.3} ms, {hits:.2} hits each, found {found:.4} of {all}");
}

fn without_a_letter(name: &str) -> String {
    let middle = name.chars().count() / 2;
    name.chars().enumerate().filter(|(at, _)| *at != middle).map(|it| it.1).collect()
}

fn timed<T>(stage: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = work();
    println!("{stage:>12} {:8.1} ms", start.elapsed().as_secs_f64() * 1e3);
    out
}
