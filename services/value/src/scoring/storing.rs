//! Writes a run's scores by binary `COPY`, on two connections, each half in the order of the primary key, and beside them their ranking.

use std::{ops::Range, sync::Arc};

use btyd::{Code, SegmentMap};
use clientele_pg::{Pool, copy::CopyIn};
use clientele_proto::value::v1::score_run_progress::Stage;
use prost::Message as _;
use sqlx::PgConnection;

use super::{engine::Scored, error::RunError, known, progress::Progress, reading::POSTGRES_EPOCH, session};
use crate::{
    domain::{contribution::Costs, currency::Currency},
    store::{score_ranking::score_ranking_insert, score_run::Lease},
};

/// Rows between two looks at whether the run is to stop.
const STRIDE: usize = 20_000;

const COPY: &str = "COPY value.score (score_set, buyer_id, total_revenue_minor, repeat_revenue_minor, total_cost_minor, p_alive, \
    expected_purchases, expected_spend_minor, clv_minor, rank, frequency, first_purchase_date, last_purchase_date, rfm_code, segment, \
    tier, tenant_id, index, last_year_minor, year_before_minor, earned_tier, below_since, signals, stage, stage_since, \
    cost_of_goods_minor, acquisition_cost_minor, acquisition_share_minor, payback_date, wallet_group) FROM STDIN (FORMAT binary)";
const FIELDS: u16 = 30;

/// Fewer customers than this are written by one connection.
const WORTH_SHARING: usize = 20_000;

/// Writes all scores under the lease's set. They are durable once a later commit was answered that waits for the disk.
pub async fn store(
    pool: &Pool,
    lease: &Lease,
    currency: Currency,
    scored: Arc<Scored>,
    segments: Arc<Segments>,
    progress: &Progress,
) -> Result<(), RunError> {
    let customers = scored.summaries.len();
    progress.begin(Stage::Storing, customers as i64)?;
    let middle = if customers < WORTH_SHARING { customers } else { customers / 2 };
    let half = async |part: Range<usize>| {
        if part.is_empty() {
            return Ok(());
        }
        let begin = "BEGIN; SET LOCAL synchronous_commit = off";
        let writing = Writing {
            lease: lease.clone(),
            per_unit: currency.minor_per_unit() as f64,
            scored: Arc::clone(&scored),
            segments: Arc::clone(&segments),
            progress: progress.clone(),
        };
        let connection = session::begin(pool, begin).await?;
        let connection = session::apart(progress, writing.copy(connection, part)).await?;
        session::end(connection).await
    };
    let ranking = async {
        let connection = session::begin(pool, "BEGIN; SET LOCAL synchronous_commit = off").await?;
        let connection = session::apart(progress, rank(connection, lease.clone(), Arc::clone(&scored))).await?;
        session::end(connection).await
    };
    tokio::try_join!(half(0..middle), half(middle..customers), ranking)?;
    Ok(())
}

async fn rank(mut connection: PgConnection, lease: Lease, scored: Arc<Scored>) -> Result<PgConnection, RunError> {
    let buyers = scored.order.iter().map(|position| scored.summaries[*position as usize].customer as i64);
    score_ranking_insert(&mut connection, &lease.tenant_id, lease.score_set, buyers).await?;
    Ok(connection)
}

/// The number of each code's segment, from 1.
#[derive(Debug)]
pub struct Segments {
    map: SegmentMap,
    numbers: Vec<i16>,
}

impl Segments {
    /// By the names a run numbers its segments with.
    pub fn new(map: SegmentMap, names: &[String]) -> Self {
        let mut numbers = vec![0; 1000];
        for (code, number) in numbers.iter_mut().enumerate() {
            let [r, f, m] = [code / 100, code / 10 % 10, code % 10].map(|score| score as u8);
            let place = map.segment(Code { r, f, m }).and_then(|segment| names.iter().position(|name| name == segment));
            *number = place.map_or(0, |place| place as i16 + 1);
        }
        Self { map, numbers }
    }

    /// The number of a code's segment, from 1.
    pub fn number(&self, code: Code) -> i16 {
        let code = usize::from(code.r) * 100 + usize::from(code.f) * 10 + usize::from(code.m);
        self.numbers.get(code).copied().unwrap_or_default()
    }

    /// The name of a code's segment.
    pub fn name(&self, code: Code) -> &str {
        self.map.segment(code).unwrap_or_default()
    }
}

struct Writing {
    lease: Lease,
    per_unit: f64,
    scored: Arc<Scored>,
    segments: Arc<Segments>,
    progress: Progress,
}

impl Writing {
    async fn copy(self, mut connection: PgConnection, part: Range<usize>) -> Result<PgConnection, RunError> {
        let mut copy = CopyIn::begin(&mut connection, COPY).await?;
        let (begin, end) = (part.start, part.end);
        for at in part {
            self.write(&mut copy, at);
            copy.flow().await?;
            if (at - begin + 1).is_multiple_of(STRIDE) {
                self.progress.advance(STRIDE as i64)?;
            }
        }
        copy.finish().await?;
        self.progress.advance(((end - begin) % STRIDE) as i64)?;
        Ok(connection)
    }

    fn write(&self, copy: &mut CopyIn<'_>, at: usize) {
        let (summary, score, code) = (&self.scored.summaries[at], &self.scored.scores[at], self.scored.codes[at]);
        let costs = if self.scored.costs.is_empty() {
            Costs::default()
        } else {
            self.scored.costs.get(&summary.customer).copied().unwrap_or_default()
        };
        let acquired = self.scored.winning.of_one(summary.customer);
        let unless_nothing = |minor: i64| (minor > 0).then_some(minor);
        let judged = &self.scored.judged;
        let standing = judged.standings[at];
        let stay = self.scored.staged.stays[at];
        let signals = &self.scored.known.signals;
        let signals = if signals.is_empty() { None } else { signals.get(&summary.customer) };
        let needs = || self.scored.known.needs.get(&summary.customer);
        let signals = signals.map(|signals| known::stored(signals, needs()).encode_to_vec());
        let rfm_code = i16::from(code.r) * 100 + i16::from(code.f) * 10 + i16::from(code.m);
        copy.row(FIELDS)
            .put(self.lease.score_set)
            .put(summary.customer as i64)
            .put(summary.total_minor)
            .put(summary.repeat_total_minor)
            .put(costs.total())
            .put(score.probability_alive)
            .put(score.expected_purchases[0])
            .put_opt(score.expected_spend.map(|spend| spend * self.per_unit))
            .put_opt(score.clv.map(|clv| clv * self.per_unit))
            .put(self.scored.ranks[at] as i32)
            .put(summary.frequency as i32)
            .put(summary.first_day - POSTGRES_EPOCH)
            .put(summary.last_day - POSTGRES_EPOCH)
            .put(rfm_code)
            .put(self.segments.numbers[rfm_code as usize])
            .put(i16::from(judged.tiers[at]) + 1)
            .put(self.lease.tenant_id.as_str())
            .put(judged.index[at])
            .put(summary.last_year_minor)
            .put(summary.year_before_minor)
            .put(i16::from(standing.tier) + 1)
            .put_opt(standing.below_since.map(|day| day - POSTGRES_EPOCH))
            .put_opt(signals.as_deref())
            .put(i16::from(stay.stage.number()))
            .put(stay.since - POSTGRES_EPOCH)
            .put_opt(unless_nothing(costs.of_goods))
            .put_opt(unless_nothing(acquired.cost_minor))
            .put_opt(unless_nothing(acquired.share_minor))
            .put_opt(acquired.payback_day.map(|day| day - POSTGRES_EPOCH))
            .put_opt(judged.wallet_groups.get(at).copied().filter(|group| *group > 0));
    }
}
