//! The key customers: ranked, with the reasons behind the first few, the RFM heat map and the concentration.

use std::collections::HashMap;

use anyhow::Result;
use clientele_error::{Reason, reason_of};
use clientele_proto::{
    customers::v1::{BatchGetCustomersRequest, Customer, GetCustomerRequest, get_customer_request::Key},
    value::v1::{
        ConcentrationReport, GetConcentrationReportRequest, GetRfmReportRequest, ListScoresRequest, RfmReport, Score,
        ScoreView,
    },
};
use futures::future::try_join_all;
use serde_json::json;

use super::{heat, json, money, reasons};
use crate::{
    online::{Clients, explain},
    term::{Column, Concentration, Screen, Style, Table, number, style::paint, text},
};

/// Everything the report shows.
pub struct KeyCustomers {
    scores: Vec<Score>,
    names: HashMap<String, String>,
    rfm: RfmReport,
    concentration: ConcentrationReport,
}

impl KeyCustomers {
    /// Reads the best customers of a run (empty: the newest), ordered and filtered as `ListScores` takes it.
    pub async fn read(
        clients: &mut Clients,
        score_run_id: &str,
        customers: i32,
        filter: &str,
        order_by: &str,
    ) -> Result<Self> {
        let request = ListScoresRequest {
            score_run_id: score_run_id.to_owned(),
            page_size: customers,
            filter: filter.to_owned(),
            order_by: order_by.to_owned(),
            view: ScoreView::Full.into(),
            ..ListScoresRequest::default()
        };
        let scores = clients.scores.list_scores(request).await.map_err(|status| explain(&status))?.into_inner().scores;
        // Everything else is read of the same run, whatever finishes meanwhile.
        let score_run_id = scores.first().map_or_else(|| score_run_id.to_owned(), |score| score.score_run_id.clone());
        let rfm = GetRfmReportRequest { score_run_id: score_run_id.clone() };
        let rfm = clients.scores.get_rfm_report(rfm).await.map_err(|status| explain(&status))?.into_inner();
        let concentration = GetConcentrationReportRequest { score_run_id, ..GetConcentrationReportRequest::default() };
        let concentration = clients
            .scores
            .get_concentration_report(concentration)
            .await
            .map_err(|status| explain(&status))?
            .into_inner();
        let names = names(clients, &scores).await?;
        Ok(Self { scores, names, rfm, concentration })
    }

    fn name(&self, score: &Score) -> String {
        self.names.get(&score.customer_external_id).cloned().unwrap_or_default()
    }

    /// For a person; the first `explained` customers with their reasons.
    pub fn render(&self, explained: usize, screen: &Screen) -> String {
        let mut drawn = String::new();
        drawn.push_str(&self.table().render(screen));
        for score in self.scores.iter().take(explained) {
            let title = format!("Why {} ({}) is number {}", self.name(score), score.customer_external_id, score.rank);
            drawn.push('\n');
            drawn.push_str(&paint(&text::printable(&title), Style::Bold, screen));
            drawn.push('\n');
            drawn.push_str(&reasons(&score.reasons, screen));
        }
        drawn.push_str(&paint("\nHow recently and how often customers buy\n", Style::Bold, screen));
        drawn.push_str(&heat::render(&self.rfm, screen));
        drawn.push_str(&paint("\nHow concentrated the expected value is\n", Style::Bold, screen));
        drawn.push_str(&concentration(&self.concentration).render("CLV", screen));
        drawn
    }

    /// For a spreadsheet.
    pub fn csv(&self) -> String {
        self.table().csv()
    }

    /// For a program.
    pub fn json(&self) -> Result<serde_json::Value> {
        let scores = self.scores.iter().map(|score| {
            let mut score_json = json::of(score)?;
            score_json["display_name"] = self.name(score).into();
            Ok(score_json)
        });
        Ok(json!({
            "key_customers": scores.collect::<Result<Vec<_>>>()?,
            "rfm_report": json::of(&self.rfm)?,
            "concentration_report": json::of(&self.concentration)?,
        }))
    }

    fn table(&self) -> Table {
        let mut table = Table::new([
            Column::number("rank"),
            Column::text("customer"),
            Column::text("name"),
            Column::text("tier"),
            Column::text("RFM"),
            Column::text("segment"),
            Column::number("P(alive)"),
            Column::number("purchases"),
            Column::number("CLV"),
            Column::number("index"),
        ]);
        for score in &self.scores {
            let rfm = score.rfm.clone().unwrap_or_default();
            table.row([
                number::count(score.rank.unsigned_abs()),
                score.customer_external_id.clone(),
                self.name(score),
                score.tier.clone(),
                rfm.code,
                rfm.segment,
                number::decimal(score.p_alive, 3),
                number::decimal(score.expected_purchases, 2),
                money(score.clv.as_ref()),
                score.index.map(|index| number::decimal(index, 1)).unwrap_or_default(),
            ]);
        }
        table
    }
}

/// The names of the customers that the customers service knows, by external id. A customer that the value service has not heard of yet is
/// asked for by its external id.
async fn names(clients: &Clients, scores: &[Score]) -> Result<HashMap<String, String>> {
    let customer_ids: Vec<_> =
        scores.iter().map(|score| score.customer_id.clone()).filter(|id| !id.is_empty()).collect();
    let mut customers = Vec::with_capacity(scores.len());
    if !customer_ids.is_empty() {
        let request = BatchGetCustomersRequest { customer_ids };
        let answer = clients.customers.clone().batch_get_customers(request).await.map_err(|status| explain(&status))?;
        customers.extend(answer.into_inner().customers);
    }
    let unheard = scores.iter().filter(|score| score.customer_id.is_empty());
    let asked = unheard.map(|score| customer_of(clients.clone(), score.customer_external_id.clone()));
    customers.extend(try_join_all(asked).await?.into_iter().flatten());
    Ok(customers.into_iter().map(|customer| (customer.external_id, customer.display_name)).collect())
}

async fn customer_of(mut clients: Clients, external_id: String) -> Result<Option<Customer>> {
    let request = GetCustomerRequest { key: Some(Key::ExternalId(external_id)) };
    match clients.customers.get_customer(request).await {
        Ok(customer) => Ok(Some(customer.into_inner())),
        Err(status) if reason_of(&status) == Some(Reason::NotFound) => Ok(None),
        Err(status) => Err(explain(&status)),
    }
}

/// The report's curve at every tenth of the customers.
fn concentration(report: &ConcentrationReport) -> Concentration {
    let at = |share: f64| {
        let point = report.points.iter().find(|point| (point.customer_share - share).abs() < 1e-9);
        point.map_or(f64::NAN, |point| point.value_share)
    };
    Concentration {
        customers: report.customers.unsigned_abs(),
        cumulative: std::array::from_fn(|tenth| at((tenth + 1) as f64 / 10.0)),
        gini: report.gini,
    }
}
