//! `ListRiskScorecards`, `ListRiskAssessments`, `ListRiskOverrides`, `ListCreditDecisions`.

use clientele_error::Result;
use clientele_page::Page;
use clientele_proto::qualification::v1::{
    ListCreditDecisionsRequest, ListCreditDecisionsResponse, ListRiskAssessmentsRequest, ListRiskAssessmentsResponse,
    ListRiskOverridesRequest, ListRiskOverridesResponse, ListRiskScorecardsRequest, ListRiskScorecardsResponse,
};
use clientele_service::Call;

use crate::{State, rpc::listing::list, store::risk_list::Table};

pub(super) async fn list_risk_scorecards(
    state: &State,
    call: Call,
    request: ListRiskScorecardsRequest,
) -> Result<ListRiskScorecardsResponse> {
    let Page { items, next_page_token } = list!(state, call, request, Table::Scorecards, "list_risk_scorecards");
    Ok(ListRiskScorecardsResponse { risk_scorecards: items, next_page_token })
}

pub(super) async fn list_risk_assessments(
    state: &State,
    call: Call,
    request: ListRiskAssessmentsRequest,
) -> Result<ListRiskAssessmentsResponse> {
    let Page { items, next_page_token } = list!(state, call, request, Table::Assessments, "list_risk_assessments");
    Ok(ListRiskAssessmentsResponse { risk_assessments: items, next_page_token })
}

pub(super) async fn list_risk_overrides(
    state: &State,
    call: Call,
    request: ListRiskOverridesRequest,
) -> Result<ListRiskOverridesResponse> {
    let Page { items, next_page_token } = list!(state, call, request, Table::Overrides, "list_risk_overrides");
    Ok(ListRiskOverridesResponse { risk_overrides: items, next_page_token })
}

pub(super) async fn list_credit_decisions(
    state: &State,
    call: Call,
    request: ListCreditDecisionsRequest,
) -> Result<ListCreditDecisionsResponse> {
    let Page { items, next_page_token } = list!(state, call, request, Table::Decisions, "list_credit_decisions");
    Ok(ListCreditDecisionsResponse { credit_decisions: items, next_page_token })
}

#[cfg(test)]
mod tests {
    use crate::store::risk_list::Table;

    #[test]
    fn the_fields_of_the_lists_are_sound() {
        for table in [Table::Scorecards, Table::Assessments, Table::Overrides, Table::Decisions, Table::Checks] {
            clientele_page::suite::schema_is_sound(table.schema());
        }
    }
}
