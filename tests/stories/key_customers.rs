//! From a purchase file to key customers: the main job.
//!
//! The figures are those of the papers, or follow from the file: see each.

use clientele_proto::value::v1::{
    ConcentrationReport, GetConcentrationReportRequest, GetRfmReportRequest, GetScoreRequest, ListScoresRequest,
    ModelFit, Score, ScoreRun, ScoreRunProgress, ScoreView, StartScoreRunRequest, TimeUnit, ValueMetric,
    WatchScoreRunRequest, get_score_request, score_run::State, score_run_progress::Stage,
    score_run_service_client::ScoreRunServiceClient, score_service_client::ScoreServiceClient,
};
use clientele_tests::{World, cdnow, data, eventually, rows::count};

use crate::importing::{import_customers, import_transactions};

const TENANT: &str = "acme";
/// Customers and purchases of the sample.
const CUSTOMERS: usize = 2357;
const PURCHASES: usize = 6919;

/// Starts a run and watches it to its end; answers every stage seen.
async fn score(world: &World, as_of: clientele_proto::Date, time_unit: TimeUnit) -> (ScoreRun, Vec<Stage>) {
    let mut client = ScoreRunServiceClient::new(world.value.tenant(TENANT));
    let mut settings = data::run_settings(as_of, "USD");
    settings.set_time_unit(time_unit);
    let request = StartScoreRunRequest { settings: Some(settings), ..Default::default() };
    let started = client.start_score_run(request).await.unwrap().into_inner();
    assert!(matches!(started.state(), State::Pending | State::Running));
    let request = WatchScoreRunRequest { score_run_id: started.score_run_id };
    let mut news = client.watch_score_run(request).await.unwrap().into_inner();
    let (mut last, mut stages) = (None, Vec::new());
    while let Some(told) = news.message().await.unwrap() {
        let run = told.score_run.unwrap();
        stages.extend(run.progress.as_ref().map(ScoreRunProgress::stage));
        last = Some(run);
    }
    let last = last.unwrap();
    assert_eq!(last.state(), State::Succeeded, "{}", last.failure);
    assert!(stages.is_sorted(), "a run goes forward: {stages:?}");
    (last, stages)
}

async fn imported() -> World {
    let world = World::start().await;
    let customers = import_customers(&world, TENANT, &cdnow::customers()).await;
    assert_eq!((customers.created as usize, customers.rejected.len()), (CUSTOMERS, 0));
    let transactions = import_transactions(&world, TENANT, &cdnow::transactions()).await;
    assert_eq!((transactions.accepted as usize, transactions.exceptions.len()), (PURCHASES, 0));
    let mut owner = world.database.owner().await;
    let known = "SELECT count(*) FROM value.buyer WHERE customer_id IS NOT NULL AND external_id IS NOT NULL";
    eventually("every customer has reached value", async || {
        (count(&mut owner, known).await as usize == CUSTOMERS).then_some(())
    })
    .await;
    world
}

fn parameter(run: &ScoreRun, model: &str, name: &str) -> f64 {
    fit(run, model).parameters[name]
}

fn fit<'r>(run: &'r ScoreRun, model: &str) -> &'r ModelFit {
    run.summary.as_ref().unwrap().model_fits.iter().find(|fit| fit.model == model).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_figures_come_out_of_the_services() {
    let world = imported().await;
    // 39 weeks from 1997-01-01: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, table 2.
    let (run, _) = score(&world, data::date(1997, 9, 30), TimeUnit::Week).await;
    for (name, published) in [("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426)] {
        let found = parameter(&run, "bg-nbd", name);
        assert!((found - published).abs() < 0.0005, "{name} is {found}, published is {published}");
    }
    let found = fit(&run, "bg-nbd").log_likelihood;
    assert!((found - -9582.4).abs() < 0.05, "{found}");
    // Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value.
    for (name, published) in [("p", 6.25), ("q", 3.74), ("v", 15.44)] {
        let found = parameter(&run, "gamma-gamma", name);
        assert!((found - published).abs() < 0.005, "{name} is {found}, published is {published}");
    }
    let summary = run.summary.as_ref().unwrap();
    assert_eq!(summary.customers as usize, CUSTOMERS, "all bought first within twelve weeks");
    // 946 of 2,357 customers came back within the 39 weeks (same paper).
    assert_eq!(fit(&run, "gamma-gamma").customers, 946);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_file_becomes_ranked_key_customers_and_importing_it_again_changes_nothing() {
    let world = imported().await;
    let (run, _) = score(&world, data::date(1998, 6, 30), TimeUnit::Week).await;
    let summary = run.summary.clone().unwrap();
    assert_eq!((summary.customers as usize, summary.transactions as usize), (CUSTOMERS, PURCHASES));
    assert_eq!(summary.tiers.iter().map(|tier| tier.customers as usize).sum::<usize>(), CUSTOMERS);
    assert!(summary.other_currencies.is_empty());
    let ranking = ranking(&world).await;
    ranks_follow_the_value(&ranking);
    explained(&world, &ranking[0]).await;
    concentration_adds_up(&world, &ranking).await;
    heat_map_adds_up(&world).await;

    // Again: nothing is imported twice, and the same data give the same scores.
    let customers = import_customers(&world, TENANT, &cdnow::customers()).await;
    assert_eq!((customers.unchanged as usize, customers.created, customers.updated), (CUSTOMERS, 0, 0));
    let transactions = import_transactions(&world, TENANT, &cdnow::transactions()).await;
    assert_eq!((transactions.duplicates as usize, transactions.accepted, transactions.rejected), (PURCHASES, 0, 0));
    let (again, _) = score(&world, data::date(1998, 6, 30), TimeUnit::Week).await;
    let mut again = again.summary.unwrap();
    // Only the second fit has an earlier one, from which it has not drifted.
    let drift = again.model_fits[0].drift.take().unwrap();
    assert!(drift.earlier_score_run_id == run.score_run_id && drift.statistic.abs() < 1e-9, "{drift:?}");
    assert_eq!(again, summary);
    let same = |score: &Score| Score { score_run_id: String::new(), ..score.clone() };
    let ranked_again = self::ranking(&world).await;
    assert_eq!(ranked_again.iter().map(same).collect::<Vec<_>>(), ranking.iter().map(same).collect::<Vec<_>>());
}

/// Every score, best first.
async fn ranking(world: &World) -> Vec<Score> {
    let mut client = ScoreServiceClient::new(world.value.tenant(TENANT));
    let (mut scores, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListScoresRequest { page_size: 1000, page_token, ..Default::default() };
        let page = client.list_scores(request).await.unwrap().into_inner();
        scores.extend(page.scores);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return scores;
        }
    }
}

fn clv(score: &Score) -> f64 {
    let money = score.clv.as_ref().unwrap();
    money.units as f64 + f64::from(money.nanos) / 1e9
}

fn ranks_follow_the_value(ranking: &[Score]) {
    assert_eq!(ranking.iter().map(|score| score.rank).collect::<Vec<_>>(), (1..=CUSTOMERS as i64).collect::<Vec<_>>());
    assert!(ranking.is_sorted_by(|better, worse| clv(better) >= clv(worse)));
    assert!(ranking.iter().all(|score| !score.customer_id.is_empty() && !score.customer_external_id.is_empty()));
    assert!(ranking.iter().all(|score| (0.0..=1.0).contains(&score.p_alive)));
    for score in ranking {
        let rfm = score.rfm.as_ref().unwrap();
        assert_eq!(rfm.code, format!("{}{}{}", rfm.recency, rfm.frequency, rfm.monetary));
        assert!(!rfm.segment.is_empty() && !score.tier.is_empty());
    }
}

async fn explained(world: &World, best: &Score) {
    let mut client = ScoreServiceClient::new(world.value.tenant(TENANT));
    let customer = Some(get_score_request::Customer::CustomerId(best.customer_id.clone()));
    let request = GetScoreRequest { customer, view: ScoreView::Full.into(), ..Default::default() };
    let full = client.get_score(request).await.unwrap().into_inner();
    assert!(full.reasons.iter().any(|reason| reason.score == "clv"), "{:?}", full.reasons);
    assert!(full.reasons.iter().all(|reason| !reason.text.is_empty()));
    let index: f64 = full.index_explanation.iter().flat_map(|why| &why.metrics).map(|metric| metric.points).sum();
    assert!((index - full.index.unwrap()).abs() < 1e-9);
    let forecast = full.forecast.as_ref().unwrap();
    assert!(forecast.p_alive_interval.is_some() && forecast.purchase_probability <= full.p_alive, "{forecast:?}");
    assert_eq!(&Score { reasons: Vec::new(), index_explanation: None, forecast: None, ..full }, best);
}

async fn concentration_adds_up(world: &World, ranking: &[Score]) {
    let mut client = ScoreServiceClient::new(world.value.tenant(TENANT));
    let request = GetConcentrationReportRequest { metric: ValueMetric::Clv.into(), ..Default::default() };
    let report: ConcentrationReport = client.get_concentration_report(request).await.unwrap().into_inner();
    assert_eq!(report.customers as usize, CUSTOMERS);
    let all: f64 = ranking.iter().map(clv).sum();
    for point in &report.points {
        let best = (point.customer_share * CUSTOMERS as f64).round() as usize;
        let share = ranking[..best].iter().map(clv).sum::<f64>() / all;
        // One customer more or less, and cents that were rounded.
        assert!((share - point.value_share).abs() < 0.01, "{point:?}, by adding up {share}");
    }
    assert!(report.points.is_sorted_by(|left, right| left.value_share <= right.value_share));
    assert!(report.gini > 0.0 && report.gini < 1.0 && report.customer_share_of_80_percent < 0.8, "{report:?}");
}

async fn heat_map_adds_up(world: &World) {
    let mut client = ScoreServiceClient::new(world.value.tenant(TENANT));
    let report = client.get_rfm_report(GetRfmReportRequest::default()).await.unwrap().into_inner();
    assert_eq!(report.bins, 5);
    assert_eq!(report.cells.iter().map(|cell| cell.customers as usize).sum::<usize>(), CUSTOMERS);
    let cents: i64 = report
        .cells
        .iter()
        .filter_map(|cell| cell.total_revenue.as_ref())
        .map(|money| money.units * 100 + i64::from(money.nanos / 10_000_000))
        .sum();
    assert_eq!(cents, cdnow::purchases().iter().map(|purchase| purchase.cents).sum::<i64>(), "all revenue of the file");
}
