//! Segments and clusterings as the contract tells them.

use clientele_proto::value::v1::{
    CustomerSegment, Segment, SegmentCluster, SegmentClustering, SegmentList, SegmentMember, SegmentRule,
    segment::Definition,
};
use prost::{DecodeError, Message as _};

use crate::{
    scoring::run_message::instant,
    store::{
        segment::{SegmentRecord, kind},
        segment_clustering::ClusteringRecord,
        segment_member::{MemberRecord, MembershipRecord},
    },
};

/// A segment.
pub fn segment(record: &SegmentRecord) -> Result<Segment, DecodeError> {
    let definition = match record.kind {
        kind::RULE => Definition::Rule(SegmentRule { filter: record.rule.clone().unwrap_or_default() }),
        kind::LIST => Definition::List(SegmentList {}),
        _ => Definition::Cluster(cluster(record)?),
    };
    Ok(Segment {
        segment_id: record.segment_id.to_string(),
        segment_name: record.name.clone(),
        description: record.description.clone(),
        definition: Some(definition),
        currency_code: record.currency_code.clone(),
        members: record.members,
        evaluate_time: record.evaluate_time.map(|time| instant(time.to_jiff())),
        score_run_id: record.score_run_id.map(|id| id.to_string()).unwrap_or_default(),
        segment_clustering_id: record.segment_clustering_id.map(|id| id.to_string()).unwrap_or_default(),
        etag: record.version.to_string(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
        update_time: Some(instant(record.update_time.to_jiff())),
    })
}

/// The cluster that a segment is, under the name that it has now.
fn cluster(record: &SegmentRecord) -> Result<SegmentCluster, DecodeError> {
    let clustering = SegmentClustering::decode(record.clustering.as_deref().unwrap_or_default())?;
    let place = record.cluster.and_then(|place| usize::try_from(place - 1).ok()).unwrap_or_default();
    let cluster = clustering.clusters.into_iter().nth(place).unwrap_or_default();
    Ok(SegmentCluster { segment_id: record.segment_id.to_string(), segment_name: record.name.clone(), ..cluster })
}

/// A clustering; `names` are those that segments have now, by their ids.
pub fn clustering(record: &ClusteringRecord, names: &[(uuid::Uuid, String)]) -> Result<SegmentClustering, DecodeError> {
    let mut told = SegmentClustering::decode(record.clustering.as_slice())?;
    for cluster in &mut told.clusters {
        if let Some((_, name)) = names.iter().find(|(id, _)| id.to_string() == cluster.segment_id) {
            cluster.segment_name.clone_from(name);
        }
    }
    Ok(SegmentClustering {
        segment_clustering_id: record.segment_clustering_id.to_string(),
        etag: record.version.to_string(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
        update_time: Some(instant(record.update_time.to_jiff())),
        ..told
    })
}

/// A member.
pub fn member(record: &MemberRecord) -> SegmentMember {
    SegmentMember {
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        join_time: Some(instant(record.join_time.to_jiff())),
    }
}

/// A segment that a customer is in.
pub fn membership(record: &MembershipRecord) -> CustomerSegment {
    CustomerSegment {
        segment_id: record.segment_id.to_string(),
        segment_name: record.name.clone(),
        description: record.description.clone(),
        join_time: Some(instant(record.join_time.to_jiff())),
    }
}
