//! `CorrectTransaction`, `DeleteTransaction` and `ListTransactionRevisions`: what was recorded wrongly is put right, and nothing is forgotten.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        BatchRecordTransactionsRequest, CorrectTransactionRequest, DeleteTransactionRequest, GetTransactionRequest,
        LineItem, ListTransactionRevisionsRequest, ListTransactionsRequest, RecordTransactionRequest, Score,
        Transaction, TransactionCorrected, TransactionDeleted, TransactionKind, TransactionRevision,
        list_transactions_request::Customer, record_outcome::Result as Outcome, transaction_revision::Change,
    },
};
use jiff::SignedDuration;
use tonic::{Code, Status};

use crate::{
    harness::{Value, on, purchase, request},
    scoring::SHOP,
};

const REQUEST_ID: &str = "0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f";

fn correction(transaction: Transaction) -> CorrectTransactionRequest {
    CorrectTransactionRequest {
        transaction: Some(transaction),
        reason: "misread".to_owned(),
        ..CorrectTransactionRequest::default()
    }
}

fn deletion(external_id: &str) -> DeleteTransactionRequest {
    DeleteTransactionRequest {
        external_id: external_id.to_owned(),
        reason: "a test booking".to_owned(),
        ..DeleteTransactionRequest::default()
    }
}

impl Value {
    async fn correct(&self, request: CorrectTransactionRequest) -> Result<Transaction, Status> {
        self.transactions().correct_transaction(request).await.map(tonic::Response::into_inner)
    }

    async fn delete(&self, request: DeleteTransactionRequest) -> Result<Transaction, Status> {
        self.transactions().delete_transaction(request).await.map(tonic::Response::into_inner)
    }

    async fn read(&self, external_id: &str) -> Result<Transaction, Status> {
        let request = GetTransactionRequest { external_id: external_id.to_owned() };
        self.transactions().get_transaction(request).await.map(tonic::Response::into_inner)
    }

    async fn revisions(&self, external_id: &str) -> Vec<TransactionRevision> {
        let request = ListTransactionRevisionsRequest { external_id: external_id.to_owned(), ..Default::default() };
        self.transactions().list_transaction_revisions(request).await.unwrap().into_inner().transaction_revisions
    }

    /// The newest event, as a message.
    async fn newest_event<M: prost::Message + Default>(&self) -> M {
        let sql = "SELECT data FROM value.outbox ORDER BY outbox_id DESC LIMIT 1";
        let data: Vec<u8> = sqlx::query_scalar(sql).fetch_one(&*self.pool).await.unwrap();
        M::decode(data.as_slice()).unwrap()
    }
}

#[tokio::test]
async fn a_correction_answers_the_corrected_transaction_and_keeps_what_it_said() {
    let value = Value::start().await;
    let first = value.record(purchase("INV-1", "C-1", 11)).await;
    value.clock.advance(SignedDuration::from_hours(1));
    let item = LineItem {
        product_external_id: "P-1".to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: 12, nanos: 0 }),
        ..LineItem::default()
    };
    let right = Transaction { items: vec![item], ..on(purchase("INV-1", "C-2", 12), 1, 5) };
    let corrected = value.correct(correction(right.clone())).await.unwrap();
    assert_eq!(
        corrected,
        Transaction { create_time: first.create_time, etag: "\"2\"".to_owned(), item_count: 1, ..right }
    );
    assert_eq!(value.read("INV-1").await.unwrap(), corrected);

    let [revision] = value.revisions("INV-1").await.try_into().unwrap();
    assert_eq!(revision.before, Some(first.clone()));
    assert_eq!((revision.change(), revision.reason.as_str()), (Change::Corrected, "misread"));
    assert_eq!(revision.changed_fields, ["customer_external_id", "amount", "occur_date", "items"]);
    assert_ne!(revision.actor, "");
    let an_hour_later = first.create_time.unwrap().seconds + 3600;
    assert_eq!(revision.create_time.unwrap().seconds, an_hour_later);
    let event: TransactionCorrected = value.newest_event().await;
    assert_eq!((event.transaction, event.transaction_revision), (Some(corrected.clone()), Some(revision)));

    // Back again: without the items, to the first customer.
    let back = value.correct(correction(purchase("INV-1", "C-1", 11))).await.unwrap();
    assert_eq!(back, Transaction { etag: "\"3\"".to_owned(), ..first });
    let changes: Vec<_> = value.revisions("INV-1").await.into_iter().map(|revision| revision.before.unwrap()).collect();
    assert_eq!(changes[0], corrected, "the newest first, with its items");
    assert_eq!(value.count("SELECT count(*) FROM value.transaction_item").await, 0);
}

#[tokio::test]
async fn a_correction_that_changes_nothing_leaves_no_trace() {
    let value = Value::start().await;
    let first = value.record(purchase("INV-1", "C-1", 11)).await;
    assert_eq!(value.correct(correction(purchase("INV-1", "C-1", 11))).await.unwrap(), first);
    assert_eq!((value.revisions("INV-1").await.len(), value.events().await.len()), (0, 1));
}

#[tokio::test]
async fn what_the_correction_says_is_what_counts_as_a_duplicate_from_then_on() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    let corrected = value.correct(correction(purchase("INV-1", "C-1", 12))).await.unwrap();
    assert_eq!(value.record(purchase("INV-1", "C-1", 12)).await, corrected);
    let status = value.transactions().record_transaction(request(purchase("INV-1", "C-1", 11))).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::TransactionConflict));
}

#[tokio::test]
async fn whoever_saw_an_older_version_changes_nothing() {
    let value = Value::start().await;
    let seen = value.record(purchase("INV-1", "C-1", 11)).await;
    let with_etag = |dollars| Transaction { etag: seen.etag.clone(), ..purchase("INV-1", "C-1", dollars) };
    value.correct(correction(with_etag(12))).await.unwrap();
    let status = value.correct(correction(with_etag(13))).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::Aborted, Some(Reason::EtagMismatch)));
    let status = value.delete(DeleteTransactionRequest { etag: seen.etag, ..deletion("INV-1") }).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::EtagMismatch));
    assert_eq!(value.read("INV-1").await.unwrap().amount.unwrap().units, 12);
}

#[tokio::test]
async fn a_change_needs_a_reason_and_a_correction_reports_every_bad_field_at_once() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    for reason in ["", "  ", "a\nb"] {
        let correct =
            CorrectTransactionRequest { reason: reason.to_owned(), ..correction(purchase("INV-1", "C-1", 12)) };
        let delete = DeleteTransactionRequest { reason: reason.to_owned(), ..deletion("INV-1") };
        for status in [value.correct(correct).await.unwrap_err(), value.delete(delete).await.unwrap_err()] {
            assert_eq!(reason_of(&status), Some(Reason::InvalidFields), "{reason:?}");
            assert_eq!(violations_of(&status)[0].field, "reason");
        }
    }
    let amount = Some(Money { currency_code: "ZZZ".to_owned(), units: -1, nanos: 0 });
    let bad = Transaction { amount, refunded_external_id: "INV-0".to_owned(), ..purchase("INV-1", "C-1", 1) };
    let status = value.correct(correction(bad)).await.unwrap_err();
    let fields: Vec<String> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    let expected = ["amount.currency_code", "amount.units", "refunded_external_id"];
    assert_eq!(fields, expected.map(|field| format!("transaction.{field}")));
}

#[tokio::test]
async fn what_is_not_recorded_can_be_neither_corrected_nor_deleted() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    let other = || value.transactions_of("other");
    for status in [
        value.correct(correction(purchase("INV-2", "C-1", 11))).await.unwrap_err(),
        value.delete(deletion("INV-2")).await.unwrap_err(),
        other().correct_transaction(correction(purchase("INV-1", "C-1", 12))).await.unwrap_err(),
        other().delete_transaction(deletion("INV-1")).await.unwrap_err(),
    ] {
        assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
    }
    assert_eq!(value.revisions("INV-2").await, []);
}

#[tokio::test]
async fn a_deleted_transaction_is_gone_but_for_its_last_revision() {
    let value = Value::start().await;
    let kept = value.record(purchase("INV-0", "C-1", 1)).await;
    let first = value.record(purchase("INV-1", "C-1", 11)).await;
    assert_eq!(value.delete(deletion("INV-1")).await.unwrap(), first);

    assert_eq!(value.read("INV-1").await.unwrap_err().code(), Code::NotFound);
    let customer = Some(Customer::CustomerExternalId("C-1".to_owned()));
    let list = ListTransactionsRequest { customer, ..ListTransactionsRequest::default() };
    let listed = value.transactions().list_transactions(list).await.unwrap().into_inner().transactions;
    assert_eq!(listed, [kept]);
    let [revision] = value.revisions("INV-1").await.try_into().unwrap();
    assert_eq!((revision.change(), revision.reason.as_str()), (Change::Deleted, "a test booking"));
    assert_eq!((&revision.before, revision.changed_fields.len()), (&Some(first), 0));
    let event: TransactionDeleted = value.newest_event().await;
    assert_eq!(event.transaction_revision, Some(revision));
    for status in [
        value.delete(deletion("INV-1")).await.unwrap_err(),
        value.correct(correction(purchase("INV-1", "C-1", 12))).await.unwrap_err(),
    ] {
        assert_eq!(reason_of(&status), Some(Reason::NotFound));
    }
}

#[tokio::test]
async fn the_id_of_a_deleted_transaction_stays_taken_one_by_one_and_in_bulk() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    value.delete(deletion("INV-1")).await.unwrap();
    for validate_only in [true, false] {
        let again = RecordTransactionRequest { validate_only, ..request(purchase("INV-1", "C-1", 11)) };
        let status = value.transactions().record_transaction(again).await.unwrap_err();
        assert_eq!((status.code(), reason_of(&status)), (Code::AlreadyExists, Some(Reason::TransactionDeleted)));
        assert_eq!(violations_of(&status)[0].field, "transaction.external_id");
    }
    let transactions = vec![purchase("INV-0", "C-1", 1), purchase("INV-1", "C-1", 11), purchase("INV-1", "C-2", 1)];
    let batch = BatchRecordTransactionsRequest { transactions };
    let outcomes = value.transactions().batch_record_transactions(batch).await.unwrap().into_inner().outcomes;
    let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.result(), outcome.reason())).collect();
    let rejected = (Outcome::Rejected, Reason::TransactionDeleted);
    assert_eq!(told, [(Outcome::Accepted, Reason::Unspecified), rejected, rejected]);
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 1);

    let of_another = value.transactions_of("other").record_transaction(request(purchase("INV-1", "C-1", 11))).await;
    assert_eq!(of_another.unwrap().into_inner().external_id, "INV-1", "another tenant's id is its own");
}

#[tokio::test]
async fn validate_only_and_a_repeated_request_id_change_nothing_more() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    let check = CorrectTransactionRequest { validate_only: true, ..correction(purchase("INV-1", "C-9", 12)) };
    let answer = value.correct(check).await.unwrap();
    assert_eq!((answer.amount.unwrap().units, answer.etag.as_str()), (12, "\"2\""));
    let check = DeleteTransactionRequest { validate_only: true, ..deletion("INV-1") };
    assert_eq!(value.delete(check).await.unwrap().amount.unwrap().units, 11);
    assert_eq!(value.read("INV-1").await.unwrap().amount.unwrap().units, 11);
    assert_eq!(value.count("SELECT count(*) FROM value.buyer").await, 1);

    let correct =
        CorrectTransactionRequest { request_id: REQUEST_ID.to_owned(), ..correction(purchase("INV-1", "C-1", 12)) };
    let first = value.correct(correct.clone()).await.unwrap();
    value.correct(correction(purchase("INV-1", "C-1", 13))).await.unwrap();
    assert_eq!(value.correct(correct).await.unwrap(), first, "answered as it was then");
    let delete = DeleteTransactionRequest { request_id: REQUEST_ID.to_owned(), ..deletion("INV-1") };
    let deleted = value.delete(delete.clone()).await.unwrap();
    assert_eq!(value.delete(delete).await.unwrap(), deleted);
    assert_eq!(value.revisions("INV-1").await.len(), 3);
}

#[tokio::test]
async fn of_many_corrections_and_recordings_at_once_none_is_lost_and_nothing_deleted_returns() {
    let value = Value::start().await;
    for number in 0..5 {
        value.record(purchase(&format!("INV-{number}"), "C-1", 1)).await;
    }
    let calls = (0..60).map(|call| {
        let value = &value;
        async move {
            let id = format!("INV-{}", call % 5);
            match call % 3 {
                0 => drop(value.correct(correction(purchase(&id, "C-1", call + 2))).await),
                1 => drop(value.transactions().record_transaction(request(purchase(&id, "C-1", 1))).await),
                _ => {
                    let batch = BatchRecordTransactionsRequest { transactions: vec![purchase(&id, "C-1", 1)] };
                    value.transactions().batch_record_transactions(batch).await.unwrap();
                }
            }
            if call > 30 {
                drop(value.delete(deletion(&id)).await);
            }
        }
    });
    futures::future::join_all(calls).await;
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 0);
    let deletions = "SELECT count(*) FROM value.transaction_revision WHERE change = 2";
    assert_eq!(value.count(deletions).await, 5);
    let revisions = value.count("SELECT count(*) FROM value.transaction_revision").await;
    assert_eq!(revisions + 5, value.events().await.len() as i64, "each change has its event, besides five recordings");
}

#[tokio::test]
async fn a_refund_of_a_deleted_purchase_is_as_one_that_names_none() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    for (id, month, dollars) in [("INV-1", 1, 40), ("INV-2", 3, 30), ("INV-3", 4, 20)] {
        value.record(on(purchase(id, "C-1", dollars), month, 1)).await;
    }
    let refund = Transaction {
        kind: TransactionKind::Refund.into(),
        refunded_external_id: "INV-1".to_owned(),
        ..on(purchase("REF-1", "C-1", 10), 3, 15)
    };
    value.record(refund).await;
    value.delete(deletion("INV-1")).await.unwrap();
    value.scored().await;
    let scores = value.all_scores().await;
    let is_theirs = |score: &Score| score.customer_external_id == "C-1";
    let score = scores.into_iter().find(is_theirs).unwrap();
    // 30 less the refund in March, which came after it, and 20 in April.
    let purchases = score.purchases.unwrap();
    assert_eq!((purchases.total_revenue.unwrap().units, purchases.frequency), (40, 1));
}
