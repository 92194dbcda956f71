//! `CreateCustomer` beside `pgbench` running the same statements.

use anyhow::Result;
use bytes::Bytes;
use clientele_proto::customers::v1::{CreateCustomerRequest, Customer, customer_service_client::CustomerServiceClient};
use prost::Message as _;
use tonic::Request;
use uuid::Uuid;

use crate::{
    Size, customers,
    house::{CUSTOMERS, House},
    load::{Target, closed_loop, framed},
    pgbench::Pgbench,
    psql::Psql,
    reads::memory,
    served::Served,
    spread::Spread,
    table::{Bar, Row, rate},
};

const DATABASE: &str = "bench_writes";

/// Customers in the table before.
const STORED: u64 = 20_000;

const IN_FLIGHT: u32 = 32;

/// Creates customers, each with its event and its idempotency record in one durable transaction.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    customers::fill(&owner, STORED).await?;
    let served = house.serve(CUSTOMERS, DATABASE).await?;
    let token = house.token(customers::TENANT);
    create(&served, &token, request(0, 0)).await?;
    let script = script(&owner).await?;
    let beside = Pgbench::new(house.url(CUSTOMERS, DATABASE), house.folder(), "create_customer", &[script])?;
    let target =
        Target { address: served.address, path: "/clientele.customers.v1.CustomerService/CreateCustomer", token };

    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for round in 1..=size.rounds {
        ours.push(closed_loop(&target, IN_FLIGHT as usize, size.seconds, bodies(round as u64)).await?);
        raw.push(beside.run(IN_FLIGHT, size.seconds).await?);
    }
    let row = Row::ratio(
        format!("CreateCustomer with request_id, {IN_FLIGHT} in flight (our own loop)"),
        rate(&ours),
        format!("pgbench, {IN_FLIGHT} clients, the same statements: {}", rate(&raw)),
        Spread::of_ratios(&ours, &raw),
        Bar::AtLeast(0.6),
    );
    let rows = vec![row, memory("customers, memory after these writes", &served)?];
    served.stop().await?;
    house.drop_database(DATABASE).await?;
    Ok(rows)
}

fn request(round: u64, number: u64) -> CreateCustomerRequest {
    let request_id = Uuid::from_u128((u128::from(round) << 64) | u128::from(number) | (0x4 << 76) | (0x2 << 62));
    let customer = customers::message(format!("N-{round}-{number}"));
    CreateCustomerRequest { customer: Some(customer), request_id: request_id.to_string(), validate_only: false }
}

fn bodies(round: u64) -> impl FnMut() -> Bytes + Send + 'static {
    let mut number = 0;
    move || {
        number += 1;
        framed(&request(round, number).encode_to_vec())
    }
}

async fn create(served: &Served, token: &str, request: CreateCustomerRequest) -> Result<Customer> {
    let mut request = Request::new(request);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
    Ok(CustomerServiceClient::new(served.channel().await?).create_customer(request).await?.into_inner())
}

/// The statements of the one customer that was created, with new keys each time. The service opens and ends its transaction in one round trip
/// each, which the pipelines stand for.
async fn script(owner: &Psql) -> Result<String> {
    let tenant = customers::TENANT;
    let event = owner.value("SELECT encode(data, 'hex') FROM customers.outbox").await?;
    let event_type = owner.value("SELECT event_type FROM customers.outbox").await?;
    let response = owner.value("SELECT encode(response, 'hex') FROM customers.idempotency").await?;
    let fingerprint = owner.value("SELECT encode(fingerprint, 'hex') FROM customers.idempotency").await?;
    let id = "('01990000-0000-7000-8' || lpad(to_hex(:key::bigint), 15, '0'))::uuid";
    let key = format!("tenant_id = '{tenant}' AND method = 'CreateCustomer' AND request_id = {id}");
    Ok(format!(
        "\\set key random(1, 1000000000000000000)\n\
         \\startpipeline\n\
         BEGIN;\n\
         SET LOCAL statement_timeout = 29998;\n\
         SELECT pg_backend_pid() FROM pg_advisory_xact_lock(:key::bigint);\n\
         \\endpipeline\n\
         SELECT fingerprint, response FROM customers.idempotency WHERE {key};\n\
         INSERT INTO customers.customer (tenant_id, customer_id, external_id, kind, display_name, legal_name, trade_name, website, \
             industry_code, given_name, family_name, email, phone, country_code, attributes, version, create_time, update_time, \
             delete_time, purge_time) \
             SELECT '{tenant}', new.* FROM unnest(ARRAY[{id}], ARRAY['P-' || :key::bigint], ARRAY[1::smallint], \
             ARRAY['Northern Lamp Works N-1-1 GmbH'], ARRAY['Northern Lamp Works N-1-1 GmbH'], ARRAY[NULL::text], \
             ARRAY['https://lamps.example'], ARRAY['C27.40'], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY['orders@lamps.example'], \
             ARRAY['+4915112345678'], ARRAY['DE'], ARRAY['{{\"region\": \"north\", \"channel\": \"web\"}}'::jsonb], ARRAY[1::bigint], \
             ARRAY[now()], ARRAY[now()], ARRAY[NULL::timestamptz], ARRAY[NULL::timestamptz]) AS new (customer_id, external_id, kind, \
             display_name, legal_name, trade_name, website, industry_code, given_name, family_name, email, phone, country_code, \
             attributes, version, create_time, update_time, delete_time, purge_time) ORDER BY new.external_id;\n\
         SELECT k.external_id FROM unnest(ARRAY['P-' || :key::bigint]) AS k (external_id) \
             WHERE (SELECT EXISTS (SELECT FROM customers.erased_customer WHERE tenant_id = '{tenant}')) AND EXISTS ( \
                 SELECT FROM customers.erased_customer e WHERE e.tenant_id = '{tenant}' \
                 AND e.external_id_hash = sha256(convert_to('{tenant}' || E'\\n' || k.external_id, 'UTF8')));\n\
         INSERT INTO customers.outbox (tenant_id, event_id, event_type, subject, event_time, actor, request_id, traceparent, data) \
             VALUES ('{tenant}', {id}, '{event_type}', 'customers/' || {id}::text, now(), 'bench', {id}::text, '', '\\x{event}');\n\
         INSERT INTO customers.idempotency (tenant_id, method, request_id, fingerprint, response) \
             VALUES ('{tenant}', 'CreateCustomer', {id}, '\\x{fingerprint}', '\\x{response}');\n\
         \\startpipeline\n\
         SET CONSTRAINTS ALL IMMEDIATE;\n\
         COMMIT;\n\
         \\endpipeline\n"
    ))
}
