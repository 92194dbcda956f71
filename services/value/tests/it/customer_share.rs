//! `GetCustomerShareReport` and target populations.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, CustomerGrouping, CustomerShare, CustomerShareReport, DeleteTargetPopulationRequest,
        GetCustomerShareReportRequest, GetLifecycleReportRequest, LifecycleStage, ListTargetPopulationsRequest,
        TargetPopulation, UpsertTargetPopulationRequest, WalletShare,
        customer_share_service_client::CustomerShareServiceClient,
    },
};
use clientele_testkit::Authorised;
use tonic::{Code, Status};

use crate::{
    account_signals::of,
    harness::{TENANT, Value},
    scoring::SHOP,
    segments::rule,
};

impl Value {
    fn shares(&self) -> CustomerShareServiceClient<Authorised> {
        CustomerShareServiceClient::new(self.running.tenant(TENANT))
    }

    pub async fn share_report(&self, request: GetCustomerShareReportRequest) -> Result<CustomerShareReport, Status> {
        Ok(self.shares().get_customer_share_report(request).await?.into_inner())
    }

    async fn population(&self, population: TargetPopulation) -> Result<TargetPopulation, Status> {
        let request = UpsertTargetPopulationRequest { target_population: Some(population), ..Default::default() };
        Ok(self.shares().upsert_target_population(request).await?.into_inner())
    }

    /// ann and bob are German, cat is French, all of one industry and organisations; of dan and eve nothing is known.
    async fn profiled(&self) {
        let statement = "
            UPDATE value.buyer SET customer_id = gen_random_uuid() WHERE external_id IN ('ann', 'bob', 'cat');
            INSERT INTO value.customer_profile (tenant_id, customer_id, kind, country_code, industry_code, attributes)
            SELECT tenant_id, customer_id, 1, CASE external_id WHEN 'cat' THEN 'FR' ELSE 'DE' END, 'C10',
                jsonb_build_object('region', CASE external_id WHEN 'ann' THEN 'north' ELSE 'south' END)
            FROM value.buyer WHERE customer_id IS NOT NULL";
        sqlx::raw_sql(statement).execute(&mut self.database.owner().await).await.unwrap();
    }
}

fn by(grouping: CustomerGrouping) -> GetCustomerShareReportRequest {
    GetCustomerShareReportRequest { grouping: grouping.into(), ..GetCustomerShareReportRequest::default() }
}

/// Group, customers, dollars.
fn held(report: &CustomerShareReport) -> Vec<(&str, i64, i64)> {
    let of = |share: &CustomerShare| share.total_revenue.as_ref().unwrap().units;
    report.groups.iter().map(|share| (share.group.as_str(), share.customers, of(share))).collect()
}

fn dollars(units: i64) -> Money {
    Money { currency_code: "USD".to_owned(), units, nanos: 0 }
}

/// ann 85, bob 12, cat 150, dan 9, eve 26 dollars, all within the year: 282.
#[tokio::test]
async fn held_customers_are_compared_with_each_other_and_with_the_market() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.profiled().await;
    let status = value.share_report(by(CustomerGrouping::Country)).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
    let run = value.scored().await;
    let germany = TargetPopulation {
        grouping: CustomerGrouping::Country.into(),
        group: "DE".into(),
        population: 100,
        source: "chamber of commerce".into(),
        ..TargetPopulation::default()
    };
    value.population(germany.clone()).await.unwrap();

    let report = value.share_report(by(CustomerGrouping::Country)).await.unwrap();
    assert_eq!(report.score_run_id, run.score_run_id);
    assert_eq!(held(&report), [("FR", 1, 150), ("DE", 2, 97), ("", 2, 35)]);
    let [france, germans] = [&report.groups[0], &report.groups[1]];
    assert_eq!((germans.customer_share, germans.sales_share), (0.4, Some(97.0 / 282.0)));
    assert_eq!((germans.population, germans.market_share), (100, Some(0.02)));
    assert_eq!((france.population, france.market_share), (0, None));
    let total = report.total.as_ref().unwrap();
    assert_eq!(
        (total.customers, total.customer_share, total.sales_share, total.active_share),
        (5, 1.0, Some(1.0), Some(1.0))
    );
    let lifecycle =
        value.scores().get_lifecycle_report(GetLifecycleReportRequest::default()).await.unwrap().into_inner();
    let active = [LifecycleStage::New, LifecycleStage::Active, LifecycleStage::Loyal];
    let counted = lifecycle.stages.iter().filter(|stage| active.contains(&stage.stage())).map(|stage| stage.customers);
    assert_eq!(total.active_customers, counted.sum::<i64>());
    let shares: f64 = report.groups.iter().map(|share| share.value_share.unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");

    let region = GetCustomerShareReportRequest { attribute: "region".into(), ..by(CustomerGrouping::Attribute) };
    let report = value.share_report(region).await.unwrap();
    assert_eq!(held(&report), [("south", 2, 162), ("north", 1, 85), ("", 2, 35)]);
    let report = value.share_report(by(CustomerGrouping::Industry)).await.unwrap();
    assert_eq!(held(&report), [("C10", 3, 247), ("", 2, 35)]);

    // cat is in both segments, dan in none.
    value.create(rule("MANY", "frequency >= 1")).await.unwrap();
    value.create(rule("MUCH", "total_revenue > 100")).await.unwrap();
    value.until_members("MANY", &["ann", "bob", "cat", "eve"]).await;
    value.until_members("MUCH", &["cat"]).await;
    let report = value.share_report(GetCustomerShareReportRequest::default()).await.unwrap();
    assert_eq!(held(&report), [("MANY", 4, 273), ("MUCH", 1, 150), ("", 1, 9)]);
}

/// ann says she spends 200 dollars a year. Of her industry the median revenue is hers, 85, and cat's is more; of the two of whom nothing is known it is
/// 17.50, and eve's is more.
#[tokio::test]
async fn wallets_are_declared_or_those_of_peers() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.profiled().await;
    let signals = AccountSignals { yearly_wallet: Some(dollars(200)), ..of("ann") };
    value.signal(signals, &[]).await.unwrap();
    value.scored().await;
    let request =
        GetCustomerShareReportRequest { benchmark_quantile: 0.5, min_peers: 2, ..by(CustomerGrouping::Industry) };
    let report = value.share_report(request.clone()).await.unwrap();
    let total = report.total.unwrap();
    let wallets = |customers, wallet: Money, revenue, share| WalletShare {
        customers,
        wallet: Some(wallet),
        revenue_last_year: Some(dollars(revenue)),
        share,
    };
    assert_eq!(total.declared_wallets.unwrap(), wallets(1, dollars(200), 85, Some(0.425)));
    // 200 + 85 + 150 + 17.50 + 26.
    let all = Money { nanos: 500_000_000, ..dollars(478) };
    assert_eq!(total.benchmarked_wallets.unwrap(), wallets(5, all, 282, Some(28_200.0 / 47_850.0)));

    // Three peers are too few for the unknown ones, who then have no wallet.
    let report = value.share_report(GetCustomerShareReportRequest { min_peers: 3, ..request }).await.unwrap();
    let unknown = report.groups.iter().find(|share| share.group.is_empty()).unwrap();
    assert_eq!(unknown.benchmarked_wallets, Some(wallets(0, dollars(0), 0, None)));
    assert_eq!(report.total.unwrap().benchmarked_wallets.unwrap(), wallets(3, dollars(435), 247, Some(247.0 / 435.0)));
}

#[tokio::test]
async fn what_was_said_of_a_group_is_replaced_listed_and_forgotten() {
    let value = Value::start().await;
    let north = TargetPopulation {
        grouping: CustomerGrouping::Attribute.into(),
        attribute: "region".into(),
        group: "north".into(),
        population: 10,
        ..TargetPopulation::default()
    };
    let first = value.population(north.clone()).await.unwrap();
    let second = value.population(TargetPopulation { population: 12, ..north.clone() }).await.unwrap();
    assert_eq!(
        (second.target_population_id.as_str(), second.etag.as_str()),
        (first.target_population_id.as_str(), "2")
    );
    let request = ListTargetPopulationsRequest::default();
    let listed = value.shares().list_target_populations(request).await.unwrap().into_inner().target_populations;
    assert_eq!(listed, std::slice::from_ref(&second));

    let field = |status: Status| violations_of(&status)[0].field.clone();
    let without = TargetPopulation { attribute: String::new(), ..north.clone() };
    assert_eq!(field(value.population(without).await.unwrap_err()), "target_population.attribute");
    let by_country = TargetPopulation { grouping: CustomerGrouping::Country.into(), ..north.clone() };
    assert_eq!(field(value.population(by_country).await.unwrap_err()), "target_population.attribute");
    let of_nothing = TargetPopulation { grouping: 0, ..north };
    assert_eq!(field(value.population(of_nothing).await.unwrap_err()), "target_population.grouping");
    let status = value.share_report(by(CustomerGrouping::Attribute)).await.unwrap_err();
    assert_eq!(field(status), "attribute");

    let delete = async |etag: &str| {
        let request = DeleteTargetPopulationRequest {
            target_population_id: second.target_population_id.clone(),
            etag: etag.into(),
            ..DeleteTargetPopulationRequest::default()
        };
        value.shares().delete_target_population(request).await.map(tonic::Response::into_inner)
    };
    assert_eq!(reason_of(&delete("1").await.unwrap_err()), Some(Reason::EtagMismatch));
    assert_eq!(delete("2").await.unwrap(), second);
    assert_eq!(delete("").await.unwrap_err().code(), Code::NotFound);
}
