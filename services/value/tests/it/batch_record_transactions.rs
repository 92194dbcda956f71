use clientele_error::Reason;
use clientele_proto::value::v1::{BatchRecordTransactionsRequest, Transaction, record_outcome::Result as Outcome};
use tonic::Code;

use crate::harness::{Value, purchase};

#[tokio::test]
async fn each_row_has_its_outcome_and_a_bad_one_does_not_lose_the_others() {
    let value = Value::start().await;
    value.record(purchase("known", "C-1", 1)).await;
    let transactions = vec![
        purchase("new", "C-1", 1),
        Transaction { external_id: "bad".into(), amount: None, ..purchase("", "C-1", 1) },
        purchase("known", "C-1", 1),
        purchase("known", "C-1", 2),
        purchase("new", "C-1", 1),
        purchase("last", "C-2", 1),
    ];
    let answer =
        value.transactions().batch_record_transactions(BatchRecordTransactionsRequest { transactions }).await.unwrap();
    let outcomes = answer.into_inner().outcomes;
    let told: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.row, outcome.external_id.as_str(), outcome.result(), outcome.reason()))
        .collect();
    assert_eq!(
        told,
        [
            (0, "new", Outcome::Accepted, Reason::Unspecified),
            (1, "bad", Outcome::Rejected, Reason::InvalidFields),
            (2, "known", Outcome::Duplicate, Reason::Unspecified),
            (3, "known", Outcome::Rejected, Reason::TransactionConflict),
            (4, "new", Outcome::Duplicate, Reason::Unspecified),
            (5, "last", Outcome::Accepted, Reason::Unspecified),
        ]
    );
    assert_eq!(outcomes[1].violations[0].field, "amount");
    assert_eq!(outcomes[3].violations[0].field, "amount");
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 3);
    let events = value.events().await;
    assert_eq!(events.last().unwrap(), "clientele.value.v1.TransactionsRecorded");
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn a_batch_of_none_or_of_too_many_is_refused() {
    let value = Value::start().await;
    for rows in [0, 1001] {
        let transactions = vec![purchase("a", "C-1", 1); rows];
        let status = value
            .transactions()
            .batch_record_transactions(BatchRecordTransactionsRequest { transactions })
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{rows}");
    }
    let transactions = (0..1000).map(|row| purchase(&format!("{row}"), &format!("C-{}", row % 7), 1)).collect();
    let answer =
        value.transactions().batch_record_transactions(BatchRecordTransactionsRequest { transactions }).await.unwrap();
    assert!(answer.into_inner().outcomes.iter().all(|outcome| outcome.result() == Outcome::Accepted));
}
