//! How good the churn alerts of a period were.

use std::fmt::Write as _;

use clientele_proto::value::v1::ChurnReport;

use super::{churn_alerts::named, date, figure, lines::Lines};
use crate::term::{Column, Screen, Table, number, text};

/// For a person.
pub fn render(report: &ChurnReport, screen: &Screen) -> String {
    let mut drawn = table(report).render(screen);
    let mut note = match &report.start_date {
        Some(start) => format!("Alerts raised from {} ", date(Some(start))),
        None => "Alerts raised ".to_owned(),
    };
    let _ = write!(note, "to {}, in {}. ", date(report.end_date.as_ref()), report.currency_code);
    let (lost, alerted) = (report.lost_customers, report.alerted_lost_customers);
    let _ = match report.recall {
        Some(recall) => write!(
            note,
            "Of {} lost customers {} had an alert in time: a recall of {}.",
            number::count(lost.unsigned_abs()),
            number::count(alerted.unsigned_abs()),
            number::percent(recall)
        ),
        None => write!(note, "No customer was lost in the period."),
    };
    for line in text::wrap(&note, screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: a line a level, and a total with the customers that were lost.
pub fn csv(report: &ChurnReport) -> String {
    let mut lines = Lines::new([
        "level",
        "alerts",
        "kept_alerts",
        "lost_alerts",
        "precision",
        "lost_customers",
        "alerted_lost_customers",
        "recall",
    ]);
    for of in &report.levels {
        lines.line(
            "level",
            [
                ("level", named(of.level()).to_owned()),
                ("alerts", of.alerts.to_string()),
                ("kept_alerts", of.kept_alerts.to_string()),
                ("lost_alerts", of.lost_alerts.to_string()),
                ("precision", figure(of.precision)),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("alerts", report.alerts.to_string()),
            ("kept_alerts", report.kept_alerts.to_string()),
            ("lost_alerts", report.lost_alerts.to_string()),
            ("precision", figure(report.precision)),
            ("lost_customers", report.lost_customers.to_string()),
            ("alerted_lost_customers", report.alerted_lost_customers.to_string()),
            ("recall", figure(report.recall)),
        ],
    );
    lines.csv()
}

fn table(report: &ChurnReport) -> Table {
    let numbers = ["alerts", "kept", "lost", "precision"].map(Column::number);
    let mut table = Table::new([Column::text("level")].into_iter().chain(numbers));
    let levels =
        report.levels.iter().map(|of| (named(of.level()), [of.alerts, of.kept_alerts, of.lost_alerts], of.precision));
    let all = ("all", [report.alerts, report.kept_alerts, report.lost_alerts], report.precision);
    for (label, counts, precision) in levels.chain([all]) {
        let counts = counts.map(|count| number::count(count.unsigned_abs()));
        let cells = [label.to_owned()].into_iter().chain(counts);
        table.row(cells.chain([precision.map(number::percent).unwrap_or_default()]));
    }
    table
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date,
        value::v1::{ChurnLevelCount, churn_alert::Level},
    };

    use super::*;

    #[test]
    fn levels_and_all_of_them_have_a_line() {
        let level = ChurnLevelCount {
            level: Level::Warning.into(),
            alerts: 3,
            kept_alerts: 1,
            lost_alerts: 1,
            precision: Some(0.5),
        };
        let report = ChurnReport {
            currency_code: "EUR".into(),
            end_date: Some(Date { year: 1998, month: 6, day: 30 }),
            levels: vec![level],
            alerts: 3,
            kept_alerts: 1,
            lost_alerts: 1,
            precision: Some(0.5),
            lost_customers: 4,
            alerted_lost_customers: 1,
            recall: Some(0.25),
            ..ChurnReport::default()
        };
        let drawn = render(&report, &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..4], ["warning 3 1 1 50.0 %", "all 3 1 1 50.0 %"]);
        assert!(lines[4].ends_with("Of 4 lost customers 1 had an alert in time: a recall of 25.0 %."), "{drawn}");
        let text = csv(&report);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "line,level,alerts,kept_alerts,lost_alerts,precision,lost_customers,alerted_lost_customers,recall"
        );
        assert_eq!(lines[1..], ["level,warning,3,1,1,0.5,,,", "total,,3,1,1,0.5,4,1,0.25"]);
    }
}
