//! Clusters of a run's customers, found before the transaction that stores them begins.

use btyd::rfm::clusters::ClusterError;
use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::SegmentClustering;

use crate::{
    State,
    scoring::{RunError, ScoredRun},
    segmenting::clustering::{Task, cluster},
};

/// Clusters the customers of a run. `field` is that which asked for so many clusters.
pub(super) async fn find(
    state: &State,
    tenant: &str,
    run: (&ScoredRun, i64),
    (task, seed): (Task, i64),
    field: &str,
) -> Result<SegmentClustering> {
    let found = cluster(&state.pool, tenant, run, task, seed).await.map_err(|error| match error {
        RunError::Database(error) => failed(error),
        error => Error::internal(error),
    })?;
    found.map_err(|error| match error {
        ClusterError::Count(_) => Error::invalid_field(field, "must be 0, or 2 to 12"),
        ClusterError::TooFew { .. } => Error::invalid_field(field, error.to_string()),
    })
}
