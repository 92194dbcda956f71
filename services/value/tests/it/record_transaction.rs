use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        DeleteTransactionRequest, GetTransactionRequest, RecordTransactionRequest, Transaction, TransactionKind,
    },
};
use jiff::SignedDuration;
use tonic::{Code, Status};

use crate::harness::{TENANT, Value, purchase, request};

fn fields(status: &Status) -> Vec<String> {
    violations_of(status).into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn records_a_transaction_and_answers_what_is_stored() {
    let value = Value::start().await;
    let sent = purchase("INV-1", "C-1", 11);
    let answer = value.record(sent.clone()).await;
    let create_time = prost_types::Timestamp { seconds: value.clock.now().as_second(), nanos: 0 };
    assert_eq!(answer, Transaction { create_time: Some(create_time), etag: "\"1\"".to_owned(), ..sent });

    let read =
        value.transactions().get_transaction(GetTransactionRequest { external_id: "INV-1".into() }).await.unwrap();
    assert_eq!(read.into_inner(), answer);
    assert_eq!(value.events().await, ["clientele.value.v1.TransactionRecorded"]);
}

#[tokio::test]
async fn a_duplicate_answers_the_stored_one_and_changes_nothing() {
    let value = Value::start().await;
    let first = value.record(purchase("INV-1", "C-1", 11)).await;
    value.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(value.record(purchase("INV-1", "C-1", 11)).await, first);
    assert_eq!(value.events().await.len(), 1);
}

#[tokio::test]
async fn another_content_under_the_same_id_is_a_conflict_that_names_the_fields() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    let other = Transaction { kind: TransactionKind::Cost.into(), ..purchase("INV-1", "C-2", 12) };
    let status = value.transactions().record_transaction(request(other)).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::AlreadyExists, Some(Reason::TransactionConflict)));
    assert_eq!(fields(&status), ["transaction.customer_external_id", "transaction.kind", "transaction.amount"]);
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 1);
}

#[tokio::test]
async fn the_same_id_of_another_tenant_is_another_transaction() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 11)).await;
    let other = value.transactions_of("other").record_transaction(request(purchase("INV-1", "C-1", 12))).await.unwrap();
    assert_eq!(other.into_inner().amount.unwrap().units, 12);
}

#[tokio::test]
async fn reports_every_bad_field_at_once() {
    let value = Value::start().await;
    let amount = Money { currency_code: "ZZZ".into(), units: -1, nanos: 0 };
    let mut bad =
        Transaction { amount: Some(amount), refunded_external_id: "INV-0".into(), ..purchase("INV-1", "C-1", 1) };
    bad.occur_date.as_mut().unwrap().year = 1800;
    let status = value.transactions().record_transaction(request(bad)).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let expected = ["amount.currency_code", "amount.units", "occur_date", "refunded_external_id"]
        .map(|field| format!("transaction.{field}"));
    assert_eq!(fields(&status), expected);

    let status = value.transactions().record_transaction(RecordTransactionRequest::default()).await.unwrap_err();
    assert_eq!(fields(&status), ["transaction"]);
}

#[tokio::test]
async fn the_same_request_id_answers_the_same_and_another_body_is_refused() {
    let value = Value::start().await;
    let request_id = "0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f".to_owned();
    let sent = RecordTransactionRequest { request_id, ..request(purchase("INV-1", "C-1", 11)) };
    let first = value.transactions().record_transaction(sent.clone()).await.unwrap().into_inner();
    let again = value.transactions().record_transaction(sent.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);

    let other = RecordTransactionRequest { transaction: Some(purchase("INV-2", "C-1", 11)), ..sent };
    let status = value.transactions().record_transaction(other).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::RequestIdReused)));
    assert_eq!(value.events().await.len(), 1);
}

#[tokio::test]
async fn validate_only_answers_what_would_be_stored_and_stores_nothing() {
    let value = Value::start().await;
    let check = |transaction| RecordTransactionRequest { validate_only: true, ..request(transaction) };
    let answer =
        value.transactions().record_transaction(check(purchase("INV-1", "C-1", 11))).await.unwrap().into_inner();
    assert_eq!(answer.external_id, "INV-1");
    assert_eq!(
        value.count("SELECT (SELECT count(*) FROM value.transaction) + (SELECT count(*) FROM value.buyer)").await,
        0
    );

    value.record(purchase("INV-1", "C-1", 11)).await;
    let status = value.transactions().record_transaction(check(purchase("INV-1", "C-2", 11))).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::TransactionConflict));
}

#[tokio::test]
async fn many_at_once_for_one_new_customer_make_one_buyer() {
    let value = Value::start().await;
    let calls =
        (0..20).map(|number| {
            let mut client = value.transactions();
            async move {
                client.record_transaction(request(purchase(&format!("INV-{}", number / 2), "C-1", 1))).await.unwrap()
            }
        });
    futures::future::join_all(calls).await;
    assert_eq!(value.count("SELECT count(*) FROM value.buyer").await, 1);
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 10);
    assert_eq!(value.events().await.len(), 10);
}

/// Sends calls that arrive while nobody can record, so that most of them wait together.
async fn at_once(value: &Value, sent: Vec<Transaction>) -> Vec<Result<Transaction, Status>> {
    let mut held = value.database.owner().await;
    let (lock, unlock) = ("pg_advisory_lock", "pg_advisory_unlock");
    let of_buyers = |function: &str| format!("SELECT {function}(hashtext('value.buyer'), hashtext('{TENANT}'))");
    sqlx::raw_sql(sqlx::AssertSqlSafe(of_buyers(lock))).execute(&mut held).await.unwrap();
    let calls = sent.into_iter().map(|transaction| {
        let mut client = value.transactions();
        async move { client.record_transaction(request(transaction)).await.map(tonic::Response::into_inner) }
    });
    let release = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(of_buyers(unlock))).execute(&mut held).await.unwrap();
    };
    futures::future::join(futures::future::join_all(calls), release).await.0
}

#[tokio::test]
async fn calls_of_the_same_moment_share_a_transaction_and_each_has_its_own_answer() {
    let value = Value::start().await;
    let old = value.record(purchase("OLD", "C-0", 11)).await;
    value.record(purchase("GONE", "C-0", 11)).await;
    let delete = DeleteTransactionRequest {
        external_id: "GONE".into(),
        reason: "a mistake".into(),
        ..DeleteTransactionRequest::default()
    };
    value.transactions().delete_transaction(delete).await.unwrap();

    let new = (0..30).map(|number| purchase(&format!("INV-{number}"), &format!("C-{}", number % 7), number));
    let mut sent: Vec<_> = new.collect();
    sent.extend([purchase("INV-3", "C-3", 3), purchase("OLD", "C-0", 11)]);
    sent.extend([purchase("OLD", "C-0", 12), purchase("GONE", "C-0", 11)]);
    let mut answers = at_once(&value, sent.clone()).await;

    let reasons: Vec<_> = answers.split_off(32).iter().map(|answer| reason_of(answer.as_ref().unwrap_err())).collect();
    assert_eq!(reasons, [Some(Reason::TransactionConflict), Some(Reason::TransactionDeleted)]);
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    for (answer, sent) in answers.iter().zip(&sent) {
        assert_eq!((&answer.external_id, &answer.amount), (&sent.external_id, &sent.amount));
    }
    assert_eq!((&answers[30], &answers[31]), (&answers[3], &old));
    let recorded = "SELECT count(*) FROM value.outbox WHERE event_type = 'clientele.value.v1.TransactionRecorded'
                    AND subject = ANY (SELECT 'transactions/' || external_id FROM value.transaction)";
    assert_eq!(value.count(recorded).await, 31);
    let database_transactions = value.count("SELECT count(DISTINCT xmin::text) FROM value.transaction").await;
    assert!(database_transactions < 31, "{database_transactions}");
}

#[tokio::test]
async fn one_that_the_database_refuses_takes_none_of_the_others_with_it() {
    let value = Value::start().await;
    let refusal = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                       $$ BEGIN IF NEW.external_id = 'BAD' THEN RAISE 'refused'; END IF; RETURN NEW; END $$;
                   CREATE TRIGGER refuse BEFORE INSERT ON value.transaction FOR EACH ROW EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(refusal).execute(&mut value.database.owner().await).await.unwrap();
    let mut sent: Vec<_> = (0..10).map(|number| purchase(&format!("INV-{number}"), "C-1", 1)).collect();
    sent.push(purchase("BAD", "C-1", 1));
    let answers = at_once(&value, sent).await;
    let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(Status::code)).collect();
    assert_eq!(codes[..10], [None; 10]);
    assert_eq!(codes[10], Some(Code::Internal));
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 10);
    assert_eq!(value.events().await.len(), 10);
}

/// A deletion that stands in the middle of its transaction, for less and for longer than a call waits for a lock before it goes the long way.
#[tokio::test]
async fn what_is_deleted_at_the_same_time_is_not_recorded_again() {
    let value = Value::start().await;
    for (id, milliseconds) in [("SOON", 30), ("LATE", 500)] {
        value.record(purchase(id, "C-1", 11)).await;
        let hold = value.hold("value.transaction_revision").await;
        let reason = "a mistake".to_owned();
        let delete = DeleteTransactionRequest { external_id: id.into(), reason, ..DeleteTransactionRequest::default() };
        let (mut client, mut other) = (value.transactions(), value.transactions());
        let deletion = tokio::spawn(async move { client.delete_transaction(delete).await.map(drop) });
        hold.somebody().await;
        let again = other.record_transaction(request(purchase(id, "C-1", 11)));
        let (answer, ()) = tokio::join!(again, hold.release_after(milliseconds));
        // Of a long deletion it sees nothing yet: it answers what is recorded, as it would have just before.
        if let Err(status) = answer {
            assert_eq!(reason_of(&status), Some(Reason::TransactionDeleted), "{id}: {status}");
        }
        deletion.await.unwrap().unwrap();
        assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 0, "{id}");
    }
    assert_eq!(value.events().await.len(), 4, "two were recorded and deleted");
}
