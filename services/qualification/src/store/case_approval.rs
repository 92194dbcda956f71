//! Approvals given on the recommendation of a case, and the documents that the last one rests on.

use clientele_proto::qualification::v1::DocumentRequirement;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::case_approval::Endorsement;

/// The approvals of a case, in their order.
pub async fn case_approvals(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
) -> sqlx::Result<Vec<Endorsement>> {
    let rows = sqlx::query!(
        "SELECT subject, products, conditions, validity_months, approve_time FROM qualification.case_approval \
         WHERE tenant_id = $1 AND case_id = $2 ORDER BY approve_time, subject",
        tenant,
        case_id,
    )
    .fetch_all(connection)
    .await?;
    let approvals = rows.into_iter().map(|row| Endorsement {
        actor: row.subject,
        products: row.products,
        conditions: row.conditions,
        validity_months: row.validity_months,
        approve_time: row.approve_time.to_jiff(),
    });
    Ok(approvals.collect())
}

/// Stores an approval. One of the same person is a fault: the rules let nobody approve twice.
pub async fn case_approval_insert(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    approval: &Endorsement,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.case_approval (tenant_id, case_id, subject, products, conditions, validity_months, approve_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        case_id,
        approval.actor,
        &approval.products,
        &approval.conditions,
        approval.validity_months,
        approval.approve_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes the approvals of a case back.
pub async fn case_approvals_delete(connection: &mut PgConnection, tenant: &str, case_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM qualification.case_approval WHERE tenant_id = $1 AND case_id = $2", tenant, case_id)
        .execute(connection)
        .await
        .map(drop)
}

/// Writes down what documents the approval of a case rests on: the mandatory ones.
pub async fn case_document_requirements_put(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    documents: &[DocumentRequirement],
) -> sqlx::Result<()> {
    let mandatory = documents.iter().filter(|document| document.mandatory);
    let (kinds, days): (Vec<i16>, Vec<i32>) =
        mandatory.map(|document| (document.kind() as i16, document.grace_days)).unzip();
    sqlx::query!(
        "DELETE FROM qualification.case_document_requirement WHERE tenant_id = $1 AND case_id = $2",
        tenant,
        case_id,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO qualification.case_document_requirement (tenant_id, case_id, document_kind, grace_days) \
         SELECT $1, $2, kind, days FROM unnest($3::smallint[], $4::integer[]) AS d (kind, days)",
        tenant,
        case_id,
        &kinds,
        &days,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whether the approval of a case rests on a kind of document.
pub async fn case_rests_on(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    kind: i16,
) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM qualification.case_document_requirement WHERE tenant_id = $1 AND case_id = $2 AND document_kind = $3
           ) AS "found!""#,
        tenant,
        case_id,
        kind,
    );
    found.fetch_one(connection).await
}
