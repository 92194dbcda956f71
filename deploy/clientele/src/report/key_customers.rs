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

use super::{concentration, currency, figure, heat, json, money, plain, reasons};
use crate::{
    online::{Clients, explain},
    term::{Column, Screen, Style, Table, number, style::paint, text},
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
        drawn.push_str(&concentration::curve(&self.concentration).render("CLV", screen));
        drawn
    }

    /// For a spreadsheet: the customers. Heat map and concentration are other tables (see `clientele report concentration`).
    pub fn csv(&self) -> String {
        let heads = [
            "rank",
            "customer",
            "name",
            "tier",
            "rfm_code",
            "segment",
            "p_alive",
            "expected_purchases",
            "currency",
            "clv",
            "index",
        ];
        let mut table = Table::new(heads.map(Column::text));
        for score in &self.scores {
            let rfm = score.rfm.clone().unwrap_or_default();
            table.row([
                score.rank.to_string(),
                score.customer_external_id.clone(),
                self.name(score),
                score.tier.clone(),
                rfm.code,
                rfm.segment,
                score.p_alive.to_string(),
                score.expected_purchases.to_string(),
                currency(score.clv.as_ref()),
                plain(score.clv.as_ref()),
                figure(score.index),
            ]);
        }
        table.csv()
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

#[cfg(test)]
mod tests {
    use clientele_proto::{Money, value::v1::RfmScore};

    use super::*;

    fn read() -> KeyCustomers {
        let score = Score {
            customer_external_id: "C-1".into(),
            rank: 1_178,
            tier: "KEY".into(),
            rfm: Some(RfmScore { code: "555".into(), segment: "Champions".into(), ..RfmScore::default() }),
            p_alive: 0.987_654,
            expected_purchases: 12.5,
            clv: Some(Money { currency_code: "USD".into(), units: 1_234, nanos: 500_000_000 }),
            index: Some(87.25),
            ..Score::default()
        };
        KeyCustomers {
            scores: vec![score],
            names: HashMap::from([("C-1".to_owned(), "Acme, Ltd".to_owned())]),
            rfm: RfmReport::default(),
            concentration: ConcentrationReport::default(),
        }
    }

    #[test]
    fn a_person_sees_rounded_numbers() {
        let drawn = read().table().render(&Screen::plain(120));
        let line = drawn.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(line, "1,178 C-1 Acme, Ltd KEY 555 Champions 0.988 12.50 USD 1,234.50 87.2");
    }

    #[test]
    fn a_spreadsheet_gets_numbers_as_they_are() {
        assert_eq!(
            read().csv(),
            "rank,customer,name,tier,rfm_code,segment,p_alive,expected_purchases,currency,clv,index\n\
             1178,C-1,\"Acme, Ltd\",KEY,555,Champions,0.987654,12.5,USD,1234.50,87.25\n"
        );
    }
}
