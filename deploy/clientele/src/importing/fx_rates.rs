//! Exchange rates from a file into the value service, batch by batch.

use anyhow::Result;
use clientele_proto::{
    Date,
    value::v1::{
        BatchUpsertFxRatesRequest, FxRate, fx_rate_outcome::Result as Outcome,
        fx_rate_service_client::FxRateServiceClient,
    },
};
use clientele_service::client::Peer;
use futures::StreamExt as _;

use super::{Imported, Sending};
use crate::{
    files::{FxRateRow, RowError},
    online::explain,
};

/// Rows of one call.
const BATCH: usize = 1_000;

/// Imports `rows`.
pub async fn import(
    client: &mut FxRateServiceClient<Peer>,
    rows: impl Iterator<Item = Result<FxRateRow, RowError>> + Send + 'static,
) -> Result<Imported> {
    let rows = rows.map(|row| row.map(|row| (row.row, message(row))));
    let (mut messages, mut sent) = Sending::start(rows, |rates| rates).split();
    let mut imported = Imported::default();
    let mut next_row = 0;
    while let Some(rates) = messages.next().await {
        for batch in rates.chunks(BATCH) {
            let request = BatchUpsertFxRatesRequest { fx_rates: batch.to_vec(), request_id: String::new() };
            let answer = client.batch_upsert_fx_rates(request).await.map_err(|status| explain(&status))?.into_inner();
            next_row += batch.len() as i64;
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

fn message(row: FxRateRow) -> FxRate {
    FxRate {
        base_currency_code: row.base.to_owned(),
        quote_currency_code: row.quote.to_owned(),
        rate_date: Some(Date {
            year: row.date.year().into(),
            month: row.date.month().into(),
            day: row.date.day().into(),
        }),
        rate: row.rate,
        ..FxRate::default()
    }
}
