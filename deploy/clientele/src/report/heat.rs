//! The RFM report as a heat map: recency down, frequency across, customers in each field.

use clientele_proto::value::v1::RfmReport;

use crate::term::{Heatmap, Screen, heatmap::heatmap, number};

/// Draws the report.
pub fn render(report: &RfmReport, screen: &Screen) -> String {
    let bins = usize::try_from(report.bins).unwrap_or_default();
    let mut values = vec![vec![0.0; bins]; bins];
    for cell in &report.cells {
        let Some(rfm) = &cell.rfm else { continue };
        // The best recency stands on top, the best frequency on the right.
        let row = usize::try_from(report.bins - rfm.recency).unwrap_or_default();
        let column = usize::try_from(rfm.frequency - 1).unwrap_or_default();
        if let Some(field) = values.get_mut(row).and_then(|row| row.get_mut(column)) {
            *field += cell.customers as f64;
        }
    }
    let map = Heatmap {
        down: "recency".to_owned(),
        across: "frequency (customers in each field)".to_owned(),
        rows: (1..=bins).rev().map(|score| format!("R{score}")).collect(),
        columns: (1..=bins).map(|score| format!("F{score}")).collect(),
        values,
    };
    heatmap(&map, |customers| number::count(customers as u64), screen)
}
