//! A page token that begins with its run, so that all pages of a list come from one.

use clientele_error::Result;
use clientele_page::{Arguments, PageError, refused};
use clientele_service::Call;
use uuid::Uuid;

use crate::scoring::ScoredRun;

/// Between a token's run and the rest of it.
const SEPARATOR: char = '.';

/// The run that a request reads, as it stands in a request, and the rest of its page token.
pub(super) fn pinned<'r>(score_run_id: &str, page_token: &'r str) -> Result<(String, &'r str)> {
    if page_token.is_empty() {
        return Ok((score_run_id.to_owned(), ""));
    }
    let parts = page_token.split_once(SEPARATOR).and_then(|(run, token)| Some((Uuid::try_parse(run).ok()?, token)));
    let asked = Uuid::try_parse(score_run_id).ok();
    match parts {
        Some((_, "")) | None => Err(refused([PageError::InvalidToken])),
        Some((run, _)) if asked.is_some_and(|asked| asked != run) => Err(refused([PageError::ForeignToken])),
        Some((run, token)) => Ok((run.to_string(), token)),
    }
}

/// The token with its run; empty on the last page.
pub(super) fn pin(run: &ScoredRun, token: &str) -> String {
    if token.is_empty() { String::new() } else { format!("{}{SEPARATOR}{token}", run.score_run_id.simple()) }
}

/// What a token of a list is good for.
pub(super) fn arguments(method: &'static str, call: &Call, run: &ScoredRun, score_run_id: &str) -> Arguments {
    let arguments = Arguments::of(method).with("tenant_id", call.tenant()).with("score_run_id", &run.id);
    arguments.with("asked_for_newest", if score_run_id.is_empty() { "yes" } else { "no" })
}
