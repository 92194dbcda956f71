//! Customers in two score runs, one a line.

use clientele_proto::value::v1::{ComparedScore, LifecycleStage, ListScoreChangesResponse, ScoreChange};

use super::{amount, currency, date, figure, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: who changed, and by how much.
pub fn render(found: &ListScoreChangesResponse, screen: &Screen) -> String {
    if found.score_changes.is_empty() {
        return "There is no such change.\n".to_owned();
    }
    let heads = ["customer", "kind", "tier", "stage"].map(Column::text);
    let numbers = ["change of CLV", "CLV", "change of index", "rank"].map(Column::number);
    let mut table = Table::new(heads.into_iter().chain(numbers));
    for change in &found.score_changes {
        let of = |name: fn(&ComparedScore) -> String| moved(change, name);
        table.row([
            customer(change),
            kind(change),
            of(|score| score.tier.clone()),
            of(stage),
            amount(change.clv_change.as_ref()),
            amount(change.after.as_ref().and_then(|after| after.clv.as_ref())),
            change.index_change.map(|by| number::decimal(by, 1)).unwrap_or_default(),
            of(|score| number::count(score.rank.unsigned_abs())),
        ]);
    }
    let mut drawn = table.render(screen);
    if !found.next_page_token.is_empty() {
        let hint = "There are more: ask for a larger --number, or narrow them down with --filter.";
        for line in text::wrap(hint, screen.width) {
            drawn.push_str(&line);
            drawn.push('\n');
        }
    }
    drawn
}

/// For a spreadsheet.
pub fn csv(found: &ListScoreChangesResponse) -> String {
    let whose = ["customer_id", "customer_external_id", "kind", "currency"].map(str::to_owned);
    let sides = ["before", "after"].into_iter().flat_map(|side| SCORES.map(|name| format!("{name}_{side}")));
    let changes = ["clv_change", "clv_change_time", "clv_change_purchases", "clv_change_models", "clv_change_settings"];
    let heads: Vec<String> =
        whose.into_iter().chain(sides).chain(changes.map(str::to_owned)).chain(["index_change".to_owned()]).collect();
    let mut table = Table::new(heads.iter().map(|head| Column::text(head)));
    for change in &found.score_changes {
        let mut cells = vec![
            change.customer_id.clone(),
            change.customer_external_id.clone(),
            kind(change),
            currency(change.clv_change.as_ref()),
        ];
        for side in [&change.before, &change.after] {
            cells.extend(side.as_ref().map_or_else(Default::default, figures));
        }
        let parts = change.clv_change_parts.clone().unwrap_or_default();
        let amounts = [&change.clv_change, &parts.time, &parts.purchases, &parts.models, &parts.settings];
        cells.extend(amounts.map(|amount| plain(amount.as_ref())));
        cells.push(figure(change.index_change));
        table.row(cells);
    }
    table.csv()
}

const SCORES: [&str; 12] = [
    "as_of_date",
    "rank",
    "tier",
    "segment",
    "stage",
    "index",
    "p_alive",
    "expected_purchases",
    "clv",
    "frequency",
    "last_purchase_date",
    "total_revenue",
];

/// In the order of [`SCORES`].
fn figures(score: &ComparedScore) -> [String; SCORES.len()] {
    [
        date(score.as_of_date.as_ref()),
        score.rank.to_string(),
        score.tier.clone(),
        score.segment.clone(),
        stage(score),
        figure(score.index),
        score.p_alive.to_string(),
        score.expected_purchases.to_string(),
        plain(score.clv.as_ref()),
        score.frequency.to_string(),
        date(score.last_purchase_date.as_ref()),
        plain(score.total_revenue.as_ref()),
    ]
}

fn customer(change: &ScoreChange) -> String {
    if change.customer_external_id.is_empty() { &change.customer_id } else { &change.customer_external_id }.clone()
}

fn kind(change: &ScoreChange) -> String {
    change.kind().as_str_name().trim_start_matches("SCORE_CHANGE_KIND_").to_owned()
}

fn stage(score: &ComparedScore) -> String {
    match score.stage() {
        LifecycleStage::Unspecified => String::new(),
        stage => stage.as_str_name().trim_start_matches("LIFECYCLE_STAGE_").to_owned(),
    }
}

/// What it was and what it became, or what it is where it stayed.
fn moved(change: &ScoreChange, of: fn(&ComparedScore) -> String) -> String {
    let [before, after] = [&change.before, &change.after].map(|side| side.as_ref().map(of).unwrap_or_default());
    if before == after || before.is_empty() {
        after
    } else if after.is_empty() {
        before
    } else {
        format!("{before} to {after}")
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Money, value::v1::ScoreChangeKind};

    use super::*;

    fn found() -> ListScoreChangesResponse {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let score = |tier: &str, rank, clv| ComparedScore {
            tier: tier.into(),
            rank,
            clv: euros(clv),
            ..ComparedScore::default()
        };
        let change = |name: &str, kind: ScoreChangeKind, before, after| ScoreChange {
            customer_external_id: name.into(),
            kind: kind.into(),
            before,
            after,
            clv_change: euros(1_234),
            ..ScoreChange::default()
        };
        ListScoreChangesResponse {
            score_changes: vec![
                change("ann", ScoreChangeKind::Kept, Some(score("BASE", 1_500, 1)), Some(score("KEY", 3, 1_235))),
                change("bob", ScoreChangeKind::Left, Some(score("BASE", 9, 1)), None),
            ],
            next_page_token: "more".into(),
        }
    }

    #[test]
    fn a_person_sees_from_where_to_where() {
        let drawn = render(&found(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "ann KEPT BASE to KEY 1,234.00 1,235.00 1,500 to 3");
        assert_eq!(lines[3], "bob LEFT BASE 1,234.00 9");
        assert!(lines[4].starts_with("There are more"), "{drawn}");
        let nobody = ListScoreChangesResponse::default();
        assert_eq!(render(&nobody, &Screen::plain(80)), "There is no such change.\n");
    }

    #[test]
    fn a_spreadsheet_has_as_many_cells_as_heads_in_each_line() {
        let csv = csv(&found());
        let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        assert!(lines.iter().all(|line| line.len() == 34), "{csv}");
        let at = |line: usize, head: &str| lines[line][lines[0].iter().position(|it| *it == head).unwrap()];
        assert_eq!((at(1, "clv_before"), at(1, "clv_after"), at(1, "clv_change")), ("1.00", "1235.00", "1234.00"));
        assert_eq!((at(2, "tier_before"), at(2, "tier_after"), at(2, "kind")), ("BASE", "", "LEFT"));
    }
}
