//! `GetSegmentPreview`: who would be in a segment, and what they are worth.

use std::sync::Arc;

use clientele_error::{Error, Result};
use clientele_page::Filter;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{
    GetSegmentPreviewRequest, SegmentMember, SegmentPreview, get_segment_preview_request::Definition,
};
use clientele_service::Call;
use uuid::Uuid;

use super::{
    parse::{filter, segment_id},
    stored::read,
};
use crate::{
    State,
    domain::currency::rounded,
    rpc::scores::scored_run,
    scoring::{ScoredRun, settings_message::money},
    segmenting::followed::{columns, followed},
    store::{
        segment::SegmentKey,
        segment_move::segment_moves_plan_for_tenant,
        segment_preview::{Counted, Group, segment_preview_count, segment_preview_first},
    },
};

/// Members answered when the request does not say, and at most.
const MEMBERS: (i64, i64) = (10, 1_000);

/// What is asked for.
enum Asked {
    Rule(Filter),
    Segment(Uuid),
}

pub(super) async fn get_segment_preview(
    state: &State,
    call: Call,
    request: GetSegmentPreviewRequest,
) -> Result<SegmentPreview> {
    let tenant = call.tenant();
    let asked = match &request.definition {
        Some(Definition::Rule(rule)) => Asked::Rule(filter(&rule.filter, "rule.filter")?),
        Some(Definition::SegmentId(id)) => Asked::Segment(segment_id(id, "segment_id")?),
        None => return Err(Error::invalid_field("definition", "must be given, as rule or as segment_id")),
    };
    let members = match i64::from(request.max_members) {
        0 => MEMBERS.0,
        members => members.min(MEMBERS.1),
    };
    let named = match request.score_run_id.as_str() {
        "" => None,
        id => Some(scored_run(state, tenant, id).await?.0),
    };
    // Reading a million customers may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let (group, currency_code) = match &asked {
        Asked::Rule(filter) => (Group::Rule(filter), String::new()),
        Asked::Segment(id) => (Group::Segment(*id), read(&mut tx, tenant, &SegmentKey::Id(*id)).await?.currency_code),
    };
    let run = match named {
        Some(run) => Some(run),
        None => followed(&mut tx, tenant, &currency_code).await.map_err(failed)?,
    };
    segment_moves_plan_for_tenant(&mut tx).await.map_err(failed)?;
    let of_run = columns(run.as_deref());
    let counted = segment_preview_count(&mut tx, tenant, &of_run, &group).await.map_err(failed)?;
    let first = segment_preview_first(&mut tx, tenant, &of_run, &group, members).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(reply(run.as_ref(), &counted, first))
}

fn reply(
    run: Option<&Arc<ScoredRun>>,
    counted: &Counted,
    first: Vec<(Option<Uuid>, Option<String>)>,
) -> SegmentPreview {
    let currency = run.map(|run| run.settings.currency);
    let clv = counted.total_clv_minor.map(|all| (counted.members_clv_minor.unwrap_or_default(), all));
    let revenue = (counted.members_revenue_minor as f64, counted.total_revenue_minor as f64);
    SegmentPreview {
        score_run_id: run.map(|run| run.id.clone()).unwrap_or_default(),
        members: counted.members,
        customers: counted.customers,
        customer_share: share((counted.members as f64, counted.customers as f64)).unwrap_or_default(),
        scored_members: counted.scored_members,
        total_revenue: currency.map(|currency| money(currency, counted.members_revenue_minor)),
        sales_share: share(revenue),
        clv: currency.zip(clv).map(|(currency, (members, _))| money(currency, rounded(members))),
        value_share: clv.and_then(share),
        first_members: first.into_iter().map(member).collect(),
    }
}

fn share((part, whole): (f64, f64)) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn member((customer_id, external_id): (Option<Uuid>, Option<String>)) -> SegmentMember {
    SegmentMember {
        customer_id: customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: external_id.unwrap_or_default(),
        join_time: None,
    }
}
