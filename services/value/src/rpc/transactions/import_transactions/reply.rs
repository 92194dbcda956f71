//! Settled chunks as answers; one that names many rows is cut in several, each small enough for any client.

use clientele_proto::value::v1::{ImportTransactionsResponse, RecordOutcome, record_outcome::Result as OutcomeResult};
use prost::Message as _;

use crate::{recording::Settled, rpc::transactions::reply};

/// Bytes of exceptions after which an answer is cut. Clients take 4 MiB unless told otherwise.
const LARGEST: usize = 1 << 20;

/// The answers for a chunk whose first row has this position in the call.
pub(super) fn answers(first_row: i64, settled: Settled) -> Vec<ImportTransactionsResponse> {
    let end = first_row + settled.rows as i64;
    let mut answers = Vec::new();
    let mut from = first_row;
    let mut exceptions = Vec::new();
    let mut bytes = 0;
    for exception in settled.exceptions {
        let exception = reply::exception(first_row, exception);
        let size = exception.encoded_len();
        if bytes + size > LARGEST && !exceptions.is_empty() {
            let next_row = exception.row;
            answers.push(answer(from, next_row, std::mem::take(&mut exceptions)));
            from = next_row;
            bytes = 0;
        }
        bytes += size;
        exceptions.push(exception);
    }
    answers.push(answer(from, end, exceptions));
    answers
}

fn answer(from: i64, next_row: i64, exceptions: Vec<RecordOutcome>) -> ImportTransactionsResponse {
    let count =
        |result: OutcomeResult| exceptions.iter().filter(|exception| exception.result() == result).count() as i64;
    let (duplicates, rejected) = (count(OutcomeResult::Duplicate), count(OutcomeResult::Rejected));
    ImportTransactionsResponse {
        next_row,
        accepted: next_row - from - duplicates - rejected,
        duplicates,
        rejected,
        exceptions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Exception, Outcome};
    use clientele_error::Reason;

    fn duplicate(place: usize, external_id: &str) -> Exception {
        Exception { place, external_id: external_id.to_owned(), outcome: Outcome::Duplicate }
    }

    #[test]
    fn an_answer_counts_its_rows_and_names_those_not_recorded() {
        let outcome = Outcome::Rejected { reason: Reason::InvalidFields, violations: Vec::new() };
        let rejected = Exception { place: 3, external_id: "d".into(), outcome };
        let answers = answers(100, Settled { rows: 10, exceptions: vec![duplicate(1, "b"), rejected] });
        let [answer] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!((answer.next_row, answer.accepted, answer.duplicates, answer.rejected), (110, 8, 1, 1));
        let rows: Vec<_> =
            answer.exceptions.iter().map(|exception| (exception.row, exception.external_id.as_str())).collect();
        assert_eq!(rows, [(101, "b"), (103, "d")]);
    }

    #[test]
    fn many_exceptions_are_cut_into_answers_that_add_up() {
        let id = "x".repeat(200);
        let settled =
            Settled { rows: 30_000, exceptions: (0..30_000).step_by(2).map(|place| duplicate(place, &id)).collect() };
        let answers = answers(7, settled);
        assert!(answers.len() > 2);
        let mut from = 7;
        for answer in &answers {
            assert!(answer.encoded_len() < LARGEST + LARGEST / 8);
            assert_eq!(answer.accepted + answer.duplicates + answer.rejected, answer.next_row - from);
            assert!(answer.exceptions.iter().all(|exception| (from..answer.next_row).contains(&exception.row)));
            from = answer.next_row;
        }
        assert_eq!(from, 30_007);
        assert_eq!(answers.iter().map(|answer| answer.duplicates).sum::<i64>(), 15_000);
    }
}
