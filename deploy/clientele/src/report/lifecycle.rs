//! Customers by lifecycle stage, and where they came from.

use clientele_proto::value::v1::{LifecycleReport, LifecycleStage, LifecycleStageCount, LifecycleTransition};

use super::{currency, date, lines::Lines, money, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: the stages, and under them the moves since the run before.
pub fn render(report: &LifecycleReport, screen: &Screen) -> String {
    let all: i64 = report.stages.iter().map(|of| of.customers).sum();
    let heads = ["customers", "share", "revenue", "CLV"].map(Column::number);
    let mut table = Table::new([Column::text("stage")].into_iter().chain(heads));
    for of in &report.stages {
        table.row([
            label(of.stage()).to_owned(),
            number::count(of.customers.unsigned_abs()),
            number::percent(of.customers as f64 / all.max(1) as f64),
            money(of.total_revenue.as_ref()),
            money(of.clv.as_ref()),
        ]);
    }
    let mut drawn = table.render(screen);
    let prospects = number::count(report.prospects.unsigned_abs());
    let note = format!("As of {}; {prospects} more are known and never bought.", date(report.as_of_date.as_ref()));
    for line in text::wrap(&note, screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    let moved: Vec<_> = report.transitions.iter().filter(|of| of.from_stage != of.to_stage).collect();
    if !moved.is_empty() {
        let mut moves = Table::new([Column::text("from"), Column::text("to"), Column::number("customers")]);
        for of in moved {
            let from =
                if of.from_stage() == LifecycleStage::Unspecified { "(not there)" } else { label(of.from_stage()) };
            moves.row([from.to_owned(), label(of.to_stage()).to_owned(), number::count(of.customers.unsigned_abs())]);
        }
        drawn.push('\n');
        drawn.push_str(&moves.render(screen));
    }
    drawn
}

/// For a spreadsheet: a line a stage, with the customers that came from each other stage, and one for those who never bought.
pub fn csv(report: &LifecycleReport) -> String {
    let stages: Vec<_> = report.stages.iter().map(LifecycleStageCount::stage).collect();
    let heads = ["stage", "customers", "currency", "total_revenue", "clv"].map(str::to_owned).into_iter();
    let from = stages.iter().map(|stage| format!("from_{}", label(*stage).replace(' ', "_")));
    let heads: Vec<_> = heads.chain(from).chain(["from_none".to_owned()]).collect();
    let mut lines = Lines::new(heads.clone());
    for of in &report.stages {
        let came = |from: LifecycleStage| {
            let pair = |it: &&LifecycleTransition| it.from_stage() == from && it.to_stage() == of.stage();
            report.transitions.iter().find(pair).map_or(0, |it| it.customers).to_string()
        };
        let cells = [
            label(of.stage()).to_owned(),
            of.customers.to_string(),
            currency(of.total_revenue.as_ref()),
            plain(of.total_revenue.as_ref()),
            plain(of.clv.as_ref()),
        ];
        let from = stages.iter().copied().chain([LifecycleStage::Unspecified]).map(came);
        lines.line("stage", heads.iter().zip(cells.into_iter().chain(from)));
    }
    lines.line("prospects", [("customers", report.prospects.to_string())]);
    lines.csv()
}

fn label(stage: LifecycleStage) -> &'static str {
    match stage {
        LifecycleStage::New => "new",
        LifecycleStage::Active => "active",
        LifecycleStage::Loyal => "loyal",
        LifecycleStage::AtRisk => "at risk",
        LifecycleStage::Dormant => "dormant",
        LifecycleStage::Lost => "lost",
        LifecycleStage::Returning => "returning",
        LifecycleStage::Unspecified => "",
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money};

    use super::*;

    fn report() -> LifecycleReport {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let stage = |stage: LifecycleStage, customers, units| LifecycleStageCount {
            stage: stage.into(),
            customers,
            total_revenue: euros(units),
            clv: None,
        };
        let moved = |from: LifecycleStage, to: LifecycleStage, customers| LifecycleTransition {
            from_stage: from.into(),
            to_stage: to.into(),
            customers,
        };
        LifecycleReport {
            as_of_date: Some(Date { year: 1998, month: 6, day: 30 }),
            prospects: 2,
            stages: vec![stage(LifecycleStage::New, 1, 10), stage(LifecycleStage::AtRisk, 3, 1234)],
            transitions: vec![
                moved(LifecycleStage::Unspecified, LifecycleStage::New, 1),
                moved(LifecycleStage::New, LifecycleStage::AtRisk, 2),
                moved(LifecycleStage::AtRisk, LifecycleStage::AtRisk, 1),
            ],
            ..LifecycleReport::default()
        }
    }

    #[test]
    fn a_person_sees_stages_and_who_moved() {
        let drawn = render(&report(), &Screen::plain(100));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..4], ["new 1 25.0 % EUR 10.00", "at risk 3 75.0 % EUR 1,234.00"]);
        assert_eq!(lines[4], "As of 1998-06-30; 2 more are known and never bought.");
        assert_eq!(lines[8..10], ["(not there) new 1", "new at risk 2"]);
        assert_eq!(lines.len(), 10, "who stayed has not moved\n{drawn}");
    }

    #[test]
    fn a_spreadsheet_gets_every_transition() {
        assert_eq!(
            csv(&report()),
            "line,stage,customers,currency,total_revenue,clv,from_new,from_at_risk,from_none\nstage,new,1,EUR,10.00,,0,0,1\n\
             stage,at risk,3,EUR,1234.00,,2,1,0\nprospects,,2,,,,,,\n"
        );
    }
}
