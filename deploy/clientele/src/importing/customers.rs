//! Customers from a file into the customers service.

use anyhow::Result;
use clientele_proto::customers::v1::{
    Customer, ImportCustomersRequest, Organisation, Person, customer::Kind,
    customer_service_client::CustomerServiceClient,
};
use clientele_service::client::Peer;

use super::{Imported, Sending};
use crate::{
    files::{CustomerKind, CustomerRow, RowError},
    online::explain,
};

/// Imports `rows`; `progress` is told how many rows are settled.
pub async fn import(
    client: &mut CustomerServiceClient<Peer>,
    rows: impl Iterator<Item = Result<CustomerRow, RowError>> + Send + 'static,
    progress: impl Fn(u64),
) -> Result<Imported> {
    let rows = rows.map(|row| row.map(|row| (row.row, message(row))));
    let (messages, mut sent) = Sending::start(rows, |customers| ImportCustomersRequest { customers }).split();
    let mut answers = client.import_customers(messages).await.map_err(|status| explain(&status))?.into_inner();
    let mut imported = Imported::default();
    while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
        let (first, file_rows) = sent.settle(answer.next_row);
        imported.added += answer.created.unsigned_abs();
        imported.changed += answer.updated.unsigned_abs();
        imported.known += answer.unchanged.unsigned_abs();
        for outcome in answer.rejected {
            let file_row = usize::try_from(outcome.row - first).ok().and_then(|at| file_rows.get(at));
            imported.reject(file_row.copied().unwrap_or_default(), outcome.reason(), &outcome.violations);
        }
        progress(answer.next_row.unsigned_abs());
    }
    imported.bad_rows = sent.bad_rows().await?;
    Ok(imported)
}

fn message(row: CustomerRow) -> Customer {
    let kind = match row.kind {
        CustomerKind::Organisation => {
            Kind::Organisation(Organisation { legal_name: row.display_name, ..Organisation::default() })
        }
        // A file has one name; who wants given and family names apart sends them through the API.
        CustomerKind::Person => Kind::Person(Person { given_name: String::new(), family_name: row.display_name }),
    };
    Customer {
        external_id: row.external_id,
        kind: Some(kind),
        email: row.email,
        phone: row.phone,
        country_code: row.country,
        ..Customer::default()
    }
}
