//! What was sold in a period, group by group.

use std::fmt::Write as _;

use clientele_proto::{
    Money,
    value::v1::{SalesFigures, SalesGroup, SalesGrouping, SalesReport},
};

use super::{amount, converted, date, other_currencies, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person.
pub fn render(report: &SalesReport, screen: &Screen) -> String {
    let compared = report.comparison_first_date.is_some();
    // A month is as short as it gets: only names may be cut to the width of the terminal.
    let group = match report.group_by() {
        SalesGrouping::Month => Column::number(head(report.group_by())),
        _ => Column::text(head(report.group_by())),
    };
    let mut heads = vec![group, Column::number("net sales")];
    if compared {
        heads.extend([Column::number("before"), Column::number("growth")]);
    }
    let rest = ["gross", "refunds", "costs", "contribution", "purchases", "customers"];
    heads.extend(rest.into_iter().map(Column::number));
    let mut table = Table::new(heads);
    for (label, group) in lines(report, |group| group.display_name.clone()) {
        let figures = group.figures.clone().unwrap_or_default();
        let mut cells = vec![label, amount(figures.net_sales.as_ref())];
        if compared {
            cells.push(amount(group.comparison.as_ref().and_then(|before| before.net_sales.as_ref())));
            cells.push(group.growth.and_then(|growth| growth.net_sales).map(change).unwrap_or_default());
        }
        let money = [&figures.gross_sales, &figures.refunds, &figures.costs, &figures.profit_contribution];
        cells.extend(money.map(|money| amount(money.as_ref())));
        cells.extend([figures.purchases, figures.customers].map(|count| number::count(count.unsigned_abs())));
        table.row(cells);
    }
    let mut drawn = table.render(screen);
    for line in text::wrap(&note(report), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: every figure of both periods, amounts without separators, shares as they are.
pub fn csv(report: &SalesReport) -> String {
    let compared = report.comparison_first_date.is_some();
    let figures = [
        "gross_sales",
        "refunds",
        "net_sales",
        "costs",
        "cost_of_goods",
        "cost_to_serve",
        "acquisition_costs",
        "profit_contribution",
        "purchases",
        "customers",
    ];
    let growths = ["gross_sales", "net_sales", "profit_contribution", "purchases", "customers"];
    let mut heads: Vec<String> = ["line", "key", "name", "currency"].map(str::to_owned).to_vec();
    heads.extend(figures.map(str::to_owned));
    if compared {
        heads.extend(figures.map(|figure| format!("{figure}_before")));
        heads.extend(growths.map(|figure| format!("{figure}_growth")));
    }
    let mut table = Table::new(heads.iter().map(|head| Column::text(head)));
    for (kind, group) in kinds(report) {
        let mut cells =
            vec![kind.to_owned(), group.key.clone(), group.display_name.clone(), report.currency_code.clone()];
        cells.extend(values(group.figures.as_ref()));
        if compared {
            cells.extend(values(group.comparison.as_ref()));
            let growth = group.growth.unwrap_or_default();
            let growths =
                [growth.gross_sales, growth.net_sales, growth.profit_contribution, growth.purchases, growth.customers];
            cells.extend(growths.map(|growth| growth.map(|share| share.to_string()).unwrap_or_default()));
        }
        table.row(cells);
    }
    table.csv()
}

fn values(figures: Option<&SalesFigures>) -> Vec<String> {
    let figures = figures.cloned().unwrap_or_default();
    let money = |money: &Option<Money>| plain(money.as_ref());
    vec![
        money(&figures.gross_sales),
        money(&figures.refunds),
        money(&figures.net_sales),
        money(&figures.costs),
        money(&figures.cost_of_goods),
        money(&figures.cost_to_serve),
        money(&figures.acquisition_costs),
        money(&figures.profit_contribution),
        figures.purchases.to_string(),
        figures.customers.to_string(),
    ]
}

/// Groups, what is beyond them and the total, with what kind of line each is.
fn kinds(report: &SalesReport) -> impl Iterator<Item = (&'static str, &SalesGroup)> {
    let groups = report.groups.iter().map(|group| ("group", group));
    groups.chain(report.rest.iter().map(|rest| ("rest", rest))).chain(report.total.iter().map(|total| ("total", total)))
}

/// The same with labels for a person.
fn lines(report: &SalesReport, name: fn(&SalesGroup) -> String) -> impl Iterator<Item = (String, &SalesGroup)> {
    kinds(report).map(move |(kind, group)| {
        let label = match kind {
            "rest" => format!("{} more", number::count(report.rest_groups.unsigned_abs())),
            "total" => "total".to_owned(),
            _ if group.key.is_empty() => "(none)".to_owned(),
            _ => name(group),
        };
        (label, group)
    })
}

fn head(grouping: SalesGrouping) -> &'static str {
    match grouping {
        SalesGrouping::Unspecified => "",
        SalesGrouping::Company => "company",
        SalesGrouping::Department => "department",
        SalesGrouping::Employee => "employee",
        SalesGrouping::Product => "product",
        SalesGrouping::Category => "category",
        SalesGrouping::Month => "month",
    }
}

/// `0.125` as `+12.5 %`.
fn change(share: f64) -> String {
    let sign = if share > 0.0 { "+" } else { "" };
    format!("{sign}{}", number::percent(share))
}

fn note(report: &SalesReport) -> String {
    let mut note = format!(
        "{} to {}, in {}.",
        date(report.first_date.as_ref()),
        date(report.last_date.as_ref()),
        report.currency_code
    );
    // Writing to a String cannot fail.
    if report.comparison_first_date.is_some() {
        let (first, last) = (report.comparison_first_date.as_ref(), report.comparison_last_date.as_ref());
        let _ = write!(note, " Before is {} to {}.", date(first), date(last));
    }
    let converts = report.converts_currencies;
    let others = other_currencies(converts, report.other_currency_transactions, &report.other_currencies);
    if !others.is_empty() {
        let _ = write!(note, " {others}");
    }
    for other in report.comparison_other_currencies.iter().filter(|_| converts) {
        let _ = write!(note, " Before: {}", converted(other));
    }
    note
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date,
        value::v1::{OtherCurrency, SalesGrowth},
    };

    use super::*;

    fn group(key: &str, cents: i64, before: i64) -> SalesGroup {
        let money = |cents: i64| {
            let nanos = (cents % 100 * 10_000_000) as i32;
            Some(Money { currency_code: "EUR".into(), units: cents / 100, nanos })
        };
        let figures = |cents| SalesFigures {
            gross_sales: money(cents),
            net_sales: money(cents),
            costs: money(0),
            profit_contribution: money(cents),
            purchases: 2,
            customers: 1,
            ..SalesFigures::default()
        };
        SalesGroup {
            key: key.to_owned(),
            display_name: key.to_owned(),
            figures: Some(figures(cents)),
            comparison: Some(figures(before)),
            growth: Some(SalesGrowth { net_sales: (before > 0).then_some(0.125), ..SalesGrowth::default() }),
        }
    }

    fn report() -> SalesReport {
        let date = |day| Some(Date { year: 1997, month: 3, day });
        SalesReport {
            first_date: date(8),
            last_date: date(14),
            comparison_first_date: date(1),
            comparison_last_date: date(7),
            currency_code: "EUR".into(),
            group_by: SalesGrouping::Company.into(),
            groups: vec![group("North", 123_456, 100_000), group("", -50, 0)],
            rest: Some(group("", 100, 0)),
            rest_groups: 3,
            total: Some(group("", 123_506, 100_000)),
            other_currency_transactions: 7,
            ..SalesReport::default()
        }
    }

    #[test]
    fn a_person_sees_net_sales_growth_and_what_has_no_group() {
        let drawn = render(&report(), &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[0], "company net sales before growth gross refunds costs contribution purchases customers");
        assert_eq!(lines[2], "North 1,234.56 1,000.00 +12.5 % 1,234.56 0.00 1,234.56 2 1");
        assert_eq!(lines[3], "(none) -0.50 0.00 -0.50 0.00 -0.50 2 1");
        assert!(lines[4].starts_with("3 more 1.00") && lines[5].starts_with("total 1,235.06"), "{drawn}");
        let note = "1997-03-08 to 1997-03-14, in EUR. Before is 1997-03-01 to 1997-03-07. 7 transactions in other currencies were left out; --convert counts them.";
        assert_eq!(lines[6..].join(" "), note);
    }

    #[test]
    fn what_was_converted_and_what_had_no_rate_is_told_of_both_periods() {
        let other = |transactions| OtherCurrency {
            currency_code: "GBP".into(),
            transactions,
            converted_transactions: 1_200,
            first_missing_rate_date: (transactions > 0).then_some(Date { year: 1997, month: 3, day: 9 }),
            last_missing_rate_date: (transactions > 0).then_some(Date { year: 1997, month: 3, day: 11 }),
        };
        let report = SalesReport {
            converts_currencies: true,
            other_currencies: vec![other(2)],
            comparison_other_currencies: vec![other(0)],
            ..report()
        };
        let drawn = render(&report, &Screen::plain(300));
        let note = "1,200 transactions in GBP were converted, 2 were left out: no rate for days from 1997-03-09 to 1997-03-11. \
                    Before: 1,200 transactions in GBP were converted.";
        assert!(drawn.trim_end().ends_with(note), "{drawn}");
    }

    #[test]
    fn a_spreadsheet_gets_plain_numbers_of_both_periods() {
        let lines = csv(&report());
        let lines: Vec<_> = lines.lines().collect();
        assert!(lines[0].starts_with("line,key,name,currency,gross_sales,refunds,net_sales,costs"), "{}", lines[0]);
        assert_eq!(
            lines[1],
            "group,North,North,EUR,1234.56,,1234.56,0.00,,,,1234.56,2,1,1000.00,,1000.00,0.00,,,,1000.00,2,1,,0.125,,,"
        );
        assert!(lines[3].starts_with("rest,,,EUR,1.00") && lines[4].starts_with("total,,,EUR,1235.06"));
    }
}
