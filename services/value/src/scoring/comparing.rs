//! Two runs side by side over all their customers: read in one stream, and gone when they are counted.

use std::collections::BTreeMap;

use btyd::{Customer, Scorer};
use clientele_pg::{
    Pool,
    copy::{DecodeError, Row, copy_out},
};
use sqlx::AssertSqlSafe;

use super::{
    error::RunError,
    progress::Progress,
    reading::{POSTGRES_EPOCH, day_number},
    reads::ScoredRun,
    session,
};
use crate::{
    domain::{clv_change::ClvPath, distribution::Distribution, movers::Largest},
    store::{score::ScoreRecord, score_change::changes_copy},
};

/// Customers that are scored again at a time.
const CHUNK: usize = 16_384;

/// What a run said of a customer, as far as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Stood {
    tier: i16,
    segment: i16,
    stage: i16,
    index: Option<f64>,
    p_alive: f64,
    expected_purchases: f64,
    clv_minor: Option<f64>,
    frequency: i32,
    first_day: i32,
    last_day: i32,
    repeat_revenue_minor: i64,
    as_of_day: i32,
}

/// Customers that went from somewhere to somewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Transition {
    /// How many.
    pub customers: i64,
    /// By how much their CLV changed together, in minor units.
    pub clv_change: f64,
}

/// Numbers of a kind before and after (tier, segment: from 1; stage: of the contract, 0 for none), and who went that way.
pub type Transitions = BTreeMap<(i16, i16), Transition>;

/// The distributions of a run: P(alive), expected purchases, CLV in minor units, index.
pub type Distributions = [Distribution; 4];

/// What comparing came to.
#[derive(Debug)]
pub struct Comparison {
    /// Customers of both runs.
    pub kept: i64,
    /// Customers of the later one only.
    pub arrived: i64,
    /// Customers of the earlier one only.
    pub left: i64,
    /// By tier, segment and stage.
    pub transitions: [Transitions; 3],
    /// The CLV of those in both by each run, in minor units.
    pub kept_clv: [f64; 2],
    /// The CLV of those who arrived.
    pub arrived_clv: f64,
    /// The CLV of those who left.
    pub left_clv: f64,
    /// The CLV of those in both, on its way; `None` where it cannot be taken apart.
    pub kept_path: Option<ClvPath>,
    /// Before and after.
    pub distributions: [Distributions; 2],
    /// Rose most and fell most by CLV, rose most and fell most by index.
    pub movers: [Largest; 4],
}

/// Takes changes of CLV apart by the models of two runs.
#[derive(Debug)]
pub struct Apart {
    before: Scorer<1>,
    /// The later run's models on the earlier run's terms, where those are others.
    on_terms_before: Option<Scorer<1>>,
    per_unit: f64,
}

impl Apart {
    /// By two runs; `None` where the models of one cannot be read, or it has none of spend.
    pub fn new(before: &ScoredRun, after: &ScoredRun) -> Option<Self> {
        let (models_before, models_after) = (before.forecaster.as_ref()?.fitted(), after.forecaster.as_ref()?.fitted());
        models_before.spend.and(models_after.spend)?;
        let terms = |run: &ScoredRun| {
            let settings = &run.settings;
            (settings.horizon_months, settings.annual_discount_rate.to_bits(), settings.margin.to_bits())
        };
        let on_terms_before = if terms(before) == terms(after) {
            None
        } else {
            // The unit of time is that of the parameters.
            let mut settings = before.settings.clone();
            settings.time_unit = after.settings.time_unit;
            Some(models_after.scorer(&settings).ok()?)
        };
        Some(Self {
            before: models_before.scorer(&before.settings).ok()?,
            on_terms_before,
            per_unit: before.settings.currency.minor_per_unit() as f64,
        })
    }

    /// The CLVs of customers on their way; `None` for those without one somewhere.
    pub fn paths(&self, kept: &[(Stood, Stood)]) -> Vec<Option<ClvPath>> {
        let aged: Vec<Customer> = kept.iter().map(|(before, after)| self.customer(before, after.as_of_day)).collect();
        let bought: Vec<Customer> = kept.iter().map(|(_, after)| self.customer(after, after.as_of_day)).collect();
        let modelled = self.on_terms_before.as_ref().map(|scorer| scorer.score(&bought));
        let (aged, bought) = (self.before.score(&aged), self.before.score(&bought));
        let minor = |units: Option<f64>| units.map(|units| units * self.per_unit);
        kept.iter()
            .enumerate()
            .map(|(at, (before, after))| {
                let after_minor = after.clv_minor?;
                Some(ClvPath {
                    before: before.clv_minor?,
                    aged: minor(aged[at].clv)?,
                    bought: minor(bought[at].clv)?,
                    modelled: match &modelled {
                        Some(scores) => minor(scores[at].clv)?,
                        None => after_minor,
                    },
                    after: after_minor,
                })
            })
            .collect()
    }

    /// The customer as of a day; never as of one before its last purchase, which a look back could bring about.
    fn customer(&self, stood: &Stood, as_of_day: i32) -> Customer {
        let (recency, age) = (stood.last_day - stood.first_day, as_of_day - stood.first_day);
        let mean_minor =
            if stood.frequency == 0 { 0.0 } else { stood.repeat_revenue_minor as f64 / f64::from(stood.frequency) };
        Customer {
            frequency: stood.frequency.unsigned_abs(),
            recency_days: recency.unsigned_abs(),
            age_days: age.max(recency).unsigned_abs(),
            mean_spend: mean_minor / self.per_unit,
        }
    }
}

impl Stood {
    /// As a stored score says it.
    pub fn of_record(record: &ScoreRecord, run: &ScoredRun) -> Self {
        let as_of_date = record.as_of_date.map_or(run.settings.as_of_date, jiff_sqlx::Date::to_jiff);
        Self {
            tier: record.tier,
            segment: record.segment,
            stage: record.stage.unwrap_or_default(),
            index: record.index,
            p_alive: record.p_alive,
            expected_purchases: record.expected_purchases,
            clv_minor: record.clv_minor,
            frequency: record.frequency,
            first_day: day_number(record.first_purchase_date.to_jiff()),
            last_day: day_number(record.last_purchase_date.to_jiff()),
            repeat_revenue_minor: record.repeat_revenue_minor,
            as_of_day: day_number(as_of_date),
        }
    }

    /// Of a row of [`changes_copy`]; `None` where the buyer has no score on that side.
    fn read(row: &mut Row<'_>) -> Result<Option<Self>, DecodeError> {
        let Some(tier) = row.get_opt::<i16>()? else {
            for _ in 0..2 {
                row.get_opt::<i16>()?;
            }
            for _ in 0..4 {
                row.get_opt::<f64>()?;
            }
            for _ in 0..3 {
                row.get_opt::<i32>()?;
            }
            row.get_opt::<i64>()?;
            row.get_opt::<i32>()?;
            return Ok(None);
        };
        Ok(Some(Self {
            tier,
            segment: row.get()?,
            stage: row.get_opt()?.unwrap_or_default(),
            index: row.get_opt()?,
            p_alive: row.get()?,
            expected_purchases: row.get()?,
            clv_minor: row.get_opt()?,
            frequency: row.get()?,
            first_day: row.get::<i32>()? + POSTGRES_EPOCH,
            last_day: row.get::<i32>()? + POSTGRES_EPOCH,
            repeat_revenue_minor: row.get()?,
            as_of_day: row.get::<i32>()? + POSTGRES_EPOCH,
        }))
    }
}

/// Compares the scores of two runs; at most `most` movers of each kind.
pub async fn compare(
    pool: &Pool,
    tenant: &str,
    [before, after]: [(&ScoredRun, i64); 2],
    most: usize,
) -> Result<Comparison, RunError> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = off";
    let mut connection = session::begin(pool, begin).await?;
    let sides = [before, after].map(|(run, set)| (set, run.settings.as_of_date));
    let copy = changes_copy(tenant, sides);
    let mut counting = Counting::new(Apart::new(before.0, after.0), most);
    let reading = async move {
        copy_out(&mut connection, AssertSqlSafe(copy), |row| {
            let buyer_id: i64 = row.get()?;
            let (before, after) = (Stood::read(row)?, Stood::read(row)?);
            counting.see(buyer_id, before, after);
            Ok::<(), RunError>(())
        })
        .await?;
        Ok((counting, connection))
    };
    let (counting, connection) = session::apart(&Progress::default(), reading).await?;
    session::end(connection).await?;
    Ok(counting.finish())
}

/// Customers as they are counted.
#[derive(Debug)]
struct Counting {
    found: Comparison,
    apart: Option<Apart>,
    /// Customers of both whose CLV is still to be taken apart.
    waiting: Vec<(Stood, Stood)>,
}

impl Counting {
    fn new(apart: Option<Apart>, most: usize) -> Self {
        let found = Comparison {
            kept: 0,
            arrived: 0,
            left: 0,
            transitions: Default::default(),
            kept_clv: [0.0; 2],
            arrived_clv: 0.0,
            left_clv: 0.0,
            kept_path: apart.as_ref().map(|_| ClvPath::default()),
            distributions: Default::default(),
            movers: std::array::from_fn(|_| Largest::new(most)),
        };
        Self { found, apart, waiting: Vec::with_capacity(CHUNK) }
    }

    fn see(&mut self, buyer_id: i64, before: Option<Stood>, after: Option<Stood>) {
        let found = &mut self.found;
        let clv = |of: &Stood| of.clv_minor.unwrap_or_default();
        for (at, stood) in [&before, &after].into_iter().enumerate() {
            let Some(stood) = stood else { continue };
            let scores = [Some(stood.p_alive), Some(stood.expected_purchases), stood.clv_minor, stood.index];
            for (distribution, score) in found.distributions[at].iter_mut().zip(scores) {
                if let Some(score) = score {
                    distribution.add(score);
                }
            }
        }
        match (before, after) {
            (Some(before), Some(after)) => self.see_kept(buyer_id, before, after),
            (None, Some(after)) => {
                found.arrived += 1;
                found.arrived_clv += clv(&after);
            }
            (Some(before), None) => {
                found.left += 1;
                found.left_clv += clv(&before);
            }
            (None, None) => {}
        }
    }

    fn see_kept(&mut self, buyer_id: i64, before: Stood, after: Stood) {
        let found = &mut self.found;
        found.kept += 1;
        let [clv_before, clv_after] = [before, after].map(|of| of.clv_minor.unwrap_or_default());
        found.kept_clv[0] += clv_before;
        found.kept_clv[1] += clv_after;
        let clv_change = clv_after - clv_before;
        let ways = [(before.tier, after.tier), (before.segment, after.segment), (before.stage, after.stage)];
        for (transitions, way) in found.transitions.iter_mut().zip(ways) {
            let transition = transitions.entry(way).or_default();
            transition.customers += 1;
            transition.clv_change += clv_change;
        }
        let index_change = before.index.zip(after.index).map_or(0.0, |(before, after)| after - before);
        let changes = [clv_change, -clv_change, index_change, -index_change];
        for (largest, change) in found.movers.iter_mut().zip(changes) {
            largest.see(change, buyer_id);
        }
        self.waiting.push((before, after));
        if self.waiting.len() == CHUNK {
            self.take_apart();
        }
    }

    /// A customer without a CLV in one of the runs leaves the change of all others without a whole.
    fn take_apart(&mut self) {
        if let (Some(apart), Some(sum)) = (&self.apart, &mut self.found.kept_path) {
            let paths = apart.paths(&self.waiting).into_iter().collect::<Option<Vec<ClvPath>>>();
            match paths {
                Some(paths) => paths.iter().for_each(|path| sum.add(path)),
                None => self.found.kept_path = None,
            }
        }
        self.waiting.clear();
    }

    fn finish(mut self) -> Comparison {
        self.take_apart();
        self.found
    }
}
