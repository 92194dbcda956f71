//! Cases, notes and requirement policies of a tenant.

use clientele_proto::qualification::v1::{
    Case, CaseFacts, CaseNote, CreateCaseNoteRequest, CreateCaseRequest, CreateRequirementPolicyRequest, PartyKind,
    RequirementPolicy, RequirementRule, StartChecksOfCaseRequest, SubmitCaseRequest,
    case_service_client::CaseServiceClient, requirement_policy_service_client::RequirementPolicyServiceClient,
};
use clientele_tests::{World, garbage::Ids};

/// Opens cases of the first customers, with notes and several steps each, and makes policies; answers the ids.
pub async fn cases(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let mut policies = RequirementPolicyServiceClient::new(world.qualification.tenant(tenant));
    for number in 1..=3 {
        // Asks for nothing, so that cases can be handed in.
        let rule = RequirementRule { name: "everybody".into(), approvals_needed: number, ..Default::default() };
        let requirement_policy = Some(RequirementPolicy { rules: vec![rule], ..Default::default() });
        let request = CreateRequirementPolicyRequest { requirement_policy, ..Default::default() };
        policies.create_requirement_policy(request).await.unwrap();
    }
    let mut client = CaseServiceClient::new(world.qualification.tenant(tenant));
    let mut case_ids = Vec::new();
    for customer_id in customer_ids.iter().take(9) {
        let facts = Some(CaseFacts {
            party_kind: PartyKind::Organisation.into(),
            legal_name: "Guarded Ltd".into(),
            country_code: "DE".into(),
            ..CaseFacts::default()
        });
        let case = Some(Case { customer_id: customer_id.clone(), facts, ..Case::default() });
        let made = client.create_case(CreateCaseRequest { case, ..Default::default() }).await.unwrap().into_inner();
        for text in ["first", "second", "third"] {
            let case_note = Some(CaseNote { case_id: made.case_id.clone(), text: text.into(), ..Default::default() });
            client.create_case_note(CreateCaseNoteRequest { case_note, ..Default::default() }).await.unwrap();
        }
        case_ids.push(made.case_id);
    }
    // The first one has a history.
    let case_id = case_ids[0].clone();
    client.submit_case(SubmitCaseRequest { case_id: case_id.clone(), ..Default::default() }).await.unwrap();
    client.start_checks_of_case(StartChecksOfCaseRequest { case_id, ..Default::default() }).await.unwrap();
    Ids::from([("case_id", case_ids)])
}
