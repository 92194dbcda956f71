//! Customers and net sales period by period.

use clientele_proto::value::v1::{CalendarUnit, GrowthPeriod, GrowthReport};

use super::{amount, date, other_currencies, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person.
pub fn render(report: &GrowthReport, screen: &Screen) -> String {
    let heads = ["customers", "new", "kept", "back", "lost", "growth", "retention", "repeat", "net sales", "growth"];
    let first = Column::number(name(report.unit()));
    let mut table = Table::new(std::iter::once(first).chain(heads.map(Column::number)));
    for period in &report.periods {
        let mut cells = vec![label(report.unit(), period)];
        let counts = [
            period.buying_customers,
            period.new_customers,
            period.kept_customers,
            period.reactivated_customers,
            period.lost_customers,
        ];
        cells.extend(counts.map(|count| number::count(count.unsigned_abs())));
        cells.extend([change(period.customer_growth_rate), share(period.retention_rate), share(period.repeat_rate)]);
        cells.extend([amount(period.net_sales.as_ref()), change(period.sales_growth_rate)]);
        table.row(cells);
    }
    let mut drawn = table.render(screen);
    for line in text::wrap(&note(report), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: every figure, amounts without separators, shares as they are.
pub fn csv(report: &GrowthReport) -> String {
    let heads = [
        "start_date",
        "end_date",
        "is_complete",
        "buying_customers",
        "new_customers",
        "kept_customers",
        "reactivated_customers",
        "lost_customers",
        "total_customers",
        "currency",
        "net_sales",
        "new_net_sales",
        "kept_net_sales",
        "reactivated_net_sales",
        "other_net_sales",
        "lost_net_sales",
        "customer_growth_rate",
        "sales_growth_rate",
        "retention_rate",
        "repeat_rate",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for period in &report.periods {
        let mut cells =
            vec![date(period.start_date.as_ref()), date(period.end_date.as_ref()), period.is_complete.to_string()];
        let counts = [
            period.buying_customers,
            period.new_customers,
            period.kept_customers,
            period.reactivated_customers,
            period.lost_customers,
            period.total_customers,
        ];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(report.currency_code.clone());
        let sales = [
            &period.net_sales,
            &period.new_net_sales,
            &period.kept_net_sales,
            &period.reactivated_net_sales,
            &period.other_net_sales,
            &period.lost_net_sales,
        ];
        cells.extend(sales.map(|money| plain(money.as_ref())));
        let rates = [period.customer_growth_rate, period.sales_growth_rate, period.retention_rate, period.repeat_rate];
        cells.extend(rates.map(|rate| rate.map(|rate| rate.to_string()).unwrap_or_default()));
        table.row(cells);
    }
    table.csv()
}

fn name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Month | CalendarUnit::Unspecified => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

/// `1997-03`, `1997-Q1`, `1997`; one that is not over with a `*`.
fn label(unit: CalendarUnit, period: &GrowthPeriod) -> String {
    let start = period.start_date.unwrap_or_default();
    let label = match unit {
        CalendarUnit::Month | CalendarUnit::Unspecified => format!("{:04}-{:02}", start.year, start.month),
        CalendarUnit::Quarter => format!("{:04}-Q{}", start.year, (start.month - 1) / 3 + 1),
        CalendarUnit::Year => format!("{:04}", start.year),
    };
    if period.is_complete { label } else { format!("{label}*") }
}

fn share(rate: Option<f64>) -> String {
    rate.map(number::percent).unwrap_or_default()
}

/// `0.125` as `+12.5 %`.
fn change(rate: Option<f64>) -> String {
    let sign = if rate.is_some_and(|rate| rate > 0.0) { "+" } else { "" };
    rate.map(|rate| format!("{sign}{}", number::percent(rate))).unwrap_or_default()
}

fn note(report: &GrowthReport) -> String {
    let unit = name(report.unit());
    let cut = if report.periods.last().is_some_and(|period| !period.is_complete) {
        format!(" * is not over: what is counted ends with {}.", date(report.end_date.as_ref()))
    } else {
        String::new()
    };
    let mut others =
        other_currencies(report.converts_currencies, report.other_currency_transactions, &report.other_currencies);
    if !others.is_empty() {
        others.insert(0, ' ');
    }
    format!(
        "In {}. New bought for the first time, kept also in the {unit} before, back not in the {unit} before but earlier; lost bought in the \
         {unit} before and not in this one. Retention is kept of those who bought in the {unit} before, repeat who bought on two days or \
         more.{cut}{others}",
        report.currency_code
    )
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money, value::v1::OtherCurrency};

    use super::*;

    fn report() -> GrowthReport {
        let money = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let period = |month, is_complete| GrowthPeriod {
            start_date: Some(Date { year: 1997, month, day: 1 }),
            end_date: Some(Date { year: 1997, month, day: 28 }),
            is_complete,
            buying_customers: 1200,
            new_customers: 1000,
            kept_customers: 150,
            reactivated_customers: 50,
            lost_customers: 7,
            total_customers: 5000,
            net_sales: money(1234),
            customer_growth_rate: (month > 1).then_some(0.125),
            sales_growth_rate: (month > 1).then_some(-0.5),
            retention_rate: Some(0.955),
            ..GrowthPeriod::default()
        };
        GrowthReport {
            currency_code: "EUR".into(),
            unit: CalendarUnit::Month.into(),
            end_date: Some(Date { year: 1997, month: 2, day: 15 }),
            periods: vec![period(1, true), period(2, false)],
            ..GrowthReport::default()
        }
    }

    #[test]
    fn a_person_sees_who_came_and_went_and_what_is_not_over() {
        let drawn = render(&report(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "1997-01 1,200 1,000 150 50 7 95.5 % 1,234.00");
        assert_eq!(lines[3], "1997-02* 1,200 1,000 150 50 7 +12.5 % 95.5 % 1,234.00 -50.0 %");
        assert!(lines[4..].join(" ").ends_with("* is not over: what is counted ends with 1997-02-15."), "{drawn}");
    }

    #[test]
    fn a_person_hears_of_other_currencies() {
        let note = |report| note(&report).split("more. ").nth(1).unwrap().to_owned();
        let left_out = GrowthReport { other_currency_transactions: 1_200, ..report() };
        assert!(
            note(left_out).ends_with("1,200 transactions in other currencies were left out; --convert counts them.")
        );
        let other =
            OtherCurrency { currency_code: "GBP".into(), converted_transactions: 7, ..OtherCurrency::default() };
        let converts = GrowthReport { converts_currencies: true, other_currencies: vec![other], ..report() };
        assert!(note(converts).ends_with("7 transactions in GBP were converted."));
    }

    #[test]
    fn a_spreadsheet_gets_every_figure() {
        let lines = csv(&report());
        assert_eq!(
            lines.lines().nth(2),
            Some("1997-02-01,1997-02-28,false,1200,1000,150,50,7,5000,EUR,1234.00,,,,,,0.125,-0.5,0.955,")
        );
    }
}
