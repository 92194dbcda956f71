//! Answers of `GetScore` made lately, in memory that has a limit.
//!
//! An answer follows from the run, which never changes, and from the stored score. The score is read every time; the answer is made again where it is
//! not the score that the answer was made of.

use std::sync::Arc;

use clientele_proto::{
    codec::Encoded,
    value::v1::{Score, ScoreView},
};
use prost::Message as _;
use quick_cache::{Weighter, sync::Cache};
use uuid::Uuid;

use super::get_score::Full;
use crate::{scoring::ScoredRun, store::score::ScoreRecord};

/// Bytes of answers remembered at most.
const BYTES: u64 = 16 << 20;
/// An answer with its reasons has about so many.
const OF_AN_ANSWER: u64 = 4 << 10;

/// The answers of one process.
#[derive(Debug)]
pub struct Remembered(Cache<Key, Answer, ByBytes>);

/// What was asked: the score of a customer by a run, and how much of it. A customer goes by its own numbers, as scores say no buyer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    score_run_id: Uuid,
    customer_id: Option<Uuid>,
    external_id: Option<String>,
    full: (ScoreView, u64),
}

#[derive(Debug, Clone)]
struct Answer {
    record: Arc<ScoreRecord>,
    encoded: Encoded,
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<Key, Answer> for ByBytes {
    fn weight(&self, key: &Key, answer: &Answer) -> u64 {
        let fixed = size_of::<Key>() + size_of::<Answer>() + size_of::<ScoreRecord>();
        // The customer's own key stands in the record, too.
        let texts =
            2 * key.external_id.as_ref().map_or(0, String::len) + answer.record.signals.as_ref().map_or(0, Vec::len);
        (answer.encoded.encoded_len() + fixed + texts) as u64
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::with_weighter((BYTES / OF_AN_ANSWER) as usize, BYTES, ByBytes))
    }
}

impl Remembered {
    /// The answer that tells a score of a run, made by `make` where it is not remembered.
    pub fn answer(
        &self,
        run: &ScoredRun,
        record: &Arc<ScoreRecord>,
        full: Full,
        make: impl FnOnce() -> Score,
    ) -> Encoded {
        let (customer_id, external_id) = (record.customer_id, record.external_id.clone());
        let key = Key { score_run_id: run.score_run_id, customer_id, external_id, full: full.key() };
        if let Some(known) = self.0.get(&key)
            && known.record == *record
        {
            return known.encoded;
        }
        let encoded = Encoded::of(&make());
        self.0.insert(key, Answer { record: Arc::clone(record), encoded: encoded.clone() });
        encoded
    }
}
