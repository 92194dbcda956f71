//! Reads of runs and scores: many concurrent ones become few queries, and what a read needs to know of its run is kept for a second.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use btyd::TransactionKind;
use clientele_pg::{
    Pool,
    coalesce::{Coalescer, Error},
};
use clientele_proto::value::v1::{ScoreRunSettings, ScoreRunSummary};
use futures::FutureExt as _;
use jiff::civil::Date;
use prost::Message as _;
use quick_cache::sync::Cache;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    findings::Findings,
    fitted::{Fitted, kind_of_name},
    forecasting::Forecaster,
    peers, settings_message,
};
use crate::{
    domain::{
        index::{Judge, PeerGroup, Yardstick},
        score_settings::ScoreSettings,
    },
    store::{
        score::{ScoreRecord, score_by_customer, score_by_external_id},
        scored_run::{ScoredKey, ScoredRecord, scored_runs},
    },
};

/// A run that another replica finished is seen after this long at the latest.
const FRESH: Duration = Duration::from_secs(1);
/// Tenants and runs remembered.
const REMEMBERED: usize = 4_096;

/// A succeeded run, with all that its scores do not say themselves.
#[derive(Debug)]
pub struct ScoredRun {
    /// Its id.
    pub score_run_id: Uuid,
    /// Its id as text.
    pub id: String,
    /// The number its scores stand under; `None` when they were removed.
    pub score_set: Option<i64>,
    /// What it computed.
    pub settings: ScoreSettings,
    /// What it found.
    pub findings: Findings,
    /// The tiers, best first.
    pub tier_names: Vec<String>,
    /// The segments, by the number a score carries.
    pub segment_names: Vec<String>,
    /// How it made the key-account index.
    pub judge: Judge,
    /// The peer groups whose wallets stand in for those that customers did not declare, by their numbers from 1.
    pub peer_groups: Vec<PeerGroup>,
    /// Its models; `None` where their parameters cannot be read.
    pub forecaster: Option<Forecaster>,
}

impl ScoredRun {
    /// The model of buying and staying that it fitted.
    pub fn transaction_kind(&self) -> TransactionKind {
        transaction_kind(&self.findings, &self.settings)
    }

    /// The peer group of a number that a score carries.
    pub fn peer_group(&self, number: Option<i32>) -> Option<&PeerGroup> {
        peers::group(&self.peer_groups, number?)
    }
}

fn transaction_kind(findings: &Findings, settings: &ScoreSettings) -> TransactionKind {
    // A run of before models were chosen says it in its settings.
    let by_settings = settings.transaction_model.unwrap_or(TransactionKind::BgNbd);
    kind_of_name(&findings.transaction_model).unwrap_or(by_settings)
}

/// How a customer is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CustomerKey {
    /// By the id of the customers service.
    Id(Uuid),
    /// By the caller's own key.
    External(String),
}

/// One score.
type ScoreKey = (String, i64, CustomerKey);

/// The reads of one process.
#[derive(Debug)]
pub struct Reads {
    runs: Coalescer<ScoredKey, Arc<ScoredRun>>,
    scores: Coalescer<ScoreKey, Arc<ScoreRecord>>,
    known: Cache<ScoredKey, Known>,
    generation: AtomicU64,
}

#[derive(Debug, Clone)]
struct Known {
    run: Arc<ScoredRun>,
    until: Instant,
    generation: u64,
}

impl Reads {
    /// Reads through `pool`.
    pub fn new(pool: &Pool) -> Self {
        let (for_runs, for_scores) = (pool.clone(), pool.clone());
        Self {
            runs: Coalescer::with_workers(1, move |keys| {
                let pool = for_runs.clone();
                async move { pool.lend(|connection| async move { read_runs(connection, &keys).await }.boxed()).await }
            }),
            scores: Coalescer::new(move |keys| {
                let pool = for_scores.clone();
                async move { pool.lend(|connection| read_scores(connection, keys).boxed()).await }
            }),
            known: Cache::new(REMEMBERED),
            generation: AtomicU64::new(0),
        }
    }

    /// A succeeded run of a tenant, by its id or the newest one.
    pub async fn run(&self, tenant: &str, id: Option<Uuid>) -> Result<Option<Arc<ScoredRun>>, Arc<Error>> {
        let key = (tenant.to_owned(), id);
        let generation = self.generation.load(Ordering::Acquire);
        if let Some(known) = self.known.get(&key)
            && known.generation == generation
            && Instant::now() < known.until
        {
            return Ok(Some(known.run));
        }
        let run = self.runs.get(key.clone()).await?;
        if let Some(run) = &run {
            self.known.insert(key, Known { run: Arc::clone(run), until: Instant::now() + FRESH, generation });
        }
        Ok(run)
    }

    /// A run finished here: the next read of a newest run asks the database.
    pub fn finished(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// One customer's score.
    pub async fn score(
        &self,
        tenant: &str,
        set: i64,
        customer: CustomerKey,
    ) -> Result<Option<Arc<ScoreRecord>>, Arc<Error>> {
        self.scores.get((tenant.to_owned(), set, customer)).await
    }
}

/// The newest succeeded run of a tenant, as the database has it now.
pub async fn newest_run(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Option<Arc<ScoredRun>>> {
    Ok(read_runs(connection, &[(tenant.to_owned(), None)]).await?.into_values().next())
}

/// A succeeded run of a tenant, as the database has it now.
pub async fn run_by_id(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<Option<Arc<ScoredRun>>> {
    Ok(read_runs(connection, &[(tenant.to_owned(), Some(id))]).await?.into_values().next())
}

async fn read_runs(
    connection: &mut PgConnection,
    keys: &[ScoredKey],
) -> sqlx::Result<HashMap<ScoredKey, Arc<ScoredRun>>> {
    let records = scored_runs(connection, keys).await?;
    records.into_iter().map(|(key, record)| Ok((key, Arc::new(run_of(record).map_err(sqlx::Error::Decode)?)))).collect()
}

fn run_of(record: ScoredRecord) -> Result<ScoredRun, sqlx::error::BoxDynError> {
    let settings = ScoreRunSettings::decode(record.settings.as_slice())?;
    let settings = settings_message::parse(&settings, Date::MAX)
        .map_err(|wrong| format!("the stored settings do not hold: {wrong:?}"))?;
    let findings = Findings::decode(record.findings.as_slice())?;
    let summary = ScoreRunSummary::decode(record.summary.as_slice())?;
    let fitted = Fitted::of_summary(&summary, transaction_kind(&findings, &settings));
    let forecaster = fitted.and_then(|fitted| Forecaster::new(fitted, &settings).ok());
    let yardsticks = findings.yardsticks.iter().map(|found| Yardstick::with_knots(found.knots.clone()));
    Ok(ScoredRun {
        judge: Judge::new(&settings.index, yardsticks),
        peer_groups: findings.peer_groups.iter().cloned().map(peers::of_finding).collect(),
        forecaster,
        score_run_id: record.score_run_id,
        id: record.score_run_id.to_string(),
        score_set: record.score_set,
        settings,
        findings,
        tier_names: record.tier_names,
        segment_names: record.segment_names,
    })
}

async fn read_scores(
    connection: &mut PgConnection,
    keys: Vec<ScoreKey>,
) -> sqlx::Result<HashMap<ScoreKey, Arc<ScoreRecord>>> {
    let mut by_id = Asked::default();
    let mut by_external_id = Asked::default();
    for key in keys {
        match &key.2 {
            CustomerKey::Id(id) => by_id.push(*id, key),
            CustomerKey::External(external_id) => by_external_id.push(external_id.clone(), key),
        }
    }
    let mut found = HashMap::with_capacity(by_id.keys.len() + by_external_id.keys.len());
    if !by_id.keys.is_empty() {
        let scores = score_by_customer(connection, (&by_id.tenants, &by_id.sets, &by_id.customers)).await?;
        found.extend(scores.into_iter().map(|(place, score)| (by_id.keys[place].clone(), Arc::new(score))));
    }
    if !by_external_id.keys.is_empty() {
        let asked = &by_external_id;
        let scores = score_by_external_id(connection, (&asked.tenants, &asked.sets, &asked.customers)).await?;
        found.extend(scores.into_iter().map(|(place, score)| (asked.keys[place].clone(), Arc::new(score))));
    }
    Ok(found)
}

/// Keys in columns, as `unnest` takes them.
struct Asked<T> {
    tenants: Vec<String>,
    sets: Vec<i64>,
    customers: Vec<T>,
    keys: Vec<ScoreKey>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { tenants: Vec::new(), sets: Vec::new(), customers: Vec::new(), keys: Vec::new() }
    }
}

impl<T> Asked<T> {
    fn push(&mut self, customer: T, key: ScoreKey) {
        self.tenants.push(key.0.clone());
        self.sets.push(key.1);
        self.customers.push(customer);
        self.keys.push(key);
    }
}
