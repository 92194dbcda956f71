//! Segments, clusterings and target populations of a tenant, with everyone in several of them.

use clientele_proto::value::v1::{
    AddSegmentMembersRequest, CreateSegmentClusteringRequest, CreateSegmentRequest, CustomerGrouping, Segment,
    SegmentClustering, SegmentList, SegmentRule, TargetPopulation, UpsertTargetPopulationRequest,
    customer_share_service_client::CustomerShareServiceClient, segment::Definition,
    segment_clustering_service_client::SegmentClusteringServiceClient, segment_service_client::SegmentServiceClient,
};
use clientele_tests::{World, eventually, garbage::Ids, rows::count};

/// Makes them, waits until all members are found, and answers the ids by the names of the fields that take them.
pub async fn segment(world: &World, tenant: &str, customer_ids: &[String], scored: bool) -> Ids {
    let mut owner = world.database.owner().await;
    let profiles = format!("SELECT count(*) FROM value.customer_profile WHERE tenant_id = '{tenant}'");
    eventually("the customers' profiles reach value", async || {
        (count(&mut owner, &profiles).await >= customer_ids.len() as i64).then_some(())
    })
    .await;
    let mut segments = SegmentServiceClient::new(world.value.tenant(tenant));
    let rule = |filter: &str| Definition::Rule(SegmentRule { filter: filter.to_owned() });
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for (name, definition) in [
        ("PERSONS", rule("customer.kind = PERSON")),
        ("NOT_ORGANISATIONS", rule("NOT customer.kind = ORGANISATION")),
        ("EVERYBODY", Definition::List(SegmentList {})),
    ] {
        let segment = Segment {
            segment_name: name.to_owned(),
            description: "cdnow-segment".to_owned(),
            definition: Some(definition),
            ..Segment::default()
        };
        let request = CreateSegmentRequest { segment: Some(segment), ..Default::default() };
        let made = segments.create_segment(request).await.unwrap().into_inner();
        names.push(made.segment_name);
        ids.push(made.segment_id);
    }
    for some in customer_ids.chunks(1000) {
        let request = AddSegmentMembersRequest {
            segment_id: ids[2].clone(),
            customer_ids: some.to_vec(),
            ..AddSegmentMembersRequest::default()
        };
        segments.add_segment_members(request).await.unwrap();
    }
    let clusterings = if scored { cluster(world, tenant).await } else { Vec::new() };
    let populations = populate(world, tenant).await;
    let open = format!("SELECT count(*) FROM value.segment_review WHERE tenant_id = '{tenant}'");
    eventually("members are found", async || (count(&mut owner, &open).await == 0).then_some(())).await;
    Ids::from([
        ("segment_id", ids),
        ("segment_name", names),
        ("segment_clustering_id", clusterings),
        ("target_population_id", populations),
    ])
}

async fn cluster(world: &World, tenant: &str) -> Vec<String> {
    let mut clusterings = SegmentClusteringServiceClient::new(world.value.tenant(tenant));
    let mut ids = Vec::new();
    for prefix in ["RFM", "OTHER", "THIRD"] {
        let clustering =
            SegmentClustering { name_prefix: prefix.to_owned(), cluster_count: 2, ..SegmentClustering::default() };
        let request = CreateSegmentClusteringRequest { segment_clustering: Some(clustering), ..Default::default() };
        let made = clusterings.create_segment_clustering(request).await.unwrap().into_inner();
        ids.push(made.segment_clustering_id);
    }
    ids
}

async fn populate(world: &World, tenant: &str) -> Vec<String> {
    let mut shares = CustomerShareServiceClient::new(world.value.tenant(tenant));
    let mut ids = Vec::new();
    for group in ["DE", "FR", "PL"] {
        let population = TargetPopulation {
            grouping: CustomerGrouping::Country.into(),
            group: group.to_owned(),
            population: 1_000,
            source: "cdnow-population".to_owned(),
            ..TargetPopulation::default()
        };
        let request = UpsertTargetPopulationRequest { target_population: Some(population), ..Default::default() };
        ids.push(shares.upsert_target_population(request).await.unwrap().into_inner().target_population_id);
    }
    ids
}
