//! Purchases, refunds and costs from a file into the value service.

use anyhow::Result;
use clientele_proto::{
    Money,
    value::v1::{
        CostKind, ImportTransactionsRequest, LineItem, SalesOrganisation, Transaction, TransactionKind,
        record_outcome::Result as Outcome, transaction::Customer, transaction_service_client::TransactionServiceClient,
    },
};
use clientele_service::client::Peer;

use super::{Imported, Sending};
use crate::{
    files::{self, RowError, TransactionRow, amount::minor_digits, date},
    online::explain,
};

/// Imports `rows`; `progress` is told how many rows are settled.
pub async fn import(
    client: &mut TransactionServiceClient<Peer>,
    rows: impl Iterator<Item = Result<TransactionRow, RowError>> + Send + 'static,
    progress: impl Fn(u64),
) -> Result<Imported> {
    let rows = rows.map(|row| row.map(|row| (row.row, message(row))));
    let weight = |transaction: &Transaction| 1 + transaction.items.len();
    let pack = |transactions| ImportTransactionsRequest { transactions };
    let (messages, mut sent) = Sending::start_weighed(rows, weight, pack).split();
    let mut answers = client.import_transactions(messages).await.map_err(|status| explain(&status))?.into_inner();
    let mut imported = Imported::default();
    while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
        let (first, file_rows) = sent.settle(answer.next_row);
        imported.added += answer.accepted.unsigned_abs();
        imported.known += answer.duplicates.unsigned_abs();
        for exception in answer.exceptions {
            if exception.result() == Outcome::Rejected {
                let file_row = usize::try_from(exception.row - first).ok().and_then(|at| file_rows.get(at));
                imported.reject(file_row.copied().unwrap_or_default(), exception.reason(), &exception.violations);
            }
        }
        progress(answer.next_row.unsigned_abs());
    }
    imported.bad_rows = sent.bad_rows().await?;
    Ok(imported)
}

/// A transaction of a file as the contract writes it.
pub fn message(row: TransactionRow) -> Transaction {
    let detail = row.detail.map(|detail| *detail).unwrap_or_default();
    let by_id = detail.customer_is_clientele_id;
    let amount = |minor| Some(money(minor, row.currency));
    let items = detail.items.into_iter().map(|item| LineItem {
        product_external_id: item.product,
        product_name: item.name,
        category: item.category,
        quantity: item.quantity,
        amount: amount(item.amount_minor),
    });
    Transaction {
        external_id: row.id,
        customer: Some(if by_id { Customer::CustomerId } else { Customer::CustomerExternalId }(row.customer)),
        kind: match row.kind {
            files::TransactionKind::Purchase => TransactionKind::Purchase,
            files::TransactionKind::Refund => TransactionKind::Refund,
            files::TransactionKind::Cost => TransactionKind::Cost,
        }
        .into(),
        amount: amount(row.amount_minor),
        occur_date: Some(date::message(row.moment.day())),
        occur_time: detail.time.map(timestamp),
        refunded_external_id: detail.refunded_id,
        cost_kind: match detail.cost_kind {
            None => CostKind::Unspecified,
            Some(files::CostKind::CostOfGoods) => CostKind::CostOfGoods,
            Some(files::CostKind::CostToServe) => CostKind::CostToServe,
            Some(files::CostKind::Acquisition) => CostKind::Acquisition,
        }
        .into(),
        sales_organisation: sales_organisation(detail.sold_by),
        items: items.collect(),
        ..Transaction::default()
    }
}

fn sales_organisation(sold_by: [String; 3]) -> Option<SalesOrganisation> {
    let is_said = sold_by.iter().any(|part| !part.is_empty());
    let [company, department, employee] = sold_by;
    is_said.then_some(SalesOrganisation { company, department, employee })
}

/// Before 1970 a fraction counts forwards from the second before.
fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    let nanos = time.as_nanosecond();
    let (seconds, nanos) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    prost_types::Timestamp { seconds: seconds as i64, nanos: nanos as i32 }
}

/// Minor units as the contract writes money.
pub fn money(minor: i64, currency: iso_currency::Currency) -> Money {
    let digits = u32::from(minor_digits(currency).unwrap_or_default());
    let unit = 10_i64.pow(digits);
    let nanos = (minor % unit) * 10_i64.pow(9 - digits);
    Money { currency_code: currency.code().to_owned(), units: minor / unit, nanos: nanos as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::Currency;

    #[test]
    fn minor_units_become_units_and_nanos() {
        let of = |minor, currency| {
            let money = money(minor, currency);
            (money.units, money.nanos)
        };
        assert_eq!(of(2933, Currency::USD), (29, 330_000_000));
        assert_eq!(of(-5, Currency::EUR), (0, -50_000_000));
        assert_eq!(of(2933, Currency::JPY), (2933, 0));
        assert_eq!(of(1234, Currency::KWD), (1, 234_000_000));
    }
}
