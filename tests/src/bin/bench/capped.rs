//! From the instant a licence runs out in `qualification` until `value` has capped the customer's tier.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clientele_proto::{
    qualification::v1::{RiskInputs, SetRiskInputsRequest, risk_service_client::RiskServiceClient},
    value::v1::{
        GetScoreRequest, ListScoresRequest, TierPolicy, get_score_request, score_service_client::ScoreServiceClient,
    },
};
use clientele_service::Context;
use jiff::{SignedDuration, Timestamp};
use tonic::transport::Channel;

use crate::{
    Size,
    house::{House, QUALIFICATION, VALUE},
    psql::Psql,
    purchases,
    scoring::{authorised, score_by, settings},
    spread::Spread,
    table::{Bar, Row},
};

const DATABASE: &str = "bench_capped";
/// Customers with a score.
const SCORED: u32 = 20_000;
/// The tier of whom we may not do business with.
const CAP: &str = "STANDARD";
/// A tier that is not capped by then never will be.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Lets the licences of the best customers run out, one after another.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    purchases::fill(&owner, SCORED).await?;
    let qualification = house.serve(QUALIFICATION, DATABASE).await?;
    let (token, peer_token) = (house.token(purchases::TENANT), house.folder().join("peer-token"));
    std::fs::write(&peer_token, house.peer_token())?;
    let url = format!("http://{}", qualification.address);
    let flags = ["--qualification-url", &url, "--peer-token-file", &peer_token.display().to_string()];
    let value = house.serve_with(VALUE, DATABASE, &flags).await?;
    let house = Customers { owner, token, risk: qualification.channel().await?, scores: value.channel().await? };

    let gate = TierPolicy { best_unqualified_tier: CAP.into(), ..TierPolicy::default() };
    let mut settings = settings();
    settings.tier_policy = Some(gate);
    score_by(&house.scores, &house.token, settings).await?;
    let mut waits = Vec::new();
    for customer_id in house.best(size.rounds).await? {
        waits.push(house.wait_until_capped(&customer_id).await?);
    }
    value.stop().await?;
    qualification.stop().await?;
    let what = "from the instant a licence runs out to the capped tier in value";
    Ok(vec![Row::figure(what, "-".into(), Spread::of(&waits), " s", Bar::AtMost(1.0))])
}

fn now() -> Timestamp {
    Context::system().now()
}

struct Customers {
    owner: Psql,
    token: String,
    risk: Channel,
    scores: Channel,
}

impl Customers {
    /// The ids of those who rank first.
    async fn best(&self, count: usize) -> Result<Vec<String>> {
        let request = ListScoresRequest { page_size: count as i32, ..ListScoresRequest::default() };
        let mut client = ScoreServiceClient::new(self.scores.clone());
        let page = client.list_scores(authorised(request, &self.token)?).await?.into_inner();
        ensure!(page.scores.iter().all(|score| score.tier != CAP), "the best are not better than the cap");
        Ok(page.scores.into_iter().map(|score| score.customer_id).collect())
    }

    /// Seconds from the end of its licence, three seconds from now, until its tier is capped.
    async fn wait_until_capped(&self, customer_id: &str) -> Result<f64> {
        let end = now() + SignedDuration::from_secs(3);
        self.approve(customer_id, end).await?;
        let began = Instant::now();
        loop {
            let is_capped = self.tier(customer_id).await? == CAP;
            let since = end.duration_until(now()).as_secs_f64();
            if is_capped {
                ensure!(since >= 0.0, "the tier is capped before the licence has run out");
                return Ok(since);
            }
            ensure!(began.elapsed() < LONGEST_WAIT, "the tier is not capped");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What people leave behind who approve a customer on a business licence that holds until an instant; risk, assessed last, states where the
    /// customer stands.
    async fn approve(&self, customer_id: &str, end: Timestamp) -> Result<()> {
        let tenant = purchases::TENANT;
        self.owner
            .run(&[
                &format!(
                    "INSERT INTO qualification.customer (tenant_id, customer_id, kind, display_name, deleted) \
                     VALUES ('{tenant}', '{customer_id}', 2, 'Ana', false)"
                ),
                &format!(
                    "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, \
                     approval_scope, approval_conditions, policy_version, version, create_time, update_time) \
                     VALUES ('{tenant}', '{customer_id}', '{customer_id}', 1, 8, 1, 1, '{{}}', '{{}}', 1, 1, now(), now())"
                ),
                &format!(
                    "INSERT INTO qualification.case_document_requirement (tenant_id, case_id, document_kind, grace_days) \
                     VALUES ('{tenant}', '{customer_id}', 1, 0)"
                ),
                &format!(
                    "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, expire_time, version, \
                     create_time, update_time) \
                     VALUES ('{tenant}', '{customer_id}', '{customer_id}', 1, 4, 'UTC', '{end}', 1, now(), now())"
                ),
            ])
            .await?;
        let inputs =
            RiskInputs { customer_id: customer_id.to_owned(), average_days_late: Some(0.0), ..RiskInputs::default() };
        let request = SetRiskInputsRequest { risk_inputs: Some(inputs), ..SetRiskInputsRequest::default() };
        RiskServiceClient::new(self.risk.clone()).set_risk_inputs(authorised(request, &self.token)?).await?;
        let told = format!(
            "SELECT count(*) FROM value.customer_qualification WHERE customer_id = '{customer_id}' AND qualified"
        );
        while self.owner.value(&told).await? != "1" {
            ensure!(now() < end, "value does not hear of the approval");
        }
        ensure!(self.tier(customer_id).await? != CAP, "the customer is capped while it is qualified");
        Ok(())
    }

    async fn tier(&self, customer_id: &str) -> Result<String> {
        let customer = Some(get_score_request::Customer::CustomerId(customer_id.to_owned()));
        let request = GetScoreRequest { customer, ..GetScoreRequest::default() };
        let mut client = ScoreServiceClient::new(self.scores.clone());
        Ok(client.get_score(authorised(request, &self.token)?).await?.into_inner().tier)
    }
}
