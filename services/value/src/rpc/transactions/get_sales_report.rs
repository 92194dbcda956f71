//! `GetSalesReport`: what was sold in a period, against another one, from the transactions as they are.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Begin, Tx, answer::failed, tx::Isolation};
use clientele_proto::{
    Date,
    value::v1::{
        GetSalesReportRequest, SalesComparison, SalesFigures, SalesGroup, SalesGrouping, SalesGrowth, SalesReport,
        ValuePolicy,
    },
};
use clientele_service::Call;
use jiff::civil;

use super::reply;
use crate::{
    State,
    domain::{
        conversion::Tally,
        currency::Currency,
        day,
        sales_figures::{Counted, Figures, Group, GroupOrder, groups, growth},
        sales_period::{Comparison, Period},
        transaction::Kind,
    },
    rpc::{
        policies::newest,
        report_currency::{Asked, ReportCurrency, others, report_currency},
    },
    scoring::{converting::other_currencies, settings_message::wide_money},
    store::{
        sales::{Grouping, Sales, TooManyGroups, sales_planned_for_tenant},
        sales_conversion::Prices,
    },
};

/// What the report counts.
const KINDS: [i16; 3] = [Kind::Purchase.number(), Kind::Refund.number(), Kind::Cost.number()];
/// Groups that are answered unless the caller says otherwise.
const GROUPS: usize = 100;
/// Groups that are summed up at most: more would fill the memory.
const MOST_GROUPS: usize = 200_000;

pub(super) async fn rpc(state: &State, call: Call, request: GetSalesReportRequest) -> Result<SalesReport> {
    let policy = {
        let mut connection = state.pool.acquire().await.map_err(failed)?;
        newest(&mut connection, call.tenant()).await?.unwrap_or_default()
    };
    let query = parse(&request, &policy)?;
    let found = run(state, &call, &query).await?;
    Ok(reply(&query, &request, found))
}

struct Query {
    period: Period,
    compared: Option<Period>,
    currency: ReportCurrency,
    grouping: SalesGrouping,
    most: usize,
}

fn parse(request: &GetSalesReportRequest, policy: &ValuePolicy) -> Result<Query> {
    let mut violations = Vec::new();
    let first = parse_day("first_date", request.first_date, &mut violations);
    let last = parse_day("last_date", request.last_date, &mut violations);
    let asked = Asked {
        currency_code: &request.currency_code,
        convert_currencies: request.convert_currencies,
        max_fx_rate_age_days: request.max_fx_rate_age_days,
    };
    let currency = report_currency(asked, policy, &mut violations);
    let period = first.zip(last).and_then(|(first, last)| {
        Period::new(first, last).map_err(|error| violations.push(Violation::new("last_date", error.to_string()))).ok()
    });
    let (grouping, comparison) = (request.group_by(), request.comparison());
    if (grouping, comparison) == (SalesGrouping::Month, SalesComparison::PreviousPeriod) {
        let told = "cannot be the previous period by month: the month before is a group of the same report";
        violations.push(Violation::new("comparison", told));
    }
    let (Some(period), Some(currency), true) = (period, currency, violations.is_empty()) else {
        return Err(Error::invalid_fields(violations));
    };
    let compared = match comparison {
        SalesComparison::Unspecified => None,
        SalesComparison::PreviousPeriod => Some(period.compared(Comparison::PreviousPeriod)),
        SalesComparison::SamePeriodLastYear => Some(period.compared(Comparison::SamePeriodLastYear)),
    };
    let most = usize::try_from(request.max_groups).ok().filter(|most| *most > 0).unwrap_or(GROUPS);
    Ok(Query { period, compared, currency, grouping, most })
}

/// A day of a period, which may lie ahead.
fn parse_day(field: &str, date: Option<Date>, violations: &mut Vec<Violation>) -> Option<civil::Date> {
    let date = date.unwrap_or_default();
    day::day(date.year, date.month, date.day, civil::Date::MAX)
        .map_err(|errors| {
            violations.extend(errors.into_iter().map(|error| {
                let path = error.field().map_or_else(|| field.to_owned(), |part| format!("{field}.{part}"));
                Violation::new(path, error.to_string())
            }));
        })
        .ok()
}

/// What was found in the period and in the one it is compared with.
struct Found {
    groups: [Vec<Counted>; 2],
    totals: [Figures; 2],
    other_currencies: [Tally; 2],
}

async fn run(state: &State, call: &Call, query: &Query) -> Result<Found> {
    // One snapshot, so that the groups sum to the total whatever is recorded meanwhile.
    let begin = Begin::new(call.remaining()).isolation(Isolation::RepeatableRead).read_only();
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    sales_planned_for_tenant(&mut tx).await.map_err(failed)?;
    let mut found = Found {
        groups: [Vec::new(), Vec::new()],
        totals: [Figures::default(); 2],
        other_currencies: [Tally::default(), Tally::default()],
    };
    let periods: Vec<Period> = std::iter::once(query.period).chain(query.compared).collect();
    let others = others(&mut tx, (call.tenant(), &KINDS), query.currency, &periods).await?;
    for (at, (period, (prices, tally))) in periods.into_iter().zip(others).enumerate() {
        found.other_currencies[at] = tally;
        let prices = prices.as_ref().filter(|prices: &&Prices| !prices.is_empty());
        let sales = Sales { tenant: call.tenant(), currency_code: query.currency.currency.code(), prices };
        if let Some(grouping) = grouping(query.grouping, at == 1) {
            let groups = sales.groups(&mut tx, period, grouping, MOST_GROUPS).await.map_err(failed)?;
            found.groups[at] = groups.map_err(|TooManyGroups| {
                let told = format!("makes more than {MOST_GROUPS} groups in this period; choose a shorter one");
                Error::invalid_field("group_by", told)
            })?;
        }
        let total = sales.groups(&mut tx, period, Grouping::Nothing, 1).await.map_err(failed)?;
        found.totals[at] = total.ok().and_then(|mut groups| groups.pop()).map(|all| all.figures).unwrap_or_default();
    }
    tx.rollback().await.map_err(failed)?;
    Ok(found)
}

fn grouping(of: SalesGrouping, is_comparison: bool) -> Option<Grouping> {
    Some(match of {
        SalesGrouping::Unspecified => return None,
        SalesGrouping::Company => Grouping::Company,
        SalesGrouping::Department => Grouping::Department,
        SalesGrouping::Employee => Grouping::Employee,
        SalesGrouping::Product => Grouping::Product,
        SalesGrouping::Category => Grouping::Category,
        SalesGrouping::Month => Grouping::Month { a_year_earlier: is_comparison },
    })
}

fn reply(query: &Query, request: &GetSalesReportRequest, found: Found) -> SalesReport {
    let order = if query.grouping == SalesGrouping::Month { GroupOrder::Key } else { GroupOrder::NetSales };
    let [now, before] = found.groups;
    let (shown, rest) = groups(now, before, order, query.most);
    let [figures, comparison] = found.totals;
    let [others, others_before] = found.other_currencies;
    let total = Group { figures, comparison, ..Group::default() };
    SalesReport {
        first_date: request.first_date,
        last_date: request.last_date,
        comparison_first_date: query.compared.map(|period| reply::date(period.first)),
        comparison_last_date: query.compared.map(|period| reply::date(period.last)),
        currency_code: query.currency.currency.code().to_owned(),
        group_by: query.grouping.into(),
        groups: shown.into_iter().map(|group| line(query, group)).collect(),
        rest_groups: rest.as_ref().map_or(0, |(_, groups)| *groups as i64),
        rest: rest.map(|(rest, _)| line(query, rest)),
        total: Some(line(query, total)),
        other_currency_transactions: others.left_out(),
        other_currencies: other_currencies(&others),
        comparison_other_currencies: other_currencies(&others_before),
        converts_currencies: query.currency.conversion.is_some(),
    }
}

fn line(query: &Query, group: Group) -> SalesGroup {
    let (now, before) = (&group.figures, &group.comparison);
    let compared = query.compared.is_some();
    SalesGroup {
        figures: Some(figures(query.currency.currency, now)),
        comparison: compared.then(|| figures(query.currency.currency, before)),
        growth: compared.then(|| SalesGrowth {
            gross_sales: growth(now.gross_sales, before.gross_sales),
            net_sales: growth(now.net_sales(), before.net_sales()),
            profit_contribution: growth(now.profit_contribution(), before.profit_contribution()),
            purchases: growth(now.purchases.into(), before.purchases.into()),
            customers: growth(now.customers.into(), before.customers.into()),
        }),
        display_name: if group.display_name.is_empty() { group.key.clone() } else { group.display_name },
        key: group.key,
    }
}

fn figures(currency: Currency, figures: &Figures) -> SalesFigures {
    let money = |minor| Some(wide_money(currency, minor));
    SalesFigures {
        gross_sales: money(figures.gross_sales),
        refunds: money(figures.refunds),
        net_sales: money(figures.net_sales()),
        costs: money(figures.costs()),
        cost_of_goods: money(figures.cost_of_goods),
        cost_to_serve: money(figures.cost_to_serve),
        acquisition_costs: money(figures.acquisition_costs),
        profit_contribution: money(figures.profit_contribution()),
        purchases: figures.purchases,
        customers: figures.customers,
    }
}
