//! Contracts of a tenant that has some of everything.

use clientele_proto::{
    Money,
    value::v1::{
        BatchUpsertContractsRequest, Contract, contract::Customer, contract_service_client::ContractServiceClient,
    },
};
use clientele_tests::{World, data};

/// Gives the first customers contracts, under external ids that are also those of transactions, and answers the ids.
pub async fn agree(world: &World, tenant: &str, customers: usize, external_ids: &[String]) -> Vec<String> {
    let agreed = external_ids.iter().zip((1..=customers).cycle()).map(|(external_id, customer)| Contract {
        customer: Some(Customer::CustomerExternalId(customer.to_string())),
        external_id: external_id.clone(),
        product: "cdnow-support".into(),
        value_per_term: Some(Money { currency_code: "EUR".into(), units: 120, nanos: 0 }),
        start_date: Some(data::date(1998, 1, 31)),
        term_months: 12,
        auto_renew: true,
        ..Contract::default()
    });
    let request = BatchUpsertContractsRequest { contracts: agreed.collect(), ..BatchUpsertContractsRequest::default() };
    let mut client = ContractServiceClient::new(world.value.tenant(tenant));
    let outcomes = client.batch_upsert_contracts(request).await.unwrap().into_inner().outcomes;
    outcomes.into_iter().map(|outcome| outcome.contract_id).collect()
}
