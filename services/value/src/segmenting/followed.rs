//! The run that segments follow.

use std::sync::Arc;

use clientele_proto::value::v1::ScoreRunSettings;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    scoring::{ScoredRun, run_by_id},
    store::{
        score::RunColumns,
        score_set::score_set_hold,
        segment_rule::no_run,
        tier::{EarlierRun, earlier_runs},
    },
};

/// The run whose scores rules read; `None` before there is one.
pub type Followed = Option<Arc<ScoredRun>>;

/// Of the succeeded runs in a currency (or in any, where it is empty) whose scores are kept, the one as of the latest day; of several the
/// newest. Its scores are kept until the transaction ends.
pub async fn followed(connection: &mut PgConnection, tenant: &str, currency_code: &str) -> sqlx::Result<Followed> {
    while let Some(id) = latest(&earlier_runs(connection, tenant).await?, currency_code) {
        // Where a sweep was quicker, the run is not among them any more.
        if score_set_hold(connection, tenant, id).await?.is_some() {
            return run_by_id(connection, tenant, id).await;
        }
    }
    Ok(None)
}

/// `runs` newest first.
fn latest(runs: &[EarlierRun], currency_code: &str) -> Option<Uuid> {
    let of_currency = |run: &&EarlierRun| {
        currency_code.is_empty()
            || ScoreRunSettings::decode(run.settings.as_slice())
                .is_ok_and(|settings| settings.currency_code == currency_code)
    };
    // Of equals `max_by_key` takes the last.
    let latest = runs.iter().rev().filter(of_currency).max_by_key(|run| run.as_of_date.to_jiff());
    latest.map(|run| run.score_run_id)
}

/// The columns by which SQL reads its scores.
pub fn columns(run: Option<&ScoredRun>) -> RunColumns<'_> {
    let Some((run, score_set)) = run.and_then(|run| Some((run, run.score_set?))) else { return no_run() };
    RunColumns {
        score_set,
        tier_names: &run.tier_names,
        segment_names: &run.segment_names,
        minor_per_unit: run.settings.currency.minor_per_unit() as f64,
        as_of_date: run.settings.as_of_date,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use jiff_sqlx::ToSqlx as _;

    use super::*;

    fn run(number: u128, currency_code: &str, as_of_date: Date) -> EarlierRun {
        let settings = ScoreRunSettings { currency_code: currency_code.into(), ..ScoreRunSettings::default() };
        EarlierRun {
            score_run_id: Uuid::from_u128(number),
            score_set: 1,
            as_of_date: as_of_date.to_sqlx(),
            tier_names: Vec::new(),
            settings: settings.encode_to_vec(),
        }
    }

    #[test]
    fn the_run_as_of_the_latest_day_is_followed_and_of_several_the_newest() {
        let (june, may) = (Date::constant(2026, 6, 30), Date::constant(2026, 5, 31));
        // The newest first: 4 looks back.
        let runs = [run(4, "EUR", may), run(3, "EUR", june), run(2, "EUR", june), run(1, "USD", june)];
        assert_eq!(latest(&runs, "EUR"), Some(Uuid::from_u128(3)));
        assert_eq!(latest(&runs, "USD"), Some(Uuid::from_u128(1)));
        assert_eq!(latest(&runs, ""), Some(Uuid::from_u128(3)));
        assert_eq!(latest(&runs, "CNY"), None);
    }
}
