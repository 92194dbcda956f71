//! `clientele score show`, `score reproduce` and `score predict`: one customer's score, where it comes from and what follows from it.

use anyhow::{Result, bail};
use clap::Args;
use clientele_proto::value::v1::{
    GetPredictionRequest, GetScoreReproductionRequest, GetScoreRequest, ScoreReproduction, ScoreView,
    get_prediction_request, get_score_reproduction_request, get_score_request,
};
use jiff::Timestamp;

use crate::{
    online::{Online, block_on, explain},
    report::{
        self, json, prediction, reproduction,
        score::{Fields, Writing, forecast, score},
    },
    term::Format,
};

/// Whose score.
#[derive(Debug, Args)]
pub struct Whose {
    /// The customer's id in your system, or with --id the id given by the customers service
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// CUSTOMER is the id given by the customers service
    #[arg(long)]
    id: bool,
    /// Instant to read the score as of, such as 2026-03-02T12:00:00Z; by default now
    #[arg(long, value_name = "TIME")]
    as_of: Option<Timestamp>,
    /// Score run to read; by default the newest that succeeded by then
    #[arg(long, visible_alias = "run", default_value = "", value_name = "ID")]
    score_run: String,
}

/// Show one customer's score with its reasons, how far it may be off, and when the next purchase comes
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    whose: Whose,
    /// Share of the intervals that hold the truth, 0.1 to 0.999 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    interval_level: Option<f64>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Compute a stored score again from its inputs; exits with 1 where something else comes out
#[derive(Debug, Args)]
pub struct Reproduce {
    #[command(flatten)]
    whose: Whose,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Foretell purchases and value within any number of days and in all time to come
#[derive(Debug, Args)]
pub struct Predict {
    /// The customer's id in your system, or with --id the id given by the customers service
    #[arg(value_name = "CUSTOMER", required_unless_present = "new_customer", conflicts_with = "new_customer")]
    customer: Option<String>,
    /// CUSTOMER is the id given by the customers service
    #[arg(long, conflicts_with = "new_customer")]
    id: bool,
    /// Of a customer who is won now, instead of one that there is
    #[arg(long)]
    new_customer: bool,
    /// Days ahead, up to 20, separated by commas
    #[arg(
        long,
        value_name = "DAYS",
        value_delimiter = ',',
        default_value = "30,90,365",
        value_parser = clap::value_parser!(i32).range(1..=3_660)
    )]
    horizons: Vec<i32>,
    /// Yearly discount rate, such as 0.1 for 10 %; by default that of the run
    #[arg(long, value_name = "RATE")]
    discount_rate: Option<f64>,
    /// Share of the intervals that hold the truth, 0.1 to 0.999 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    interval_level: Option<f64>,
    /// Score run whose models foretell; by default the newest that succeeded
    #[arg(long, visible_alias = "run", default_value = "", value_name = "ID")]
    score_run: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs `score show`.
pub fn show(args: &Show) -> Result<()> {
    use get_score_request::Customer;
    let whose = &args.whose;
    let name = whose.customer.clone();
    let request = GetScoreRequest {
        customer: Some(if whose.id { Customer::CustomerId(name) } else { Customer::CustomerExternalId(name) }),
        score_run_id: whose.score_run.clone(),
        view: ScoreView::Full.into(),
        read_time: whose.as_of.map(instant),
        interval_level: args.interval_level.unwrap_or_default(),
    };
    let found = block_on(async {
        let mut scores = args.online.clients()?.scores;
        Ok(scores.get_score(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    let table = |writing| {
        let mut fields = Fields::new(writing);
        fields.field("customer_id", found.customer_id.clone());
        fields.field("customer_external_id", found.customer_external_id.clone());
        fields.field("score_run_id", found.score_run_id.clone());
        score(&found, &mut fields);
        if let Some(told) = &found.forecast {
            forecast(told, &mut fields);
        }
        fields.table()
    };
    args.format.print(
        |screen| table(Writing::ROUNDED).render(screen) + &report::reasons(&found.reasons, screen),
        || table(Writing::PLAIN).csv(),
        || json::of(&found),
    )
}

/// Runs `score reproduce`.
pub fn reproduce(args: &Reproduce) -> Result<()> {
    use get_score_reproduction_request::Customer;
    let whose = &args.whose;
    let name = whose.customer.clone();
    let request = GetScoreReproductionRequest {
        customer: Some(if whose.id { Customer::CustomerId(name) } else { Customer::CustomerExternalId(name) }),
        score_run_id: whose.score_run.clone(),
        read_time: whose.as_of.map(instant),
    };
    let found = block_on(async {
        let mut scores = args.online.clients()?.scores;
        Ok(scores.get_score_reproduction(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| reproduction::render(&found, screen),
        || reproduction::csv(&found),
        || json::of(&found),
    )?;
    verdict(&found)
}

/// A score that is not what its inputs give fails the command.
fn verdict(found: &ScoreReproduction) -> Result<()> {
    if !found.identical {
        bail!("the stored score is not what its inputs give: {} differences", found.differences.len());
    }
    Ok(())
}

/// Runs `score predict`.
pub fn predict(args: &Predict) -> Result<()> {
    use get_prediction_request::Customer;
    let customer = match &args.customer {
        None => Customer::NewCustomer(true),
        Some(id) if args.id => Customer::CustomerId(id.clone()),
        Some(key) => Customer::CustomerExternalId(key.clone()),
    };
    let request = GetPredictionRequest {
        customer: Some(customer),
        score_run_id: args.score_run.clone(),
        horizon_days: args.horizons.clone(),
        annual_discount_rate: args.discount_rate,
        interval_level: args.interval_level.unwrap_or_default(),
    };
    let found = block_on(async {
        let mut scores = args.online.clients()?.scores;
        Ok(scores.get_prediction(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| prediction::render(&found, screen), || prediction::csv(&found), || json::of(&found))
}

fn instant(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::ScoreDifference;

    use super::*;
    use crate::commands::exit_code;

    #[test]
    fn a_score_that_does_not_come_out_exits_with_1() {
        let same = ScoreReproduction { identical: true, ..ScoreReproduction::default() };
        assert!(verdict(&same).is_ok());
        let other = ScoreReproduction { differences: vec![ScoreDifference::default()], ..ScoreReproduction::default() };
        let error = verdict(&other).unwrap_err();
        assert_eq!((exit_code(&error), error.to_string().ends_with("1 differences")), (1, true));
    }
}
