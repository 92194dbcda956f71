//! Clusterings as they are stored, for RPCs that answer or change them.

use clientele_error::{Error, Reason, Result};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{Segment, SegmentClustering};
use clientele_service::Call;
use prost::{Message, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::key,
    segmenting::{message, telling::subject},
    store::{
        segment::{SegmentKey, segment_get},
        segment_clustering::{
            ClusteringRecord, segment_clustering_get, segment_clustering_lock, segment_names_of_clusterings,
        },
    },
};

/// Checks the id of a clustering.
pub(super) fn clustering_id(text: &str) -> Result<Uuid> {
    key::uuid(text).map_err(|error| Error::invalid_field("segment_clustering_id", error.to_string()))
}

/// The clustering of that id.
pub(super) async fn read(connection: &mut PgConnection, tenant: &str, id: Uuid) -> Result<ClusteringRecord> {
    let found = segment_clustering_get(connection, tenant, id).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("segment_clustering", id.to_string()))
}

/// The same, kept as it is until the transaction ends, where it is of the version `etag`, or of any where that is empty.
pub(super) async fn locked(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    etag: &str,
) -> Result<ClusteringRecord> {
    segment_clustering_lock(connection, tenant, id).await.map_err(failed)?;
    let record = read(connection, tenant, id).await?;
    if !etag.is_empty() && etag != record.version.to_string() {
        let message = "the clusters were found anew meanwhile; read them again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("etag"));
    }
    Ok(record)
}

/// The clustering as the contract tells it.
pub(super) async fn told(
    connection: &mut PgConnection,
    tenant: &str,
    record: &ClusteringRecord,
) -> Result<SegmentClustering> {
    Ok(told_all(connection, tenant, std::slice::from_ref(record)).await?.remove(0))
}

/// Clusterings as the contract tells them.
pub(super) async fn told_all(
    connection: &mut PgConnection,
    tenant: &str,
    records: &[ClusteringRecord],
) -> Result<Vec<SegmentClustering>> {
    let ids: Vec<Uuid> = records.iter().map(|record| record.segment_clustering_id).collect();
    let names = segment_names_of_clusterings(connection, tenant, &ids).await.map_err(failed)?;
    records.iter().map(|record| message::clustering(record, &names).map_err(Error::internal)).collect()
}

/// Publishes an event of each segment, as it is now.
pub(super) async fn publish<M: Message + Name>(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    segments: &[Uuid],
    payload: impl Fn(Segment) -> M,
) -> Result<()> {
    for id in segments {
        let found = segment_get(tx, call.tenant(), &SegmentKey::Id(*id)).await.map_err(failed)?;
        let Some(record) = found else { continue };
        let payload = payload(message::segment(&record).map_err(Error::internal)?);
        let now = state.context.now();
        let event = NewEvent::of_call(&state.context, call, request_id, now, subject(*id), &payload);
        state.outbox.publish(tx, event).await.map_err(failed)?;
    }
    Ok(())
}
