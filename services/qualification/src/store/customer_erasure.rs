//! Forgetting customers that were erased. Documents, whose contents stand elsewhere, and the audit log, whose leaves stay, have ways of their own.

use sqlx::PgConnection;
use uuid::Uuid;

/// Forgets all else that is known of customers.
pub async fn customers_forget(connection: &mut PgConnection, tenant: &str, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH gone AS (DELETE FROM qualification.qualification_case WHERE tenant_id = $1 AND customer_id = ANY ($2) RETURNING case_id), \
              requirements AS (DELETE FROM qualification.case_document_requirement c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id), \
              persons AS (DELETE FROM qualification.case_person c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id), \
              reminders AS (DELETE FROM qualification.review_reminder c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id), \
              approvals AS (DELETE FROM qualification.case_approval c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id), \
              transitions AS (DELETE FROM qualification.case_transition c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id) \
         DELETE FROM qualification.case_note c USING gone g WHERE c.tenant_id = $1 AND c.case_id = g.case_id",
        tenant,
        ids
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH hits AS (DELETE FROM qualification.screening_hit WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              names AS (DELETE FROM qualification.screening_name WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              tasks AS (DELETE FROM qualification.screening_task WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              acts AS (DELETE FROM qualification.act WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              authorisations AS (DELETE FROM qualification.authorisation WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              owners AS (DELETE FROM qualification.ownership_structure WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              checks AS (DELETE FROM qualification.customer_check WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              runs AS (DELETE FROM qualification.check_run WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              identifiers AS (DELETE FROM qualification.customer_identifier WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              inputs AS (DELETE FROM qualification.risk_inputs WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              risks AS (DELETE FROM qualification.risk_assessment WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              history AS (DELETE FROM qualification.risk_assessment_history WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              overrides AS (DELETE FROM qualification.risk_override WHERE tenant_id = $1 AND customer_id = ANY ($2)), \
              credit AS (DELETE FROM qualification.credit_decision WHERE tenant_id = $1 AND customer_id = ANY ($2)) \
         DELETE FROM qualification.customer WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}
