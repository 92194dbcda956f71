//! Fits of models by `btyd` beside lifetimes, the Python library that most people fit them with.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result};
use btyd::{Histories, PurchaseLog, Summary, TransactionKind};
use tokio::process::Command;

use crate::{
    Size,
    house::House,
    psql::finish,
    purchases,
    spread::Spread,
    table::{Bar, Row, grouped, seconds},
};

/// Fits are long: so many turns are enough.
const ROUNDS: usize = 3;

/// What lifetimes is installed from.
const PACKAGES: [&str; 4] = ["lifetimes==0.11.3", "numpy<2", "pandas<2.2", "scipy"];

/// Days of a week, the unit of time of both sides.
const WEEK: f64 = 7.0;

/// Fits BG/NBD to all customers on both sides; Pareto/NBD, which lifetimes does not finish on a million, to a tenth of them there.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let python = install(&house.tools().join("lifetimes")).await?;
    // Not named like the library: a script finds itself first.
    let script = house.folder().join("fit_with_lifetimes.py");
    std::fs::write(&script, include_str!("fit_with_lifetimes.py"))?;
    let all = tokio::task::spawn_blocking(move || summaries(size.scored_customers)).await?;
    let tenth = &all[..all.len() / 10];
    let (all_file, tenth_file) = (house.folder().join("all.csv"), house.folder().join("tenth.csv"));
    write(&all, &all_file)?;
    write(tenth, &tenth_file)?;

    let [mut bg, mut pareto, mut pareto_tenth] = [Vec::new(), Vec::new(), Vec::new()];
    let [mut bg_beside, mut pareto_beside] = [Vec::new(), Vec::new()];
    for _ in 0..size.rounds.min(ROUNDS) {
        bg.push(fit(TransactionKind::BgNbd, &all)?);
        bg_beside.push(lifetimes(&python, &script, &all_file, "bg-nbd").await?);
        pareto.push(fit(TransactionKind::ParetoNbd, &all)?);
        pareto_tenth.push(fit(TransactionKind::ParetoNbd, tenth)?);
        pareto_beside.push(lifetimes(&python, &script, &tenth_file, "pareto-nbd").await?);
    }
    let tenfold: Vec<_> = pareto_beside.iter().map(|seconds| seconds * 10.0).collect();
    let (many, few) = (grouped(all.len() as f64), grouped(tenth.len() as f64));
    Ok(vec![
        Row::ratio(
            format!("fit of BG/NBD, {many} customers"),
            seconds(&bg),
            format!("lifetimes: {}", seconds(&bg_beside)),
            Spread::of_ratios(&bg_beside, &bg),
            Bar::AtLeast(20.0),
        ),
        Row::ratio(
            format!("fit of Pareto/NBD, {few} customers"),
            seconds(&pareto_tenth),
            format!("lifetimes: {}", seconds(&pareto_beside)),
            Spread::of_ratios(&pareto_beside, &pareto_tenth),
            Bar::Shown,
        ),
        Row::ratio(
            format!("fit of Pareto/NBD, {many} customers"),
            seconds(&pareto),
            format!("lifetimes, ten times its time for {few}: {}", seconds(&tenfold)),
            Spread::of_ratios(&tenfold, &pareto),
            Bar::AtLeast(200.0),
        ),
    ])
}

/// A Python with lifetimes in the folder, made where there is none.
async fn install(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    if !python.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(folder)).await?;
    }
    finish(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES)).await?;
    Ok(python)
}

fn summaries(customers: u32) -> Vec<Summary> {
    let mut log = PurchaseLog::new();
    let mut last = 0;
    for purchase in purchases::generate(customers) {
        last = last.max(purchase.day as i32);
        log.purchase(purchase.buyer.into(), purchase.day as i32, purchase.amount_minor.into());
    }
    log.summarise(last).customers
}

/// A line for each customer, in weeks.
fn write(customers: &[Summary], path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for customer in customers {
        let (recency, age) = (f64::from(customer.recency_days) / WEEK, f64::from(customer.age_days) / WEEK);
        writeln!(file, "{},{recency},{age}", customer.frequency)?;
    }
    Ok(file.flush()?)
}

/// Seconds of a fit, from one row for each customer.
fn fit(model: TransactionKind, customers: &[Summary]) -> Result<f64> {
    let began = Instant::now();
    model.fit(&Histories::from_summaries(customers, WEEK)?)?;
    Ok(began.elapsed().as_secs_f64())
}

/// Seconds of a fit by lifetimes, without reading the file.
async fn lifetimes(python: &Path, script: &Path, file: &Path, model: &str) -> Result<f64> {
    let said =
        finish(Command::new(python).arg(script).arg(file).arg(model).stdout(std::process::Stdio::piped())).await?;
    said.trim().parse().with_context(|| format!("lifetimes told no time: {said}"))
}
