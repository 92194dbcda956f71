//! `GetGrowthReport`: customers and sales period by period, from the transactions as they are.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Begin, Tx, answer::failed};
use clientele_proto::value::v1::{CalendarUnit as UnitMessage, GetGrowthReportRequest, GrowthPeriod, GrowthReport};
use clientele_service::Call;
use jiff::{Timestamp, civil::Date};

use super::{given, today, wide_money};
use crate::{
    State,
    domain::{
        calendar::CalendarUnit,
        currency::Currency,
        growth::{Counted, Period, months, number, periods},
    },
    scoring::settings_message::date,
    store::{growth::growth_count, sales::sales_planned_for_tenant},
};

pub(super) async fn get_growth_report(
    state: &State,
    call: Call,
    request: GetGrowthReportRequest,
) -> Result<GrowthReport> {
    let query = parse(&request, state.context.now())?;
    // Reading all transactions may take the time the caller has, and no longer.
    let begin = Begin::new(call.remaining()).read_only();
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    sales_planned_for_tenant(&mut tx).await.map_err(failed)?;
    let (currency, months) = (query.currency.code(), months(query.unit));
    let counted = growth_count(&mut tx, call.tenant(), currency, query.until, months).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(reply(&query, &counted))
}

struct Query {
    currency: Currency,
    unit: CalendarUnit,
    start: Option<Date>,
    until: Date,
}

fn parse(request: &GetGrowthReportRequest, now: Timestamp) -> Result<Query> {
    let mut violations = Vec::new();
    let currency = Currency::of_code(&request.currency_code)
        .map_err(|error| violations.push(Violation::new("currency_code", error.to_string())))
        .ok();
    let start = given("start_date", request.start_date, &mut violations);
    let until = given("end_date", request.end_date, &mut violations).unwrap_or_else(|| today(now));
    let unit = match request.unit() {
        UnitMessage::Month | UnitMessage::Unspecified => CalendarUnit::Month,
        UnitMessage::Quarter => CalendarUnit::Quarter,
        UnitMessage::Year => CalendarUnit::Year,
    };
    if let Some(start) = start {
        let asked = number(unit, until) - number(unit, start) + 1;
        if start > until {
            violations.push(Violation::new("end_date", format!("{until} is before start_date")));
        } else if asked > unit.followed() as i32 {
            let told = format!("makes {asked} periods, and at most {} are told; take a later day", unit.followed());
            violations.push(Violation::new("start_date", told));
        }
    }
    match currency {
        Some(currency) if violations.is_empty() => Ok(Query { currency, unit, start, until }),
        _ => Err(Error::invalid_fields(violations)),
    }
}

fn reply(query: &Query, counted: &[Counted]) -> GrowthReport {
    let Query { unit, until, .. } = *query;
    // Without a purchase there is no first period; a refund alone makes none.
    let bought = counted.iter().find(|counted| counted.buying > 0).map(|counted| counted.period);
    let bought = bought.map(|period| first_day(unit, period));
    let start = query.start.or(bought);
    let starts = start.map(|start| unit.starts(start, until)).unwrap_or_default();
    let unit = match query.unit {
        CalendarUnit::Month => UnitMessage::Month,
        CalendarUnit::Quarter => UnitMessage::Quarter,
        CalendarUnit::Year => UnitMessage::Year,
    };
    GrowthReport {
        currency_code: query.currency.code().to_owned(),
        unit: unit.into(),
        end_date: Some(date(until)),
        periods: periods(query.unit, &starts, until, counted)
            .iter()
            .map(|period| period_message(query.currency, period))
            .collect(),
    }
}

/// The first day of the period with a number.
fn first_day(unit: CalendarUnit, period: i32) -> Date {
    let month = period * months(unit);
    let (year, month) = (i16::try_from(month / 12).unwrap_or(i16::MAX), (month % 12 + 1) as i8);
    Date::new(year, month, 1).unwrap_or(Date::MAX)
}

fn period_message(currency: Currency, period: &Period) -> GrowthPeriod {
    let counted = &period.counted;
    let money = |minor: i128| Some(wide_money(currency, minor));
    GrowthPeriod {
        start_date: Some(date(period.start)),
        end_date: Some(date(period.end)),
        is_complete: period.is_complete,
        buying_customers: counted.buying,
        new_customers: counted.new,
        kept_customers: counted.kept,
        reactivated_customers: counted.reactivated(),
        lost_customers: period.lost,
        total_customers: period.total,
        net_sales: money(counted.all_net()),
        new_net_sales: money(counted.new_net),
        kept_net_sales: money(counted.kept_net),
        reactivated_net_sales: money(counted.reactivated_net()),
        other_net_sales: money(counted.other_net),
        lost_net_sales: money(period.lost_net),
        customer_growth_rate: period.customer_growth,
        sales_growth_rate: period.sales_growth,
        retention_rate: period.retention,
        repeat_rate: period.repeat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_with_a_number_begins_where_the_days_of_that_number_do() {
        for unit in CalendarUnit::ALL {
            for day in [Date::constant(1900, 1, 1), Date::constant(1997, 12, 31), Date::constant(2024, 2, 29)] {
                assert_eq!(first_day(unit, number(unit, day)), unit.start_of(day));
            }
        }
    }
}
