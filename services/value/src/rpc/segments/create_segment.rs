//! `CreateSegment`: a rule or a list.

use clientele_error::{Error, Result};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{CreateSegmentRequest, Segment, SegmentCreated, segment::Definition};
use clientele_service::Call;

use super::{
    parse::{currency_code, filter, name},
    stored::{name_taken, read, told},
};
use crate::{
    State,
    rpc::once::{Asked, once},
    segmenting::telling::subject,
    store::{
        segment::{NewSegment, SegmentKey, kind, segment_insert},
        segment_review::{segment_review_put, segments_to_be_made},
    },
};

pub(super) async fn create_segment(state: &State, call: Call, request: CreateSegmentRequest) -> Result<Segment> {
    let segment = request.segment.clone().unwrap_or_default();
    name(&segment.segment_name)?;
    currency_code(&segment.currency_code)?;
    let rule = rule(&segment)?;
    let asked =
        Asked { method: "CreateSegment", request_id: &request.request_id, validate_only: request.validate_only };
    let answer = once(state, &call, asked, &request, async |tx| {
        run(state, &call, tx, &request.request_id, &segment, rule.as_deref()).await
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}

/// The filter of a rule; `None` of a list.
fn rule(segment: &Segment) -> Result<Option<String>> {
    match &segment.definition {
        Some(Definition::Rule(rule)) => {
            filter(&rule.filter, "segment.rule.filter")?;
            Ok(Some(rule.filter.clone()))
        }
        Some(Definition::List(_)) => Ok(None),
        Some(Definition::Cluster(_)) => Err(Error::invalid_field(
            "segment.cluster",
            "cannot be given: clusters are found by SegmentClusteringService.CreateSegmentClustering",
        )),
        None => Err(Error::invalid_field("segment.definition", "must be given, as rule or as list")),
    }
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    segment: &Segment,
    rule: Option<&str>,
) -> Result<Segment> {
    let (tenant, now, actor) = (call.tenant(), state.context.now(), &call.caller.subject);
    let new = NewSegment {
        segment_id: state.context.new_id(),
        name: &segment.segment_name,
        description: &segment.description,
        kind: if rule.is_some() { kind::RULE } else { kind::LIST },
        rule,
        cluster: None,
        currency_code: &segment.currency_code,
    };
    segments_to_be_made(tx, tenant).await.map_err(failed)?;
    segment_insert(tx, tenant, &new, actor, now)
        .await
        .map_err(|error| name_taken(error, new.name, "segment.segment_name"))?;
    if rule.is_some() {
        segment_review_put(tx, tenant, new.segment_id, actor).await.map_err(failed)?;
    }
    let made = told(&read(tx, tenant, &SegmentKey::Id(new.segment_id)).await?)?;
    let payload = SegmentCreated { segment: Some(made.clone()) };
    let event = NewEvent::of_call(&state.context, call, request_id, now, subject(new.segment_id), &payload);
    state.outbox.publish(tx, event).await.map_err(failed)?;
    Ok(made)
}
