//! `GetTierMovementReport`: the moves of a period, and what its runs counted of those who came and went.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_pg::{Begin, Tx, answer::failed, tx::Isolation};
use clientele_proto::value::v1::{
    GetTierMovementReportRequest, ScoreRunSettings, ScoreRunSummary, TierMovement, TierMovementCause,
    TierMovementReport, TierTransition,
};
use clientele_service::Call;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use prost::Message as _;
use uuid::Uuid;

use super::{given, today};
use crate::{
    State,
    domain::{
        currency::Currency,
        tier_movement::{Ladder, Moved},
    },
    scoring::settings_message::date,
    store::{
        tier::cause,
        tier_movement::{Moves, MovingRun, moving_runs, tier_moves_by_cause, tier_moves_of_customers},
    },
};

pub(super) async fn get_tier_movement_report(
    state: &State,
    call: Call,
    request: GetTierMovementReportRequest,
) -> Result<TierMovementReport> {
    let query = parse(&request, state.context.now())?;
    let tenant = call.tenant();
    // One snapshot, so that customers and moves are the same ones.
    let begin = Begin::new(call.remaining()).isolation(Isolation::RepeatableRead).read_only();
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    let runs = moving_runs(&mut tx, tenant, (query.start, query.end)).await.map_err(failed)?;
    let runs = Runs::of(runs, &query.currency_code)?;
    let moves = Moves { tenant, start: query.start, end: query.end, score_run_ids: &runs.ids };
    let by_cause = tier_moves_by_cause(&mut tx, &moves).await.map_err(failed)?;
    let customers = tier_moves_of_customers(&mut tx, &moves).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(reply(&query, runs, &by_cause, customers))
}

struct Query {
    first: Option<Date>,
    last: Date,
    start: Option<Timestamp>,
    end: Timestamp,
    /// Empty for that of the newest run.
    currency_code: String,
}

fn parse(request: &GetTierMovementReportRequest, now: Timestamp) -> Result<Query> {
    let mut violations = Vec::new();
    let first = given("start_date", request.start_date, &mut violations);
    let last = given("end_date", request.end_date, &mut violations).unwrap_or_else(|| today(now));
    if first.is_some_and(|first| first > last) {
        violations.push(Violation::new("end_date", format!("{last} is before start_date")));
    }
    if !request.currency_code.is_empty()
        && let Err(error) = Currency::of_code(&request.currency_code)
    {
        violations.push(Violation::new("currency_code", error.to_string()));
    }
    if !violations.is_empty() {
        return Err(Error::invalid_fields(violations));
    }
    Ok(Query {
        first,
        last,
        start: first.map(start_of_day),
        end: last.tomorrow().map_or(Timestamp::MAX, start_of_day),
        currency_code: request.currency_code.clone(),
    })
}

fn start_of_day(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |midnight| midnight.timestamp())
}

/// The runs of a currency.
struct Runs {
    currency_code: String,
    /// All of them.
    ids: Vec<Uuid>,
    /// The tiers of the newest one, best first.
    tiers: Vec<String>,
    /// What those of the period found that did not look back to before another one: they move nobody.
    found: Vec<ScoreRunSummary>,
}

impl Runs {
    fn of(runs: Vec<MovingRun>, currency_code: &str) -> Result<Self> {
        let currency_of = |run: &MovingRun| {
            ScoreRunSettings::decode(run.settings.as_slice()).map(|settings| settings.currency_code).unwrap_or_default()
        };
        let currency_code = match runs.last() {
            _ if !currency_code.is_empty() => currency_code.to_owned(),
            Some(newest) => currency_of(newest),
            None => {
                let told = "no score run has succeeded yet; start one with StartScoreRun, or name a currency_code";
                return Err(Error::new(Reason::NotScoredYet, told));
            }
        };
        let mut of_currency = Self { ids: Vec::new(), tiers: Vec::new(), found: Vec::new(), currency_code };
        let mut latest = Date::MIN;
        for run in runs {
            if currency_of(&run) != of_currency.currency_code {
                continue;
            }
            of_currency.ids.push(run.score_run_id);
            of_currency.tiers = run.tier_names;
            let as_of_date = run.as_of_date.to_jiff();
            let summary = run.summary.and_then(|summary| ScoreRunSummary::decode(summary.as_slice()).ok());
            of_currency.found.extend(summary.filter(|_| as_of_date >= latest));
            latest = latest.max(as_of_date);
        }
        Ok(of_currency)
    }

    /// Customers that came to a tier, and that had it and are gone.
    fn came_and_went(&self, tier: &str) -> (i64, i64) {
        let counts = self.found.iter().flat_map(|found| &found.tiers).filter(|count| count.tier == tier);
        counts.fold((0, 0), |(arrived, left), count| (arrived + count.arrived, left + count.left))
    }
}

fn reply(query: &Query, runs: Runs, by_cause: &[(i16, Moved)], customers: Vec<Moved>) -> TierMovementReport {
    let ladder = Ladder(&runs.tiers);
    let [risen, fallen, others] = ladder.counts(&customers);
    let tiers: Vec<TierMovement> = ladder
        .movements(&customers)
        .into_iter()
        .map(|(tier, movement)| {
            let (arrived, left) = runs.came_and_went(&tier);
            TierMovement {
                tier,
                risen_into: movement.risen_into,
                fallen_into: movement.fallen_into,
                risen_from: movement.risen_from,
                fallen_from: movement.fallen_from,
                arrived,
                left,
            }
        })
        .collect();
    let counts = runs.found.iter().flat_map(|found| &found.tiers);
    let (arrived, left) = counts.fold((0, 0), |(arrived, left), count| (arrived + count.arrived, left + count.left));
    let causes = [cause::SCORE_RUN, cause::OVERRIDE_SET, cause::OVERRIDE_ENDED].map(|cause| {
        let moved: Vec<Moved> =
            by_cause.iter().filter(|(of, _)| *of == cause).map(|(_, moved)| moved.clone()).collect();
        let [risen, fallen, others] = ladder.counts(&moved);
        TierMovementCause { cause: cause.into(), moves: risen + fallen + others, risen, fallen }
    });
    TierMovementReport {
        start_date: query.first.map(date),
        end_date: Some(date(query.last)),
        score_runs: runs.found.len() as i64,
        tiers,
        transitions: customers
            .into_iter()
            .map(|moved| TierTransition { from_tier: moved.from, to_tier: moved.to, customers: moved.count })
            .collect(),
        causes: causes.to_vec(),
        risen_customers: risen,
        fallen_customers: fallen,
        other_customers: others,
        arrived_customers: arrived,
        left_customers: left,
        currency_code: runs.currency_code,
    }
}
