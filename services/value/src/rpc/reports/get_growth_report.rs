//! `GetGrowthReport`: customers and sales period by period, from the transactions as they are.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Begin, Tx, answer::failed, tx::Isolation};
use clientele_proto::value::v1::{
    CalendarUnit as UnitMessage, GetGrowthReportRequest, GrowthPeriod, GrowthReport, ValuePolicy,
};
use clientele_service::Call;
use jiff::{Timestamp, civil::Date};

use super::{given, today};
use crate::{
    State,
    domain::{
        calendar::CalendarUnit,
        conversion::Tally,
        currency::Currency,
        growth::{Counted, Period, months, number, periods},
        sales_period,
        transaction::Kind,
    },
    rpc::{
        policies::newest,
        report_currency::{Asked, ReportCurrency, others, report_currency},
    },
    scoring::{
        converting::other_currencies,
        settings_message::{date, wide_money},
    },
    store::{
        growth::growth_count,
        sales::{Sales, sales_planned_for_tenant},
        sales_conversion::Prices,
    },
};

pub(super) async fn get_growth_report(
    state: &State,
    call: Call,
    request: GetGrowthReportRequest,
) -> Result<GrowthReport> {
    // Reading all transactions may take the time the caller has, and no longer. One snapshot: what is converted is what is counted.
    let begin = Begin::new(call.remaining()).isolation(Isolation::RepeatableRead).read_only();
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    let policy = newest(&mut tx, call.tenant()).await?.unwrap_or_default();
    let query = parse(&request, &policy, state.context.now())?;
    sales_planned_for_tenant(&mut tx).await.map_err(failed)?;
    let days = sales_period::Period { first: BEGINNING, last: query.until };
    let others = others(&mut tx, (call.tenant(), &KINDS), query.currency, &[days]).await?;
    let (prices, tally) = others.into_iter().next().unwrap_or_default();
    let sales = Sales {
        tenant: call.tenant(),
        currency_code: query.currency.currency.code(),
        prices: prices.as_ref().filter(|prices: &&Prices| !prices.is_empty()),
    };
    let counted = growth_count(&mut tx, sales, days, months(query.unit)).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(reply(&query, &counted, &tally))
}

/// No transaction is earlier.
const BEGINNING: Date = Date::constant(1900, 1, 1);
/// What the report counts.
const KINDS: [i16; 2] = [Kind::Purchase.number(), Kind::Refund.number()];

struct Query {
    currency: ReportCurrency,
    unit: CalendarUnit,
    start: Option<Date>,
    until: Date,
}

fn parse(request: &GetGrowthReportRequest, policy: &ValuePolicy, now: Timestamp) -> Result<Query> {
    let mut violations = Vec::new();
    let asked = Asked {
        currency_code: &request.currency_code,
        convert_currencies: request.convert_currencies,
        max_fx_rate_age_days: request.max_fx_rate_age_days,
    };
    let currency = report_currency(asked, policy, &mut violations);
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

fn reply(query: &Query, counted: &[Counted], others: &Tally) -> GrowthReport {
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
        currency_code: query.currency.currency.code().to_owned(),
        unit: unit.into(),
        end_date: Some(date(until)),
        periods: periods(query.unit, &starts, until, counted)
            .iter()
            .map(|period| period_message(query.currency.currency, period))
            .collect(),
        converts_currencies: query.currency.conversion.is_some(),
        other_currency_transactions: others.left_out(),
        other_currencies: other_currencies(others),
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
