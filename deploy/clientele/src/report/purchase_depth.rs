//! Customers by how far they have come as buyers.

use std::fmt::Write as _;

use clientele_proto::value::v1::{PurchaseDepth, PurchaseDepthReport};

use super::{currency, date, lines::Lines, money, plain};
use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(report: &PurchaseDepthReport, screen: &Screen) -> String {
    let mut drawn = table(report).render(screen);
    // Writing to a String cannot fail.
    let _ = writeln!(
        drawn,
        "As of {}; recent is within {} days. {} of the buyers came back.",
        date(report.as_of_date.as_ref()),
        report.recent_days,
        number::percent(report.repeat_rate),
    );
    drawn
}

/// For a spreadsheet: a line a depth, and a total with the share of the buyers that came back.
pub fn csv(report: &PurchaseDepthReport) -> String {
    let all = customers(report);
    let mut lines =
        Lines::new(["depth", "customers", "customer_share", "currency", "total_revenue", "recent_days", "repeat_rate"]);
    for level in &report.levels {
        lines.line(
            "depth",
            [
                ("depth", label(level.depth()).to_owned()),
                ("customers", level.customers.to_string()),
                ("customer_share", (level.customers as f64 / all.max(1) as f64).to_string()),
                ("currency", currency(level.total_revenue.as_ref())),
                ("total_revenue", plain(level.total_revenue.as_ref())),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("customers", all.to_string()),
            ("recent_days", report.recent_days.to_string()),
            ("repeat_rate", report.repeat_rate.to_string()),
        ],
    );
    lines.csv()
}

fn customers(report: &PurchaseDepthReport) -> i64 {
    report.levels.iter().map(|level| level.customers).sum()
}

fn table(report: &PurchaseDepthReport) -> Table {
    let all = customers(report);
    let mut table = Table::new([
        Column::text("bought"),
        Column::number("customers"),
        Column::number("share"),
        Column::number("revenue"),
    ]);
    for level in &report.levels {
        table.row([
            label(level.depth()).to_owned(),
            number::count(level.customers.unsigned_abs()),
            number::percent(level.customers as f64 / all.max(1) as f64),
            money(level.total_revenue.as_ref()),
        ]);
    }
    table
}

fn label(depth: PurchaseDepth) -> &'static str {
    match depth {
        PurchaseDepth::Never => "never",
        PurchaseDepth::OnceAndGone => "once and gone",
        PurchaseDepth::OnceAndRecent => "once and recent",
        PurchaseDepth::TwiceOrMore => "twice or more",
        PurchaseDepth::Unspecified => "",
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money, value::v1::PurchaseDepthLevel};

    use super::*;

    fn report() -> PurchaseDepthReport {
        let level = |depth: PurchaseDepth, customers, units| PurchaseDepthLevel {
            depth: depth.into(),
            customers,
            total_revenue: Some(Money { currency_code: "EUR".into(), units, nanos: 0 }),
        };
        PurchaseDepthReport {
            as_of_date: Some(Date { year: 1998, month: 6, day: 30 }),
            recent_days: 90,
            levels: vec![level(PurchaseDepth::Never, 1, 0), level(PurchaseDepth::TwiceOrMore, 3, 1234)],
            repeat_rate: 1.0,
            ..PurchaseDepthReport::default()
        }
    }

    #[test]
    fn each_depth_has_its_line_and_share() {
        let drawn = render(&report(), &Screen::plain(80));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[0], "bought customers share revenue");
        assert_eq!(lines[2..4], ["never 1 25.0 % EUR 0.00", "twice or more 3 75.0 % EUR 1,234.00"]);
        assert_eq!(lines[4], "As of 1998-06-30; recent is within 90 days. 100.0 % of the buyers came back.");
    }

    #[test]
    fn a_spreadsheet_gets_plain_numbers_and_the_repeat_rate() {
        let text = csv(&report());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "line,depth,customers,customer_share,currency,total_revenue,recent_days,repeat_rate");
        assert_eq!(lines[2..], ["depth,twice or more,3,0.75,EUR,1234.00,,", "total,,4,,,,90,1"]);
    }
}
