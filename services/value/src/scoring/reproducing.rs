//! Computes a stored score again from what it rested on.
//!
//! A score as the run made it knows the transactions that the run read; one made again since knows those of its own time. That instant is known to
//! a moment only: what is written then is committed a little later, and each replica has a clock of its own. So the changes of a minute before and after
//! are tried too, the nearest first, until the stored score comes out. A score that was tampered with does not come out of any.

use clientele_proto::value::v1::{ModelFit, ScoreRunSummary};
use jiff::{SignedDuration, Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;

use super::{
    converting,
    error::RunError,
    fitted::Fitted,
    history::History,
    known,
    reading::day_number,
    reads::ScoredRun,
    rescoring::{Kept, Rescorer},
};
use crate::{
    domain::{
        conversion::FxBook,
        lifecycle::{Stage, Stay},
    },
    store::{
        rescore::{Past, Rescored},
        score::{ScoreRecord, score_as_of, score_replaced_at},
        score_run::score_run_get,
        scored_run::scored_run_set,
    },
};

/// How far from the instant of a score the transactions that it knew may be stored.
const NEAR: SignedDuration = SignedDuration::from_secs(60);
/// Instants that are tried at most.
const TRIED: usize = 64;

/// A score to be computed again.
#[derive(Debug)]
pub struct Stored<'a> {
    /// The run.
    pub run: &'a ScoredRun,
    /// The number its scores stand under.
    pub score_set: i64,
    /// Whose it is; not merged into another.
    pub buyer_id: i64,
    /// As it is stored.
    pub record: &'a ScoreRecord,
}

/// What the inputs of a score give.
#[derive(Debug)]
pub struct Reproduced {
    /// The score; `None` where no purchase is left.
    pub record: Option<ScoreRecord>,
    /// Where it is not the stored one.
    pub differences: Vec<Difference>,
    /// The instant as of which transactions were taken.
    pub transactions_time: Timestamp,
    /// How many counted, and the days of the first and the last.
    pub transactions: Counted,
    /// The stage before.
    pub stay_before: Option<Stay>,
    /// Whether it is no longer kept since when the customer is in its stage.
    pub lacks_stay_before: bool,
    /// The run's fits.
    pub model_fits: Vec<ModelFit>,
}

/// A number that is not what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field of the contract's `Score`.
    pub field: &'static str,
    /// As it is stored.
    pub stored: String,
    /// As it comes out.
    pub reproduced: String,
}

/// Transactions that counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub transactions: usize,
    /// The first and the last day.
    pub days: Option<(Date, Date)>,
}

/// Computes the score again, in the connection's snapshot. [`RunError::Explained`] where the run's models cannot be read.
pub async fn reproduce(
    connection: &mut PgConnection,
    tenant: &str,
    stored: &Stored<'_>,
) -> Result<Reproduced, RunError> {
    let Stored { run, record, .. } = stored;
    let of_run = score_run_get(connection, tenant, run.score_run_id).await?;
    let of_run = of_run.ok_or_else(|| RunError::Fault("the run is gone".to_owned()))?;
    let encoded = of_run.summary.as_deref().unwrap_or_default();
    let summary = ScoreRunSummary::decode(encoded).map_err(|error| RunError::Fault(error.to_string()))?;
    if Fitted::of_summary(&summary, run.transaction_kind()).is_none() {
        return Err(RunError::Explained("the models that the run stored cannot be read".to_owned()));
    }
    let rescorer = Rescorer::new(run, encoded)?;
    let window = Window::of(record, run, (of_run.start_time, of_run.end_time));
    let (first, last) = window.widened();
    let history = History::read(connection, tenant, stored.buyer_id, first).await?;
    let book = book(connection, tenant, run, window.most_likely).await?;
    let before = Before::read(connection, tenant, stored, window.most_likely).await?;
    let signals = record.signals.as_deref().and_then(|encoded| known::signals(encoded).ok());
    let share_minor = record.acquisition_share_minor.unwrap_or_default();

    let at = |instant: Timestamp, stay_before: Option<Stay>| {
        let past = past(&history, instant, run, book.as_ref());
        let as_of_date = match record.update_time {
            Some(_) => rescorer.as_of_date(&past).unwrap_or(run.settings.as_of_date),
            None => run.settings.as_of_date,
        };
        let buyer = (stored.buyer_id, past.as_slice());
        let kept = Kept { stay: stay_before, share_minor, wallet_group: record.wallet_group };
        let score = rescorer.score(buyer, as_of_date, (signals.as_ref(), None), kept);
        let reproduced = score.map(|score| before.lacking(record, with(record, &score, run)));
        let differences = differences(record, reproduced.as_ref());
        let transactions = Counted::of(&past, as_of_date);
        (Found { record: reproduced, differences, transactions_time: instant, transactions }, stay_before)
    };
    let mut likely = None;
    let mut same = None;
    for instant in instants(window.most_likely, first, &history.changes_between(first, last)) {
        for stay_before in &before.stays {
            let found = at(instant, *stay_before);
            if found.0.differences.is_empty() {
                same = Some(found);
                break;
            }
            likely.get_or_insert(found);
        }
        if same.is_some() {
            break;
        }
    }
    let (found, stay_before) = same.or(likely).unwrap_or_else(|| at(window.most_likely, None));
    Ok(Reproduced {
        record: found.record,
        differences: found.differences,
        transactions_time: found.transactions_time,
        transactions: found.transactions,
        stay_before,
        lacks_stay_before: before.is_lacking(record),
        model_fits: summary.model_fits,
    })
}

/// What one reading of the transactions gives.
struct Found {
    record: Option<ScoreRecord>,
    differences: Vec<Difference>,
    transactions_time: Timestamp,
    transactions: Counted,
}

/// When the transactions of a score were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    most_likely: Timestamp,
    last: Timestamp,
}

impl Window {
    fn of(
        record: &ScoreRecord,
        run: &ScoredRun,
        (start, end): (Option<jiff_sqlx::Timestamp>, Option<jiff_sqlx::Timestamp>),
    ) -> Self {
        let read = run.findings.read_time_micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        if let Some(known) = record.update_time.map(jiff_sqlx::Timestamp::to_jiff).or(read) {
            return Self { most_likely: known, last: known };
        }
        // A run of before it was kept: read some time while it was at work.
        let start = start.or(end).map_or(Timestamp::MAX, jiff_sqlx::Timestamp::to_jiff);
        Self { most_likely: start, last: end.map_or(start, jiff_sqlx::Timestamp::to_jiff) }
    }

    fn widened(self) -> (Timestamp, Timestamp) {
        let first = self.most_likely.checked_sub(NEAR).unwrap_or(Timestamp::MIN);
        (first, self.last.checked_add(NEAR).unwrap_or(Timestamp::MAX))
    }
}

/// The instants to try: the likely one, then those of changes and the one before all of them, the nearest first.
fn instants(likely: Timestamp, before_all: Timestamp, changes: &[Timestamp]) -> Vec<Timestamp> {
    let mut others: Vec<Timestamp> = changes.iter().copied().chain([before_all]).filter(|at| *at != likely).collect();
    others.sort_by_key(|at| at.duration_since(likely).abs());
    let mut instants = vec![likely];
    instants.extend(others);
    instants.truncate(TRIED);
    instants
}

async fn book(
    connection: &mut PgConnection,
    tenant: &str,
    run: &ScoredRun,
    at: Timestamp,
) -> Result<Option<FxBook>, RunError> {
    let settings = &run.settings;
    let Some(conversion) = settings.conversion else { return Ok(None) };
    let rates = (settings.as_of_date, run.findings.fx_version);
    Ok(Some(converting::book_at(connection, tenant, (settings.currency, conversion), rates, at).await?))
}

/// What the customer had done by an instant, in the run's currency.
fn past(history: &History, instant: Timestamp, run: &ScoredRun, book: Option<&FxBook>) -> Vec<Past> {
    let own = run.settings.currency.code();
    let past = history.at(instant, book.is_some()).into_iter();
    match book {
        None => past.filter(|(_, currency_code)| currency_code == own).map(|(past, _)| past).collect(),
        Some(book) => {
            past.filter_map(|(past, currency_code)| converting::converted(book, past, &currency_code)).collect()
        }
    }
}

/// The lifecycle stage that a score goes on from.
struct Before {
    /// What it may have been; the likeliest first.
    stays: Vec<Option<Stay>>,
    is_kept: bool,
}

impl Before {
    async fn read(
        connection: &mut PgConnection,
        tenant: &str,
        stored: &Stored<'_>,
        at: Timestamp,
    ) -> Result<Self, RunError> {
        let kept = |stays| Self { stays, is_kept: true };
        let buyer = stored.buyer_id;
        if let Some(made_again) = stored.record.update_time {
            let replaced = score_replaced_at(connection, tenant, stored.score_set, buyer, made_again.to_jiff()).await?;
            // A customer whose merge was undone goes on from the score that it got back, beside which its image says that there was none.
            let stays = replaced.iter().map(|(stage, since)| stay(*stage, *since));
            let mut stays: Vec<Option<Stay>> = stays.collect();
            if stays.is_empty() {
                stays.push(None);
            }
            return Ok(kept(stays));
        }
        let earlier = stored.run.findings.lifecycle.as_ref().map(|found| found.earlier_score_run_id.as_str());
        let Some(earlier) = earlier.filter(|id| !id.is_empty()) else { return Ok(kept(vec![None])) };
        let id = earlier.parse().map_err(|_| RunError::Fault("the run before cannot be read".to_owned()))?;
        let Some(set) = scored_run_set(connection, tenant, id).await? else {
            return Ok(Self { stays: vec![None], is_kept: false });
        };
        let score = score_as_of(connection, tenant, set, buyer, at).await?;
        Ok(kept(vec![score.and_then(|score| stay(score.stage, score.stage_since))]))
    }

    /// Whether since when the customer is in its stage cannot be told for want of the stage before.
    fn is_lacking(&self, stored: &ScoreRecord) -> bool {
        let lasts = stored.stage.and_then(Stage::of_number);
        !self.is_kept && matches!(lasts, Some(Stage::Active | Stage::Loyal))
    }

    /// The reproduced score with the day of the stored one where the stage before is no longer kept.
    fn lacking(&self, stored: &ScoreRecord, reproduced: ScoreRecord) -> ScoreRecord {
        if self.is_lacking(stored) && stored.stage == reproduced.stage {
            return ScoreRecord { stage_since: stored.stage_since, ..reproduced };
        }
        reproduced
    }
}

fn stay(stage: Option<i16>, since: Option<jiff_sqlx::Date>) -> Option<Stay> {
    Some(Stay { stage: stage.and_then(Stage::of_number)?, since: day_number(since?.to_jiff()) })
}

impl Counted {
    fn of(past: &[Past], as_of_date: Date) -> Self {
        let days = past.iter().map(|past| past.occur_date.to_jiff()).filter(|day| *day <= as_of_date);
        let (mut transactions, mut first_and_last) = (0, None::<(Date, Date)>);
        for day in days {
            transactions += 1;
            let (first, last) = first_and_last.unwrap_or((day, day));
            first_and_last = Some((first.min(day), last.max(day)));
        }
        Self { transactions, days: first_and_last }
    }
}

/// The stored score with everything that was computed again; what a run of its time did not store is left as it is.
fn with(stored: &ScoreRecord, score: &Rescored, run: &ScoredRun) -> ScoreRecord {
    let made_again = stored.update_time.is_some();
    let knew = |kept: bool| kept || made_again;
    let (indexed, staged) = (knew(run.findings.medians.index.is_some()), knew(run.findings.lifecycle.is_some()));
    let acquired = knew(run.findings.acquisition.is_some());
    ScoreRecord {
        total_revenue_minor: score.total_revenue_minor,
        repeat_revenue_minor: score.repeat_revenue_minor,
        total_cost_minor: score.total_cost_minor,
        p_alive: score.p_alive,
        expected_purchases: score.expected_purchases,
        expected_spend_minor: score.expected_spend_minor,
        clv_minor: score.clv_minor,
        frequency: score.frequency,
        first_purchase_date: score.first_purchase_date.to_sqlx(),
        last_purchase_date: score.last_purchase_date.to_sqlx(),
        rfm_code: score.rfm_code,
        segment: score.segment,
        index: if indexed { Some(score.index) } else { stored.index },
        last_year_minor: if indexed { Some(score.last_year_minor) } else { stored.last_year_minor },
        year_before_minor: if indexed { Some(score.year_before_minor) } else { stored.year_before_minor },
        as_of_date: made_again.then(|| score.as_of_date.to_sqlx()),
        candidate_tier: if asks_profiles(run) {
            stored.candidate_tier
        } else {
            made_again.then_some(score.candidate_tier)
        },
        stage: if staged { Some(score.stage) } else { stored.stage },
        stage_since: if staged { Some(score.stage_since.to_sqlx()) } else { stored.stage_since },
        cost_of_goods_minor: if acquired { score.cost_of_goods_minor } else { stored.cost_of_goods_minor },
        acquisition_cost_minor: if acquired { score.acquisition_cost_minor } else { stored.acquisition_cost_minor },
        payback_date: if acquired { score.payback_date.map(Date::to_sqlx) } else { stored.payback_date },
        ..stored.clone()
    }
}

/// Whether the run's tiers ask attributes of customers, which are not kept as they were.
pub fn asks_profiles(run: &ScoredRun) -> bool {
    !run.settings.tiers.profile_fields().is_empty()
}

/// How a field of a score is written.
type Written = fn(&ScoreRecord) -> String;

/// Whatever is not the same, to the bit.
fn differences(stored: &ScoreRecord, reproduced: Option<&ScoreRecord>) -> Vec<Difference> {
    let Some(reproduced) = reproduced else {
        let stored = format!("{} purchase days", i64::from(stored.frequency) + 1);
        return vec![Difference { field: "purchases", stored, reproduced: String::new() }];
    };
    let fields: [(&'static str, Written); 22] = [
        ("as_of_date", |of| day(of.as_of_date)),
        ("rfm.code", |of| of.rfm_code.to_string()),
        ("rfm.segment", |of| of.segment.to_string()),
        ("purchases.frequency", |of| of.frequency.to_string()),
        ("purchases.first_purchase_date", |of| of.first_purchase_date.to_jiff().to_string()),
        ("purchases.last_purchase_date", |of| of.last_purchase_date.to_jiff().to_string()),
        ("purchases.total_revenue", |of| of.total_revenue_minor.to_string()),
        ("purchases.monetary_value", |of| of.repeat_revenue_minor.to_string()),
        ("purchases.total_cost", |of| of.total_cost_minor.to_string()),
        ("purchases.revenue_last_year", |of| whole(of.last_year_minor)),
        ("purchases.revenue_year_before", |of| whole(of.year_before_minor)),
        ("p_alive", |of| number(Some(of.p_alive))),
        ("expected_purchases", |of| number(Some(of.expected_purchases))),
        ("expected_spend", |of| number(of.expected_spend_minor)),
        ("clv", |of| number(of.clv_minor)),
        ("index", |of| number(of.index)),
        ("candidate_tier", |of| of.candidate_tier.map(|tier| tier.to_string()).unwrap_or_default()),
        ("stage", |of| of.stage.and_then(Stage::of_number).map_or("", Stage::name).to_owned()),
        ("stage_since_date", |of| day(of.stage_since)),
        ("contribution.cost_of_goods", |of| whole(of.cost_of_goods_minor)),
        ("contribution.acquisition_cost", |of| whole(of.acquisition_cost_minor)),
        ("contribution.payback_date", |of| day(of.payback_date)),
    ];
    let differing = fields.into_iter().map(|(field, of)| (field, of(stored), of(reproduced)));
    let differing = differing.filter(|(_, stored, reproduced)| stored != reproduced);
    differing.map(|(field, stored, reproduced)| Difference { field, stored, reproduced }).collect()
}

/// All digits: two doubles are written the same only where their bits are the same.
fn number(value: Option<f64>) -> String {
    value.map(|value| format!("{value:?}")).unwrap_or_default()
}

fn whole(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn day(value: Option<jiff_sqlx::Date>) -> String {
    value.map(|value| value.to_jiff().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_likely_instant_is_tried_first_and_the_nearest_change_next() {
        let changes = [second(95), second(100), second(130)];
        assert_eq!(instants(second(100), second(40), &changes), [second(100), second(95), second(130), second(40)]);
        let many: Vec<Timestamp> = (0..1_000).map(second).collect();
        assert_eq!(instants(second(500), second(0), &many).len(), TRIED);
    }

    proptest! {
        #[test]
        fn doubles_are_written_the_same_only_where_their_bits_are(left: u64, step in 0_u64..3) {
            let [left, right] = [left, left.wrapping_add(step)].map(f64::from_bits);
            prop_assume!(!left.is_nan() && !right.is_nan());
            prop_assert_eq!(number(Some(left)) == number(Some(right)), left.to_bits() == right.to_bits());
        }
    }
}
