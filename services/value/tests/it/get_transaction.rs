use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::GetTransactionRequest;
use tonic::Code;

use crate::harness::{Value, purchase};

#[tokio::test]
async fn reads_asked_for_at_once_each_get_their_own() {
    let value = Value::start().await;
    for number in 0..5 {
        value.record(purchase(&format!("INV-{number}"), "C-1", number)).await;
    }
    let calls = (0..50).map(|number| {
        let (mut client, number) = (value.transactions(), number % 5);
        async move {
            let read = client
                .get_transaction(GetTransactionRequest { external_id: format!("INV-{number}") })
                .await
                .unwrap()
                .into_inner();
            assert_eq!(read.amount.unwrap().units, number);
        }
    });
    futures::future::join_all(calls).await;
}

#[tokio::test]
async fn a_transaction_of_another_tenant_is_not_found() {
    let value = Value::start().await;
    value.record(purchase("INV-1", "C-1", 1)).await;
    let request = GetTransactionRequest { external_id: "INV-1".into() };
    let status = value.transactions_of("other").get_transaction(request).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::NotFound, Some(Reason::NotFound)));
}
