//! A stored run as the contract tells it.

use clientele_proto::value::v1::{ScoreRun, ScoreRunProgress, ScoreRunSettings, ScoreRunSummary};
use prost::{DecodeError, Message as _};

use super::progress::Step;
use crate::store::score_run::RunRecord;

/// The run.
pub fn message(record: &RunRecord) -> Result<ScoreRun, DecodeError> {
    Ok(ScoreRun {
        score_run_id: record.score_run_id.to_string(),
        state: i32::from(record.state),
        settings: Some(ScoreRunSettings::decode(record.settings.as_slice())?),
        progress: Some(ScoreRunProgress {
            stage: i32::from(record.stage),
            done: record.done,
            total: record.total,
            attempt: record.attempt,
        }),
        summary: record.summary.as_deref().map(ScoreRunSummary::decode).transpose()?,
        failure: record.failure.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
        start_time: record.start_time.map(|time| instant(time.to_jiff())),
        end_time: record.end_time.map(|time| instant(time.to_jiff())),
    })
}

/// The settings of a stored run.
pub fn settings(record: &RunRecord) -> Result<ScoreRunSettings, DecodeError> {
    ScoreRunSettings::decode(record.settings.as_slice())
}

/// Puts a fresher step of a run at work in place of the stored one.
pub fn set_step(run: &mut ScoreRun, step: Step) {
    if let Some(progress) = &mut run.progress {
        progress.stage = step.stage.into();
        progress.done = step.done;
        progress.total = step.total;
    }
}

/// An instant as the contract tells it.
pub fn instant(time: jiff::Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}
