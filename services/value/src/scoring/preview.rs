//! What a policy would do to the customers of a run, from the scores that the run stored.

use std::collections::HashMap;

use clientele_pg::{Pool, copy::copy_out};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::{
    error::RunError,
    judging::{Base, Before, Judged, Known, Stood, index, judge},
    known,
    peers::{self, Peers},
    profiles,
    progress::Progress,
    reading::{POSTGRES_EPOCH, day_number, day_of_number},
    reads::ScoredRun,
    session,
};
use crate::{
    domain::{
        index::{Purchased, Signals},
        lifecycle::{Stage, Stay},
        score_settings::ScoreSettings,
        tier_rule::ScoreFields,
        tiers::Standing,
    },
    store::{score::judged_copy, segment_rule::Asked, tier::tier_overrides_all},
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
    /// Of nobody where no tier has a rule.
    beside: Vec<Beside>,
}

/// What rules of tiers ask beside what everything else does.
#[derive(Debug)]
struct Beside {
    p_alive: f64,
    expected_spend_minor: Option<f64>,
    repeat_revenue_minor: i64,
    rfm_code: i16,
    segment: i16,
    stay: Option<Stay>,
    payback_day: Option<i32>,
    first_day: i32,
    last_day: i32,
    as_of_day: i32,
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
    let has_rules = settings.tiers.has_rules();
    let copy = judged_copy(tenant, set, has_rules);
    let profiles = profiles::read(&mut connection, tenant, &settings.tiers, Asked::All).await?;
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
            if has_rules {
                let day = |day: Option<i32>| day.map(|day| day + POSTGRES_EPOCH);
                let (p_alive, expected_spend_minor, repeat_revenue_minor) = (row.get()?, row.get_opt()?, row.get()?);
                let (rfm_code, segment) = (row.get()?, row.get()?);
                let (stage, since) = (row.get_opt::<i16>()?, day(row.get_opt()?));
                let payback_day = day(row.get_opt()?);
                let stay = stage.and_then(Stage::of_number).zip(since).map(|(stage, since)| Stay { stage, since });
                stored.beside.push(Beside {
                    p_alive,
                    expected_spend_minor,
                    repeat_revenue_minor,
                    rfm_code,
                    segment,
                    stay,
                    payback_day,
                    first_day: first + POSTGRES_EPOCH,
                    last_day: last + POSTGRES_EPOCH,
                    as_of_day: day(row.get_opt()?).unwrap_or(as_of_day),
                });
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
    let (tier_names, segment_names) = (run.tier_names.clone(), run.segment_names.clone());
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
            profiles,
        };
        let (buyers, purchased) = (stored.buyers, stored.purchased);
        let base = Base { buyer: &|at| buyers[at], purchased: &|at| purchased[at], ranking: &ranking };
        let minor_per_unit = settings.currency.minor_per_unit() as f64;
        let fields =
            |at: usize, index: f64| fields(&purchased[at], &stored.beside[at], index, &segment_names, minor_per_unit);
        let judged = judge(&base, index(&base, &known, &settings), &fields, &known, &settings);
        Ok(Preview { index_now: stored.index_now, judged, tiers_now, ranking, buyers })
    })
    .await
}

/// What rules ask of a customer whose index the policy makes.
fn fields<'a>(
    purchased: &Purchased,
    beside: &Beside,
    index: f64,
    segment_names: &'a [String],
    minor_per_unit: f64,
) -> ScoreFields<'a> {
    let segment = usize::try_from(beside.segment - 1).ok().and_then(|at| segment_names.get(at));
    ScoreFields {
        index,
        segment: segment.map(String::as_str),
        rfm_code: beside.rfm_code,
        p_alive: beside.p_alive,
        expected_purchases: purchased.expected_purchases,
        expected_spend_minor: beside.expected_spend_minor,
        clv_minor: purchased.clv_minor,
        total_revenue_minor: purchased.total_revenue_minor,
        repeat_revenue_minor: beside.repeat_revenue_minor,
        last_year_minor: purchased.last_year_minor,
        acquisition_cost_minor: purchased.acquisition_cost_minor,
        frequency: purchased.frequency,
        first_day: beside.first_day,
        last_day: beside.last_day,
        as_of_day: beside.as_of_day,
        stage: beside.stay.map(|stay| (stay.stage, stay.since)),
        payback_date: beside.payback_day.map(day_of_number),
        minor_per_unit,
    }
}
