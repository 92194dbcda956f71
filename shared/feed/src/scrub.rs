//! Takes what is told of erased persons out of past events and of answers recorded for request ids.
//!
//! It goes by the contract: a message that names a person by `customer_id` or `customer_external_id` keeps its ids, instants, flags and
//! enums and loses all else, wherever in a payload it stands; a message that holds one, such as the revision of a transaction, loses its texts.
//! Payloads stay messages of their type, events keep their positions: readers
//! of the feed need not know.

use std::collections::HashSet;

use clientele_proto::contract::POOL;
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

/// Rows looked at in one statement.
const PAGE: i64 = 500;

/// Says what became of rows, and nothing of the customers in them.
const OUTCOME: &str = "clientele.customers.v1.UpsertOutcome";

/// Who is to be taken out.
#[derive(Debug, Clone, Default)]
pub struct Persons {
    ids: HashSet<String>,
    keys: HashSet<String>,
}

impl Persons {
    /// Customers by their ids and their external ids.
    pub fn new(ids: impl IntoIterator<Item = Uuid>, keys: impl IntoIterator<Item = String>) -> Self {
        Self { ids: ids.into_iter().map(|id| id.to_string()).collect(), keys: keys.into_iter().collect() }
    }

    /// The encoded message without what it told of these persons; `None` where it told nothing, or is no message of the contract.
    pub fn scrub(&self, message: &str, data: &[u8]) -> Option<Vec<u8>> {
        self.scrub_as(&POOL.get_message_by_name(message)?, data)
    }

    fn scrub_as(&self, descriptor: &MessageDescriptor, data: &[u8]) -> Option<Vec<u8>> {
        let mut message = DynamicMessage::decode(descriptor.clone(), data).ok()?;
        self.scrub_within(&mut message).then(|| message.encode_to_vec())
    }

    fn scrub_within(&self, message: &mut DynamicMessage) -> bool {
        if message.descriptor().full_name() == OUTCOME {
            return false;
        }
        let fields: Vec<_> = message.descriptor().fields().filter(|field| message.has_field(field)).collect();
        if self.is_named_in(message) {
            let told = fields.into_iter().filter(|field| !tells_nothing(field));
            return clear(message, told);
        }
        // Who took part in a merge, or whose transaction was corrected: the texts beside it are about them too.
        let mut concerns = fields.iter().any(|field| {
            matches!(field.name(), "survivor_customer_id" | "merged_customer_ids") && holds(&self.ids, message, field)
        });
        let mut changed = false;
        for field in &fields {
            match message.get_field_mut(field) {
                Value::Message(inner) => {
                    concerns |= self.is_named_in(inner);
                    changed |= self.scrub_within(inner);
                }
                Value::List(values) => {
                    for inner in values.iter_mut().filter_map(Value::as_message_mut) {
                        changed |= self.scrub_within(inner);
                    }
                }
                Value::Map(values) => {
                    for inner in values.values_mut().filter_map(Value::as_message_mut) {
                        changed |= self.scrub_within(inner);
                    }
                }
                _ => {}
            }
        }
        if concerns {
            let texts = fields.into_iter().filter(|field| field.kind() == Kind::String && !tells_nothing(field));
            changed |= clear(message, texts);
        }
        changed
    }

    /// Whether the message itself names one of them, and so is about them.
    fn is_named_in(&self, message: &DynamicMessage) -> bool {
        message.fields().any(|(field, _)| match field.name() {
            "customer_id" => holds(&self.ids, message, &field),
            "customer_external_id" => holds(&self.keys, message, &field),
            _ => false,
        })
    }
}

/// Whether a field holds one of the names, itself or in its list.
fn holds(names: &HashSet<String>, message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    match message.get_field(field).as_ref() {
        Value::String(text) => names.contains(text),
        Value::List(texts) => texts.iter().filter_map(Value::as_str).any(|text| names.contains(text)),
        _ => false,
    }
}

/// Clears fields and answers whether there were any.
fn clear(message: &mut DynamicMessage, fields: impl Iterator<Item = FieldDescriptor>) -> bool {
    let mut any = false;
    for field in fields {
        message.clear_field(&field);
        any = true;
    }
    any
}

/// Whether a field of a message about a person may stay: our own ids, instants, flags and enums.
fn tells_nothing(field: &FieldDescriptor) -> bool {
    let name = field.name();
    match field.kind() {
        Kind::Bool | Kind::Enum(_) => true,
        Kind::String => (name.ends_with("_id") || name.ends_with("_ids")) && !name.contains("external"),
        Kind::Message(of) => of.full_name() == "google.protobuf.Timestamp",
        _ => false,
    }
}

/// Takes persons out of the events of a tenant, but for types in `spared`; in transactions of a page each, so that it can break off at any
/// place and be done again. `false` where events up to now have no position yet: the sequencer must not be disturbed, try again later.
pub async fn scrub_events(
    connection: &mut PgConnection,
    schema: &str,
    tenant: &str,
    persons: &Persons,
    spared: &[String],
) -> sqlx::Result<bool> {
    let last: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT coalesce(max(outbox_id), 0) FROM {schema}.outbox WHERE tenant_id = $1"
    )))
    .bind(tenant)
    .fetch_one(&mut *connection)
    .await?;
    let waits: bool = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT EXISTS (SELECT FROM {schema}.outbox WHERE position IS NULL AND outbox_id <= $1 AND tenant_id = $2)"
    )))
    .bind(last)
    .bind(tenant)
    .fetch_one(&mut *connection)
    .await?;
    if waits {
        return Ok(false);
    }
    let page = format!(
        "SELECT outbox_id, event_type, data FROM {schema}.outbox \
         WHERE tenant_id = $1 AND outbox_id > $2 AND outbox_id <= $3 ORDER BY outbox_id LIMIT {PAGE}"
    );
    // The subject of an event about a thing of a person's own, such as an order, names that thing.
    let update = format!(
        "UPDATE {schema}.outbox o SET data = u.data, \
             subject = CASE WHEN o.subject LIKE 'customers/%' THEN o.subject ELSE split_part(o.subject, '/', 1) END \
         FROM unnest($2::bigint[], $3::bytea[]) AS u (outbox_id, data) WHERE o.tenant_id = $1 AND o.outbox_id = u.outbox_id"
    );
    let mut after = 0_i64;
    loop {
        let rows = sqlx::query(AssertSqlSafe(page.clone()))
            .bind(tenant)
            .bind(after)
            .bind(last)
            .fetch_all(&mut *connection)
            .await?;
        let Some(end) = rows.last() else { return Ok(true) };
        after = end.try_get(0)?;
        let (mut ids, mut scrubbed) = (Vec::new(), Vec::new());
        for row in &rows {
            let event_type: &str = row.try_get(1)?;
            if spared.iter().any(|spared| spared == event_type) {
                continue;
            }
            if let Some(data) = persons.scrub(event_type, row.try_get(2)?) {
                ids.push(row.try_get::<i64, _>(0)?);
                scrubbed.push(data);
            }
        }
        if !ids.is_empty() {
            sqlx::query(AssertSqlSafe(update.clone()))
                .bind(tenant)
                .bind(ids)
                .bind(scrubbed)
                .execute(&mut *connection)
                .await?;
        }
    }
}

/// Takes persons out of the answers that are recorded for a tenant's request ids: a repeated call then answers what is left.
pub async fn scrub_answers(
    connection: &mut PgConnection,
    schema: &str,
    tenant: &str,
    persons: &Persons,
) -> sqlx::Result<()> {
    let page = format!(
        "SELECT method, request_id, response FROM {schema}.idempotency \
         WHERE tenant_id = $1 AND (method, request_id) > ($2, $3) ORDER BY method, request_id LIMIT {PAGE}"
    );
    let update = format!(
        "UPDATE {schema}.idempotency SET response = $4 WHERE tenant_id = $1 AND method = $2 AND request_id = $3"
    );
    let (mut method, mut request_id) = (String::new(), Uuid::nil());
    loop {
        let rows = sqlx::query(AssertSqlSafe(page.clone()))
            .bind(tenant)
            .bind(&method)
            .bind(request_id)
            .fetch_all(&mut *connection)
            .await?;
        let Some(end) = rows.last() else { return Ok(()) };
        (method, request_id) = (end.try_get(0)?, end.try_get(1)?);
        for row in &rows {
            let (method, request_id): (&str, Uuid) = (row.try_get(0)?, row.try_get(1)?);
            let answer = answer_of(method).and_then(|answer| persons.scrub_as(&answer, row.try_get(2).ok()?));
            if let Some(answer) = answer {
                sqlx::query(AssertSqlSafe(update.clone()))
                    .bind(tenant)
                    .bind(method)
                    .bind(request_id)
                    .bind(answer)
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
}

/// The message a method answers with.
fn answer_of(method: &str) -> Option<MessageDescriptor> {
    let ours = POOL.services().filter(|service| service.full_name().starts_with("clientele."));
    let mut methods = ours.flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.find(|known| known.name() == method).map(|known| known.output())
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        customers::v1::{
            Customer, CustomerMerge, CustomerUpdated, CustomersMerged, Person, UpsertOutcome, customer::Kind,
        },
        value::v1::{
            TierMove, TiersChanged, Transaction, TransactionCorrected, TransactionRecorded, TransactionRevision,
            transaction,
        },
    };
    use prost::Name;

    use super::*;

    const ANA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    fn scrubbed<M: Name + Default>(message: &M) -> Option<M> {
        let persons = Persons::new([ANA], ["C-1".to_owned()]);
        let data = persons.scrub(&M::full_name(), &message.encode_to_vec())?;
        Some(M::decode(data.as_slice()).unwrap())
    }

    fn customer(id: Uuid) -> Customer {
        let kind = Kind::Person(Person { given_name: "Ana".into(), family_name: String::new() });
        Customer {
            customer_id: id.to_string(),
            external_id: "C-1".into(),
            kind: Some(kind),
            create_time: Some(prost_types::Timestamp { seconds: 7, nanos: 0 }),
            ..Customer::default()
        }
    }

    fn rest(id: Uuid) -> Customer {
        let create_time = Some(prost_types::Timestamp { seconds: 7, nanos: 0 });
        Customer { customer_id: id.to_string(), create_time, ..Customer::default() }
    }

    #[test]
    fn a_message_about_the_person_keeps_ids_and_instants() {
        let event = CustomerUpdated { customer: Some(customer(ANA)), changed_fields: vec!["email".into()] };
        assert_eq!(scrubbed(&event).unwrap().customer, Some(rest(ANA)));
        let other = CustomerUpdated { customer: Some(customer(BEN)), changed_fields: Vec::new() };
        assert_eq!(scrubbed(&other), None);
    }

    #[test]
    fn in_lists_only_what_is_about_the_person_goes() {
        let moved = |id: Uuid| TierMove { customer_id: id.to_string(), to_tier: "KEY".into(), ..TierMove::default() };
        let scrubbed = scrubbed(&TiersChanged { tier_moves: vec![moved(ANA), moved(BEN)] }).unwrap();
        assert_eq!(scrubbed.tier_moves[0].to_tier, "");
        assert_eq!(scrubbed.tier_moves[1], moved(BEN));
    }

    #[test]
    fn a_person_is_known_by_either_key() {
        let transaction = Transaction {
            external_id: "INV-1".into(),
            customer: Some(transaction::Customer::CustomerExternalId("C-1".into())),
            ..Transaction::default()
        };
        let scrubbed = scrubbed(&TransactionRecorded { transaction: Some(transaction) }).unwrap();
        assert_eq!(scrubbed.transaction, Some(Transaction::default()));
    }

    #[test]
    fn the_texts_beside_what_is_about_the_person_go_too() {
        let before = Transaction {
            external_id: "INV-1".into(),
            customer: Some(transaction::Customer::CustomerId(ANA.to_string())),
            ..Transaction::default()
        };
        let revision = TransactionRevision {
            transaction_revision_id: BEN.to_string(),
            external_id: "INV-1".into(),
            before: Some(before),
            reason: "Ana called".into(),
            ..TransactionRevision::default()
        };
        let other = Transaction { external_id: "INV-1".into(), ..Transaction::default() };
        let event =
            TransactionCorrected { transaction: Some(other.clone()), transaction_revision: Some(revision.clone()) };
        let scrubbed = scrubbed(&event).unwrap();
        assert_eq!(scrubbed.transaction, Some(other), "by now it is another's");
        let left = scrubbed.transaction_revision.unwrap();
        assert_eq!((left.external_id.as_str(), left.reason.as_str()), ("", ""));
        assert_eq!(left.transaction_revision_id, revision.transaction_revision_id);
    }

    #[test]
    fn of_a_merge_the_reason_goes_and_the_others_stay() {
        let merge = CustomerMerge {
            survivor_customer_id: BEN.to_string(),
            merged_customer_ids: vec![ANA.to_string()],
            reason: "Ana called".into(),
            previous_customers: vec![customer(BEN), customer(ANA)],
            ..CustomerMerge::default()
        };
        let event = CustomersMerged { customer_merge: Some(merge), merged_customers: vec![customer(ANA)] };
        let scrubbed = scrubbed(&event).unwrap();
        assert_eq!(scrubbed.merged_customers, [rest(ANA)]);
        let merge = scrubbed.customer_merge.unwrap();
        assert_eq!((merge.reason.as_str(), &merge.previous_customers[..]), ("", &[customer(BEN), rest(ANA)][..]));
    }

    #[test]
    fn the_outcome_of_a_row_says_nothing_of_its_customer() {
        assert_eq!(scrubbed(&UpsertOutcome { row: 7, customer_id: ANA.to_string(), ..UpsertOutcome::default() }), None);
    }
}
