//! Which share of the customers brings which share of the value.

use clientele_proto::value::v1::{ConcentrationReport, ValueMetric};

use super::{currency, lines::Lines, money, plain};
use crate::term::{Concentration, Screen, number, text};

/// For a person: the curve at every tenth of the customers, and what it says of the best of them.
pub fn render(report: &ConcentrationReport, screen: &Screen) -> String {
    let value = label(report.metric());
    let brought = report.points.last().map_or(0.0, |point| point.value_share);
    let mut drawn = if brought > 0.0 { curve(report).render(value, screen) } else { String::new() };
    for line in text::wrap(&note(report, brought > 0.0), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// The report's curve at every tenth of the customers.
pub fn curve(report: &ConcentrationReport) -> Concentration {
    Concentration {
        customers: report.customers.unsigned_abs(),
        cumulative: std::array::from_fn(|tenth| share_at(report, (tenth + 1) as f64 / 10.0).unwrap_or(f64::NAN)),
        gini: report.gini,
    }
}

/// For a spreadsheet: every point of the curve, and a total.
pub fn csv(report: &ConcentrationReport) -> String {
    let mut lines = Lines::new([
        "metric",
        "customer_share",
        "value_share",
        "customers",
        "currency",
        "total",
        "gini",
        "customer_share_of_80_percent",
    ]);
    let metric = report.metric().as_str_name().trim_start_matches("VALUE_METRIC_").to_owned();
    for point in &report.points {
        lines.line(
            "point",
            [
                ("metric", metric.clone()),
                ("customer_share", point.customer_share.to_string()),
                ("value_share", point.value_share.to_string()),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("metric", metric),
            ("customers", report.customers.to_string()),
            ("currency", currency(report.total.as_ref())),
            ("total", plain(report.total.as_ref())),
            ("gini", report.gini.to_string()),
            ("customer_share_of_80_percent", report.customer_share_of_80_percent.to_string()),
        ],
    );
    lines.csv()
}

fn share_at(report: &ConcentrationReport, customer_share: f64) -> Option<f64> {
    let point = report.points.iter().find(|point| (point.customer_share - customer_share).abs() < 1e-9);
    point.map(|point| point.value_share)
}

fn label(metric: ValueMetric) -> &'static str {
    match metric {
        ValueMetric::Clv | ValueMetric::Unspecified => "CLV",
        ValueMetric::TotalRevenue => "revenue",
    }
}

fn note(report: &ConcentrationReport, is_anything_brought: bool) -> String {
    let value = label(report.metric());
    let customers = number::count(report.customers.unsigned_abs());
    if !is_anything_brought {
        return format!("None of {customers} customers brings any {value}.");
    }
    let best = [1, 2, 5].into_iter().filter_map(|percent| {
        let share = share_at(report, f64::from(percent) / 100.0)?;
        Some(format!("the best {percent} % bring {}", number::percent(share)))
    });
    let best = best.collect::<Vec<_>>().join(", ");
    format!(
        "Of {} {value}, {best}; 80 % comes from {} of the customers.",
        money(report.total.as_ref()),
        number::percent(report.customer_share_of_80_percent)
    )
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Money, value::v1::ConcentrationPoint};

    use super::*;

    /// Of a thousand customers, the first hundredth brings a tenth, half of them everything.
    fn report() -> ConcentrationReport {
        let point = |customer_share, value_share| ConcentrationPoint { customer_share, value_share };
        let tenths = (1..=10).map(|tenth| point(f64::from(tenth) / 10.0, (f64::from(tenth) / 5.0).min(1.0)));
        ConcentrationReport {
            metric: ValueMetric::TotalRevenue.into(),
            customers: 1_000,
            total: Some(Money { currency_code: "EUR".into(), units: 1_234, nanos: 560_000_000 }),
            points: [point(0.01, 0.1), point(0.02, 0.125), point(0.05, 0.15)].into_iter().chain(tenths).collect(),
            gini: 0.52,
            customer_share_of_80_percent: 0.4,
            ..ConcentrationReport::default()
        }
    }

    #[test]
    fn a_person_sees_the_curve_and_what_the_best_bring() {
        let drawn = render(&report(), &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().collect();
        assert!(lines[1].starts_with("best  20 %") && lines[1].ends_with("40.0 %"), "{drawn}");
        assert_eq!(
            lines[10..],
            [
                "The top 20 % of 1,000 customers bring 40 % of the revenue (Gini 0.52).",
                "Of EUR 1,234.56 revenue, the best 1 % bring 10.0 %, the best 2 % bring 12.5 %, the best 5 % bring 15.0 %; 80 % comes",
                "from 40.0 % of the customers.",
            ]
        );
    }

    #[test]
    fn where_nobody_brings_anything_there_is_no_curve() {
        let nothing = ConcentrationReport { points: Vec::new(), customers: 0, ..report() };
        assert_eq!(render(&nothing, &Screen::plain(80)), "None of 0 customers brings any revenue.\n");
        let points = vec![ConcentrationPoint { customer_share: 1.0, value_share: 0.0 }];
        let unfitted = ConcentrationReport { points, metric: ValueMetric::Clv.into(), ..report() };
        assert_eq!(render(&unfitted, &Screen::plain(80)), "None of 1,000 customers brings any CLV.\n");
    }

    #[test]
    fn a_spreadsheet_gets_every_point_and_the_total() {
        let text = csv(&report());
        let lines: Vec<_> = text.lines().collect();
        let heads = "line,metric,customer_share,value_share,customers,currency,total,gini,customer_share_of_80_percent";
        assert_eq!(lines[..2], [heads, "point,TOTAL_REVENUE,0.01,0.1,,,,,"]);
        assert_eq!(lines.len(), 1 + 13 + 1);
        assert_eq!(lines[14], "total,TOTAL_REVENUE,,,1000,EUR,1234.56,0.52,0.4");
    }
}
