//! Contracts: created, changed, renewed and cancelled by people, and what they do by themselves on their days. The clock stands at noon of
//! 2 March 2026 at first.

use std::time::Duration;

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Date, Money,
    value::v1::{
        BatchUpsertContractsRequest, CancelContractRequest, Contract, ContractChanged, ContractUpsertOutcome,
        CreateContractRequest, GetContractRequest, ListContractsRequest, RenewContractRequest, UpdateContractRequest,
        contract::{Customer, State},
        contract_changed::Change,
        contract_service_client::ContractServiceClient,
        contract_upsert_outcome::Result as Outcome,
        get_contract_request::Key,
    },
};
use clientele_testkit::{Authorised, Running};
use clientele_value::app_on;
use jiff::SignedDuration;
use prost::Message as _;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status};

use crate::{
    harness::{TENANT, Value},
    scoring::date,
};

impl Value {
    pub fn contracts(&self) -> ContractServiceClient<Authorised> {
        ContractServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn contract(&self, contract: Contract) -> Result<Contract, Status> {
        let request = CreateContractRequest { contract: Some(contract), ..CreateContractRequest::default() };
        Ok(self.contracts().create_contract(request).await?.into_inner())
    }

    pub async fn get_contract(&self, external_id: &str) -> Contract {
        let key = Some(Key::ExternalId(external_id.into()));
        self.contracts().get_contract(GetContractRequest { key }).await.unwrap().into_inner()
    }

    pub async fn renew(&self, id: &str, dollars: Option<i64>) -> Result<Contract, Status> {
        let request = RenewContractRequest {
            contract_id: id.into(),
            value_per_term: dollars.map(self::dollars),
            ..RenewContractRequest::default()
        };
        Ok(self.contracts().renew_contract(request).await?.into_inner())
    }

    pub async fn cancel(&self, id: &str, day: Option<&str>) -> Result<Contract, Status> {
        let request = CancelContractRequest {
            contract_id: id.into(),
            cancel_date: day.map(date),
            reason: "moved away".into(),
            ..CancelContractRequest::default()
        };
        Ok(self.contracts().cancel_contract(request).await?.into_inner())
    }

    async fn update(&self, contract: Contract, paths: &[&str]) -> Result<Contract, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = UpdateContractRequest {
            contract: Some(contract),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..UpdateContractRequest::default()
        };
        Ok(self.contracts().update_contract(request).await?.into_inner())
    }

    pub async fn upsert(&self, contracts: Vec<Contract>) -> Vec<ContractUpsertOutcome> {
        let request = BatchUpsertContractsRequest { contracts, ..BatchUpsertContractsRequest::default() };
        self.contracts().batch_upsert_contracts(request).await.unwrap().into_inner().outcomes
    }

    /// The external ids of the contracts of a filter.
    pub async fn listed(&self, filter: &str, order_by: &str) -> Vec<String> {
        let request = ListContractsRequest {
            filter: filter.into(),
            order_by: order_by.into(),
            ..ListContractsRequest::default()
        };
        let page = self.contracts().list_contracts(request).await.unwrap().into_inner();
        page.contracts.into_iter().map(|contract| contract.external_id).collect()
    }

    /// What was told of contracts: the change, the contract and the term it was in, in the order of the outbox.
    async fn told(&self) -> Vec<(Change, String, i32)> {
        let told: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT data FROM value.outbox WHERE event_type = 'clientele.value.v1.ContractChanged' ORDER BY outbox_id",
        )
        .fetch_all(&*self.pool)
        .await
        .unwrap();
        let told = told.iter().map(|data| ContractChanged::decode(data.as_slice()).unwrap());
        told.map(|told| {
            let contract = told.contract.clone().unwrap();
            (told.change(), contract.external_id, contract.term)
        })
        .collect()
    }

    async fn until_told(&self, changes: usize) -> Vec<(Change, String, i32)> {
        let told = async {
            while self.told().await.len() < changes {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(Duration::from_mins(1), told).await.expect("all changes are told");
        self.told().await
    }
}

pub fn dollars(units: i64) -> Money {
    Money { currency_code: "USD".into(), units, nanos: 0 }
}

/// A yearly contract of a customer for 100 dollars that has to be renewed.
pub fn yearly(external_id: &str, customer: &str, start: &str) -> Contract {
    Contract {
        customer: Some(Customer::CustomerExternalId(customer.into())),
        external_id: external_id.into(),
        product: "Gold".into(),
        value_per_term: Some(dollars(100)),
        start_date: Some(date(start)),
        term_months: 12,
        ..Contract::default()
    }
}

fn monthly(external_id: &str, start: &str) -> Contract {
    Contract { term_months: 1, auto_renew: true, ..yearly(external_id, "ann", start) }
}

fn days(value: &Contract) -> (Option<Date>, Option<Date>, Option<Date>) {
    (value.term_start_date, value.term_end_date, value.renewal_date)
}

fn field(status: &Status) -> String {
    violations_of(status).remove(0).field
}

#[tokio::test]
async fn a_contract_of_the_past_stands_where_it_has_come_to_by_today() {
    let value = Value::start().await;
    let once = value.contract(yearly("K-1", "ann", "2025-06-01")).await.unwrap();
    assert_eq!((once.state(), once.term, once.renewals), (State::Active, 1, 0));
    assert_eq!(days(&once), (Some(date("2025-06-01")), Some(date("2026-05-31")), Some(date("2026-06-01"))));
    assert_eq!((once.notice_date, once.etag.as_str()), (Some(date("2026-05-31")), "1"));

    // 31 January, 28 February, 31 March ...: the fourteenth term began on 28 February.
    let month = Contract { notice_days: 10, ..monthly("K-2", "2025-01-31") };
    let month = value.contract(month).await.unwrap();
    assert_eq!((month.state(), month.term, month.renewals, month.terms.len()), (State::Active, 14, 13, 14));
    assert_eq!(days(&month), (Some(date("2026-02-28")), Some(date("2026-03-30")), Some(date("2026-03-31"))));
    assert_eq!(month.notice_date, Some(date("2026-03-21")));
    let second = &month.terms[1];
    assert_eq!((second.start_date, second.end_date), (Some(date("2025-02-28")), Some(date("2025-03-30"))));

    let over = value.contract(yearly("K-3", "ann", "2024-03-02")).await.unwrap();
    assert_eq!((over.state(), over.renewal_date, over.notice_date), (State::Ended, None, None));
    assert_eq!(over.term_end_date, Some(date("2025-03-01")));
    let renewed = Contract { renewals: 2, ..yearly("K-4", "ann", "2024-03-02") };
    let renewed = value.contract(renewed).await.unwrap();
    assert_eq!((renewed.state(), renewed.term, renewed.renewal_date), (State::Active, 3, Some(date("2027-03-02"))));
    let to_come = value.contract(yearly("K-5", "ann", "2026-03-03")).await.unwrap();
    assert_eq!((to_come.state(), to_come.term), (State::Scheduled, 1));

    assert_eq!(value.get_contract("K-2").await, month);
    let key = Some(Key::ContractId(month.contract_id.clone()));
    let by_id = value.contracts().get_contract(GetContractRequest { key }).await.unwrap().into_inner();
    assert_eq!(by_id, month);
    assert_eq!(value.told().await.len(), 5, "one for each, whatever had happened before");
}

#[tokio::test]
async fn what_a_contract_cannot_be_is_told_all_at_once_and_nothing_is_stored() {
    let value = Value::start().await;
    let wrong = Contract {
        value_per_term: Some(Money { currency_code: "ZZZ".into(), units: 1, nanos: 0 }),
        start_date: Some(date("1800-01-01")),
        cancel_reason: "none".into(),
        ..yearly("K-1", "ann", "2025-06-01")
    };
    let status = value.contract(wrong).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    let expected = ["contract.cancel_reason", "contract.value_per_term.currency_code", "contract.start_date"];
    assert_eq!(fields, expected);
    let early = Contract { cancel_date: Some(date("2025-05-31")), ..yearly("K-1", "ann", "2025-06-01") };
    assert_eq!(field(&value.contract(early).await.unwrap_err()), "contract.cancel_date");
    let late = Contract { cancel_date: Some(date("2026-06-02")), ..yearly("K-1", "ann", "2025-06-01") };
    assert_eq!(field(&value.contract(late).await.unwrap_err()), "contract.cancel_date");
    assert_eq!(value.count("SELECT count(*) FROM value.contract").await, 0);

    value.contract(yearly("K-1", "ann", "2025-06-01")).await.unwrap();
    let status = value.contract(yearly("K-1", "bob", "2025-06-01")).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::AlreadyExists, Some(Reason::ExternalIdTaken)));
    assert_eq!(field(&status), "contract.external_id");
    assert_eq!(value.count("SELECT count(*) FROM value.buyer WHERE external_id = 'bob'").await, 0);
}

#[tokio::test]
async fn a_write_with_a_request_id_takes_effect_once_and_one_that_is_checked_none() {
    let value = Value::start().await;
    let request = CreateContractRequest {
        contract: Some(yearly("", "ann", "2025-06-01")),
        request_id: "0195b2f0-0000-7000-8000-00000000000b".into(),
        ..CreateContractRequest::default()
    };
    let mut client = value.contracts();
    let checked = CreateContractRequest { validate_only: true, ..request.clone() };
    let checked = client.create_contract(checked).await.unwrap().into_inner();
    assert_eq!((checked.state(), checked.external_id.as_str()), (State::Active, ""));
    assert_eq!(value.count("SELECT count(*) FROM value.contract").await, 0);
    let made = client.create_contract(request.clone()).await.unwrap().into_inner();
    assert_eq!(client.create_contract(request).await.unwrap().into_inner(), made);
    assert_eq!(value.count("SELECT count(*) FROM value.contract").await, 1);

    let renew = RenewContractRequest {
        contract_id: made.contract_id.clone(),
        etag: made.etag.clone(),
        ..RenewContractRequest::default()
    };
    let renewed = client.renew_contract(renew.clone()).await.unwrap().into_inner();
    assert_eq!((renewed.renewals, renewed.etag.as_str()), (1, "2"));
    let status = client.renew_contract(renew).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::Aborted, Some(Reason::EtagMismatch)));
}

#[tokio::test]
async fn a_renewal_costs_what_was_said_of_it_and_the_terms_before_keep_their_price() {
    let value = Value::start().await;
    let made = Contract { renewal_value_per_term: Some(dollars(110)), ..yearly("K-1", "ann", "2024-06-01") };
    let made = value.contract(made).await.unwrap();
    assert_eq!(made.state(), State::Ended);
    // Late: the term that was missing, and then one ahead of time.
    let late = value.renew(&made.contract_id, None).await.unwrap();
    assert_eq!((late.state(), late.term, late.value_per_term.clone()), (State::Active, 2, Some(dollars(110))));
    let ahead = value.renew(&made.contract_id, Some(130)).await.unwrap();
    assert_eq!((ahead.term, ahead.renewals, ahead.renewal_date), (2, 2, Some(date("2027-06-01"))));
    assert_eq!(ahead.term_end_date, Some(date("2026-05-31")));
    let prices: Vec<_> = ahead.terms.iter().map(|term| term.value.as_ref().unwrap().units).collect();
    assert_eq!(prices, [100, 110, 130]);
    assert_eq!(ahead.terms[2].start_date, Some(date("2026-06-01")));

    // Taken back again, it costs what the term before cost.
    let cut = value.cancel(&made.contract_id, Some("2026-06-01")).await.unwrap();
    let prices: Vec<_> = cut.terms.iter().map(|term| term.value.as_ref().unwrap().units).collect();
    assert_eq!((prices, cut.value_per_term.clone()), (vec![100, 110], Some(dollars(110))));
    value
        .update(Contract { contract_id: made.contract_id.clone(), ..Contract::default() }, &["cancel_date"])
        .await
        .unwrap();

    let request = RenewContractRequest {
        contract_id: made.contract_id.clone(),
        value_per_term: Some(Money { currency_code: "EUR".into(), units: 1, nanos: 0 }),
        ..RenewContractRequest::default()
    };
    let status = value.contracts().renew_contract(request).await.unwrap_err();
    assert_eq!(field(&status), "value_per_term.currency_code");
    let changes: Vec<_> = value.told().await.into_iter().map(|told| told.0).collect();
    let expected = [Change::Created, Change::Renewed, Change::Renewed, Change::CancellationSet, Change::Updated];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn a_cancelled_contract_runs_until_its_day_and_takes_back_the_terms_after_it() {
    let value = Value::start().await;
    let made = value.contract(monthly("K-1", "2025-12-15")).await.unwrap();
    assert_eq!(made.terms.len(), 3);
    let to_come = value.cancel(&made.contract_id, None).await.unwrap();
    assert_eq!((to_come.state(), to_come.cancel_date), (State::Active, Some(date("2026-03-15"))));
    assert_eq!((to_come.renewal_date, to_come.cancel_reason.as_str()), (None, "moved away"));
    let status = value.renew(&made.contract_id, None).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::FailedPrecondition, Some(Reason::ContractCancelled)));

    let over = value.cancel(&made.contract_id, Some("2026-01-20")).await.unwrap();
    assert_eq!((over.state(), over.term, over.terms.len()), (State::Cancelled, 2, 2));
    assert_eq!(over.term_end_date, Some(date("2026-01-19")));
    let too_early = value.cancel(&made.contract_id, Some("2025-12-14")).await.unwrap_err();
    assert_eq!(field(&too_early), "cancel_date");
    let never = value.cancel(&made.contract_id, Some("2025-12-15")).await.unwrap();
    assert_eq!((never.state(), never.term, never.term_end_date), (State::Cancelled, 0, None));

    let withdrawn = Contract { contract_id: made.contract_id.clone(), ..Contract::default() };
    let withdrawn = value.update(withdrawn, &["cancel_date"]).await.unwrap();
    assert_eq!((withdrawn.state(), withdrawn.terms.len()), (State::Active, 3));
    assert_eq!(withdrawn.cancel_reason, "");
    let unknown = value.cancel("0195b2f0-0000-7000-8000-00000000000c", None).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_one_that_changes_nothing_makes_no_version() {
    let value = Value::start().await;
    let made = value.contract(monthly("K-1", "2025-12-02")).await.unwrap();
    let change = Contract { contract_id: made.contract_id.clone(), etag: made.etag.clone(), ..Contract::default() };
    let silver = Contract { product: "Silver".into(), notice_days: 7, ..change.clone() };
    let silver = value.update(silver, &["product"]).await.unwrap();
    assert_eq!((silver.product.as_str(), silver.notice_days, silver.etag.as_str()), ("Silver", 0, "2"));
    let status = value.update(change.clone(), &["product"]).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::EtagMismatch));
    let fresh = Contract { etag: String::new(), ..change };
    let same = Contract { product: "Silver".into(), ..fresh.clone() };
    assert_eq!(value.update(same, &["product"]).await.unwrap(), silver);
    assert_eq!(value.told().await.len(), 2);

    // Put right: it began two months later, and has had two renewals less.
    let later = Contract { start_date: Some(date("2026-02-02")), ..fresh.clone() };
    let later = value.update(later, &[]).await.unwrap();
    assert_eq!((later.renewals, later.term, later.terms.len()), (1, 2, 2));
    let price = Contract { value_per_term: Some(dollars(80)), ..fresh.clone() };
    let price = value.update(price, &["value_per_term"]).await.unwrap();
    let prices: Vec<_> = price.terms.iter().map(|term| term.value.as_ref().unwrap().units).collect();
    assert_eq!(prices, [100, 80], "the last term is corrected");

    let paths = value.update(fresh.clone(), &["state"]).await.unwrap_err();
    assert_eq!(field(&paths), "update_mask.paths[0]");
    let gone = value.update(fresh.clone(), &["product"]).await.unwrap_err();
    assert_eq!(field(&gone), "contract.product");
    let euros = Money { currency_code: "EUR".into(), units: 1, nanos: 0 };
    let other = Contract { value_per_term: Some(euros), ..fresh.clone() };
    let other = value.update(other, &["value_per_term"]).await.unwrap_err();
    assert_eq!(field(&other), "contract.value_per_term.currency_code");
    let renewed = value.update(Contract { renewals: 4, ..fresh.clone() }, &["renewals"]).await.unwrap();
    assert_eq!((renewed.renewals, renewed.renewal_date), (4, Some(date("2026-07-02"))));
    let ending = Contract { cancel_date: Some(date("2026-05-01")), ..fresh.clone() };
    value.update(ending, &["cancel_date"]).await.unwrap();
    value.update(fresh.clone(), &["cancel_date"]).await.unwrap();
    let changes: Vec<_> = value.told().await.into_iter().skip(4).map(|told| told.0).collect();
    assert_eq!(changes, [Change::Renewed, Change::CancellationSet, Change::Updated], "told as what it comes to");
    let fewer = value.update(Contract { renewals: 1, ..fresh }, &["renewals"]).await.unwrap_err();
    assert_eq!(field(&fewer), "contract.renewals");
}

#[tokio::test]
async fn rows_create_change_or_leave_contracts_each_for_itself() {
    let value = Value::start().await;
    let first = value.upsert(vec![yearly("K-1", "ann", "2025-06-01"), monthly("K-2", "2025-12-02")]).await;
    assert_eq!(first.iter().map(ContractUpsertOutcome::result).collect::<Vec<_>>(), [Outcome::Created; 2]);
    let rows = vec![
        yearly("K-1", "ann", "2025-06-01"),
        Contract { product: "Silver".into(), ..monthly("K-2", "2025-12-02") },
        Contract { external_id: String::new(), ..yearly("", "ann", "2025-06-01") },
        Contract { term_months: 0, ..yearly("K-3", "ann", "2025-06-01") },
        yearly("K-1", "bob", "2025-06-01"),
        yearly("K-4", "bob", "2025-06-01"),
        Contract { renewals: 1, value_per_term: Some(dollars(120)), ..yearly("K-4", "bob", "2025-06-01") },
        Contract { etag: "7".into(), product: "Tin".into(), ..yearly("K-4", "bob", "2025-06-01") },
    ];
    let outcomes = value.upsert(rows.clone()).await;
    let results: Vec<_> = outcomes.iter().map(ContractUpsertOutcome::result).collect();
    let expected = [
        Outcome::Unchanged,
        Outcome::Updated,
        Outcome::Rejected,
        Outcome::Rejected,
        Outcome::Rejected,
        Outcome::Created,
        Outcome::Updated,
        Outcome::Rejected,
    ];
    assert_eq!(results, expected);
    let fields: Vec<_> =
        outcomes.iter().map(|outcome| outcome.violations.first().map(|it| it.field.as_str())).collect();
    assert_eq!(fields[2..5], [Some("external_id"), Some("term_months"), Some("customer")]);
    assert_eq!(outcomes[7].reason(), Reason::EtagMismatch);
    assert_eq!(outcomes[5].contract_id, outcomes[6].contract_id);
    let bob = value.get_contract("K-4").await;
    let prices: Vec<_> = bob.terms.iter().map(|term| term.value.as_ref().unwrap().units).collect();
    assert_eq!((prices, bob.renewal_date), (vec![100, 120], Some(date("2027-06-01"))));
    let changes: Vec<_> =
        value.told().await.into_iter().map(|(change, external_id, _)| (change, external_id)).collect();
    let told = |change, external_id: &str| (change, external_id.to_owned());
    let expected = [
        told(Change::Created, "K-1"),
        told(Change::Created, "K-2"),
        told(Change::Updated, "K-2"),
        told(Change::Created, "K-4"),
        told(Change::Renewed, "K-4"),
    ];
    assert_eq!(changes, expected);

    let request = BatchUpsertContractsRequest {
        contracts: vec![yearly("K-9", "eve", "2025-06-01")],
        validate_only: true,
        ..BatchUpsertContractsRequest::default()
    };
    let checked = value.contracts().batch_upsert_contracts(request).await.unwrap().into_inner();
    assert_eq!(checked.outcomes[0].result(), Outcome::Created);
    assert_eq!(value.count("SELECT count(*) FROM value.contract").await, 3);
}

#[tokio::test]
async fn contracts_are_listed_by_where_they_stand_today() {
    let value = Value::start().await;
    let cancelled = Contract { cancel_date: Some(date("2026-03-10")), ..monthly("K-4", "2025-12-02") };
    value
        .upsert(vec![
            yearly("K-1", "ann", "2025-06-01"),
            Contract { notice_days: 20, product: "Silver".into(), ..monthly("K-2", "2025-12-31") },
            yearly("K-3", "bob", "2024-03-02"),
            cancelled,
            yearly("K-5", "bob", "2026-04-01"),
        ])
        .await;
    assert_eq!(value.listed("", "").await, ["K-5", "K-4", "K-3", "K-2", "K-1"]);
    assert_eq!(value.listed("state = ACTIVE", "external_id").await, ["K-1", "K-2", "K-4"]);
    assert_eq!(value.listed("state = ENDED OR state = SCHEDULED", "external_id").await, ["K-3", "K-5"]);
    // Notice by 11 March of the term that ends with 30 March.
    assert_eq!(value.listed("notice_date <= \"2026-03-11\"", "").await, ["K-2"]);
    assert_eq!(value.listed("notice_date <= \"2026-03-10\"", "").await, Vec::<String>::new());
    assert_eq!(value.listed("renewal_date <= \"2026-06-01\"", "renewal_date").await, ["K-2", "K-1"]);
    assert_eq!(value.listed("cancel_date:* AND term_end_date = \"2026-03-09\"", "").await, ["K-4"]);
    assert_eq!(
        value.listed("product = \"Gold\" AND customer_external_id = \"bob\"", "start_date").await,
        ["K-3", "K-5"]
    );
    assert_eq!(value.listed("auto_renew = true AND renewals = 2", "external_id").await, ["K-2"]);
    value.clock.advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(value.listed("state = CANCELLED", "").await, ["K-4"]);
}

#[tokio::test]
async fn what_happens_by_itself_is_seen_at_once_and_told_once_and_in_order() {
    let value = Value::start().await;
    value.contract(monthly("K-1", "2026-03-03")).await.unwrap();
    let made = value.contract(yearly("K-2", "ann", "2025-04-01")).await.unwrap();
    let price = Contract { contract_id: value.get_contract("K-1").await.contract_id, ..Contract::default() };
    let price = Contract { renewal_value_per_term: Some(dollars(120)), ..price };
    value.update(price, &["renewal_value_per_term"]).await.unwrap();
    value.cancel(&made.contract_id, Some("2026-03-20")).await.unwrap();
    assert_eq!(value.until_told(4).await.len(), 4);

    // From noon of 2 March to noon of 5 May: started, two renewals; and the other one has been cancelled.
    value.clock.advance(SignedDuration::from_hours(24 * 64));
    let seen = value.get_contract("K-1").await;
    assert_eq!((seen.state(), seen.term, seen.value_per_term.clone()), (State::Active, 3, Some(dollars(120))));
    assert_eq!(value.get_contract("K-2").await.state(), State::Cancelled);
    let told = value.until_told(8).await;
    let of = |external_id: &str| {
        told[4..].iter().filter(|told| told.1 == external_id).map(|told| (told.0, told.2)).collect::<Vec<_>>()
    };
    assert_eq!(of("K-1"), [(Change::Started, 1), (Change::Renewed, 2), (Change::Renewed, 3)]);
    assert_eq!(of("K-2"), [(Change::Cancelled, 1)]);
    let kept = value.get_contract("K-1").await;
    let prices: Vec<_> =
        kept.terms.iter().map(|term| (term.value.as_ref().unwrap().units, term.actor.as_str())).collect();
    assert_eq!(prices[1..], [(120, "value"), (120, "value")]);
    assert_eq!((prices[0].0, kept.actor.as_str(), kept.etag.as_str()), (100, "value", "5"));
    assert_eq!(value.count("SELECT count(*) FROM value.contract WHERE due_date <= '2026-05-05'").await, 0);
}

/// Two replicas keep the same contracts.
#[tokio::test]
async fn however_many_replicas_there_are_a_day_is_told_once() {
    let value = Value::start().await;
    let tokens = std::sync::Arc::clone(&value.running.tokens);
    let app = app_on(value.pool.clone(), value.clock.context(), None, None);
    let _other = Running::start_with(app, &value.clock, tokens, &[]).await;
    let rows = (0..450).map(|number| yearly(&format!("K-{number}"), "ann", "2026-03-03")).collect();
    let made = value.upsert(rows).await;
    assert!(made.iter().all(|outcome| outcome.result() == Outcome::Created));
    value.clock.advance(SignedDuration::from_hours(24 * 400));
    let mut told = value.until_told(450 * 3).await;
    told.sort_by(|a, b| (a.1.as_str(), a.0 as i32).cmp(&(b.1.as_str(), b.0 as i32)));
    assert_eq!(told.len(), 450 * 3);
    for of_one in told.chunks(3) {
        let changes: Vec<_> = of_one.iter().map(|told| told.0).collect();
        assert_eq!(changes, [Change::Created, Change::Started, Change::Ended], "{of_one:?}");
    }
    assert_eq!(value.count("SELECT count(*) FROM value.contract WHERE due_date IS NOT NULL").await, 0);
}
