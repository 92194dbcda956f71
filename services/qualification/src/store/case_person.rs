//! Who had which part in a case.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::case_machine::people::{People, Role};

/// Everybody with a part in a case. Decide by them only under the lock of the case's row.
pub async fn case_people(connection: &mut PgConnection, tenant: &str, case_id: Uuid) -> sqlx::Result<People> {
    let rows = sqlx::query!(
        "SELECT role, subject FROM qualification.case_person WHERE tenant_id = $1 AND case_id = $2",
        tenant,
        case_id,
    )
    .fetch_all(connection)
    .await?;
    let mut people = People::default();
    for row in rows {
        let role = match row.role {
            1 => Role::Maker,
            2 => Role::Reviewer,
            _ => Role::Approver,
        };
        people.add(role, &row.subject);
    }
    Ok(people)
}

/// Writes down who has which part now.
pub async fn case_people_put(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    people: &People,
) -> sqlx::Result<()> {
    let of_roles = [(1_i16, &people.makers), (2, &people.reviewers), (3, &people.approvers)];
    let (roles, subjects): (Vec<i16>, Vec<String>) =
        of_roles.iter().flat_map(|(role, of)| of.iter().map(|subject| (*role, subject.clone()))).unzip();
    sqlx::query!("DELETE FROM qualification.case_person WHERE tenant_id = $1 AND case_id = $2", tenant, case_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "INSERT INTO qualification.case_person (tenant_id, case_id, role, subject) \
         SELECT $1, $2, role, subject FROM unnest($3::smallint[], $4::text[]) AS p (role, subject)",
        tenant,
        case_id,
        &roles,
        &subjects,
    )
    .execute(connection)
    .await
    .map(drop)
}
