//! Who came to segments, left and stayed, stretch by stretch.

use anyhow::Result;
use clientele_proto::{
    Date,
    value::v1::{SegmentMovement, SegmentMovementGrouping, SegmentMovementReport},
};
use serde_json::Value;

use super::{date, json};
use crate::term::{Column, Screen, Table, number, text};

/// The movement of a segment.
pub struct Moved {
    /// The segment's name.
    pub segment_name: String,
    /// What the service counted.
    pub report: SegmentMovementReport,
}

/// For a person: a row for each stretch in which anybody moved.
pub fn render(moved: &[Moved], grouping: SegmentMovementGrouping, screen: &Screen) -> String {
    let count = |members: i64| number::count(members.unsigned_abs());
    let by_run = grouping == SegmentMovementGrouping::ScoreRun;
    let mut heads = vec![Column::text("segment"), Column::number(head(grouping))];
    if by_run {
        heads.push(Column::number("score run"));
    }
    heads.extend(["before", "joined", "left", "stayed", "after"].map(Column::number));
    let mut table = Table::new(heads);
    for (name, stretch) in stretches(moved) {
        let mut cells = vec![name.to_owned(), label(grouping, stretch)];
        if by_run {
            let between = || "(between)".to_owned();
            cells.push(Some(&stretch.score_run_id).filter(|id| !id.is_empty()).cloned().unwrap_or_else(between));
        }
        cells.extend(counts(stretch).map(count));
        table.row(cells);
    }
    let mut drawn = if stretches(moved).next().is_some() { table.render(screen) } else { String::new() };
    for line in text::wrap(&note(moved, by_run), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: the same, with ids and days.
pub fn csv(moved: &[Moved]) -> String {
    let heads = [
        "segment",
        "segment_id",
        "start_date",
        "score_run_id",
        "members_before",
        "joined_members",
        "left_members",
        "stayed_members",
        "members_after",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for Moved { segment_name, report } in moved {
        for stretch in &report.movements {
            let start = date(stretch.start_date.as_ref());
            let cells = [segment_name.clone(), report.segment_id.clone(), start, stretch.score_run_id.clone()];
            table.row(cells.into_iter().chain(counts(stretch).map(|members| members.to_string())));
        }
    }
    table.csv()
}

/// For a program: a report for each segment, with its name.
pub fn json(moved: &[Moved]) -> Result<Value> {
    let reports = moved.iter().map(|Moved { segment_name, report }| {
        let mut document = json::of(report)?;
        document["segment_name"] = segment_name.as_str().into();
        Ok(document)
    });
    reports.collect()
}

fn stretches(moved: &[Moved]) -> impl Iterator<Item = (&str, &SegmentMovement)> {
    moved.iter().flat_map(|of| of.report.movements.iter().map(|stretch| (of.segment_name.as_str(), stretch)))
}

/// Before, joined, left, stayed, after.
fn counts(stretch: &SegmentMovement) -> [i64; 5] {
    [
        stretch.members_before,
        stretch.joined_members,
        stretch.left_members,
        stretch.stayed_members,
        stretch.members_after,
    ]
}

fn head(grouping: SegmentMovementGrouping) -> &'static str {
    match grouping {
        SegmentMovementGrouping::Month | SegmentMovementGrouping::Unspecified => "month",
        SegmentMovementGrouping::Day => "day",
        SegmentMovementGrouping::ScoreRun => "from",
    }
}

fn label(grouping: SegmentMovementGrouping, stretch: &SegmentMovement) -> String {
    let day = date(stretch.start_date.as_ref());
    match grouping {
        SegmentMovementGrouping::Month | SegmentMovementGrouping::Unspecified => day.chars().take(7).collect(),
        SegmentMovementGrouping::Day | SegmentMovementGrouping::ScoreRun => day,
    }
}

fn note(moved: &[Moved], by_run: bool) -> String {
    let Some(Moved { report, .. }) = moved.first() else {
        return "There are no segments: `clientele segment create` makes one.".to_owned();
    };
    let bound = |day: Option<&Date>, known: &str| day.map_or_else(|| known.to_owned(), |day| date(Some(day)));
    let mut note = format!(
        "From {} to {}, by UTC.",
        bound(report.start_date.as_ref(), "the beginning"),
        bound(report.end_date.as_ref(), "now")
    );
    if by_run {
        note.push_str(" Between are moves that no score run caused.");
    }
    let still = moved.iter().filter(|of| of.report.movements.is_empty()).map(|of| of.segment_name.as_str());
    let still = still.collect::<Vec<_>>().join(", ");
    if !still.is_empty() {
        note.push_str(" Nobody moved in ");
        note.push_str(&still);
        note.push('.');
    }
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved() -> Vec<Moved> {
        let stretch = |month, run: &str| SegmentMovement {
            start_date: Some(Date { year: 1997, month, day: 8 }),
            score_run_id: run.to_owned(),
            members_before: 1_200,
            joined_members: 30,
            left_members: 1_000,
            stayed_members: 200,
            members_after: 230,
        };
        let report = |id: &str, movements| SegmentMovementReport {
            segment_id: id.to_owned(),
            start_date: Some(Date { year: 1997, month: 1, day: 1 }),
            movements,
            ..SegmentMovementReport::default()
        };
        let moves = vec![stretch(3, "run-1"), stretch(4, "")];
        vec![
            Moved { segment_name: "VIP".into(), report: report("id-1", moves) },
            Moved { segment_name: "FEW".into(), report: report("id-2", Vec::new()) },
        ]
    }

    fn lines(grouping: SegmentMovementGrouping) -> Vec<String> {
        let drawn = render(&moved(), grouping, &Screen::plain(120));
        drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn a_person_sees_stretches_and_where_nobody_moved() {
        let lines = lines(SegmentMovementGrouping::Unspecified);
        assert_eq!(lines[0], "segment month before joined left stayed after");
        assert_eq!(lines[2], "VIP 1997-03 1,200 30 1,000 200 230");
        assert_eq!(lines[4..], ["From 1997-01-01 to now, by UTC. Nobody moved in FEW."]);
    }

    #[test]
    fn by_score_run_the_run_is_named() {
        let lines = lines(SegmentMovementGrouping::ScoreRun);
        assert_eq!(lines[2], "VIP 1997-03-08 run-1 1,200 30 1,000 200 230");
        assert_eq!(lines[3], "VIP 1997-04-08 (between) 1,200 30 1,000 200 230");
        assert!(lines[4].contains("Between are moves that no score run caused."), "{lines:?}");
    }

    #[test]
    fn a_spreadsheet_gets_ids_days_and_every_count() {
        let text = csv(&moved());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "segment,segment_id,start_date,score_run_id,members_before,joined_members,left_members,stayed_members,members_after"
        );
        assert_eq!(
            lines[1..],
            ["VIP,id-1,1997-03-08,run-1,1200,30,1000,200,230", "VIP,id-1,1997-04-08,,1200,30,1000,200,230"]
        );
    }

    #[test]
    fn a_program_gets_a_report_for_each_segment_with_its_name() {
        let document = json(&moved()).unwrap();
        assert_eq!(
            (document[0]["segment_name"].as_str(), document[1]["segment_name"].as_str()),
            (Some("VIP"), Some("FEW"))
        );
        assert_eq!(document[0]["movements"][0]["stayed_members"].as_i64(), Some(200));
    }

    #[test]
    fn without_segments_it_is_told_how_to_make_one() {
        let drawn = render(&[], SegmentMovementGrouping::Day, &Screen::plain(80));
        assert_eq!(drawn, "There are no segments: `clientele segment create` makes one.\n");
    }
}
