//! A score run beside only moving its bytes: the needed columns out of the table, the scores into one.

use std::{path::Path, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clientele_proto::{
    Date,
    value::v1::{
        ListScoresRequest, ScoreRunSettings, StartScoreRunRequest, WatchScoreRunRequest, score_run::State,
        score_run_service_client::ScoreRunServiceClient, score_service_client::ScoreServiceClient,
    },
};
use tonic::{Request, transport::Channel};

use crate::{
    Size,
    house::{House, VALUE, twin_table},
    psql::Psql,
    purchases,
    spread::Spread,
    table::{Bar, Row, grouped, seconds},
};

const DATABASE: &str = "bench_scoring";

/// Scores every customer some times.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    let purchases = purchases::fill(&owner, size.scored_customers).await?;
    let raw = twin_table(&owner, VALUE.schema.schema, "score").await?;
    let served = house.serve(VALUE, DATABASE).await?;
    let (channel, token) = (served.channel().await?, house.token(purchases::TENANT));
    let file = house.folder().join("scores.binary");

    let (mut ours, mut bytes, mut customers) = (Vec::new(), Vec::new(), 0);
    for round in 0..size.rounds {
        owner.run(&["CHECKPOINT"]).await?;
        let run = score(&channel, &token).await?;
        ours.push(run.seconds);
        customers = run.customers;
        if round == 0 {
            keep_scores(&owner, &file).await?;
        }
        owner.run(&[&format!("TRUNCATE {raw}"), "CHECKPOINT"]).await?;
        bytes.push(move_bytes(&owner, &raw, &file).await?);
    }
    let peak = Spread::of(&[served.peak_mib()?]);
    served.stop().await?;
    std::fs::remove_file(&file)?;
    house.drop_database(DATABASE).await?;
    let what = format!("scoring {} customers, {} purchases", grouped(customers as f64), grouped(purchases as f64));
    Ok(vec![
        Row::ratio(
            format!("{what}: from StartScoreRun to the first ListScores"),
            seconds(&ours),
            format!("psql COPY of 3 columns out and of the scores in: {}", seconds(&bytes)),
            Spread::of_ratios(&ours, &bytes),
            Bar::AtMost(1.5),
        ),
        Row::figure(format!("{what}: memory of value at most"), "-".into(), peak, " MiB", Bar::AtMost(1024.0)),
    ])
}

/// A run that succeeded.
pub struct Run {
    /// From the call that started it until its first page of scores was read.
    pub seconds: f64,
    /// How many it scored.
    pub customers: i64,
    /// Its id.
    pub id: String,
}

/// Scores everybody as is usual, and reads the first page.
pub async fn score(channel: &Channel, token: &str) -> Result<Run> {
    score_by(channel, token, settings()).await
}

/// The settings of a usual run.
pub fn settings() -> ScoreRunSettings {
    let (year, month, day) = purchases::LAST_DAY;
    ScoreRunSettings {
        as_of_date: Some(Date { year, month, day }),
        currency_code: purchases::CURRENCY.into(),
        ..ScoreRunSettings::default()
    }
}

/// Scores everybody by settings, and reads the first page.
pub async fn score_by(channel: &Channel, token: &str, settings: ScoreRunSettings) -> Result<Run> {
    let mut runs = ScoreRunServiceClient::new(channel.clone());
    let mut scores = ScoreServiceClient::new(channel.clone());
    let began = Instant::now();
    let start = StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() };
    let id = runs.start_score_run(authorised(start, token)?).await?.into_inner().score_run_id;
    let mut changes =
        runs.watch_score_run(authorised(WatchScoreRunRequest { score_run_id: id.clone() }, token)?).await?.into_inner();
    let customers = loop {
        let run =
            changes.message().await?.and_then(|change| change.score_run).context("the watch ended before the run")?;
        match run.state() {
            State::Succeeded => break run.summary.map_or(0, |summary| summary.customers),
            State::Failed | State::Cancelled => bail!("the run failed: {}", run.failure),
            _ => {}
        }
    };
    let page = ListScoresRequest { score_run_id: id.clone(), ..ListScoresRequest::default() };
    let page = scores.list_scores(authorised(page, token)?).await?.into_inner();
    let seconds = began.elapsed().as_secs_f64();
    ensure!(!page.scores.is_empty(), "the run left no scores");
    Ok(Run { seconds, customers, id })
}

/// A request with a token.
pub fn authorised<T>(message: T, token: &str) -> Result<Request<T>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
    Ok(request)
}

/// Writes the scores of the last run to a file.
async fn keep_scores(owner: &Psql, file: &Path) -> Result<()> {
    let set = owner.value("SELECT score_set FROM value.score_run ORDER BY run_no DESC LIMIT 1").await?;
    owner
        .copy_out(&format!("(SELECT * FROM value.score WHERE score_set = {set} ORDER BY buyer_id)"), Some(file))
        .await
        .map(drop)
}

/// Seconds to read what a run reads and to write what it writes, and nothing else.
async fn move_bytes(owner: &Psql, raw: &str, file: &Path) -> Result<f64> {
    let out = owner.copy_out("value.transaction (buyer_id, occur_date, amount_minor)", None).await?;
    Ok(out + owner.copy_in(raw, file, "binary").await?)
}
