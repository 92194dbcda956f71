//! `GetScore`, with and without its explanation, beside `pgbench` reading the same rows.

use anyhow::Result;
use clientele_proto::value::v1::{
    GetScoreRequest, Score, ScoreView, get_score_request::Customer, score_service_client::ScoreServiceClient,
};
use prost::Message as _;
use tonic::transport::Channel;

use crate::{
    Size, customers,
    house::{House, VALUE},
    load::Target,
    pgbench::Pgbench,
    purchases,
    reads::{ASKED, Contest, memory},
    scoring::{authorised, score},
    table::Row,
};

const DATABASE: &str = "bench_scores";

/// Customers with a score.
const SCORED: u32 = 20_000;

/// Reads scores.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    purchases::fill(&owner, SCORED).await?;
    let served = house.serve(VALUE, DATABASE).await?;
    let (channel, token) = (served.channel().await?, house.token(purchases::TENANT));
    let run = score(&channel, &token).await?;
    owner.run(&["VACUUM ANALYZE value.score"]).await?;
    let set = owner.value(&format!("SELECT score_set FROM value.score_run WHERE score_run_id = '{}'", run.id)).await?;

    let mut rows = Vec::new();
    let asked: Vec<_> = (0..ASKED).map(|number| customers::id(1 + number * (u64::from(SCORED) / ASKED))).collect();
    for (what, view) in [("GetScore", ScoreView::Basic), ("GetScore, view FULL", ScoreView::Full)] {
        let request = |id: &uuid::Uuid| GetScoreRequest {
            customer: Some(Customer::CustomerId(id.to_string())),
            view: view.into(),
            ..GetScoreRequest::default()
        };
        let answer = read(&channel, &token, request(&asked[0])).await?;
        let scripts: Vec<_> = asked.iter().map(|id| script(id, &set)).collect();
        let path = "/clientele.value.v1.ScoreService/GetScore";
        let contest = Contest {
            what,
            target: Target { address: served.address, path, token: token.clone() },
            requests: asked.iter().map(|id| request(id).encode_to_vec()).collect(),
            answer_bytes: answer.encoded_len(),
            beside: Pgbench::new(house.url(VALUE, DATABASE), house.folder(), "get_score", &scripts)?,
        };
        rows.extend(contest.hold(house, size).await?);
    }
    rows.push(memory("value, memory after these reads", &served)?);
    served.stop().await?;
    house.drop_database(DATABASE).await?;
    Ok(rows)
}

async fn read(channel: &Channel, token: &str, request: GetScoreRequest) -> Result<Score> {
    Ok(ScoreServiceClient::new(channel.clone()).get_score(authorised(request, token)?).await?.into_inner())
}

/// Reads what the service reads of a score; the run itself it remembers.
fn script(id: &uuid::Uuid, set: &str) -> String {
    let tenant = purchases::TENANT;
    format!(
        "SELECT b.customer_id, b.external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor, s.total_cost_minor, s.p_alive, \
         s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency, s.first_purchase_date, s.last_purchase_date, s.rfm_code, \
         s.segment, s.tier FROM value.buyer b JOIN value.score s ON s.tenant_id = b.tenant_id AND s.buyer_id = b.buyer_id \
         WHERE b.tenant_id = '{tenant}' AND b.customer_id = '{id}' AND s.score_set = {set};\n"
    )
}
