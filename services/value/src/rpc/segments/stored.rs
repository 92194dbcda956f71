//! Segments as they are stored, for RPCs that answer or change them.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{answer::failed, constraint::violated};
use clientele_proto::value::v1::Segment;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    segmenting::message,
    store::segment::{SegmentKey, SegmentRecord, segment_get, segment_lock},
};

/// The segment that is meant.
pub(super) async fn read(connection: &mut PgConnection, tenant: &str, key: &SegmentKey) -> Result<SegmentRecord> {
    let name = || match key {
        SegmentKey::Id(id) => id.to_string(),
        SegmentKey::Name(name) => name.clone(),
    };
    segment_get(connection, tenant, key).await.map_err(failed)?.ok_or_else(|| Error::not_found("segment", name()))
}

/// The same, kept as it is until the transaction ends.
pub(super) async fn locked(connection: &mut PgConnection, tenant: &str, id: Uuid) -> Result<SegmentRecord> {
    segment_lock(connection, tenant, id).await.map_err(failed)?;
    read(connection, tenant, &SegmentKey::Id(id)).await
}

/// The segment as the contract tells it.
pub(super) fn told(record: &SegmentRecord) -> Result<Segment> {
    message::segment(record).map_err(Error::internal)
}

/// Refuses a change that was decided by another version.
pub(super) fn check_etag(etag: &str, record: &SegmentRecord, field: &str) -> Result<()> {
    if etag.is_empty() || etag == record.version.to_string() {
        return Ok(());
    }
    let message = "the segment was changed meanwhile; read it again and decide anew";
    Err(Error::new(Reason::EtagMismatch, message).at(field))
}

/// What storing a segment under a name may fail by.
pub(in crate::rpc) fn name_taken(error: sqlx::Error, name: &str, field: &str) -> Error {
    if violated(&error) == Some("segment_name_taken") {
        let message = format!("another segment is called {name}; choose another name, or change that one");
        return Error::new(Reason::NameTaken, message).at(field);
    }
    failed(error)
}
