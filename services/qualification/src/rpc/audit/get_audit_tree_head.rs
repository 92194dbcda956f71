//! `GetAuditTreeHead`: the latest, or that of a size.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{AuditTreeHead, GetAuditTreeHeadRequest};
use clientele_service::Call;

use super::reply;
use crate::{State, store::audit_log::audit_tree_head_get};

pub(super) async fn get_audit_tree_head(
    state: &State,
    call: Call,
    request: GetAuditTreeHeadRequest,
) -> Result<AuditTreeHead> {
    let size = Some(request.tree_size).filter(|size| *size > 0);
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let head = audit_tree_head_get(&mut connection, call.tenant(), size).await.map_err(failed)?;
    let which = size.map_or_else(|| "yet".to_owned(), |size| format!("of {size} leaves"));
    let head = head.ok_or_else(|| Error::not_found("audit_tree_head", which))?;
    Ok(reply::tree_head(call.tenant(), head))
}
