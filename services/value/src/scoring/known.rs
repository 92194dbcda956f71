//! What a run knows of customers beside their purchases: signals, decided tiers, the tiers of the run before.

use clientele_pg::copy::copy_out;
use clientele_proto::value::v1::ScoreRunSettings;
use jiff::Timestamp;
use prost::Message as _;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    error::RunError,
    judging::{Before, Known, Stood},
    needs, peers, profiles,
    progress::Progress,
    reading::{POSTGRES_EPOCH, day_number, day_of_number},
    session,
};
use crate::{
    domain::{
        index::Signals,
        lifecycle::{Stage, Stay},
        score_settings::ScoreSettings,
        tiers::Standing,
    },
    store::{
        account_signals::account_signals_all,
        declared_needs,
        segment_rule::Asked,
        tier::{EarlierRun, earlier_runs, standings_copy, standings_middle, tier_overrides_all},
    },
};

/// Signals as a score keeps them, so that its index can be explained later; money in minor units, days since 1970-01-01.
#[derive(Clone, PartialEq, prost::Message)]
pub struct StoredSignals {
    /// What it spends a year.
    #[prost(int64, optional, tag = "1")]
    pub yearly_wallet_minor: Option<i64>,
    /// 0 to 100.
    #[prost(double, optional, tag = "2")]
    pub strategic_fit: Option<f64>,
    /// 0 to 10.
    #[prost(double, optional, tag = "3")]
    pub nps: Option<f64>,
    /// 1 to 5.
    #[prost(double, optional, tag = "4")]
    pub csat: Option<f64>,
    /// Complaints that are open.
    #[prost(int32, optional, tag = "5")]
    pub open_complaints: Option<i32>,
    /// Day of the last interaction.
    #[prost(int32, optional, tag = "6")]
    pub last_interaction_day: Option<i32>,
    /// Whether we may do business with it.
    #[prost(bool, optional, tag = "7")]
    pub qualified: Option<bool>,
    /// Mean days from one interaction to the next.
    #[prost(double, optional, tag = "8")]
    pub interaction_interval_days: Option<f64>,
    /// Share of the declared needs that is bought.
    #[prost(double, optional, tag = "20")]
    pub needs_coverage: Option<f64>,
    /// What it declared to need, and how much of it is bought; encoded.
    #[prost(bytes = "vec", optional, tag = "21")]
    pub declared_needs: Option<Vec<u8>>,
}

/// Signals on their way into a score, with the encoded needs among them.
pub fn stored(signals: &Signals, declared_needs: Option<&Vec<u8>>) -> StoredSignals {
    StoredSignals {
        yearly_wallet_minor: signals.yearly_wallet_minor,
        strategic_fit: signals.strategic_fit,
        nps: signals.nps,
        csat: signals.csat,
        open_complaints: signals.open_complaints,
        last_interaction_day: signals.last_interaction_date.map(day_number),
        qualified: signals.qualified,
        interaction_interval_days: signals.interaction_interval_days,
        needs_coverage: signals.needs_coverage,
        declared_needs: declared_needs.cloned(),
    }
}

/// Signals out of a score.
pub fn signals(encoded: &[u8]) -> Result<Signals, prost::DecodeError> {
    let stored = StoredSignals::decode(encoded)?;
    Ok(Signals {
        yearly_wallet_minor: stored.yearly_wallet_minor,
        strategic_fit: stored.strategic_fit,
        nps: stored.nps,
        csat: stored.csat,
        open_complaints: stored.open_complaints,
        last_interaction_date: stored.last_interaction_day.map(day_of_number),
        qualified: stored.qualified,
        needs_coverage: stored.needs_coverage,
        interaction_interval_days: stored.interaction_interval_days,
    })
}

/// The signals of a score with another answer to whether we may do business with the customer, encoded; `None` where it is that already.
pub fn with_qualified(encoded: Option<&[u8]>, qualified: Option<bool>) -> Result<Option<Vec<u8>>, RunError> {
    let stored = encoded.map(StoredSignals::decode).transpose();
    let stored = stored.map_err(|error| RunError::Fault(error.to_string()))?.unwrap_or_default();
    if stored.qualified == qualified {
        return Ok(None);
    }
    Ok(Some(StoredSignals { qualified, ..stored }.encode_to_vec()))
}

/// What the needs out of a score say, in a sentence; `None` where it has none.
pub fn needs_reason(encoded: &[u8]) -> Option<(String, f64)> {
    let stored = StoredSignals::decode(encoded).ok()?;
    let needs = declared_needs::decode_covered(stored.declared_needs.as_deref()?).ok()?;
    Some((crate::domain::needs::reason(&needs)?, stored.needs_coverage?))
}

/// Reads it all, in the connection's snapshot. `beside` is another connection with the same snapshot, to read half of what is much.
pub async fn read(
    connection: &mut PgConnection,
    beside: Option<PgConnection>,
    tenant: &str,
    settings: &ScoreSettings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Known, RunError> {
    let signals = account_signals_all(connection, tenant, settings.currency.code()).await?;
    let overrides = tier_overrides_all(connection, tenant, now).await?;
    let earlier = earlier_runs(connection, tenant).await?;
    let before = match before(&earlier, settings) {
        Some(run) => Some(read_before(connection, beside, tenant, run, progress).await?),
        None => None,
    };
    let mut signals = signals.into_iter().map(|(buyer, signals)| (buyer as u64, signals)).collect();
    let needs = needs::read(connection, tenant, settings, &mut signals).await?;
    let profiles = profiles::read(connection, tenant, &settings.tiers, Asked::All).await?;
    let peers = peers::read(connection, tenant, settings.currency, settings.index.wallet_benchmark()).await?;
    Ok(Known {
        profiles,
        signals,
        needs,
        peers,
        overrides: overrides.into_iter().map(|(buyer, tier)| (buyer as u64, tier)).collect(),
        before,
    })
}

/// The run whose tiers this one goes on from: the newest of its currency that is not as of a later day.
fn before<'r>(earlier: &'r [EarlierRun], settings: &ScoreSettings) -> Option<&'r EarlierRun> {
    of_currency(earlier, settings).find(|run| run.as_of_date.to_jiff() <= settings.as_of_date)
}

/// Whether there is a run of the currency as of a later day: this one then looks back, and moves nobody.
pub fn looks_back(earlier: &[EarlierRun], settings: &ScoreSettings) -> bool {
    of_currency(earlier, settings).any(|run| run.as_of_date.to_jiff() > settings.as_of_date)
}

fn of_currency<'r>(earlier: &'r [EarlierRun], settings: &ScoreSettings) -> impl Iterator<Item = &'r EarlierRun> {
    let currency = settings.currency.code();
    earlier.iter().filter(move |run| {
        ScoreRunSettings::decode(run.settings.as_slice()).is_ok_and(|settings| settings.currency_code == currency)
    })
}

async fn read_before(
    connection: &mut PgConnection,
    beside: Option<PgConnection>,
    tenant: &str,
    run: &EarlierRun,
    progress: &Progress,
) -> Result<Before, RunError> {
    let middle = match &beside {
        Some(_) => standings_middle(connection, tenant, run.score_set).await?.unwrap_or(i64::MAX),
        None => i64::MAX,
    };
    let first = stood(connection, standings_copy(tenant, run.score_set, i64::MIN..=middle));
    let second = async {
        match beside {
            Some(mut connection) if middle < i64::MAX => {
                let copy = standings_copy(tenant, run.score_set, middle + 1..=i64::MAX);
                session::apart(progress, async move {
                    let stood = stood(&mut connection, copy).await?;
                    session::end(connection).await?;
                    Ok(stood)
                })
                .await
            }
            _ => Ok(Vec::new()),
        }
    };
    let (mut standings, upper) = tokio::try_join!(first, second)?;
    standings.extend(upper);
    Ok(Before { score_run_id: run.score_run_id, tier_names: run.tier_names.clone(), standings })
}

async fn stood(connection: &mut PgConnection, copy: String) -> Result<Vec<Stood>, RunError> {
    let mut standings = Vec::new();
    copy_out(connection, AssertSqlSafe(copy), |row| {
        let (buyer, tier, earned): (i64, i16, i16) = (row.get()?, row.get()?, row.get()?);
        let below_since = row.get_opt::<i32>()?.map(|day| day + POSTGRES_EPOCH);
        let place = |number: i16| u8::try_from(number - 1).unwrap_or(u8::MAX);
        let earned = Standing { tier: place(earned), below_since };
        let (stage, since): (Option<i16>, Option<i32>) = (row.get_opt()?, row.get_opt()?);
        let stay = stage.and_then(Stage::of_number).zip(since);
        let stay = stay.map(|(stage, since)| Stay { stage, since: since + POSTGRES_EPOCH });
        standings.push(Stood { buyer: buyer as u64, tier: place(tier), earned, stay });
        Ok::<(), RunError>(())
    })
    .await?;
    Ok(standings)
}
