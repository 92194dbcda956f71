//! Clusters found, assigned, found again.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    CreateSegmentClusteringRequest, DeleteSegmentClusteringRequest, DeleteSegmentRequest, GetSegmentClusteringRequest,
    ListSegmentClusteringsRequest, RefreshSegmentClusteringRequest, SegmentClustering, segment::Definition,
    segment_clustering_service_client::SegmentClusteringServiceClient,
};
use clientele_testkit::Authorised;
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    scoring::{SHOP, cdnow, settings},
};

impl Value {
    fn clusterings(&self) -> SegmentClusteringServiceClient<Authorised> {
        SegmentClusteringServiceClient::new(self.running.tenant(TENANT))
    }

    async fn cluster(&self, prefix: &str, count: i32, validate_only: bool) -> Result<SegmentClustering, Status> {
        let clustering =
            SegmentClustering { name_prefix: prefix.into(), cluster_count: count, seed: 7, ..Default::default() };
        let request = CreateSegmentClusteringRequest {
            segment_clustering: Some(clustering),
            validate_only,
            ..CreateSegmentClusteringRequest::default()
        };
        Ok(self.clusterings().create_segment_clustering(request).await?.into_inner())
    }

    async fn refresh(&self, id: &str) -> SegmentClustering {
        let request = RefreshSegmentClusteringRequest {
            segment_clustering_id: id.into(),
            ..RefreshSegmentClusteringRequest::default()
        };
        self.clusterings().refresh_segment_clustering(request).await.unwrap().into_inner()
    }

    /// Members of the clusters' segments once they are found.
    async fn sizes(&self, clustering: &SegmentClustering) -> Vec<i64> {
        let mut sizes = Vec::new();
        for cluster in &clustering.clusters {
            sizes.push(self.reviewed(&cluster.segment_name).await.members);
        }
        sizes
    }
}

fn found(clustering: &SegmentClustering) -> Vec<i64> {
    clustering.clusters.iter().map(|cluster| cluster.customers).collect()
}

/// What the clustering counted in memory is what Postgres finds by its stored centres, on a real base of 2,357 customers.
#[tokio::test]
async fn every_customer_is_in_the_segment_of_its_cluster() {
    let value = Value::start().await;
    let purchases = cdnow();
    let rows: Vec<_> =
        purchases.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value.run(settings("1998-03-31")).await;
    let tried = value.cluster("RFM", 4, true).await.unwrap();
    assert_eq!(value.count("SELECT count(*) FROM value.segment").await, 0);
    let made = value.cluster("RFM", 4, false).await.unwrap();
    assert_eq!((made.inertia, found(&made)), (tried.inertia, found(&tried)), "the same bits from the same scores");
    let names: Vec<_> = made.clusters.iter().map(|cluster| cluster.segment_name.as_str()).collect();
    assert_eq!(names, ["RFM_1", "RFM_2", "RFM_3", "RFM_4"]);
    assert_eq!(found(&made).iter().sum::<i64>(), made.customers);
    let revenue: Vec<i64> = made.clusters.iter().map(|of| of.mean_revenue.as_ref().unwrap().units).collect();
    assert!(revenue.is_sorted_by(|left, right| left >= right), "{revenue:?}");
    assert_eq!(made.clusters[0].summary, "buys often, lately, for much");
    assert!(made.clusters.iter().all(|cluster| !cluster.nearest_rfm_segment.is_empty()));
    assert_eq!(value.sizes(&made).await, found(&made));

    // Three months later everyone is assigned to the stored centres: still each to one, though not as many to each.
    value.run(settings("1998-06-30")).await;
    let later = value.sizes(&made).await;
    assert_eq!(later.iter().sum::<i64>(), 2_357);
    assert_ne!(later, found(&made));
    // Found anew, segments keep their meaning, and members are again those of the clusters.
    let again = value.refresh(&made.segment_clustering_id).await;
    assert_eq!((again.etag.as_str(), again.seed, again.cluster_count), ("2", 7, 4));
    assert_eq!(again.clusters[0].segment_id, made.clusters[0].segment_id);
    assert_eq!(again.clusters[0].summary, made.clusters[0].summary);
    assert_ne!(again.inertia, made.inertia);
    assert_eq!(value.sizes(&again).await, found(&again));
    let Some(Definition::Cluster(cluster)) = value.segment("RFM_1").await.definition else { panic!("a cluster") };
    assert_eq!(cluster, again.clusters[0]);
}

#[tokio::test]
async fn a_clustering_is_read_found_again_without_moving_anyone_and_deleted() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let status = value.cluster("RFM", 2, false).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
    value.scored().await;
    let made = value.cluster("RFM", 2, false).await.unwrap();
    assert_eq!((made.currency_code.as_str(), made.customers, made.clusters.len()), ("USD", 5, 2));
    assert_eq!(value.sizes(&made).await, found(&made));
    let moves = value.count("SELECT count(*) FROM value.segment_move").await;
    assert_eq!(moves, 5);
    let again = value.refresh(&made.segment_clustering_id).await;
    assert_eq!(again.clusters, made.clusters);
    assert_eq!(value.sizes(&again).await, found(&made));
    assert_eq!(value.count("SELECT count(*) FROM value.segment_move").await, moves);

    let id = made.segment_clustering_id.clone();
    let read = GetSegmentClusteringRequest { segment_clustering_id: id.clone() };
    assert_eq!(value.clusterings().get_segment_clustering(read.clone()).await.unwrap().into_inner(), again);
    let request = ListSegmentClusteringsRequest::default();
    let listed = value.clusterings().list_segment_clusterings(request).await.unwrap().into_inner();
    assert_eq!(listed.segment_clusterings, [again]);

    let one = DeleteSegmentRequest { segment_id: made.clusters[0].segment_id.clone(), ..Default::default() };
    let status = value.segments().delete_segment(one).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "segment_id");
    let stale =
        DeleteSegmentClusteringRequest { segment_clustering_id: id.clone(), etag: "1".into(), ..Default::default() };
    let status = value.clusterings().delete_segment_clustering(stale.clone()).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::EtagMismatch));
    let request = DeleteSegmentClusteringRequest { etag: "2".into(), ..stale };
    value.clusterings().delete_segment_clustering(request).await.unwrap();
    let gone = value.clusterings().get_segment_clustering(read).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    assert_eq!(value.count("SELECT count(*) FROM value.segment").await, 0);
}

#[tokio::test]
async fn clusters_that_cannot_be_found_are_refused() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    for count in [1, 6, 12] {
        let status = value.cluster("RFM", count, false).await.unwrap_err();
        assert_eq!(violations_of(&status)[0].field, "segment_clustering.cluster_count", "{count}");
    }
    // Five customers that differ, as many clusters as tell them best apart.
    let chosen = value.cluster("RFM", 0, true).await.unwrap();
    assert!((2..=5).contains(&chosen.cluster_count), "{}", chosen.cluster_count);
    value.cluster("RFM", 2, false).await.unwrap();
    let taken = value.cluster("RFM", 3, false).await.unwrap_err();
    assert_eq!(reason_of(&taken), Some(Reason::NameTaken));
}
