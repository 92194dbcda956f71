//! `GetContractRetentionReport`: how contracts were renewed, and what follows from it.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{
    CalendarUnit as UnitMessage, ContractRetentionReport, GetContractRetentionReportRequest,
};
use clientele_service::Call;
use jiff::{ToSpan as _, civil::Date};

use super::parse::date_of;
use crate::{
    State,
    contracts::retention::{Retention, commonest_term},
    domain::{calendar::CalendarUnit, contract::DiscountRate, currency::Currency, day},
    scoring::settings_message::date,
    store::contract_report::{
        Scope, contract_lives, contract_revenue, contracts_in_other_currencies, contracts_open,
        contracts_planned_for_scope,
    },
};

pub(super) async fn get_contract_retention_report(
    state: &State,
    call: Call,
    request: GetContractRetentionReportRequest,
) -> Result<ContractRetentionReport> {
    let asked = parse(&request, day::day_of(state.context.now()))?;
    run(state, &call, asked).await
}

struct Asked<'a> {
    currency: Currency,
    product: Option<&'a str>,
    term_months: i32,
    unit: CalendarUnit,
    today: Date,
    as_of: Date,
    start: Date,
    rate: DiscountRate,
}

fn parse(request: &GetContractRetentionReportRequest, today: Date) -> Result<Asked<'_>> {
    let mut wrong = Vec::new();
    let currency = Currency::of_code(&request.currency_code)
        .map_err(|error| wrong.push(Violation::new("currency_code", error.to_string())))
        .ok();
    let as_of = match &request.as_of_date {
        None => Some(today),
        Some(day) => date_of(day, "as_of_date", &mut wrong),
    };
    let start = match (&request.start_date, as_of) {
        (Some(day), _) => date_of(day, "start_date", &mut wrong),
        (None, as_of) => as_of.map(|as_of| as_of.saturating_sub(12.months())),
    };
    if as_of.is_some_and(|as_of| as_of > today) {
        wrong.push(Violation::new("as_of_date", format!("must not be later than today, {today} (UTC)")));
    }
    if start.zip(as_of).is_some_and(|(start, as_of)| start >= as_of) {
        wrong.push(Violation::new(
            "start_date",
            "must be before as_of_date: revenue is followed from the one to the other",
        ));
    }
    match (currency, as_of, start) {
        (Some(currency), Some(as_of), Some(start)) if wrong.is_empty() => Ok(Asked {
            currency,
            product: Some(request.product.as_str()).filter(|product| !product.is_empty()),
            term_months: request.term_months,
            unit: match request.unit() {
                UnitMessage::Unspecified | UnitMessage::Month => CalendarUnit::Month,
                UnitMessage::Quarter => CalendarUnit::Quarter,
                UnitMessage::Year => CalendarUnit::Year,
            },
            today,
            as_of,
            start,
            rate: request.annual_discount_rate.map_or(DiscountRate::USUAL, DiscountRate),
        }),
        _ => Err(Error::invalid_fields(wrong)),
    }
}

async fn run(state: &State, call: &Call, asked: Asked<'_>) -> Result<ContractRetentionReport> {
    let (tenant, as_of, code) = (call.tenant(), asked.as_of, asked.currency.code());
    let scope = Scope { currency_code: Some(code), product: asked.product, ..Scope::default() };
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    contracts_planned_for_scope(&mut tx).await.map_err(failed)?;
    let lives = contract_lives(&mut tx, tenant, scope, as_of, asked.unit).await.map_err(failed)?;
    let term_months = match asked.term_months {
        0 => commonest_term(&lives).unwrap_or_default(),
        months => months,
    };
    let mut retention = Retention::new(&lives, asked.currency, term_months, asked.rate, as_of);
    let lengths = [term_months];
    let scope = Scope { term_months: Some(&lengths), ..scope };
    let is_past = as_of < asked.today;
    contracts_open(&mut tx, tenant, scope, as_of, |contract| retention.add(contract, is_past)).await.map_err(failed)?;
    let (about, period) = ((code, asked.product), (asked.start, as_of));
    let revenue = contract_revenue(&mut tx, tenant, about, period, false).await.map_err(failed)?;
    let revenues = contract_revenue(&mut tx, tenant, about, period, true).await.map_err(failed)?;
    let others = contracts_in_other_currencies(&mut tx, tenant, code, asked.product, as_of).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(ContractRetentionReport {
        as_of_date: Some(date(as_of)),
        start_date: Some(date(asked.start)),
        currency_code: code.to_owned(),
        term_months,
        product: asked.product.unwrap_or_default().to_owned(),
        unit: match asked.unit {
            CalendarUnit::Month => UnitMessage::Month,
            CalendarUnit::Quarter => UnitMessage::Quarter,
            CalendarUnit::Year => UnitMessage::Year,
        }
        .into(),
        annual_discount_rate: asked.rate.0,
        other_currency_contracts: others,
        ..retention.report(asked.unit, (&revenue, &revenues), asked.product.is_some())
    })
}
