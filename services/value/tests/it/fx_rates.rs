//! `BatchUpsertFxRates`, `ListFxRates`.

use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    BatchUpsertFxRatesRequest, FxRate, FxRateOutcome, ListFxRatesRequest, fx_rate_outcome::Result as Outcome,
    fx_rate_service_client::FxRateServiceClient,
};
use clientele_testkit::Authorised;
use tonic::Status;

use crate::{
    harness::{TENANT, Value},
    scoring::date,
};

impl Value {
    pub fn fx_rates(&self) -> FxRateServiceClient<Authorised> {
        FxRateServiceClient::new(self.running.tenant(TENANT))
    }

    /// Stores rates that are known to be good.
    pub async fn priced(&self, rates: &[(&str, &str, &str, &str)]) {
        let outcomes = self.upsert_rates(rates.iter().map(|rate| fx_rate(*rate)).collect()).await;
        assert!(outcomes.iter().all(|outcome| outcome.result() != Outcome::Rejected), "{outcomes:?}");
    }

    async fn upsert_rates(&self, fx_rates: Vec<FxRate>) -> Vec<FxRateOutcome> {
        let request = BatchUpsertFxRatesRequest { fx_rates, ..BatchUpsertFxRatesRequest::default() };
        self.fx_rates().batch_upsert_fx_rates(request).await.unwrap().into_inner().outcomes
    }

    async fn rates(&self, filter: &str) -> Result<Vec<(String, String)>, Status> {
        let request = ListFxRatesRequest { filter: filter.into(), ..ListFxRatesRequest::default() };
        let listed = self.fx_rates().list_fx_rates(request).await?.into_inner().fx_rates;
        Ok(listed.into_iter().map(|rate| (rate.fx_rate_id, rate.rate)).collect())
    }
}

/// Base, quote, day, rate.
fn fx_rate((base, quote, day, rate): (&str, &str, &str, &str)) -> FxRate {
    FxRate {
        base_currency_code: base.into(),
        quote_currency_code: quote.into(),
        rate_date: Some(date(day)),
        rate: rate.into(),
        ..FxRate::default()
    }
}

fn results(outcomes: &[FxRateOutcome]) -> Vec<Outcome> {
    outcomes.iter().map(FxRateOutcome::result).collect()
}

fn told(id: &str, rate: &str) -> (String, String) {
    (id.to_owned(), rate.to_owned())
}

#[tokio::test]
async fn a_rate_is_stored_for_its_pair_and_day_and_replaced_by_another() {
    let value = Value::start().await;
    let first = value
        .upsert_rates(vec![
            fx_rate(("EUR", "USD", "1997-03-01", "1.1000")),
            fx_rate(("EUR", "USD", "1997-03-01", "1.1")),
            fx_rate(("EUR", "USD", "1997-03-01", "1.2")),
            fx_rate(("GBP", "EUR", "1997-03-01", "1.44")),
        ])
        .await;
    assert_eq!(results(&first), [Outcome::Created, Outcome::Unchanged, Outcome::Updated, Outcome::Created]);
    assert_eq!(first[3].fx_rate_id, "GBP-EUR-1997-03-01");
    let second = [
        ("EUR", "USD", "1997-03-01", "1.3"),
        ("GBP", "EUR", "1997-03-01", "1.440"),
        ("EUR", "USD", "1997-03-02", "1.4"),
    ];
    let second = value.upsert_rates(second.map(fx_rate).to_vec()).await;
    assert_eq!(results(&second), [Outcome::Updated, Outcome::Unchanged, Outcome::Created]);
    assert_eq!(
        value.rates("").await.unwrap(),
        [told("EUR-USD-1997-03-01", "1.3"), told("EUR-USD-1997-03-02", "1.4"), told("GBP-EUR-1997-03-01", "1.44")]
    );
    // What it was is kept: 1.2 of the first batch.
    let kept = value.count("SELECT count(*) FROM value.fx_rate_revision WHERE rate = 1.2").await;
    assert_eq!((kept, value.count("SELECT count(*) FROM value.fx_rate_revision").await), (1, 1));
    assert_eq!(value.events().await, vec!["clientele.value.v1.FxRatesUpserted"; 2]);
}

#[tokio::test]
async fn rates_are_listed_by_currency_and_day() {
    let value = Value::start().await;
    value
        .priced(&[
            ("EUR", "USD", "1997-03-01", "1.1"),
            ("EUR", "USD", "1997-03-02", "1.2"),
            ("GBP", "USD", "1997-03-02", "1.6"),
        ])
        .await;
    let filter = r#"base_currency_code = "EUR" AND rate_date >= "1997-03-02""#;
    assert_eq!(value.rates(filter).await.unwrap(), [told("EUR-USD-1997-03-02", "1.2")]);
    assert_eq!(value.rates(r#"quote_currency_code = "EUR""#).await.unwrap(), []);
    let status = value.rates("rate > 1").await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFilter));
}

#[tokio::test]
async fn a_bad_rate_is_told_with_everything_wrong_and_the_good_ones_are_kept() {
    let value = Value::start().await;
    let outcomes = value
        .upsert_rates(vec![
            fx_rate(("EUR", "EUR", "1997-03-01", "0")),
            FxRate { rate_date: None, ..fx_rate(("EURO", "XXX", "1997-03-01", "1,1")) },
            fx_rate(("EUR", "USD", "2197-03-01", "1.1")),
            fx_rate(("EUR", "USD", "1997-03-01", "1.1")),
        ])
        .await;
    assert_eq!(results(&outcomes), [Outcome::Rejected, Outcome::Rejected, Outcome::Rejected, Outcome::Created]);
    let fields =
        |row: usize| outcomes[row].violations.iter().map(|violation| violation.field.clone()).collect::<Vec<_>>();
    assert_eq!(fields(0), ["quote_currency_code", "rate"]);
    assert_eq!(fields(1), ["base_currency_code", "quote_currency_code", "rate_date", "rate"]);
    assert_eq!((fields(2), outcomes[2].reason()), (vec!["rate_date".to_owned()], Reason::InvalidFields));
    assert_eq!(value.rates("").await.unwrap(), [told("EUR-USD-1997-03-01", "1.1")]);
}

#[tokio::test]
async fn a_batch_that_is_sent_again_answers_the_same() {
    let value = Value::start().await;
    let request = BatchUpsertFxRatesRequest {
        fx_rates: vec![fx_rate(("EUR", "USD", "1997-03-01", "1.1"))],
        request_id: "0198c1f2-0000-7000-8000-000000000001".into(),
    };
    let first = value.fx_rates().batch_upsert_fx_rates(request.clone()).await.unwrap().into_inner();
    assert_eq!(results(&first.outcomes), [Outcome::Created]);
    assert_eq!(value.fx_rates().batch_upsert_fx_rates(request).await.unwrap().into_inner(), first);
}
