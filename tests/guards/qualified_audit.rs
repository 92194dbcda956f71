//! Transitions in the audit log, of subjects of a made-up kind. Their ids are the system's: the tests' own would come twice.

use clientele_proto::qualification::v1::Qualification as Content;
use clientele_qualification::{SCHEMA, State, audit, origin::Origin};
use clientele_service::Context;
use clientele_tests::{World, eventually, garbage::Ids, rows::count};
use uuid::Uuid;

/// Writes a transition down for each of some customers, and waits until all are sealed.
pub async fn audit(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let state = State::new(world.database.pool(SCHEMA.schema).await, Context::system());
    let mut connection = state.pool.acquire().await.unwrap();
    for id in customer_ids.iter().take(20) {
        let id = Uuid::parse_str(id).unwrap();
        let transition = audit::Transition {
            subject_kind: "thing",
            subject_id: id,
            customer_id: Some(id),
            transition: "made",
            state_before: "",
            state_after: "MADE",
            role: "maker",
            policy_version: 1,
            evidence_hashes: Vec::new(),
        };
        let content = Content { customer_id: id.to_string(), ..Content::default() };
        let origin = Origin::job(tenant, "fixtures", state.context.now());
        audit::record(&state, &mut connection, &origin, transition, &content).await.unwrap();
    }
    let mut owner = world.database.owner().await;
    let waiting =
        format!("SELECT count(*) FROM qualification.audit_entry WHERE tenant_id = '{tenant}' AND leaf_index IS NULL");
    eventually("the entries are sealed", async || (count(&mut owner, &waiting).await == 0).then_some(())).await;
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT audit_entry_id FROM qualification.audit_entry WHERE tenant_id = $1 ORDER BY leaf_index",
    )
    .bind(tenant)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    Ids::from([("audit_entry_id", ids.iter().map(Uuid::to_string).collect())])
}
