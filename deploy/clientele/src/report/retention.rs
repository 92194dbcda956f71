//! Cohorts of customers and the share of each that bought in each later period.

use std::fmt::Write as _;

use clientele_proto::value::v1::{CalendarUnit, RetentionCohort, RetentionReport};

use super::{date, lines::Lines};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: shares, in per cent.
pub fn render(report: &RetentionReport, screen: &Screen) -> String {
    let share = |cohort: &RetentionCohort, active: i64| match cohort.customers {
        0 => String::new(),
        customers => number::decimal(active as f64 / customers as f64 * 100.0, 0),
    };
    let came = report.cohorts.iter().filter(|cohort| cohort.customers > 0);
    let mut drawn = table(report, came, share).render(screen);
    let unit = name(report.unit());
    let mut note = format!(
        "Customers by the {unit} of their first purchase, and per cent of them that bought in each {unit} after it (0 is the {unit} itself); \
         the last {unit} ends with {}.",
        date(report.as_of_date.as_ref())
    );
    if report.earlier_customers > 0 {
        let _ = write!(note, " {} customers came earlier.", number::count(report.earlier_customers.unsigned_abs()));
    }
    for line in text::wrap(&note, screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: every cohort, customers instead of shares, and those who came earlier.
pub fn csv(report: &RetentionReport) -> String {
    let periods: Vec<_> = (0..periods(report)).map(|period| period.to_string()).collect();
    let unit = name(report.unit());
    let mut lines = Lines::new([unit, "customers"].into_iter().chain(periods.iter().map(String::as_str)));
    for cohort in &report.cohorts {
        let start = [(unit, label(report.unit(), cohort)), ("customers", cohort.customers.to_string())];
        let active = cohort.active_customers.iter().map(ToString::to_string);
        lines.line("cohort", start.into_iter().chain(periods.iter().map(String::as_str).zip(active)));
    }
    lines.line("earlier", [("customers", report.earlier_customers.to_string())]);
    lines.csv()
}

fn periods(report: &RetentionReport) -> usize {
    report.cohorts.first().map_or(0, |cohort| cohort.active_customers.len())
}

fn table<'r>(
    report: &RetentionReport,
    cohorts: impl Iterator<Item = &'r RetentionCohort>,
    cell: impl Fn(&RetentionCohort, i64) -> String,
) -> Table {
    let heads = [Column::text(name(report.unit())), Column::number("customers")];
    let mut table =
        Table::new(heads.into_iter().chain((0..periods(report)).map(|period| Column::number(&period.to_string()))));
    for cohort in cohorts {
        let start = [label(report.unit(), cohort), number::count(cohort.customers.unsigned_abs())];
        let active = cohort.active_customers.iter().map(|active| cell(cohort, *active));
        table.row(start.into_iter().chain(active));
    }
    table
}

fn name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Month | CalendarUnit::Unspecified => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

/// `1997-03`, `1997-Q1`, `1997`.
fn label(unit: CalendarUnit, cohort: &RetentionCohort) -> String {
    let start = cohort.start_date.unwrap_or_default();
    match unit {
        CalendarUnit::Month | CalendarUnit::Unspecified => format!("{:04}-{:02}", start.year, start.month),
        CalendarUnit::Quarter => format!("{:04}-Q{}", start.year, (start.month - 1) / 3 + 1),
        CalendarUnit::Year => format!("{:04}", start.year),
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::Date;

    use super::*;

    fn report() -> RetentionReport {
        let cohort = |month, active_customers: &[i64]| RetentionCohort {
            start_date: Some(Date { year: 1997, month, day: 1 }),
            customers: active_customers[0],
            active_customers: active_customers.to_vec(),
        };
        RetentionReport {
            as_of_date: Some(Date { year: 1997, month: 3, day: 31 }),
            unit: CalendarUnit::Month.into(),
            cohorts: vec![cohort(1, &[1200, 300, 90]), cohort(2, &[0, 0]), cohort(3, &[7])],
            earlier_customers: 2,
            ..RetentionReport::default()
        }
    }

    #[test]
    fn a_person_sees_shares_of_the_cohorts_that_somebody_came_to() {
        let drawn = render(&report(), &Screen::plain(100));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[0], "month customers 0 1 2");
        assert_eq!(lines[2..4], ["1997-01 1,200 100 25 8", "1997-03 7 100"]);
        assert!(drawn.contains("2 customers came earlier"), "{drawn}");
    }

    #[test]
    fn a_spreadsheet_gets_every_cohort_and_customers() {
        let lines = csv(&report());
        assert_eq!(lines.lines().next(), Some("line,month,customers,0,1,2"));
        assert_eq!(lines.lines().nth(2), Some("cohort,1997-02,0,0,0,"));
        assert_eq!(lines.lines().last(), Some("earlier,,2,,,"));
    }
}
