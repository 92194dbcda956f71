//! Contracts from a file into the value service.

use anyhow::Result;
use clientele_proto::{
    Date,
    value::v1::{
        BatchUpsertContractsRequest, Contract, contract::Customer, contract_service_client::ContractServiceClient,
        contract_upsert_outcome::Result as Outcome,
    },
};
use clientele_service::client::Peer;
use jiff::civil;
use tokio_stream::StreamExt as _;

use super::{Imported, Sending, transactions::money};
use crate::{
    files::{ContractRow, RowError},
    online::explain,
};

/// Rows in one call.
const ROWS: usize = 1000;

/// Imports `rows`, call by call.
pub async fn import(
    client: &mut ContractServiceClient<Peer>,
    rows: impl Iterator<Item = Result<ContractRow, RowError>> + Send + 'static,
) -> Result<Imported> {
    let rows = rows.map(|row| row.map(|row| (row.row, message(row))));
    let (mut messages, mut sent) = Sending::start(rows, |contracts| contracts).split();
    let mut imported = Imported::default();
    let mut next_row = 0;
    while let Some(contracts) = messages.next().await {
        for some in contracts.chunks(ROWS) {
            let request = BatchUpsertContractsRequest { contracts: some.to_vec(), ..Default::default() };
            let answer = client.batch_upsert_contracts(request).await.map_err(|status| explain(&status))?.into_inner();
            next_row += some.len() as i64;
            let (_, file_rows) = sent.settle(next_row);
            for (outcome, file_row) in answer.outcomes.iter().zip(file_rows) {
                match outcome.result() {
                    Outcome::Created => imported.added += 1,
                    Outcome::Updated => imported.changed += 1,
                    Outcome::Unchanged => imported.known += 1,
                    Outcome::Rejected | Outcome::Unspecified => {
                        imported.reject(file_row, outcome.reason(), &outcome.violations);
                    }
                }
            }
        }
    }
    imported.bad_rows = sent.bad_rows().await?;
    Ok(imported)
}

fn message(row: ContractRow) -> Contract {
    Contract {
        external_id: row.external_id,
        customer: Some(Customer::CustomerExternalId(row.customer)),
        product: row.product,
        value_per_term: Some(money(row.value_minor, row.currency)),
        start_date: Some(date(row.start_date)),
        term_months: row.term_months,
        auto_renew: row.auto_renew,
        notice_days: row.notice_days,
        renewal_value_per_term: row.renewal_value_minor.map(|minor| money(minor, row.currency)),
        renewals: row.renewals,
        cancel_date: row.cancel_date.map(date),
        cancel_reason: row.cancel_reason,
        ..Contract::default()
    }
}

fn date(day: civil::Date) -> Date {
    Date { year: day.year().into(), month: day.month().into(), day: day.day().into() }
}
