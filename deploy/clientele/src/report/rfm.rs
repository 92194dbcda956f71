//! The RFM report: the heat map of its codes, and the named segments.

use clientele_proto::value::v1::RfmReport;

use super::{amount, currency, heat, plain};
use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(report: &RfmReport, screen: &Screen) -> String {
    let mut table = Table::new([
        Column::text("segment"),
        Column::number("codes"),
        Column::number("customers"),
        Column::number("share"),
        Column::number("revenue"),
        Column::number("CLV"),
    ]);
    let all: i64 = report.segments.iter().map(|segment| segment.customers).sum();
    for segment in &report.segments {
        table.row([
            segment.segment.clone(),
            segment.codes.to_string(),
            number::count(segment.customers.unsigned_abs()),
            if all > 0 { number::percent(segment.customers as f64 / all as f64) } else { String::new() },
            amount(segment.total_revenue.as_ref()),
            amount(segment.clv.as_ref()),
        ]);
    }
    format!("{}\n{}", heat::render(report, screen), table.render(screen))
}

/// For a spreadsheet: a line for each code that a customer has.
pub fn csv(report: &RfmReport) -> String {
    let heads =
        ["code", "recency", "frequency", "monetary", "segment", "customers", "currency", "total_revenue", "clv"];
    let mut table = Table::new(heads.map(Column::text));
    for cell in &report.cells {
        let rfm = cell.rfm.clone().unwrap_or_default();
        table.row([
            rfm.code,
            rfm.recency.to_string(),
            rfm.frequency.to_string(),
            rfm.monetary.to_string(),
            rfm.segment,
            cell.customers.to_string(),
            currency(cell.total_revenue.as_ref()),
            plain(cell.total_revenue.as_ref()),
            plain(cell.clv.as_ref()),
        ]);
    }
    table.csv()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Money,
        value::v1::{RfmCell, RfmScore, RfmSegmentCount},
    };

    use super::*;

    #[test]
    fn segments_stand_below_the_map_and_codes_in_the_spreadsheet() {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let rfm = RfmScore { recency: 2, frequency: 1, monetary: 1, code: "211".into(), segment: "Here, now".into() };
        let segment = |name: &str, codes, customers, total_revenue| RfmSegmentCount {
            segment: name.into(),
            codes,
            customers,
            total_revenue,
            clv: None,
        };
        let report = RfmReport {
            bins: 2,
            cells: vec![RfmCell { rfm: Some(rfm), customers: 3, total_revenue: euros(1_234), clv: None }],
            segments: vec![segment("Here, now", 4, 3, euros(1_234)), segment("Gone", 4, 0, euros(0))],
            ..RfmReport::default()
        };
        let drawn = render(&report, &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert!(lines.contains(&"Here, now 4 3 100.0 % 1,234.00".to_owned()), "{drawn}");
        assert!(lines.contains(&"Gone 4 0 0.0 % 0.00".to_owned()), "{drawn}");
        assert!(csv(&report).contains("211,2,1,1,\"Here, now\",3,EUR,1234.00,"), "{}", csv(&report));
    }
}
