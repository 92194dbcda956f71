//! Who did what to the evidence of a case.

use clientele_proto::qualification::v1::RequiredCheck;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::case_machine::people::{Deed, Deeds};

/// The deed of those whose word came out of a check; its piece is the check's number, those of others are ids of documents and hits.
const CHECK: &str = "check";

/// What people did to documents that are used or may come to be, to hits that are not closed, to checks that count from `since` on and to the declared
/// ownership, as of one instant.
pub async fn evidence_deeds(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    since: Option<Timestamp>,
) -> sqlx::Result<Deeds> {
    // States of documents 2 to 5: received, being verified, verified, nearing the end. State of hits 5: closed.
    let rows = sqlx::query!(
        r#"WITH documents AS MATERIALIZED (
               SELECT document_id::text AS piece, uploader, editors, readers, verifier FROM qualification.document
               WHERE tenant_id = $1 AND customer_id = $2 AND state BETWEEN 2 AND 5
           ), hits AS MATERIALIZED (
               SELECT screening_hit_id::text AS piece, decided_by, proposed_by FROM qualification.screening_hit
               WHERE tenant_id = $1 AND customer_id = $2 AND state <> 5
           )
           SELECT d.deed AS "deed!", d.piece AS "piece!", d.subject AS "subject!" FROM (
               SELECT 'uploaded' AS deed, piece, uploader AS subject FROM documents
               UNION ALL SELECT 'corrected', piece, unnest(editors) FROM documents
               UNION ALL SELECT 'read', piece, unnest(readers) FROM documents
               UNION ALL SELECT 'verified', piece, verifier FROM documents
               UNION ALL SELECT 'hit', piece, decided_by FROM hits
               UNION ALL SELECT 'hit', piece, proposed_by FROM hits
               UNION ALL SELECT 'check', check_kind::text, unnest(reviewers) FROM qualification.customer_check
                   WHERE tenant_id = $1 AND customer_id = $2 AND ($3::timestamptz IS NULL OR check_time > $3)
               UNION ALL SELECT 'ownership', '', actor FROM (
                   SELECT actor FROM qualification.ownership_structure
                   WHERE tenant_id = $1 AND customer_id = $2 ORDER BY version DESC LIMIT 1) o
           ) d WHERE d.subject <> ''"#,
        tenant,
        customer_id,
        since.map(Timestamp::to_sqlx) as _,
    )
    .fetch_all(connection)
    .await?;
    let mut deeds = Deeds::default();
    for row in rows {
        let piece = if row.deed == CHECK { check_name(&row.piece) } else { row.piece };
        deeds.add(deed(&row.deed)?, &piece, &row.subject);
    }
    Ok(deeds)
}

fn deed(name: &str) -> sqlx::Result<Deed> {
    Ok(match name {
        "uploaded" => Deed::UploadedDocument,
        "corrected" => Deed::CorrectedDocument,
        "read" => Deed::ReadDocument,
        "verified" => Deed::VerifiedDocument,
        "hit" => Deed::DecidedHit,
        CHECK => Deed::DecidedCheck,
        "ownership" => Deed::DeclaredOwnership,
        other => return Err(sqlx::Error::Decode(format!("{other} is no deed").into())),
    })
}

/// The name of a check, such as `SITE_VISIT`, by its number.
fn check_name(number: &str) -> String {
    let check = number.parse::<i32>().ok().and_then(|number| RequiredCheck::try_from(number).ok()).unwrap_or_default();
    check.as_str_name().trim_start_matches("REQUIRED_CHECK_").to_owned()
}
