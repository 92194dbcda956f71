//! Screening of a tenant: lists, their entries, and hits of customers that trade under listed names.

use clientele_proto::qualification::v1::{
    ImportScreeningListRequest, ScreenCustomerRequest, ScreeningList, ScreeningListFormat, ScreeningListKind,
    import_screening_list_response, screening_service_client::ScreeningServiceClient,
};
use clientele_tests::{World, garbage::Ids};

/// Imports three lists of the same names, and answers the ids by the names of the fields that take them.
pub async fn screening(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let mut client = ScreeningServiceClient::new(world.qualification.person(tenant, "cdnow-reviewer"));
    let names = ["Cdnow Petrov", "Cdnow Ivanova", "Cdnow Abdullah"].map(str::to_owned);
    let lists: Vec<String> = ["cdnow-one", "cdnow-three", "cdnow-two"].map(str::to_owned).to_vec();
    for list in &lists {
        let file = names.iter().enumerate().map(|(at, name)| format!("{list}-{at},person,\"{name}\"\n"));
        let file = format!("id,kind,name\n{}", file.collect::<String>());
        let named = ScreeningList {
            screening_list_id: list.clone(),
            kind: ScreeningListKind::Internal.into(),
            format: ScreeningListFormat::Csv.into(),
            ..ScreeningList::default()
        };
        let messages = [ImportScreeningListRequest { screening_list: Some(named), chunk: file.into_bytes() }];
        let mut answers = client.import_screening_list(futures::stream::iter(messages)).await.unwrap().into_inner();
        let last = answers.message().await.unwrap().and_then(|answer| answer.content);
        let Some(import_screening_list_response::Content::Summary(done)) = last else { panic!("{last:?}") };
        assert_eq!((done.added, done.rejected), (names.len() as i64, 0));
    }
    let (mut hits, mut entries) = (Vec::new(), Vec::new());
    for (customer_id, name) in customer_ids.iter().zip(&names) {
        let further_names = vec![name.clone()];
        let request = ScreenCustomerRequest { customer_id: customer_id.clone(), further_names };
        let mut found = client.screen_customer(request).await.unwrap().into_inner();
        while let Some(answer) = found.message().await.unwrap() {
            let hit = answer.screening_hit.unwrap();
            entries.extend(hit.r#match.and_then(|found| found.entry).map(|entry| entry.screening_entry_id));
            hits.push(hit.screening_hit_id);
        }
    }
    assert!(hits.len() >= 3, "{hits:?}");
    Ids::from([("screening_list_id", lists), ("screening_hit_id", hits), ("screening_entry_id", entries)])
}
