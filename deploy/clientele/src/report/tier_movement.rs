//! Who moved between tiers in a period.

use clientele_proto::value::v1::{TierMovementReport, tier_move::Cause};

use super::{date, lines::Lines};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: a row a tier, then the ways from tier to tier.
pub fn render(report: &TierMovementReport, screen: &Screen) -> String {
    let count = |customers: i64| number::count(customers.unsigned_abs());
    let heads = ["risen into", "fallen into", "risen from", "fallen from", "arrived", "left"];
    let mut tiers = Table::new(std::iter::once(Column::text("tier")).chain(heads.map(Column::number)));
    for of in &report.tiers {
        let counts = [of.risen_into, of.fallen_into, of.risen_from, of.fallen_from, of.arrived, of.left];
        tiers.row(std::iter::once(of.tier.clone()).chain(counts.map(count)));
    }
    let mut drawn = tiers.render(screen);
    if !report.transitions.is_empty() {
        let mut ways = Table::new([Column::text("from"), Column::text("to"), Column::number("customers")]);
        for way in &report.transitions {
            ways.row([way.from_tier.clone(), way.to_tier.clone(), count(way.customers)]);
        }
        drawn.push('\n');
        drawn.push_str(&ways.render(screen));
    }
    for line in text::wrap(&note(report), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: tiers, the ways from tier to tier, causes and the total. Causes count moves, everything else customers.
pub fn csv(report: &TierMovementReport) -> String {
    let mut lines = Lines::new([
        "tier",
        "from_tier",
        "to_tier",
        "cause",
        "customers",
        "moves",
        "risen",
        "fallen",
        "other",
        "risen_into",
        "fallen_into",
        "risen_from",
        "fallen_from",
        "arrived",
        "left",
        "score_runs",
    ]);
    for of in &report.tiers {
        lines.line(
            "tier",
            [
                ("tier", of.tier.clone()),
                ("risen_into", of.risen_into.to_string()),
                ("fallen_into", of.fallen_into.to_string()),
                ("risen_from", of.risen_from.to_string()),
                ("fallen_from", of.fallen_from.to_string()),
                ("arrived", of.arrived.to_string()),
                ("left", of.left.to_string()),
            ],
        );
    }
    for way in &report.transitions {
        lines.line(
            "transition",
            [
                ("from_tier", way.from_tier.clone()),
                ("to_tier", way.to_tier.clone()),
                ("customers", way.customers.to_string()),
            ],
        );
    }
    for of in &report.causes {
        let cause = of.cause().as_str_name().trim_start_matches("CAUSE_");
        lines.line(
            "cause",
            [
                ("cause", cause.to_owned()),
                ("moves", of.moves.to_string()),
                ("risen", of.risen.to_string()),
                ("fallen", of.fallen.to_string()),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("risen", report.risen_customers.to_string()),
            ("fallen", report.fallen_customers.to_string()),
            ("other", report.other_customers.to_string()),
            ("arrived", report.arrived_customers.to_string()),
            ("left", report.left_customers.to_string()),
            ("score_runs", report.score_runs.to_string()),
        ],
    );
    lines.csv()
}

fn note(report: &TierMovementReport) -> String {
    let start = report.start_date.as_ref().map(|start| format!("From {} to", date(Some(start))));
    let causes: Vec<String> = report
        .causes
        .iter()
        .filter(|of| of.moves > 0)
        .map(|of| {
            let why = match of.cause() {
                Cause::ScoreRun => "by score runs",
                Cause::OverrideSet => "by decision",
                Cause::OverrideEnded => "as a decision ended",
                Cause::Qualification => "as qualifications changed",
                Cause::Unspecified => "for other reasons",
            };
            format!("{} {why} ({} up, {} down)", number::count(of.moves.unsigned_abs()), of.risen, of.fallen)
        })
        .collect();
    let causes = if causes.is_empty() { "none".to_owned() } else { causes.join(", ") };
    format!(
        "{} {}, {} score runs in {}. Customers by their tier before their first move and after their last one. Moves: {causes}.",
        start.unwrap_or_else(|| "Up to".to_owned()),
        date(report.end_date.as_ref()),
        report.score_runs,
        report.currency_code
    )
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date,
        value::v1::{TierMovement, TierMovementCause, TierTransition},
    };

    use super::*;

    fn report() -> TierMovementReport {
        let tier = |tier: &str, risen_into, arrived, left| TierMovement {
            tier: tier.to_owned(),
            risen_into,
            arrived,
            left,
            ..TierMovement::default()
        };
        TierMovementReport {
            end_date: Some(Date { year: 1997, month: 6, day: 30 }),
            currency_code: "USD".into(),
            score_runs: 2,
            tiers: vec![tier("KEY", 1200, 0, 0), tier("BASE", 0, 5, 1)],
            transitions: vec![TierTransition { from_tier: "BASE".into(), to_tier: "KEY".into(), customers: 1200 }],
            causes: vec![TierMovementCause { cause: Cause::ScoreRun.into(), moves: 1300, risen: 1250, fallen: 50 }],
            risen_customers: 1200,
            arrived_customers: 5,
            left_customers: 1,
            ..TierMovementReport::default()
        }
    }

    #[test]
    fn a_person_sees_tiers_ways_and_causes() {
        let drawn = render(&report(), &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..4], ["KEY 1,200 0 0 0 0 0", "BASE 0 0 0 0 5 1"]);
        assert!(lines.contains(&"BASE KEY 1,200".to_owned()), "{drawn}");
        let note = lines[8..].join(" ");
        assert!(note.starts_with("Up to 1997-06-30, 2 score runs in USD."), "{note}");
        assert!(note.ends_with("Moves: 1,300 by score runs (1250 up, 50 down)."), "{note}");
    }

    #[test]
    fn a_spreadsheet_gets_tiers_ways_causes_and_the_total() {
        let text = csv(&report());
        let lines: Vec<_> = text.lines().collect();
        let heads = "line,tier,from_tier,to_tier,cause,customers,moves,risen,fallen,other,risen_into,fallen_into,risen_from,fallen_from,\
                     arrived,left,score_runs";
        assert_eq!(lines[0], heads);
        assert_eq!(lines[1], "tier,KEY,,,,,,,,,1200,0,0,0,0,0,");
        assert_eq!(lines[3], "transition,,BASE,KEY,,1200,,,,,,,,,,,");
        assert_eq!(lines[4..], ["cause,,,,SCORE_RUN,,1300,1250,50,,,,,,,,", "total,,,,,,,1200,0,0,,,,,5,1,2"]);
    }
}
