//! `CrossSellService`: affinities that runs find, offers that follow what customers buy, and needs.

use std::time::Duration;

use clientele_error::{Reason, reason_of, violations_of};
use clientele_page::suite::pages_add_up;
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, AffinityPolicy, CrossSellCandidate, CrossSellCustomer, DeclaredNeed, LineItem,
        ListCrossSellCandidatesRequest, ListCrossSellCustomersRequest, ListProductAffinitiesRequest, OfferKind,
        OfferLevel, ProductAffinity, ScoreRunSettings, Transaction, TransactionKind, ValuePolicy,
        cross_sell_service_client::CrossSellServiceClient, declared_need::Need, list_cross_sell_candidates_request,
        list_cross_sell_customers_request,
    },
};
use clientele_testkit::Authorised;
use clientele_value::{State, jobs::score_sweep::sweep, scoring::ScoringSettings};
use tonic::{Code, Status};

use crate::{
    account_signals::of,
    harness::{TENANT, Value, purchase},
    policies::index_of,
    scoring::{SHOP, date, settings},
    tiers::score_of,
};

impl Value {
    pub fn cross_sell(&self) -> CrossSellServiceClient<Authorised> {
        CrossSellServiceClient::new(self.running.tenant(TENANT))
    }

    async fn affinities(&self, filter: &str, order_by: &str) -> Result<Vec<ProductAffinity>, Status> {
        let (filter, order_by) = (filter.to_owned(), order_by.to_owned());
        let request = ListProductAffinitiesRequest { filter, order_by, page_size: 1_000, ..Default::default() };
        Ok(self.cross_sell().list_product_affinities(request).await?.into_inner().product_affinities)
    }

    async fn candidates(&self, customer: &str, filter: &str) -> Result<Vec<CrossSellCandidate>, Status> {
        let customer = list_cross_sell_candidates_request::Customer::CustomerExternalId(customer.to_owned());
        let request = ListCrossSellCandidatesRequest {
            customer: Some(customer),
            filter: filter.to_owned(),
            ..ListCrossSellCandidatesRequest::default()
        };
        Ok(self.cross_sell().list_cross_sell_candidates(request).await?.into_inner().cross_sell_candidates)
    }

    async fn prospects(&self, product: &str) -> Vec<CrossSellCustomer> {
        let item = list_cross_sell_customers_request::Item::ProductExternalId(product.to_owned());
        let request = ListCrossSellCustomersRequest { item: Some(item), ..ListCrossSellCustomersRequest::default() };
        self.cross_sell().list_cross_sell_customers(request).await.unwrap().into_inner().cross_sell_customers
    }
}

fn dollars(units: i64) -> Money {
    Money { currency_code: "USD".to_owned(), units, nanos: 0 }
}

/// One piece of a product.
fn sold(id: &str, customer: &str, day: &str, (product, category, units): (&str, &str, i64)) -> Transaction {
    let item = LineItem {
        product_external_id: product.to_owned(),
        product_name: format!("The {product}"),
        category: category.to_owned(),
        quantity: "1".to_owned(),
        amount: Some(dollars(units)),
    };
    Transaction { items: vec![item], occur_date: Some(date(day)), ..purchase(id, customer, units) }
}

fn returned(id: &str, of: &str, transaction: Transaction) -> Transaction {
    Transaction {
        kind: TransactionKind::Refund.into(),
        external_id: id.to_owned(),
        refunded_external_id: of.to_owned(),
        ..transaction
    }
}

const PUMP: (&str, &str, i64) = ("Pump", "Water", 10);
const HOSE: (&str, &str, i64) = ("Hose", "Water", 30);
const CAP: (&str, &str, i64) = ("Cap", "Hats", 5);

/// Keeps whatever two have.
fn lenient() -> AffinityPolicy {
    AffinityPolicy {
        min_count: 2,
        min_support: Some(0.0),
        max_false_discovery_rate: Some(1.0),
        ..AffinityPolicy::default()
    }
}

/// ann, bob and cat came from the pump to the hose after 10, 20 and 30 days; dan has the pump, eve and fay a cap.
async fn shop() -> Value {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    for (at, (customer, day)) in
        [("ann", "1997-02-11"), ("bob", "1997-02-21"), ("cat", "1997-03-03")].iter().enumerate()
    {
        value.record(sold(&format!("p{at}"), customer, "1997-02-01", PUMP)).await;
        value.record(sold(&format!("h{at}"), customer, day, HOSE)).await;
    }
    value.record(sold("p9", "dan", "1997-02-01", PUMP)).await;
    value.record(sold("c1", "eve", "1997-02-01", CAP)).await;
    value.record(sold("c2", "fay", "1997-02-01", CAP)).await;
    // Before the window, of nobody.
    value.record(sold("old", "gus", "1990-01-01", HOSE)).await;
    value
}

async fn scored(value: &Value) {
    value.policy(ValuePolicy { affinity_policy: Some(lenient()), ..ValuePolicy::default() }).await.unwrap();
    value.scored().await;
}

fn told(candidates: &[CrossSellCandidate]) -> Vec<(&str, Money)> {
    candidates.iter().map(|of| (of.cross_sell_candidate_id.as_str(), of.expected_benefit.clone().unwrap())).collect()
}

fn cents(cents: i64) -> Money {
    Money { currency_code: "USD".to_owned(), units: cents / 100, nanos: (cents % 100 * 10_000_000) as i32 }
}

/// 3 of 6 customers have both, 4 a pump, 3 a hose: 3 of the 15 ways to choose four of six. One to have it next would be dan.
#[tokio::test]
async fn a_run_finds_what_leads_to_what() {
    let value = shop().await;
    assert_eq!(reason_of(&value.affinities("", "").await.unwrap_err()), Some(Reason::NotScoredYet));
    scored(&value).await;
    let all = value.affinities("", "").await.unwrap();
    let names = |of: &ProductAffinity| {
        let [from, to] = [&of.antecedent, &of.consequent].map(|item| item.clone().unwrap().product_external_id);
        (of.rank, of.kind(), from, to)
    };
    let [pump, hose] = ["Pump", "Hose"].map(str::to_owned);
    assert_eq!(
        all.iter().map(names).collect::<Vec<_>>(),
        [
            (1, OfferKind::CrossSell, hose.clone(), pump.clone()),
            (2, OfferKind::CrossSell, pump.clone(), hose.clone()),
            (3, OfferKind::UpSell, pump, hose),
        ]
    );
    let ahead = &all[1];
    assert_eq!(
        (ahead.level(), ahead.consequent.clone().unwrap().display_name.as_str()),
        (OfferLevel::Product, "The Hose")
    );
    let evidence = ahead.evidence.unwrap();
    assert_eq!(
        (evidence.all_count, evidence.antecedent_count, evidence.consequent_count, evidence.both_count),
        (6, 4, 3, 3)
    );
    assert_eq!((evidence.support, evidence.confidence, evidence.lift), (0.5, 0.75, 1.5));
    assert!((evidence.leverage - 1.0 / 6.0).abs() < 1e-12 && (evidence.conviction.unwrap() - 2.0).abs() < 1e-12);
    assert!((evidence.p_value - 0.2).abs() < 1e-12, "{}", evidence.p_value);
    assert_eq!(
        (evidence.followers, evidence.precursors, evidence.eligible_count, evidence.median_days),
        (3, 0, 4, Some(20))
    );
    // Three of three rose: an eighth.
    assert!((all[2].evidence.unwrap().p_value - 0.125).abs() < 1e-12);

    let ranks = async |filter: &str, order: &str| {
        value.affinities(filter, order).await.unwrap().iter().map(|of| of.rank).collect::<Vec<_>>()
    };
    assert_eq!(ranks("kind = UP_SELL", "").await, [3]);
    assert_eq!(
        ranks("antecedent = \"Pump\" AND consequent_category = \"Water\" AND lift > 1", "rank desc").await,
        [3, 2]
    );
    assert_eq!(ranks("level = CATEGORY", "").await, Vec::<i32>::new());
    assert_eq!(ranks("", "confidence desc").await, [1, 3, 2]);
    assert_eq!(value.affinities("mood = 1", "").await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_recorded_purchase_counts_for_offers_at_once() {
    let value = shop().await;
    scored(&value).await;
    // Three of the four who could: of 30 dollars, and of the 20 more than a pump.
    let dan = value.candidates("dan", "").await.unwrap();
    assert_eq!(told(&dan), [("CROSS_SELL/PRODUCT/Hose", cents(22_50)), ("UP_SELL/PRODUCT/Hose", cents(15_00))]);
    assert_eq!(
        dan[0].reason,
        "75 % of the customers of The Pump came to The Hose later (3 of 4, in the middle after 20 days); both are bought 1.5 times as often as by \
         chance."
    );
    assert_eq!((dan[0].probability, dan[0].affinities[0].rank), (Some(0.75), 2));
    assert_eq!(told(&value.candidates("dan", "kind = UP_SELL AND probability >= 0.75").await.unwrap()).len(), 1);
    assert_eq!(told(&value.candidates("dan", "category = \"Hats\"").await.unwrap()).len(), 0);
    for nobody in ["ann", "eve"] {
        assert_eq!(value.candidates(nobody, "").await.unwrap(), []);
    }
    let prospects = value.prospects("Hose").await;
    assert_eq!(prospects.len(), 1);
    assert_eq!(
        (
            prospects[0].customer_external_id.as_str(),
            prospects[0].kind(),
            prospects[0].expected_benefit.clone().unwrap()
        ),
        ("dan", OfferKind::CrossSell, cents(22_50))
    );
    assert_eq!(prospects[0].antecedent.clone().unwrap().product_external_id, "Pump");
    assert_eq!((value.prospects("Cap").await, value.prospects("nothing").await), (vec![], vec![]));

    let bought = sold("h9", "dan", "1997-07-05", HOSE);
    value.record(bought.clone()).await;
    assert_eq!(value.candidates("dan", "").await.unwrap(), []);
    assert_eq!(value.prospects("Hose").await, []);
    value.record(returned("r9", "h9", bought)).await;
    assert_eq!(value.candidates("dan", "").await.unwrap(), dan);
    assert_eq!(value.prospects("Hose").await, prospects);
    // And who buys a pump now is offered a hose.
    value.record(sold("p8", "eve", "1997-07-05", PUMP)).await;
    assert_eq!(told(&value.candidates("eve", "").await.unwrap()), told(&dan));
    let customers: Vec<_> = value.prospects("Hose").await.into_iter().map(|of| of.customer_external_id).collect();
    assert_eq!(customers, ["dan", "eve"]);
    assert_eq!(value.candidates("nobody", "").await.unwrap_err().code(), Code::NotFound);
}

/// What eve needs: hats for 20 dollars a year (three parts; 5 are bought), and a hose (one part).
fn needs() -> AccountSignals {
    let declared_needs = vec![
        DeclaredNeed { need: Some(Need::Category("Hats".into())), weight: 3.0, yearly_amount: Some(dollars(20)) },
        DeclaredNeed { need: Some(Need::ProductExternalId("Hose".into())), weight: 0.0, yearly_amount: None },
    ];
    AccountSignals { declared_needs, ..of("eve") }
}

#[tokio::test]
async fn needs_are_covered_by_what_is_bought_and_offered_where_they_are_not() {
    let value = shop().await;
    let stored = value.signal(needs(), &[]).await.unwrap();
    assert_eq!(stored.declared_needs[1].weight, 1.0, "0 is taken as 1");
    let index_policy = Some(index_of(&[(15, 1.0, Some((0.0, 1.0)))]));
    let policy = ScoreRunSettings { index_policy, affinity_policy: Some(lenient()), ..settings("1997-06-30") };
    value.run(policy).await;
    let eve = score_of(&value, "eve").await;
    assert!((eve.index.unwrap() - 100.0 * 0.75 / 4.0).abs() < 1e-9, "{:?}", eve.index);
    let reason = eve.reasons.iter().find(|reason| reason.score == "needs").unwrap();
    assert_eq!(reason.text, "Buys 19 % of what it declares to need; open: Hats (25 %), Hose (0 %).");
    assert_eq!(reason.inputs["needs_coverage"], 0.1875);
    let ann = score_of(&value, "ann").await;
    assert!(ann.reasons.iter().all(|reason| reason.score != "needs"));
    assert_eq!(ann.index_explanation.unwrap().unknown_metrics, [15]);

    // What hoses are worth to those who buy them, and what is left of 20 dollars.
    let offers = value.candidates("eve", "kind = NEED").await.unwrap();
    assert_eq!(told(&offers), [("NEED/PRODUCT/Hose", cents(30_00)), ("NEED/CATEGORY/Hats", cents(15_00))]);
    assert_eq!(
        offers.iter().map(|of| (of.reason.as_str(), of.probability)).collect::<Vec<_>>(),
        [("Declared, not bought.", None), ("Declared: 20.00 USD a year; bought: 5.00 USD.", None)]
    );

    // A purchase covers it without a run.
    value.record(sold("h8", "eve", "1997-06-20", HOSE)).await;
    assert_eq!(told(&value.candidates("eve", "kind = NEED").await.unwrap()), [("NEED/CATEGORY/Hats", cents(15_00))]);
    let covered = crate::rescoring::rescored(&value, "eve", 3).await;
    assert!((covered.index.unwrap() - 100.0 * 1.75 / 4.0).abs() < 1e-9, "{:?}", covered.index);
    let reason = covered.reasons.iter().find(|reason| reason.score == "needs").unwrap();
    assert_eq!(reason.text, "Buys 44 % of what it declares to need; open: Hats (25 %).");
}

/// Whoever declares no needs has the index that it had before there were any.
#[tokio::test]
async fn needs_change_nothing_for_whom_they_are_not_declared() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.signal(AccountSignals { strategic_fit: Some(40.0), ..of("ann") }, &[]).await.unwrap();
    value.scored().await;
    let (ann, bob) = (score_of(&value, "ann").await, score_of(&value, "bob").await);
    let mut before = clientele_value::domain::index::IndexPolicy::default().rules().to_vec();
    before.retain(|rule| rule.metric != clientele_value::domain::index::Metric::NeedsCoverage);
    for rule in before.iter_mut().filter(|rule| rule.metric == clientele_value::domain::index::Metric::StrategicFit) {
        rule.weight = 10.0;
    }
    let before = clientele_value::domain::index::IndexPolicy::new(before).unwrap();
    let index_policy = Some(clientele_value::scoring::policy_message::index_message(&before));
    value.run(ScoreRunSettings { index_policy, ..settings("1997-06-30") }).await;
    for (name, now) in [("ann", ann), ("bob", bob)] {
        let before = score_of(&value, name).await.index.unwrap();
        assert!((now.index.unwrap() - before).abs() < 1e-12, "{name}: {:?} {before}", now.index);
    }
}

#[tokio::test]
async fn bad_needs_and_policies_are_told_by_their_paths() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let mut wrong = needs();
    wrong.declared_needs.push(DeclaredNeed { yearly_amount: Some(dollars(0)), ..wrong.declared_needs[1].clone() });
    let status = value.signal(wrong, &[]).await.unwrap_err();
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["account_signals.declared_needs[2]", "account_signals.declared_needs[2].yearly_amount"]);
    // All of them go with the mask.
    value.signal(needs(), &[]).await.unwrap();
    assert_eq!(value.signal(of("eve"), &["declared_needs"]).await.unwrap().declared_needs, []);

    let policy = AffinityPolicy { max_false_discovery_rate: Some(0.0), ..AffinityPolicy::default() };
    let status =
        value.policy(ValuePolicy { affinity_policy: Some(policy), ..ValuePolicy::default() }).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "value_policy.affinity_policy.max_false_discovery_rate");
    let asked = ListCrossSellCustomersRequest::default();
    assert_eq!(value.cross_sell().list_cross_sell_customers(asked).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_tenant_without_items_has_no_affinities_and_no_offers() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    scored(&value).await;
    assert_eq!(value.affinities("", "").await.unwrap(), []);
    assert_eq!(value.candidates("ann", "").await.unwrap(), []);
    assert_eq!(value.count("SELECT count(*) FROM value.affinity_item").await, 0);
}

#[tokio::test]
async fn affinities_go_with_the_scores_of_their_run() {
    let value = shop().await;
    scored(&value).await;
    scored(&value).await;
    let sets = "SELECT count(DISTINCT score_set) FROM (SELECT score_set FROM value.product_affinity
                UNION ALL SELECT score_set FROM value.affinity_item) s";
    assert_eq!(value.count(sets).await, 2);
    let kept = ScoringSettings { runs_kept: 1, ..ScoringSettings::default() };
    sweep(&State::new(value.pool.clone(), value.clock.context(), kept), Duration::ZERO).await.unwrap();
    assert_eq!((value.count(sets).await, value.affinities("", "").await.unwrap().len()), (1, 3));
}

/// Puts the shop of `tests/data/affinities` into the tables and scores it with everything kept.
async fn made_up_shop() -> Value {
    let value = Value::start().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/affinities/shop.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at].to_owned()).collect::<Vec<_>>();
    let mut owner = value.database.owner().await;
    let statement = "CREATE TEMP TABLE shop AS
         SELECT *, row_number() OVER (PARTITION BY id) AS line FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
             $6::text[], $7::text[], $8::text[], $9::text[]) AS s (id, kind, refunded, customer, day, product, category, quantity, cents)";
    let mut query = sqlx::query(statement);
    for at in 0..9 {
        query = query.bind(column(at));
    }
    query.execute(&mut owner).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO value.buyer (tenant_id, external_id) SELECT DISTINCT 'acme', customer FROM shop;
         INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id,
             refunded_external_id, item_count)
         SELECT min(b.buyer_id), sum(cents::bigint), now(), min(day)::date, CASE min(kind) WHEN 'purchase' THEN 1 ELSE 2 END, 'acme', 'USD', id,
             nullif(min(refunded), ''), count(*)
         FROM shop JOIN value.buyer b ON b.external_id = customer GROUP BY id;
         INSERT INTO value.transaction_item (amount_minor, quantity_micros, line, tenant_id, external_id, product_external_id, product_name,
             category)
         SELECT cents::bigint, nullif(quantity, '')::bigint * 1000000, line, 'acme', id, product, '', category FROM shop",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let affinity_policy = Some(AffinityPolicy { min_count: 5, ..lenient() });
    let run = value.run(ScoreRunSettings { affinity_policy, ..settings("2024-12-31") }).await;
    assert_eq!(run.failure, "");
    value
}

/// The figures of `tests/data/affinities/README.md`, through reading, mining, storing and listing.
#[tokio::test]
async fn every_figure_of_a_made_up_shop_is_what_other_programs_say() {
    let value = made_up_shop().await;
    for (kind, file) in [("CROSS_SELL", "cross_sell"), ("BUNDLE", "bundles"), ("UP_SELL", "up_sell")] {
        let path = format!("{}/tests/data/affinities/{file}.csv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let heads = lines.next().unwrap();
        let at = |head: &str| heads.iter().position(|other| *other == head);
        let mut said: Vec<(String, String, f64, f64)> = lines
            .map(|row| {
                let number = |head: &str| at(head).map_or(0.0, |at| row[at].parse().unwrap());
                (row[0].to_owned(), row[1].to_owned(), number("p_value"), number("followers"))
            })
            .collect();
        said.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let filter = format!("kind = {kind}");
            let request = ListProductAffinitiesRequest { filter, page_size: 1_000, page_token, ..Default::default() };
            let page = value.cross_sell().list_product_affinities(request).await.unwrap().into_inner();
            found.extend(page.product_affinities.into_iter().map(|of| {
                let key = |item: Option<clientele_proto::value::v1::OfferItem>| {
                    let item = item.unwrap();
                    if of.level() == OfferLevel::Product { item.product_external_id } else { item.category }
                };
                let evidence = of.evidence.unwrap();
                (key(of.antecedent.clone()), key(of.consequent.clone()), evidence.p_value, evidence.followers as f64)
            }));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        found.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
        assert_eq!(found.len(), said.len(), "{kind}");
        for (found, said) in found.iter().zip(&said) {
            assert_eq!((&found.0, &found.1, found.3), (&said.0, &said.1, said.3), "{kind}");
            assert!((found.2 - said.2).abs() <= 1e-10 * said.2, "{kind} {found:?} {said:?}");
        }
    }
}

#[tokio::test]
async fn lists_of_offers_page_as_others_do() {
    let value = made_up_shop().await;
    let customer = list_cross_sell_candidates_request::Customer::CustomerExternalId("C2".to_owned());
    let candidates = async |page_size: i32, page_token: String| {
        let customer = Some(customer.clone());
        let request = ListCrossSellCandidatesRequest { customer, page_size, page_token, ..Default::default() };
        let page = value.cross_sell().list_cross_sell_candidates(request).await?.into_inner();
        let ids = page.cross_sell_candidates.into_iter().map(|of| of.cross_sell_candidate_id).collect::<Vec<_>>();
        Ok::<_, Status>((ids, page.next_page_token))
    };
    let all = candidates(1_000, String::new()).await.unwrap().0;
    pages_add_up(&all, candidates).await;

    // Only the strongest: F2 leads to G1.
    let strict = AffinityPolicy { max_false_discovery_rate: Some(1e-4), ..lenient() };
    value.run(ScoreRunSettings { affinity_policy: Some(strict), ..settings("2024-12-31") }).await;
    let item = list_cross_sell_customers_request::Item::ProductExternalId("G1".to_owned());
    let customers = async |page_size: i32, page_token: String| {
        let item = Some(item.clone());
        let request = ListCrossSellCustomersRequest { item, page_size, page_token, ..Default::default() };
        let page = value.cross_sell().list_cross_sell_customers(request).await?.into_inner();
        let ids = page.cross_sell_customers.into_iter().map(|of| of.customer_external_id).collect::<Vec<_>>();
        Ok::<_, Status>((ids, page.next_page_token))
    };
    let all = customers(1_000, String::new()).await.unwrap().0;
    // 31 have F2, of whom 13 have G1.
    assert_eq!(all.len(), 18);
    pages_add_up(&all, customers).await;
}
