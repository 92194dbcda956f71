//! Customers by how far they have come as buyers.

use std::fmt::Write as _;

use clientele_proto::value::v1::{PurchaseDepth, PurchaseDepthReport};

use super::{date, money};
use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(report: &PurchaseDepthReport, screen: &Screen) -> String {
    let mut drawn = table(report, number::count).render(screen);
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

/// For a spreadsheet.
pub fn csv(report: &PurchaseDepthReport) -> String {
    table(report, |customers| customers.to_string()).csv()
}

fn table(report: &PurchaseDepthReport, count: fn(u64) -> String) -> Table {
    let all: i64 = report.levels.iter().map(|level| level.customers).sum();
    let mut table = Table::new([
        Column::text("bought"),
        Column::number("customers"),
        Column::number("share"),
        Column::number("revenue"),
    ]);
    for level in &report.levels {
        table.row([
            label(level.depth()).to_owned(),
            count(level.customers.unsigned_abs()),
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

    #[test]
    fn each_depth_has_its_line_and_share() {
        let level = |depth: PurchaseDepth, customers, units| PurchaseDepthLevel {
            depth: depth.into(),
            customers,
            total_revenue: Some(Money { currency_code: "EUR".into(), units, nanos: 0 }),
        };
        let report = PurchaseDepthReport {
            as_of_date: Some(Date { year: 1998, month: 6, day: 30 }),
            recent_days: 90,
            levels: vec![level(PurchaseDepth::Never, 1, 0), level(PurchaseDepth::TwiceOrMore, 3, 1234)],
            repeat_rate: 1.0,
            ..PurchaseDepthReport::default()
        };
        let drawn = render(&report, &Screen::plain(80));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[0], "bought customers share revenue");
        assert_eq!(lines[2..4], ["never 1 25.0 % EUR 0.00", "twice or more 3 75.0 % EUR 1,234.00"]);
        assert_eq!(lines[4], "As of 1998-06-30; recent is within 90 days. 100.0 % of the buyers came back.");
    }
}
