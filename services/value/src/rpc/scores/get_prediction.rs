//! `GetPrediction`: any horizon, and all time to come, for a customer or for one who is won now.

use btyd::{Confidence, Customer};
use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::shared_failed;
use clientele_proto::{
    Money,
    value::v1::{
        GetPredictionRequest, HorizonPrediction, Prediction, ResidualPrediction,
        get_prediction_request::Customer as Whom,
    },
};
use clientele_service::Call;
use jiff::{ToSpan as _, civil::Date};

use super::{
    forecast::{NO_INTERVALS, confidence, customer, interval, money_interval, next_purchases},
    get_score::key_of,
    message::as_of_date,
    models_unreadable, scored_run,
};
use crate::{
    State,
    domain::currency::{Currency, rounded},
    scoring::{
        ScoredRun,
        fitted::model_name,
        predicting::{Foretold, NEW_CUSTOMER, Terms, Within, foretell},
        session::compute,
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

/// Days ahead unless the caller says otherwise.
const HORIZON_DAYS: [i32; 3] = [30, 90, 365];
const MOST_HORIZONS: usize = 20;
const FARTHEST_DAYS: i32 = 3_660;

const NO_SPEND_MODEL: &str =
    "the run's model of spend could not be fitted, or expects no finite amount; see the warnings of its model fits";
const NOT_FINITE: &str = "some customers hardly ever leave by the run's model, so that without a discount the purchases to come have no finite sum; \
    take an annual_discount_rate above 0";

pub(super) async fn get_prediction(state: &State, call: Call, request: GetPredictionRequest) -> Result<Prediction> {
    let command = parse(&request)?;
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let record = match request.customer {
        Some(Whom::NewCustomer(_)) => None,
        Some(Whom::CustomerId(id)) => Some(key_of(Some(&id), None)?),
        Some(Whom::CustomerExternalId(key)) => Some(key_of(None, Some(&key))?),
        None => {
            return Err(Error::invalid_field(
                "customer",
                "is required: customer_id, customer_external_id or new_customer",
            ));
        }
    };
    let record = match record {
        None => None,
        Some((key, name)) => {
            let found = state.scoring.reads.score(call.tenant(), set, key).await.map_err(shared_failed)?;
            Some(found.ok_or_else(|| Error::not_found("score", name).with("score_run_id", &run.id))?)
        }
    };
    let fitted = run.forecaster.as_ref().ok_or_else(|| models_unreadable(&run))?.fitted().clone();
    let whom: Customer = record.as_ref().map_or(NEW_CUSTOMER, |record| customer(&run, record));
    let terms = command.terms(&run);
    let asked = terms.clone();
    // Many horizons with intervals take milliseconds: not on a thread that answers reads.
    let foretold = compute(move || Ok(foretell(&fitted, &whom, &asked))).await.map_err(Error::internal)?;
    let foretold = foretold.map_err(Error::internal)?;
    Ok(reply(&run, record.as_deref(), &terms, &foretold))
}

struct Command {
    horizon_days: Vec<i32>,
    annual_discount_rate: Option<f64>,
    confidence: Confidence,
}

/// The layer before has checked each by the contract; whoever calls without it is told the same.
fn parse(request: &GetPredictionRequest) -> Result<Command> {
    let mut wrong = Vec::new();
    if request.horizon_days.len() > MOST_HORIZONS {
        wrong.push(Violation::new("horizon_days", format!("must be at most {MOST_HORIZONS}")));
    }
    for (at, days) in request.horizon_days.iter().enumerate() {
        if !(1..=FARTHEST_DAYS).contains(days) {
            wrong.push(Violation::new(format!("horizon_days[{at}]"), "must be 1 to 3,660 days".to_owned()));
        }
    }
    if request.annual_discount_rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
        let text = "must be 0 to 1, such as 0.1 for 10 %".to_owned();
        wrong.push(Violation::new("annual_discount_rate", text));
    }
    if !wrong.is_empty() {
        return Err(Error::invalid_fields(wrong));
    }
    let asked = request.horizon_days.clone();
    Ok(Command {
        horizon_days: if asked.is_empty() { HORIZON_DAYS.to_vec() } else { asked },
        annual_discount_rate: request.annual_discount_rate,
        confidence: confidence(request.interval_level)?,
    })
}

impl Command {
    fn terms(self, run: &ScoredRun) -> Terms {
        Terms {
            horizon_days: self.horizon_days,
            annual_discount_rate: self.annual_discount_rate.unwrap_or(run.settings.annual_discount_rate),
            margin: run.settings.margin,
            days_per_unit: run.settings.time_unit.days(),
            confidence: self.confidence,
        }
    }
}

fn reply(run: &ScoredRun, record: Option<&ScoreRecord>, terms: &Terms, foretold: &Foretold) -> Prediction {
    let currency = run.settings.currency;
    let as_of = record.map(|record| as_of_date(run, record));
    let reason = |absent: bool, text: &str| if absent { text.to_owned() } else { String::new() };
    let known = |name: fn(&ScoreRecord) -> Option<String>| record.and_then(name).unwrap_or_default();
    Prediction {
        customer_id: known(|record| record.customer_id.map(|id| id.to_string())),
        customer_external_id: known(|record| record.external_id.clone()),
        score_run_id: run.id.clone(),
        as_of_date: as_of.map(date),
        transaction_model: model_name(run.transaction_kind()).to_owned(),
        annual_discount_rate: terms.annual_discount_rate,
        margin: terms.margin,
        interval_level: terms.confidence.level(),
        no_intervals_reason: reason(!foretold.has_intervals, NO_INTERVALS),
        p_alive: foretold.probability_alive,
        expected_spend: foretold.expected_spend.and_then(|spend| amount(currency, spend)),
        expected_spend_interval: foretold.spend_interval.as_ref().map(|spend| money_interval(spend, currency)),
        no_value_reason: reason(foretold.expected_spend.is_none(), NO_SPEND_MODEL),
        horizons: foretold.horizons.iter().map(|within| horizon(currency, as_of, within)).collect(),
        residual: Some(residual(currency, terms, foretold)),
        next_purchases: next_purchases(&foretold.next_purchase_days, foretold.ever_purchase_probability, as_of),
        ever_purchase_probability: foretold.ever_purchase_probability,
    }
}

fn horizon(currency: Currency, as_of: Option<Date>, within: &Within) -> HorizonPrediction {
    HorizonPrediction {
        horizon_days: within.days,
        end_date: as_of.map(|as_of| date(as_of.saturating_add(within.days.days()))),
        expected_purchases: within.expected_purchases,
        expected_purchases_interval: within.purchases_interval.as_ref().map(interval),
        purchase_probability: within.purchase_probability,
        clv: within.clv.and_then(|clv| amount(currency, clv)),
        clv_interval: within.clv_interval.as_ref().map(|clv| money_interval(clv, currency)),
    }
}

fn residual(currency: Currency, terms: &Terms, foretold: &Foretold) -> ResidualPrediction {
    let to_come = Some(foretold.discounted_transactions).filter(|to_come| to_come.is_finite());
    let value = to_come.zip(foretold.expected_spend).map(|(to_come, spend)| terms.margin * spend * to_come);
    ResidualPrediction {
        discounted_expected_transactions: to_come,
        clv: value.and_then(|value| amount(currency, value)),
        absent_reason: if to_come.is_none() { NOT_FINITE.to_owned() } else { String::new() },
    }
}

/// Units of money; `None` for more than an amount holds.
fn amount(currency: Currency, units: f64) -> Option<Money> {
    let minor = units * currency.minor_per_unit() as f64;
    (minor.abs() < i64::MAX as f64).then(|| money(currency, rounded(minor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_told_at_once() {
        let request = GetPredictionRequest {
            horizon_days: vec![30, 0, 4_000],
            annual_discount_rate: Some(-0.1),
            ..GetPredictionRequest::default()
        };
        let fields: Vec<_> = parse(&request).err().unwrap().violations().iter().map(|it| it.field.clone()).collect();
        assert_eq!(fields, ["horizon_days[1]", "horizon_days[2]", "annual_discount_rate"]);
    }

    #[test]
    fn horizons_and_level_have_defaults() {
        let command = parse(&GetPredictionRequest::default()).ok().unwrap();
        assert_eq!((command.horizon_days, command.annual_discount_rate), (vec![30, 90, 365], None));
        assert_eq!(command.confidence, Confidence::USUAL);
    }
}
