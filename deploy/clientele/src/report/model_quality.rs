//! What a past run foretold, beside what happened.

use clientele_proto::value::v1::{ModelQualityReport, PredictionRow};

use super::{amount, date, money, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: by frequency, by decile, and the calibration of P(alive).
pub fn render(report: &ModelQualityReport, screen: &Screen) -> String {
    let heads = ["customers", "foretold", "bought", "foretold each", "bought each", "value foretold", "value"];
    let mut table = Table::new(std::iter::once(Column::text("customers with")).chain(heads.map(Column::number)));
    for (_, label, row) in rows(report) {
        let each = |sum: f64| number::decimal(sum / row.customers.max(1) as f64, 2);
        let counts = [
            number::count(row.customers.unsigned_abs()),
            number::decimal(row.predicted_purchases, 1),
            number::count(row.actual_purchases.unsigned_abs()),
            each(row.predicted_purchases),
            each(row.actual_purchases as f64),
            amount(row.predicted_value.as_ref()),
            amount(row.actual_value.as_ref()),
        ];
        table.row(std::iter::once(label).chain(counts));
    }
    let mut drawn = table.render(screen);
    drawn.push('\n');
    let heads = ["customers", "mean P(alive)", "were to buy", "bought"];
    let mut alive = Table::new(std::iter::once(Column::text("P(alive)")).chain(heads.map(Column::number)));
    for bin in report.alive_calibrations.iter().filter(|bin| bin.customers > 0) {
        alive.row([
            format!("{:.1} to {:.1}", bin.min_p_alive, bin.max_p_alive),
            number::count(bin.customers.unsigned_abs()),
            number::decimal(bin.mean_p_alive, 2),
            number::percent(bin.predicted_buying_share),
            number::percent(bin.actual_buying_share),
        ]);
    }
    drawn.push_str(&alive.render(screen));
    for line in text::wrap(&note(report), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: every row, sums as they are.
pub fn csv(report: &ModelQualityReport) -> String {
    let heads =
        ["group", "key", "customers", "predicted_purchases", "actual_purchases", "predicted_value", "actual_value"];
    let mut table = Table::new(heads.map(Column::text));
    for (at, (group, label, row)) in rows(report).into_iter().enumerate() {
        let key = if group == "frequency" { at.to_string() } else { label };
        table.row([
            group.to_owned(),
            key,
            row.customers.to_string(),
            row.predicted_purchases.to_string(),
            row.actual_purchases.to_string(),
            plain(row.predicted_value.as_ref()),
            plain(row.actual_value.as_ref()),
        ]);
    }
    table.csv()
}

/// The rows: which breakdown, its label, and the sums.
fn rows(report: &ModelQualityReport) -> Vec<(&'static str, String, &PredictionRow)> {
    let last = report.frequencies.len().saturating_sub(1);
    let frequencies = report.frequencies.iter().enumerate().map(|(at, row)| {
        let more = if at == last { " or more" } else { "" };
        ("frequency", format!("{at}{more} repeats"), row)
    });
    let deciles = report.deciles.iter().enumerate().map(|(at, row)| ("decile", format!("{}", at + 1), row));
    let total = report.total.iter().map(|row| ("total", "all".to_owned(), row));
    let deciles = deciles.map(|(group, at, row)| (group, format!("tenth {at}"), row));
    frequencies.chain(deciles).chain(total).collect()
}

fn note(report: &ModelQualityReport) -> String {
    let value = report.value_mean_absolute_error.as_ref().map(|error| {
        format!(" Of value: {} and {}.", money(Some(error)), money(report.value_root_mean_squared_error.as_ref()))
    });
    format!(
        "{} fitted up to {}, against the {} days up to {}{}. Errors of a customer's purchases: {:.3} on average, {:.3} as root of the mean \
         square.{}",
        report.model,
        date(report.as_of_date.as_ref()),
        report.days,
        date(report.end_date.as_ref()),
        if report.is_whole_horizon { ", the whole horizon" } else { "" },
        report.mean_absolute_error,
        report.root_mean_squared_error,
        value.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money, value::v1::AliveCalibration};

    use super::*;

    fn report() -> ModelQualityReport {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let row = |customers, predicted_purchases, actual_purchases| PredictionRow {
            customers,
            predicted_purchases,
            actual_purchases,
            predicted_value: euros(10),
            actual_value: euros(1234),
        };
        ModelQualityReport {
            as_of_date: Some(Date { year: 1997, month: 9, day: 30 }),
            end_date: Some(Date { year: 1998, month: 6, day: 30 }),
            days: 273,
            model: "bg-nbd".into(),
            total: Some(row(2357, 1653.4, 1882)),
            frequencies: vec![row(1411, 317.6, 334), row(946, 1335.8, 1548)],
            deciles: vec![row(236, 700.0, 800)],
            mean_absolute_error: 0.785,
            root_mean_squared_error: 1.608,
            alive_calibrations: vec![AliveCalibration {
                min_p_alive: 0.9,
                max_p_alive: 1.0,
                customers: 1500,
                mean_p_alive: 0.991,
                predicted_buying_share: 0.2,
                actual_buying_share: 0.21,
            }],
            ..ModelQualityReport::default()
        }
    }

    #[test]
    fn a_person_sees_forecasts_beside_what_happened() {
        let drawn = render(&report(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "0 repeats 1,411 317.6 334 0.23 0.24 10.00 1,234.00");
        assert_eq!(lines[3], "1 or more repeats 946 1,335.8 1,548 1.41 1.64 10.00 1,234.00");
        assert!(lines.contains(&"0.9 to 1.0 1,500 0.99 20.0 % 21.0 %".to_owned()), "{drawn}");
        let note = "bg-nbd fitted up to 1997-09-30, against the 273 days up to 1998-06-30.";
        assert!(lines.iter().any(|line| line.starts_with(note)), "{drawn}");
    }

    #[test]
    fn a_spreadsheet_gets_every_row() {
        let text = csv(&report());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "frequency,0,1411,317.6,334,10.00,1234.00");
        assert_eq!(lines[3], "decile,tenth 1,236,700,800,10.00,1234.00");
        assert_eq!(lines[4], "total,all,2357,1653.4,1882,10.00,1234.00");
    }
}
