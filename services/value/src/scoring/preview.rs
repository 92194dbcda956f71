//! What a policy would do to the customers of a run, from the scores that the run stored.

use std::collections::HashMap;

use clientele_pg::{Pool, copy::copy_out};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::{
    error::RunError,
    judging::{Base, Before, Judged, Known, Stood, judge},
    known,
    peers::{self, Peers},
    progress::Progress,
    reading::{POSTGRES_EPOCH, day_number},
    reads::ScoredRun,
    session,
};
use crate::{
    domain::{
        index::{Purchased, Signals},
        score_settings::ScoreSettings,
        tiers::Standing,
    },
    store::{score::judged_copy, tier::tier_overrides_all},
};

/// The customers of a run as a policy judges them, ascending by buyer.
#[derive(Debug)]
pub struct Preview {
    /// Who they are.
    pub buyers: Vec<u64>,
    /// The index by the run; `None` in runs of before there was one.
    pub index_now: Vec<Option<f64>>,
    /// What the policy makes of them.
    pub judged: Judged,
    /// Positions of all, best first by the run's ranking.
    pub ranking: Vec<u32>,
    /// Customers of each tier of the run.
    pub tiers_now: Vec<i64>,
}

/// Customers as they are read.
#[derive(Debug, Default)]
struct Stored {
    buyers: Vec<u64>,
    purchased: Vec<Purchased>,
    ranks: Vec<u32>,
    index_now: Vec<Option<f64>>,
    signals: HashMap<u64, Signals>,
    /// Those whose wallet is that of their peers in the run, and the number of the group.
    peers: Vec<(u64, i32)>,
    standings: Vec<Stood>,
}

/// Judges the customers of `run` by the policies of `settings`.
pub async fn preview(
    pool: &Pool,
    tenant: &str,
    (run, set): (&ScoredRun, i64),
    settings: ScoreSettings,
    now: Timestamp,
) -> Result<Preview, RunError> {
    let mut connection = session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let overrides = tier_overrides_all(&mut connection, tenant, now).await?;
    let copy = judged_copy(tenant, set);
    let as_of_day = day_number(run.settings.as_of_date);
    let progress = Progress::default();
    let reading = async move {
        let mut stored = Stored::default();
        copy_out(&mut connection, AssertSqlSafe(copy), |row| {
            let buyer = row.get::<i64>()? as u64;
            let (rank, tier, earned): (i32, i16, i16) = (row.get()?, row.get()?, row.get()?);
            let below_since = row.get_opt::<i32>()?.map(|day| day + POSTGRES_EPOCH);
            let (frequency, first, last): (i32, i32, i32) = (row.get()?, row.get()?, row.get()?);
            stored.purchased.push(Purchased {
                frequency,
                recency_days: last - first,
                age_days: as_of_day - (first + POSTGRES_EPOCH),
                clv_minor: row.get_opt()?,
                total_revenue_minor: row.get()?,
                last_year_minor: row.get()?,
                year_before_minor: row.get()?,
                total_cost_minor: row.get()?,
                acquisition_cost_minor: row.get()?,
                expected_purchases: row.get()?,
            });
            stored.index_now.push(row.get_opt()?);
            if let Some(signals) = row.get_opt::<&[u8]>()?
                && let Ok(signals) = known::signals(signals)
            {
                stored.signals.insert(buyer, signals);
            }
            let group: i32 = row.get()?;
            if group > 0 {
                stored.peers.push((buyer, group));
            }
            let place = |number: i16| u8::try_from(number - 1).unwrap_or(u8::MAX);
            let earned = Standing { tier: place(earned), below_since };
            stored.standings.push(Stood { buyer, tier: place(tier), earned, stay: None });
            stored.ranks.push(rank as u32);
            stored.buyers.push(buyer);
            Ok::<(), RunError>(())
        })
        .await?;
        Ok((stored, connection))
    };
    let (mut stored, mut connection) = session::apart(&progress, reading).await?;
    let benchmark = settings.index.wallet_benchmark();
    let peers = if benchmark == run.settings.index.wallet_benchmark() {
        Peers { groups: run.peer_groups.clone(), members: std::mem::take(&mut stored.peers) }
    } else {
        peers::read(&mut connection, tenant, settings.currency, benchmark).await?
    };
    session::end(connection).await?;
    let tier_names = run.tier_names.clone();
    let score_run_id = run.score_run_id;
    session::compute(move || {
        let mut tiers_now = vec![0; tier_names.len()];
        for stood in &stored.standings {
            if let Some(customers) = tiers_now.get_mut(usize::from(stood.tier)) {
                *customers += 1;
            }
        }
        let mut ranking: Vec<u32> = (0..stored.buyers.len() as u32).collect();
        ranking.sort_unstable_by_key(|at| stored.ranks[*at as usize]);
        let known = Known {
            signals: stored.signals,
            needs: HashMap::new(),
            peers,
            overrides: overrides.into_iter().map(|(buyer, tier)| (buyer as u64, tier)).collect(),
            before: Some(Before { score_run_id, tier_names, standings: stored.standings }),
        };
        let (buyers, purchased) = (stored.buyers, stored.purchased);
        let base = Base { buyer: &|at| buyers[at], purchased: &|at| purchased[at], ranking: &ranking };
        let judged = judge(&base, &known, &settings);
        Ok(Preview { index_now: stored.index_now, judged, tiers_now, ranking, buyers })
    })
    .await
}
