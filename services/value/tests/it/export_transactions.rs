//! `ExportTransactions`: everything once, whatever breaks off.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        DeleteTransactionRequest, ExportTransactionsRequest, ExportTransactionsResponse, ImportTransactionsRequest,
        LineItem, Transaction,
    },
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::harness::{Value, on, purchase};

async fn import(value: &Value, transactions: Vec<Transaction>) {
    let messages: Vec<_> = transactions.chunks(5000).map(<[_]>::to_vec).collect();
    let messages = stream::iter(messages).map(|transactions| ImportTransactionsRequest { transactions });
    let answers = value.transactions().import_transactions(messages).await.unwrap().into_inner();
    let accepted: Vec<_> = answers.map_ok(|answer| answer.accepted).try_collect().await.unwrap();
    assert_eq!(accepted.iter().sum::<i64>(), transactions.len() as i64);
}

async fn export(value: &Value, filter: &str, resume_token: &str) -> Vec<ExportTransactionsResponse> {
    let request = ExportTransactionsRequest { filter: filter.to_owned(), resume_token: resume_token.to_owned() };
    let messages = value.transactions().export_transactions(request).await.unwrap().into_inner();
    messages.try_collect().await.unwrap()
}

fn ids(messages: &[ExportTransactionsResponse]) -> Vec<String> {
    let transactions = messages.iter().flat_map(|message| &message.transactions);
    transactions.map(|transaction| transaction.external_id.clone()).collect()
}

fn numbered(number: usize) -> Transaction {
    let customer = format!("C-{}", number % 7);
    on(purchase(&format!("INV-{number:05}"), &customer, 1), 1 + (number % 12) as i32, 1)
}

#[tokio::test]
async fn everything_comes_once_in_order_and_a_broken_call_goes_on_where_it_ended() {
    let value = Value::start().await;
    import(&value, (0..2500).map(numbered).collect()).await;
    value.transactions_of("other").record_transaction(crate::harness::request(numbered(1))).await.unwrap();
    let all = export(&value, "", "").await;
    let expected: Vec<String> = (0..2500).map(|number| format!("INV-{number:05}")).collect();
    assert_eq!(ids(&all), expected);
    assert_eq!(all.iter().map(|message| message.transactions.len()).collect::<Vec<_>>(), [1000, 1000, 500]);
    assert_eq!(all.iter().map(|message| message.resume_token.is_empty()).collect::<Vec<_>>(), [false, false, true]);
    let rest = export(&value, "", &all[0].resume_token).await;
    assert_eq!(rest, all[1..]);
}

#[tokio::test]
async fn a_period_is_a_filter_and_a_token_belongs_to_it() {
    let value = Value::start().await;
    import(&value, (0..2500).map(numbered).collect()).await;
    let period = "occur_date >= \"1997-02-01\" AND occur_date <= \"1997-08-01\"";
    let some = export(&value, period, "").await;
    let expected: Vec<String> =
        (0..2500).filter(|number| (1..=7).contains(&(number % 12))).map(|number| format!("INV-{number:05}")).collect();
    assert_eq!(ids(&some), expected);
    let rest = export(&value, period, &some[0].resume_token).await;
    assert_eq!(rest, some[1..]);

    for (filter, token) in [("", some[0].resume_token.as_str()), (period, "nonsense")] {
        let request = ExportTransactionsRequest { filter: filter.to_owned(), resume_token: token.to_owned() };
        let status = value.transactions().export_transactions(request).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(Reason::InvalidPageToken));
        assert_eq!(violations_of(&status)[0].field, "resume_token");
    }
    let request = ExportTransactionsRequest { filter: "clv > 1".to_owned(), ..Default::default() };
    let status = value.transactions().export_transactions(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFilter));
}

#[tokio::test]
async fn transactions_come_with_their_items_and_many_items_make_shorter_messages() {
    let value = Value::start().await;
    let item = |line: i64| LineItem {
        product_external_id: format!("P-{line}"),
        amount: Some(Money { currency_code: "USD".to_owned(), units: line % 2, nanos: 0 }),
        ..LineItem::default()
    };
    let with_items = |number: usize, items: i64| Transaction {
        items: (0..items).map(item).collect(),
        ..purchase(&format!("INV-{number}"), "C-1", items / 2)
    };
    let sent: Vec<_> = (0..8).map(|number| with_items(number, 1000)).chain([with_items(8, 0)]).collect();
    import(&value, sent.clone()).await;
    let all = export(&value, "", "").await;
    assert_eq!(all.iter().map(|message| message.transactions.len()).collect::<Vec<_>>(), [5, 4]);
    let items: Vec<_> = all.iter().flat_map(|message| &message.transactions).map(|of| of.items.clone()).collect();
    assert_eq!(items, sent.into_iter().map(|of| of.items).collect::<Vec<_>>());
}

#[tokio::test]
async fn without_transactions_one_message_says_so_and_deleted_ones_do_not_come() {
    let value = Value::start().await;
    assert_eq!(export(&value, "", "").await, [ExportTransactionsResponse::default()]);
    value.record(purchase("a", "C-1", 1)).await;
    value.record(purchase("b", "C-1", 1)).await;
    let request = DeleteTransactionRequest { external_id: "a".into(), reason: "void".into(), ..Default::default() };
    value.transactions().delete_transaction(request).await.unwrap();
    assert_eq!(ids(&export(&value, "", "").await), ["b"]);
}

/// How far the service reads ahead of a caller who does not take anything is a matter of buffers, not of the number of transactions.
#[tokio::test]
async fn a_caller_who_does_not_read_holds_the_export_up() {
    let value = Value::start().await;
    import(&value, (0..60_000).map(numbered).collect()).await;
    let request = ExportTransactionsRequest::default();
    let mut messages = value.transactions().export_transactions(request).await.unwrap().into_inner();
    assert_eq!(messages.next().await.unwrap().unwrap().transactions.len(), 1000);
    // What is recorded now behind all others is read only because the export has not come so far yet.
    let mut fetched = 0;
    let mut quiet = 0;
    while quiet < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let now = value
            .count(
                "SELECT coalesce(sum(idx_tup_read), 0)::bigint FROM pg_stat_user_indexes WHERE relname = 'transaction'",
            )
            .await;
        quiet = if now == fetched { quiet + 1 } else { 0 };
        fetched = now;
    }
    value.record(purchase("ZZZ", "C-1", 1)).await;
    let rest: Vec<_> = messages.try_collect().await.unwrap();
    assert_eq!(ids(&rest).last().map(String::as_str), Some("ZZZ"));
    assert_eq!(ids(&rest).len(), 59_001);
}
