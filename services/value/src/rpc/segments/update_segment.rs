//! `UpdateSegment`: changes what a mask names.

use clientele_error::{Error, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{Segment, SegmentUpdated, UpdateSegmentRequest, segment::Definition};
use clientele_service::Call;
use jiff_sqlx::ToSqlx as _;

use super::{
    parse::{currency_code, filter, name, segment_id},
    stored::{check_etag, locked, name_taken, read, told},
};
use crate::{
    State,
    rpc::once::{Asked, once},
    segmenting::telling::subject,
    store::{
        segment::{SegmentKey, SegmentRecord, kind, segment_update},
        segment_review::segment_review_put,
    },
};

/// What may be changed, by the names of the fields.
const PATHS: [&str; 4] = ["segment_name", "description", "rule", "currency_code"];

pub(super) async fn update_segment(state: &State, call: Call, request: UpdateSegmentRequest) -> Result<Segment> {
    let segment = request.segment.clone().unwrap_or_default();
    let id = segment_id(&segment.segment_id, "segment.segment_id")?;
    let paths = paths(request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default(), &segment)?;
    let change = change(&segment, &paths)?;
    let asked =
        Asked { method: "UpdateSegment", request_id: &request.request_id, validate_only: request.validate_only };
    let answer = once(state, &call, asked, &request, async |tx| {
        let before = locked(tx, call.tenant(), id).await?;
        check_etag(&segment.etag, &before, "segment.etag")?;
        run(state, &call, tx, &request.request_id, &before, change).await
    })
    .await?;
    state.segmenting.wake();
    Ok(answer)
}

/// What changes.
#[derive(Debug, Clone, Copy)]
struct Change<'a> {
    name: Option<&'a str>,
    description: Option<&'a str>,
    rule: Option<&'a str>,
    currency_code: Option<&'a str>,
}

/// The fields that a mask names; of an empty one those that are set.
fn paths(mask: &[String], segment: &Segment) -> Result<Vec<&'static str>> {
    let is_rule = matches!(segment.definition, Some(Definition::Rule(_)));
    let set = |path: &str| match path {
        "segment_name" => !segment.segment_name.is_empty(),
        "description" => !segment.description.is_empty(),
        "rule" => is_rule,
        _ => !segment.currency_code.is_empty(),
    };
    if mask.is_empty() {
        return Ok(PATHS.into_iter().filter(|path| set(path)).collect());
    }
    if mask == ["*"] {
        // A list has no rule to change.
        return Ok(PATHS.into_iter().filter(|path| *path != "rule" || is_rule).collect());
    }
    let mut wrong = Vec::new();
    let mut named = Vec::new();
    for (at, path) in mask.iter().enumerate() {
        match PATHS.into_iter().find(|known| known == path) {
            Some(known) => named.push(known),
            None => wrong.push(Violation::new(
                format!("update_mask.paths[{at}]"),
                format!("must be one of {}, or * alone", PATHS.join(", ")),
            )),
        }
    }
    if wrong.is_empty() { Ok(named) } else { Err(Error::invalid_fields(wrong)) }
}

fn change<'a>(segment: &'a Segment, paths: &[&str]) -> Result<Change<'a>> {
    let named = |path: &str| paths.contains(&path);
    let rule = match &segment.definition {
        _ if !named("rule") => None,
        Some(Definition::Rule(rule)) => {
            filter(&rule.filter, "segment.rule.filter")?;
            Some(rule.filter.as_str())
        }
        _ => return Err(Error::invalid_field("segment.rule", "must be given, as update_mask names it")),
    };
    if named("segment_name") {
        name(&segment.segment_name)?;
    }
    if named("currency_code") {
        currency_code(&segment.currency_code)?;
    }
    Ok(Change {
        name: named("segment_name").then_some(segment.segment_name.as_str()),
        description: named("description").then_some(segment.description.as_str()),
        rule,
        currency_code: named("currency_code").then_some(segment.currency_code.as_str()),
    })
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    before: &SegmentRecord,
    change: Change<'_>,
) -> Result<Segment> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let mut after = before.clone();
    if let Some(rule) = change.rule {
        if before.kind != kind::RULE {
            let text = "is not a rule, and stays what it is; create another segment with the rule";
            return Err(Error::invalid_field("segment.rule", format!("the segment {} {text}", before.name)));
        }
        after.rule = Some(rule.to_owned());
    }
    if let Some(code) = change.currency_code {
        if before.kind == kind::CLUSTER && code != before.currency_code {
            let text = "a cluster follows the runs in the currency that it was found in; create another clustering by one of those runs";
            return Err(Error::invalid_field("segment.currency_code", text));
        }
        code.clone_into(&mut after.currency_code);
    }
    change.name.unwrap_or(&before.name).clone_into(&mut after.name);
    change.description.unwrap_or(&before.description).clone_into(&mut after.description);
    if after == *before {
        return told(before);
    }
    after.version += 1;
    after.actor.clone_from(&call.caller.subject);
    after.update_time = now.to_sqlx();
    segment_update(tx, tenant, &after).await.map_err(|error| name_taken(error, &after.name, "segment.segment_name"))?;
    let redefined = after.rule != before.rule || after.currency_code != before.currency_code;
    if redefined && after.kind == kind::RULE {
        segment_review_put(tx, tenant, after.segment_id, &after.actor).await.map_err(failed)?;
    }
    let changed = told(&read(tx, tenant, &SegmentKey::Id(after.segment_id)).await?)?;
    let payload = SegmentUpdated { segment: Some(changed.clone()) };
    let event = NewEvent::of_call(&state.context, call, request_id, now, subject(after.segment_id), &payload);
    state.outbox.publish(tx, event).await.map_err(failed)?;
    Ok(changed)
}
