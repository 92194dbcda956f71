//! `clientele customer get`: one customer, with what they are worth. What merges and erases stands in [`super::customer_merge`].

use anyhow::Result;
use clap::{Args, Subcommand};
use clientele_error::{Reason, reason_of};
use clientele_proto::{
    customers::v1::{Customer as Record, GetCustomerRequest, customer::Kind, get_customer_request::Key},
    value::v1::{GetScoreRequest, Score, ScoreView, get_score_request},
};
use serde_json::json;

use crate::{
    commands::customer_merge,
    online::{Online, block_on, explain},
    report::{
        self, json,
        score::{Fields, Writing},
    },
    term::{Format, Table},
};

/// What to do with a customer.
#[derive(Debug, Subcommand)]
pub enum Customer {
    /// Show one customer, with the newest score and its reasons
    Get(Get),
    /// Make customers one: all of the others counts for the first, under whatever key
    Merge(customer_merge::Merge),
    /// Take a merge back: everyone is who they were
    Unmerge(customer_merge::Unmerge),
    /// Erase a customer for good, everywhere, with all merged into it
    Erase(customer_merge::Erase),
}

/// Flags of `customer get`.
#[derive(Debug, Args)]
pub struct Get {
    /// The customer's id in your system, or with --id the id given by the customers service
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// CUSTOMER is the id given by the customers service
    #[arg(long)]
    id: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(customer: Customer) -> Result<()> {
    match customer {
        Customer::Get(args) => get(&args),
        Customer::Merge(args) => customer_merge::merge(&args),
        Customer::Unmerge(args) => customer_merge::unmerge(&args),
        Customer::Erase(args) => customer_merge::erase(&args),
    }
}

fn get(args: &Get) -> Result<()> {
    let (record, score) = block_on(async {
        let mut clients = args.online.clients()?;
        let key = if args.id { Key::CustomerId(args.customer.clone()) } else { Key::ExternalId(args.customer.clone()) };
        let record = clients
            .customers
            .get_customer(GetCustomerRequest { key: Some(key) })
            .await
            .map_err(|status| explain(&status))?
            .into_inner();
        let request = GetScoreRequest {
            customer: Some(get_score_request::Customer::CustomerId(record.customer_id.clone())),
            view: ScoreView::Full.into(),
            ..GetScoreRequest::default()
        };
        let score = match clients.scores.get_score(request).await {
            Ok(score) => Some(score.into_inner()),
            Err(status) if matches!(reason_of(&status), Some(Reason::NotFound | Reason::NotScoredYet)) => None,
            Err(status) => return Err(explain(&status)),
        };
        Ok((record, score))
    })?;
    let score = score.as_ref();
    args.format.print(
        |screen| {
            let reasons = score.map_or_else(String::new, |score| report::reasons(&score.reasons, screen));
            table(&record, score, false).render(screen) + &reasons
        },
        || table(&record, score, true).csv(),
        || Ok(json!({ "customer": json::of(&record)?, "score": score.map(json::of).transpose()? })),
    )
}

/// Field by field; plain for a spreadsheet, where numbers are as they are.
fn table(record: &Record, score: Option<&Score>, is_plain: bool) -> Table {
    let mut fields = Fields::new(if is_plain { Writing::PLAIN } else { Writing::ROUNDED });
    let kind = match record.kind {
        Some(Kind::Organisation(_)) => "organisation",
        Some(Kind::Person(_)) => "person",
        None => "",
    };
    fields.field("customer_id", record.customer_id.clone());
    fields.field("external_id", record.external_id.clone());
    fields.field("display_name", record.display_name.clone());
    fields.field("kind", kind.to_owned());
    fields.field("email", record.email.clone());
    fields.field("phone", record.phone.clone());
    fields.field("country_code", record.country_code.clone());
    let Some(score) = score else {
        fields.field("score", "none yet: run `clientele score`".to_owned());
        return fields.table();
    };
    report::score::score(score, &mut fields);
    if let Some(forecast) = &score.forecast {
        report::score::forecast(forecast, &mut fields);
    }
    fields.table()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Money, value::v1::PurchaseSummary};

    use super::*;

    #[test]
    fn a_person_sees_rounded_numbers_and_a_spreadsheet_those_there_are() {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 500_000_000 });
        let purchases =
            PurchaseSummary { frequency: 1_199, total_revenue: euros(12_345), ..PurchaseSummary::default() };
        let score = Score {
            rank: 1_178,
            p_alive: 0.987_654,
            purchases: Some(purchases),
            clv: euros(1_234),
            ..Score::default()
        };
        let lines = |is_plain| table(&Record::default(), Some(&score), is_plain).csv();
        let shown = lines(false);
        for line in ["rank,\"1,178\"", "purchases,\"1,200\"", "p_alive,0.988", "clv,\"EUR 1,234.50\""] {
            assert!(shown.lines().any(|it| it == line), "{line} is missing in\n{shown}");
        }
        let plain = lines(true);
        for line in
            ["rank,1178", "purchases,1200", "currency,EUR", "total_revenue,12345.50", "p_alive,0.987654", "clv,1234.50"]
        {
            assert!(plain.lines().any(|it| it == line), "{line} is missing in\n{plain}");
        }
    }
}
