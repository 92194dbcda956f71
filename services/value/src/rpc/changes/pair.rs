//! The two runs that a request compares.

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::ScoreRunSettings;
use prost::Message as _;

use crate::{State, rpc::scores::scored_run, scoring::ScoredRun, store::tier::earlier_runs};

/// The earlier run and the later one, with the numbers their scores stand under.
pub(super) struct Pair {
    pub before: (Arc<ScoredRun>, i64),
    pub after: (Arc<ScoredRun>, i64),
}

/// The runs by their ids as they stand in a request.
pub(super) async fn pair(state: &State, tenant: &str, id: &str, earlier_id: &str) -> Result<Pair> {
    let after = scored_run(state, tenant, id).await?;
    let before = if earlier_id.is_empty() {
        scored_run(state, tenant, &run_before(state, tenant, &after.0).await?).await?
    } else {
        // A run is asked for by the field that names it.
        let id = earlier_id.parse::<uuid::Uuid>();
        id.map_err(|_| Error::invalid_field("earlier_score_run_id", "must be a UUID"))?;
        scored_run(state, tenant, earlier_id).await?
    };
    if before.1 == after.1 {
        let told = "is the same run as score_run_id; name another one, or leave it empty for the one before";
        return Err(Error::invalid_field("earlier_score_run_id", told));
    }
    let [currency, earlier_currency] = [&after, &before].map(|(run, _)| run.settings.currency);
    if currency != earlier_currency {
        let (currency, earlier) = (currency.code(), earlier_currency.code());
        let told = format!("is a run in {earlier}, and score_run_id one in {currency}: name two of one currency");
        return Err(Error::invalid_field("earlier_score_run_id", told));
    }
    Ok(Pair { before, after })
}

/// The id of the run that succeeded before another one in its currency.
async fn run_before(state: &State, tenant: &str, run: &ScoredRun) -> Result<String> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let runs = earlier_runs(&mut connection, tenant).await.map_err(failed)?;
    let currency = run.settings.currency.code();
    let mut older = runs.into_iter().skip_while(|other| other.score_run_id != run.score_run_id).skip(1);
    let before = older.find(|other| {
        ScoreRunSettings::decode(other.settings.as_slice()).is_ok_and(|settings| settings.currency_code == currency)
    });
    let before = before.ok_or_else(|| {
        let told = "there is no earlier score run of the currency whose scores are kept; name one as earlier_score_run_id, or start another run";
        Error::new(Reason::NotScoredYet, told).about("score_run", run.id.clone())
    })?;
    Ok(before.score_run_id.to_string())
}
