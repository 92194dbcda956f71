//! Waiting on a condition, never on time.

use std::time::{Duration, Instant};

/// How long something may take that takes a moment on a machine with nothing else to do.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none after [`PATIENCE`].
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
