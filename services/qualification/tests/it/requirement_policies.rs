use clientele_proto::qualification::v1::{
    CreateRequirementPolicyRequest, GetRequirementPolicyRequest, ListRequirementPoliciesRequest, PartyKind,
    PreviewRequirementsRequest, RequirementFacts, RequirementPolicy, RequirementRule,
    requirement_policy_service_client::RequirementPolicyServiceClient,
};

use crate::harness::{Qualification, TENANT};

#[tokio::test]
async fn versions_are_made_read_listed_and_tried() {
    let service = Qualification::start().await;
    let mut client = RequirementPolicyServiceClient::new(service.running.tenant(TENANT));
    let built_in = client.get_requirement_policy(GetRequirementPolicyRequest::default()).await.unwrap().into_inner();
    assert_eq!((built_in.version, built_in.note.as_str()), (0, "Built in"));
    for number in 1..=3 {
        let rule = RequirementRule { name: "all".into(), approvals_needed: number, ..Default::default() };
        let requirement_policy = Some(RequirementPolicy { rules: vec![rule], ..Default::default() });
        let request = CreateRequirementPolicyRequest { requirement_policy, ..Default::default() };
        assert_eq!(client.create_requirement_policy(request).await.unwrap().into_inner().version, number);
    }
    let request = GetRequirementPolicyRequest { version: Some(2) };
    let second = client.get_requirement_policy(request).await.unwrap().into_inner();
    assert_eq!(second.rules[0].approvals_needed, 2);
    let missing = client.get_requirement_policy(GetRequirementPolicyRequest { version: Some(9) }).await.unwrap_err();
    assert_eq!(missing.code(), tonic::Code::NotFound);
    let mut versions = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListRequirementPoliciesRequest { page_size: 2, page_token };
        let page = client.list_requirement_policies(request).await.unwrap().into_inner();
        versions.extend(page.requirement_policies.iter().map(|policy| policy.version));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(versions, [3, 2, 1]);
    let facts = Some(RequirementFacts {
        party_kind: PartyKind::Organisation.into(),
        country_code: "CN".into(),
        ..RequirementFacts::default()
    });
    let mut needed = async |version| {
        let request = PreviewRequirementsRequest { facts: facts.clone(), version, ..Default::default() };
        client.preview_requirements(request).await.unwrap().into_inner().approvals_needed
    };
    assert_eq!((needed(None).await, needed(Some(0)).await, needed(Some(2)).await), (3, 1, 2));
    service.log_agrees_until("DELETE FROM qualification.requirement_policy").await;
}
