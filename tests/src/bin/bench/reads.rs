//! `GetCustomer` beside `pgbench` reading the same rows.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use clientele_proto::customers::v1::{
    Customer, GetCustomerRequest, customer_service_client::CustomerServiceClient, get_customer_request::Key,
};
use prost::Message;
use tonic::Request;

use crate::{
    Size, customers,
    h2load::H2load,
    house::{CUSTOMERS, House},
    load::{Target, closed_loop, framed},
    pgbench::Pgbench,
    served::Served,
    spread::Spread,
    table::{Bar, Row, rate},
};

const DATABASE: &str = "bench_reads";

/// Customers in the table.
const STORED: u64 = 20_000;

/// Different ones that are asked for; `pgbench` takes a script for each.
pub const ASKED: u64 = 64;

/// Calls in flight, and the share of the rate of `pgbench` to reach with so many.
const IN_FLIGHT: [(u32, f64); 2] = [(256, 0.9), (32, 0.45)];

/// Reads customers.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    customers::fill(&owner, STORED).await?;
    let served = house.serve(CUSTOMERS, DATABASE).await?;
    let token = house.token(customers::TENANT);
    let asked: Vec<_> = (0..ASKED).map(|number| customers::id(number * (STORED / ASKED))).collect();

    let request = |id: &uuid::Uuid| GetCustomerRequest { key: Some(Key::CustomerId(id.to_string())) };
    let answer = read(&served, &token, request(asked.first().context("nothing to ask for")?)).await?;
    ensure!(answer.customer_id == asked[0].to_string(), "another customer was answered");
    let scripts: Vec<_> = asked.iter().map(script).collect();
    let contest = Contest {
        what: "GetCustomer",
        target: Target { address: served.address, path: "/clientele.customers.v1.CustomerService/GetCustomer", token },
        requests: asked.iter().map(|id| request(id).encode_to_vec()).collect(),
        answer_bytes: answer.encoded_len(),
        beside: Pgbench::new(house.url(CUSTOMERS, DATABASE), house.folder(), "get_customer", &scripts)?,
    };
    let mut rows = contest.hold(house, size).await?;
    rows.push(memory("customers, memory after these reads", &served)?);
    served.stop().await?;
    house.drop_database(DATABASE).await?;
    Ok(rows)
}

/// What a service held in memory at most.
pub fn memory(what: &str, served: &Served) -> Result<Row> {
    Ok(Row::figure(what, "-".into(), Spread::of(&[served.peak_mib()?]), " MiB", Bar::Shown))
}

async fn read(served: &Served, token: &str, request: GetCustomerRequest) -> Result<Customer> {
    let mut request = Request::new(request);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
    Ok(CustomerServiceClient::new(served.channel().await?).get_customer(request).await?.into_inner())
}

/// Reads the columns that the service reads.
fn script(id: &uuid::Uuid) -> String {
    let tenant = customers::TENANT;
    format!(
        "SELECT c.tenant_id, c.customer_id, c.external_id, c.kind, c.display_name, c.legal_name, c.trade_name, c.website, \
         c.industry_code, c.given_name, c.family_name, c.email, c.phone, c.country_code, c.attributes, c.version, c.create_time, \
         c.update_time, c.delete_time, c.purge_time FROM customers.customer c WHERE c.tenant_id = '{tenant}' AND c.customer_id = '{id}';\n"
    )
}

/// An RPC that reads one row beside `pgbench` that reads it.
pub struct Contest {
    /// The RPC.
    pub what: &'static str,
    /// Where it is.
    pub target: Target,
    /// Encoded requests for different rows.
    pub requests: Vec<Vec<u8>>,
    /// Bytes of the encoded answer to the first one.
    pub answer_bytes: usize,
    /// The same rows, read directly.
    pub beside: Pgbench,
}

/// What was measured with so many calls in flight.
#[derive(Default)]
struct Turns {
    one_id: Vec<f64>,
    many_ids: Vec<f64>,
    beside: Vec<f64>,
}

impl Contest {
    /// Lets both sides take turns.
    pub async fn hold(&self, house: &House, size: Size) -> Result<Vec<Row>> {
        let first = self.requests.first().context("no requests")?;
        let one_id = H2load::new(self.target.url(), &self.target.token, house.folder(), first, self.answer_bytes)?;
        // The first calls of a process are slow: its connections to Postgres, its pages, its statements.
        one_id.run(IN_FLIGHT[0].0, 1).await?;
        let clients = self.beside.best_clients(size.seconds.div_ceil(2)).await?;
        let mut turns = [Turns::default(), Turns::default()];
        for _ in 0..size.rounds {
            for ((in_flight, _), turns) in IN_FLIGHT.iter().zip(&mut turns) {
                turns.one_id.push(one_id.run(*in_flight, size.seconds).await?);
                turns.beside.push(self.beside.run(clients, size.seconds).await?);
                turns.many_ids.push(closed_loop(&self.target, *in_flight as usize, size.seconds, self.bodies()).await?);
            }
        }
        let mut rows = Vec::new();
        for ((in_flight, bar), turns) in IN_FLIGHT.iter().zip(&turns) {
            for (how, ours) in [("one id, h2load", &turns.one_id), ("64 ids, our own loop", &turns.many_ids)] {
                rows.push(Row::ratio(
                    format!("{}, {in_flight} in flight ({how})", self.what),
                    rate(ours),
                    format!("pgbench, {clients} clients: {}", rate(&turns.beside)),
                    Spread::of_ratios(ours, &turns.beside),
                    Bar::AtLeast(*bar),
                ));
            }
        }
        Ok(rows)
    }

    /// The requests, one after another, without end.
    fn bodies(&self) -> impl FnMut() -> Bytes + Send + 'static {
        let frames: Vec<_> = self.requests.iter().map(|request| framed(request)).collect();
        let mut next = 0;
        move || {
            next = (next + 1) % frames.len();
            frames[next].clone()
        }
    }
}
