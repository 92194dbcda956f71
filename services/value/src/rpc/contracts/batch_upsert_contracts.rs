//! `BatchUpsertContracts`: up to 1,000 contracts by their external ids, each for itself.

use std::collections::HashMap;

use clientele_error::{Error, Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    errors::v1::FieldViolation,
    value::v1::{
        BatchUpsertContractsRequest, BatchUpsertContractsResponse, Contract, ContractUpsertOutcome,
        contract_changed::Change, contract_upsert_outcome::Result as Outcome,
    },
};
use clientele_service::Call;
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    changing::{priced, put},
    create_contract::new_record,
    parse::parse,
};
use crate::{
    State,
    contracts::keeping::{revise, settle},
    domain::{
        contract::{Said, revised},
        day,
        transaction::CustomerKey,
    },
    recording::resolve::look_up,
    rpc::once::{Asked, once},
    store::{
        buyer::{Buyer, buyers_by_buyer_ids, buyers_lock_shared},
        contract::{
            ContractRecord, contract_ids_by_external_ids, contract_keys_lock, contract_own, contracts_for_update,
        },
    },
};

pub(super) async fn batch_upsert_contracts(
    state: &State,
    call: Call,
    request: BatchUpsertContractsRequest,
) -> Result<BatchUpsertContractsResponse> {
    let rows: Vec<_> = request.contracts.iter().map(row).collect();
    let asked =
        Asked { method: "BatchUpsertContracts", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, &rows).await).await
}

/// A good row.
struct Row {
    external_id: String,
    customer: CustomerKey,
    said: Said,
    etag: String,
}

/// Why a row is left out.
struct Rejected {
    reason: Reason,
    violations: Vec<Violation>,
}

impl Rejected {
    fn field(field: &str, why: impl Into<String>) -> Self {
        Self { reason: Reason::InvalidFields, violations: vec![Violation::new(field, why)] }
    }
}

fn row(message: &Contract) -> Result<Row, Vec<Violation>> {
    let missing = message.external_id.is_empty().then(|| Violation::new("external_id", "must be given in a batch"));
    match (parse(message), missing) {
        (Ok((customer, said)), None) => {
            Ok(Row { external_id: message.external_id.clone(), customer, said, etag: message.etag.clone() })
        }
        (parsed, missing) => Err(missing.into_iter().chain(parsed.err().into_iter().flatten()).collect()),
    }
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    rows: &[Result<Row, Vec<Violation>>],
) -> Result<BatchUpsertContractsResponse> {
    let tenant = call.tenant();
    let good = || rows.iter().filter_map(|row| row.as_ref().ok());
    buyers_lock_shared(tx, tenant).await.map_err(failed)?;
    let found = look_up(tx, tenant, good().map(|row| &row.customer)).await.map_err(failed)?;
    let ids: Vec<i64> = good().filter_map(|row| found.get(&row.customer)).map(|booking| booking.buyer_id).collect();
    let buyers = buyers_by_buyer_ids(tx, tenant, &ids).await.map_err(failed)?;
    contract_keys_lock(tx, tenant).await.map_err(failed)?;
    let keys: Vec<String> = good().map(|row| row.external_id.clone()).collect();
    let ids = contract_ids_by_external_ids(tx, tenant, &keys).await.map_err(failed)?;
    let known = contracts_for_update(tx, tenant, &ids).await.map_err(failed)?;
    let mut known: HashMap<String, ContractRecord> =
        known.into_iter().filter_map(|record| Some((record.contract.external_id.clone()?, record))).collect();
    let now = state.context.now();
    let mut writing = Writing { state, call, tx, request_id, now, today: day::day_of(now), events: Vec::new() };
    for record in known.values_mut() {
        writing.settle(record).await?;
    }

    let mut outcomes = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let settled = match row {
            Err(violations) => Err(Rejected { reason: Reason::InvalidFields, violations: violations.clone() }),
            Ok(row) => {
                let found = found.get(&row.customer);
                let buyer = found.and_then(|booking| Some((buyers.get(&booking.buyer_id)?, booking.own_buyer_id)));
                let buyer = buyer.ok_or_else(|| Error::internal("a buyer that was made cannot be found"))?;
                writing.upsert(row, buyer, &mut known).await?
            }
        };
        outcomes.push(outcome(place as i64, settled));
    }
    let events = writing.events;
    state.outbox.publish_all(tx, events).await.map_err(failed)?;
    Ok(BatchUpsertContractsResponse { outcomes })
}

/// What became of a row, and of which contract.
type Settled = Result<(Outcome, Uuid), Rejected>;

/// Rows on their way into the database, one after another.
struct Writing<'a> {
    state: &'a State,
    call: &'a Call,
    tx: &'a mut Tx,
    request_id: &'a str,
    now: Timestamp,
    today: Date,
    events: Vec<NewEvent>,
}

impl Writing<'_> {
    /// Writes down what has happened to a contract by itself.
    async fn settle(&mut self, record: &mut ContractRecord) -> Result<()> {
        let steps = settle(record, self.today, self.now);
        if steps.is_empty() {
            return Ok(());
        }
        self.events.extend(steps.iter().map(|step| step.of_itself(&self.state.context, self.call.tenant())));
        put(self.tx, self.call.tenant(), record, "").await
    }

    /// Applies a row to what the rows before it left.
    async fn upsert(
        &mut self,
        row: &Row,
        (buyer, own_buyer_id): (&Buyer, Option<i64>),
        known: &mut HashMap<String, ContractRecord>,
    ) -> Result<Settled> {
        let before = known.get(&row.external_id);
        if before.is_some_and(|before| before.buyer_id != buyer.buyer_id) {
            let why = "must be the contract's: cancel it there, and give the new one another external_id";
            return Ok(Err(Rejected::field("customer", why)));
        }
        let contract = match revised(&row.said, before.map(|before| &before.contract), self.today) {
            Ok(contract) => contract,
            Err(error) => return Ok(Err(Rejected::field(error.field(), error.to_string()))),
        };
        let contract = match before {
            Some(before) => priced(self.tx, self.call.tenant(), before, contract).await?,
            None => contract,
        };
        let (mut record, change, result) = match before {
            // Also with the etag of a version before: a row that is sent again changes nothing.
            Some(before) if before.contract == contract => return Ok(Ok((Outcome::Unchanged, before.contract_id))),
            Some(before) if !row.etag.is_empty() && row.etag != before.version.to_string() => {
                return Ok(Err(Rejected { reason: Reason::EtagMismatch, violations: Vec::new() }));
            }
            Some(before) => (before.clone(), Change::Updated, Outcome::Updated),
            None => (new_record(self.state, buyer, &row.said), Change::Created, Outcome::Created),
        };
        let step = revise(&mut record, contract, change, &self.call.caller.subject, (self.today, self.now));
        self.events.push(step.of_call(&self.state.context, self.call, self.request_id));
        put(self.tx, self.call.tenant(), &record, "").await?;
        if let (Change::Created, Some(own)) = (change, own_buyer_id) {
            contract_own(self.tx, self.call.tenant(), record.contract_id, own).await.map_err(failed)?;
        }
        let id = record.contract_id;
        known.insert(row.external_id.clone(), record);
        Ok(Ok((result, id)))
    }
}

fn outcome(row: i64, settled: Settled) -> ContractUpsertOutcome {
    match settled {
        Ok((result, contract_id)) => ContractUpsertOutcome {
            row,
            result: result.into(),
            contract_id: contract_id.to_string(),
            ..ContractUpsertOutcome::default()
        },
        Err(Rejected { reason, violations }) => ContractUpsertOutcome {
            row,
            result: Outcome::Rejected.into(),
            reason: reason.into(),
            violations: violations
                .into_iter()
                .map(|violation| FieldViolation { field: violation.field, description: violation.description })
                .collect(),
            ..ContractUpsertOutcome::default()
        },
    }
}
