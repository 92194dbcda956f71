//! What a past run foretold, beside what happened.

use clientele_proto::value::v1::{ModelQualityReport, PredictionRow};

use super::{amount, currency, date, lines::Lines, money, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: by frequency, by decile, and the calibration of P(alive).
pub fn render(report: &ModelQualityReport, screen: &Screen) -> String {
    let heads = ["customers", "foretold", "bought", "foretold each", "bought each", "value foretold", "value"];
    let mut table = Table::new(std::iter::once(Column::text("customers with")).chain(heads.map(Column::number)));
    for Row { label, sums: row, .. } in rows(report) {
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

/// For a spreadsheet: every row with sums as they are, the calibration of P(alive), and the errors beside the total.
pub fn csv(report: &ModelQualityReport) -> String {
    let mut lines = Lines::new([
        "key",
        "customers",
        "predicted_purchases",
        "actual_purchases",
        "currency",
        "predicted_value",
        "actual_value",
        "min_p_alive",
        "max_p_alive",
        "mean_p_alive",
        "predicted_buying_share",
        "actual_buying_share",
        "days",
        "mean_absolute_error",
        "root_mean_squared_error",
        "value_mean_absolute_error",
        "value_root_mean_squared_error",
    ]);
    for Row { kind, key, sums, .. } in rows(report) {
        let mut cells = vec![
            ("key", key),
            ("customers", sums.customers.to_string()),
            ("predicted_purchases", sums.predicted_purchases.to_string()),
            ("actual_purchases", sums.actual_purchases.to_string()),
            ("currency", currency(sums.actual_value.as_ref())),
            ("predicted_value", plain(sums.predicted_value.as_ref())),
            ("actual_value", plain(sums.actual_value.as_ref())),
        ];
        if kind == "total" {
            cells.extend([
                ("days", report.days.to_string()),
                ("mean_absolute_error", report.mean_absolute_error.to_string()),
                ("root_mean_squared_error", report.root_mean_squared_error.to_string()),
                ("value_mean_absolute_error", plain(report.value_mean_absolute_error.as_ref())),
                ("value_root_mean_squared_error", plain(report.value_root_mean_squared_error.as_ref())),
            ]);
        }
        lines.line(kind, cells);
    }
    for (bin, at) in report.alive_calibrations.iter().zip(1..) {
        lines.line(
            "p_alive",
            [
                ("key", i32::to_string(&at)),
                ("customers", bin.customers.to_string()),
                ("min_p_alive", bin.min_p_alive.to_string()),
                ("max_p_alive", bin.max_p_alive.to_string()),
                ("mean_p_alive", bin.mean_p_alive.to_string()),
                ("predicted_buying_share", bin.predicted_buying_share.to_string()),
                ("actual_buying_share", bin.actual_buying_share.to_string()),
            ],
        );
    }
    lines.csv()
}

/// Customers by frequency, by decile, or all of them.
struct Row<'r> {
    kind: &'static str,
    key: String,
    /// For a person.
    label: String,
    sums: &'r PredictionRow,
}

fn rows(report: &ModelQualityReport) -> Vec<Row<'_>> {
    let last = report.frequencies.len().saturating_sub(1);
    let frequencies = report.frequencies.iter().enumerate().map(|(at, sums)| {
        let more = if at == last { " or more" } else { "" };
        Row { kind: "frequency", key: at.to_string(), label: format!("{at}{more} repeats"), sums }
    });
    let deciles = report.deciles.iter().zip(1..).map(|(sums, at)| {
        let key = i32::to_string(&at);
        Row { kind: "decile", label: format!("tenth {key}"), key, sums }
    });
    let total =
        report.total.iter().map(|sums| Row { kind: "total", key: String::new(), label: "all".to_owned(), sums });
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
            value_mean_absolute_error: euros(1),
            value_root_mean_squared_error: euros(2),
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
    fn a_spreadsheet_gets_every_row_the_errors_and_the_calibration() {
        let text = csv(&report());
        let lines: Vec<_> = text.lines().collect();
        let heads = "line,key,customers,predicted_purchases,actual_purchases,currency,predicted_value,actual_value,min_p_alive,max_p_alive,\
                     mean_p_alive,predicted_buying_share,actual_buying_share,days,mean_absolute_error,root_mean_squared_error,\
                     value_mean_absolute_error,value_root_mean_squared_error";
        assert_eq!(lines[0], heads);
        assert_eq!(lines[1], "frequency,0,1411,317.6,334,EUR,10.00,1234.00,,,,,,,,,,");
        assert_eq!(lines[3], "decile,1,236,700,800,EUR,10.00,1234.00,,,,,,,,,,");
        assert_eq!(lines[4], "total,,2357,1653.4,1882,EUR,10.00,1234.00,,,,,,273,0.785,1.608,1.00,2.00");
        assert_eq!(lines[5..], ["p_alive,1,1500,,,,,,0.9,1,0.991,0.2,0.21,,,,,"]);
    }
}
