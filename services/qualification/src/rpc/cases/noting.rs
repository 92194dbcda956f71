//! `RecordCaseCheck`, `CreateCaseNote`, `ListCaseNotes`: what people write down about a case.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    CaseCheck, CaseNote, CaseState, CheckOutcome, CreateCaseNoteRequest, ListCaseNotesRequest, ListCaseNotesResponse,
    RecordCaseCheckRequest, RequiredCheck,
};
use clientele_service::Call;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::{
    acting::locked,
    reading::{is_there, numbered},
};
use crate::{
    State, audit,
    cases::{gathering::people_of, message::check_message, step::wrong_state},
    domain::{case_machine::people::Role, instant::message as instant, key::uuid},
    origin::Origin,
    rpc::once::{Asked, once},
    store::{
        case_note::{NoteRecord, case_note_insert, case_notes_list},
        case_person::case_people_put,
        customer_check::{CheckRecord, customer_check_put},
    },
};

pub(super) async fn record_case_check(state: &State, call: Call, request: RecordCaseCheckRequest) -> Result<CaseCheck> {
    let said = request.case_check.clone().unwrap_or_default();
    let case_id = uuid(&said.case_id, "case_check.case_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    if said.check() == RequiredCheck::RiskAssessment {
        return Err(Error::invalid_field("case_check.check", "is met by assessing the risk"));
    }
    if said.outcome() == CheckOutcome::Waived {
        let text = "must be PASSED or FAILED: a waiver takes two people, by WaiveCheck and ApproveWaivedCheck of the check that was run";
        return Err(Error::invalid_field("case_check.outcome", text));
    }
    if said.outcome() == CheckOutcome::Failed && said.note.trim().is_empty() {
        return Err(Error::invalid_field("case_check.note", "must say why it failed"));
    }
    let asked =
        Asked { method: "RecordCaseCheck", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let record = locked(state, tx, &origin, case_id, "").await?;
        if matches!(record.state, CaseState::Rejected | CaseState::Withdrawn | CaseState::Terminated) {
            return Err(wrong_state(record.state));
        }
        let mut people = people_of(tx, origin.tenant(), &record).await.map_err(failed)?;
        people.may_review(origin.actor()).map_err(|clash| Error::new(Reason::FourEyes, clash.message()))?;
        people.add(Role::Reviewer, origin.actor());
        case_people_put(tx, origin.tenant(), case_id, &people).await.map_err(failed)?;
        let check = CheckRecord {
            check: said.check(),
            outcome: said.outcome(),
            note: said.note.clone(),
            actor: origin.actor().to_owned(),
            check_time: origin.now,
            reviewers: vec![origin.actor().to_owned()],
        };
        if !customer_check_put(tx, origin.tenant(), record.customer_id, &check).await.map_err(failed)? {
            return Err(found_failed(check.check));
        }
        let message = check_message(case_id, &check);
        let written = audit::Transition {
            subject_kind: "case_check",
            // Each is an entry by itself: what was recorded before is replaced, not gone on from.
            subject_id: state.context.new_id(),
            customer_id: Some(record.customer_id),
            transition: "recorded",
            state_before: "",
            state_after: check.outcome.as_str_name().trim_start_matches("CHECK_OUTCOME_"),
            role: "reviewer",
            policy_version: i64::from(record.policy_version),
            evidence_hashes: Vec::new(),
        };
        audit::record(state, tx, &origin, written, &message).await.map_err(failed)?;
        Ok(message)
    })
    .await
}

/// One person does not overrule what the service found out.
fn found_failed(check: RequiredCheck) -> Error {
    let name = check.as_str_name().trim_start_matches("REQUIRED_CHECK_");
    let remedy = if check == RequiredCheck::Screening {
        "decide about its hits (DecideScreeningHit): it passes where none stands"
    } else {
        "mend what it names and repeat it (RunChecks), or let two people waive it (WaiveCheck, ApproveWaivedCheck)"
    };
    Error::new(Reason::CheckState, format!("the service itself found that {name} failed; {remedy}"))
}

pub(super) async fn create_case_note(state: &State, call: Call, request: CreateCaseNoteRequest) -> Result<CaseNote> {
    let said = request.case_note.clone().unwrap_or_default();
    let case_id = uuid(&said.case_id, "case_note.case_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let asked =
        Asked { method: "CreateCaseNote", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        locked(state, tx, &origin, case_id, "").await?;
        let note = NoteRecord {
            case_note_id: state.context.new_id(),
            number: 0,
            note: said.text.clone(),
            actor: origin.actor().to_owned(),
            create_time: origin.now.to_sqlx(),
        };
        case_note_insert(tx, origin.tenant(), case_id, &note).await.map_err(failed)?;
        Ok(note_message(case_id, note))
    })
    .await
}

pub(super) async fn list_case_notes(
    state: &State,
    call: Call,
    request: ListCaseNotesRequest,
) -> Result<ListCaseNotesResponse> {
    let paging = (request.page_size, request.page_token.as_str());
    let (case_id, after, plan) = numbered("qualification.list_case_notes", &call, &request.case_id, paging)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    is_there(&mut connection, call.tenant(), case_id).await?;
    let notes =
        case_notes_list(&mut connection, call.tenant(), case_id, after, plan.fetch_limit()).await.map_err(failed)?;
    let key = |note: &NoteRecord| Ok::<_, sqlx::Error>(vec![Some(note.number.into())]);
    let page = plan.finish_by(notes, key).map_err(failed)?;
    Ok(ListCaseNotesResponse {
        case_notes: page.items.into_iter().map(|note| note_message(case_id, note)).collect(),
        next_page_token: page.next_page_token,
    })
}

fn note_message(case_id: Uuid, note: NoteRecord) -> CaseNote {
    CaseNote {
        case_note_id: note.case_note_id.to_string(),
        case_id: case_id.to_string(),
        text: note.note,
        actor: note.actor,
        create_time: Some(instant(note.create_time.to_jiff())),
    }
}
