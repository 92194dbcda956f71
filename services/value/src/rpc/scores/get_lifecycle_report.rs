//! `GetLifecycleReport`: counted over all customers when the run was at work, kept with it.

use clientele_error::Result;
use clientele_proto::value::v1::{
    GetLifecycleReportRequest, LifecycleReport, LifecycleStageCount, LifecycleTransition,
};
use clientele_service::Call;

use super::{counted, scored_run};
use crate::{
    State,
    domain::{currency::rounded, lifecycle::Stage},
    scoring::{
        StageFinding, TransitionFinding, lifecycle_message,
        settings_message::{date, money},
    },
};

pub(super) async fn get_lifecycle_report(
    state: &State,
    call: Call,
    request: GetLifecycleReportRequest,
) -> Result<LifecycleReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let found = counted(&run, run.findings.lifecycle.as_ref())?;
    let currency = run.settings.currency;
    let stage = |(stage, found): (Stage, &StageFinding)| LifecycleStageCount {
        stage: stage.number().into(),
        customers: found.customers,
        total_revenue: Some(money(currency, found.revenue_minor)),
        clv: run.findings.ranked_by_clv.then(|| money(currency, rounded(found.clv_minor))),
    };
    // A policy without it never counts anybody there.
    let there_is = |stage: Stage| stage != Stage::Returning || run.settings.lifecycle.returning_from().is_some();
    let transition = |found: &TransitionFinding| LifecycleTransition {
        from_stage: found.from,
        to_stage: found.to,
        customers: found.customers,
    };
    Ok(LifecycleReport {
        score_run_id: run.id.clone(),
        as_of_date: Some(date(run.settings.as_of_date)),
        lifecycle_policy: Some(lifecycle_message::policy_message(&run.settings.lifecycle)),
        prospects: found.prospects,
        stages: Stage::ALL.into_iter().zip(&found.stages).filter(|(stage, _)| there_is(*stage)).map(stage).collect(),
        earlier_score_run_id: found.earlier_score_run_id.clone(),
        transitions: found.transitions.iter().map(transition).collect(),
    })
}
