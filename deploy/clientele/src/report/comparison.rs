//! What changed between two score runs.

use clientele_proto::{
    Money,
    value::v1::{ClvChangeParts, ComparedScore, LifecycleStage, ScoreChange, ScoreRunComparison},
};

use super::{amount, currency, date, figure, lines::Lines, money, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: who moved between tiers, what the change of the total is made of, and who changed most.
pub fn render(report: &ScoreRunComparison, screen: &Screen) -> String {
    let mut ways = Table::new([
        Column::text("tier before"),
        Column::text("tier after"),
        Column::number("customers"),
        Column::number("change of CLV"),
    ]);
    for way in &report.tier_transitions {
        let customers = number::count(way.customers.unsigned_abs());
        ways.row([way.from.clone(), way.to.clone(), customers, amount(way.clv_change.as_ref())]);
    }
    let mut drawn = ways.render(screen);
    for (head, changes) in [("CLV rose most", &report.clv_risers), ("CLV fell most", &report.clv_fallers)] {
        if !changes.is_empty() {
            drawn.push('\n');
            drawn.push_str(&movers(head, changes).render(screen));
        }
    }
    for line in text::wrap(&note(report), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: who moved from where to where, the total, how the scores are spread, everyone who changed most with why, and what the
/// change of the index is made of.
pub fn csv(report: &ScoreRunComparison) -> String {
    let change =
        ["customers", "arrived_customers", "left_customers", "currency", "clv_before", "clv_after", "clv_change"];
    let heads = ["key", "customer_id", "customer_external_id", "from", "to"].into_iter().chain(change);
    let heads = heads.chain(["clv_arrived", "clv_left"]).chain(PARTS).map(str::to_owned);
    let scores = SCORES.iter().flat_map(|name| SIDES.map(|side| format!("{name}_{side}")));
    let spread = SIDES.into_iter().flat_map(|side| SPREAD.map(|name| format!("{name}_{side}")));
    let index = ["index_change", "points_before", "points_after"].map(str::to_owned);
    let mut lines = Lines::new(heads.chain(scores).chain(index).chain(spread));
    transition_lines(report, &mut lines);
    total_line(report, &mut lines);
    for shift in &report.distribution_shifts {
        let before = std::iter::once(shift.mean_before).chain(shift.before_percentiles.iter().copied());
        let after = std::iter::once(shift.mean_after).chain(shift.after_percentiles.iter().copied());
        let before = SPREAD.iter().zip(before).map(|(name, value)| (format!("{name}_before"), value.to_string()));
        let after = SPREAD.iter().zip(after).map(|(name, value)| (format!("{name}_after"), value.to_string()));
        let key = ("key".to_owned(), shift.score.clone());
        lines.line("distribution", std::iter::once(key).chain(before).chain(after));
    }
    let lists = [
        ("clv_riser", &report.clv_risers),
        ("clv_faller", &report.clv_fallers),
        ("index_riser", &report.index_risers),
        ("index_faller", &report.index_fallers),
    ];
    for (list, change) in lists.into_iter().flat_map(|(list, changes)| changes.iter().map(move |change| (list, change)))
    {
        mover_lines(list, change, &mut lines);
    }
    lines.csv()
}

const PARTS: [&str; 4] = ["time", "purchases", "models", "settings"];
const SIDES: [&str; 2] = ["before", "after"];
const SPREAD: [&str; 6] = ["mean", "p10", "p25", "p50", "p75", "p90"];
/// What a score tells beside its CLV.
const SCORES: [&str; 11] = [
    "as_of_date",
    "rank",
    "tier",
    "segment",
    "stage",
    "index",
    "p_alive",
    "expected_purchases",
    "frequency",
    "last_purchase_date",
    "total_revenue",
];

fn transition_lines(report: &ScoreRunComparison, lines: &mut Lines) {
    let kinds = [
        ("tier_transition", &report.tier_transitions),
        ("segment_transition", &report.segment_transitions),
        ("stage_transition", &report.stage_transitions),
    ];
    for (kind, way) in kinds.into_iter().flat_map(|(kind, ways)| ways.iter().map(move |way| (kind, way))) {
        lines.line(
            kind,
            [
                ("from", way.from.clone()),
                ("to", way.to.clone()),
                ("customers", way.customers.to_string()),
                ("currency", currency(way.clv_change.as_ref())),
                ("clv_change", plain(way.clv_change.as_ref())),
            ],
        );
    }
}

fn total_line(report: &ScoreRunComparison, lines: &mut Lines) {
    let total = report.total_clv_change.clone().unwrap_or_default();
    let cells = [
        ("customers", report.kept_customers.to_string()),
        ("arrived_customers", report.arrived_customers.to_string()),
        ("left_customers", report.left_customers.to_string()),
        ("currency", currency(total.after.as_ref())),
        ("clv_before", plain(total.before.as_ref())),
        ("clv_after", plain(total.after.as_ref())),
        ("clv_arrived", plain(total.arrived.as_ref())),
        ("clv_left", plain(total.left.as_ref())),
        ("as_of_date_before", date(report.earlier_as_of_date.as_ref())),
        ("as_of_date_after", date(report.as_of_date.as_ref())),
    ];
    let why = PARTS.into_iter().zip(parts(total.kept.as_ref()).map(|part| plain(part.as_ref())));
    lines.line("total", cells.into_iter().chain(why));
}

/// A customer that changed, then the metrics by which its index did.
fn mover_lines(list: &str, change: &ScoreChange, lines: &mut Lines) {
    let who = || {
        [("customer_id", &change.customer_id), ("customer_external_id", &change.customer_external_id)]
            .map(|(head, id)| (head.to_owned(), id.clone()))
    };
    let mut cells = who().to_vec();
    for (side, score) in SIDES.into_iter().zip([&change.before, &change.after]) {
        let Some(score) = score else { continue };
        let named = SCORES.into_iter().zip(figures(score)).chain([("clv", plain(score.clv.as_ref()))]);
        cells.extend(named.map(|(name, cell)| (format!("{name}_{side}"), cell)));
    }
    let why = PARTS.into_iter().zip(parts(change.clv_change_parts.as_ref()).map(|part| plain(part.as_ref())));
    let changed = [
        ("currency", currency(change.clv_change.as_ref())),
        ("clv_change", plain(change.clv_change.as_ref())),
        ("index_change", figure(change.index_change)),
    ];
    cells.extend(changed.into_iter().chain(why).map(|(head, cell)| (head.to_owned(), cell)));
    lines.line(list, cells);
    for metric in &change.index_metric_changes {
        let name = metric.metric().as_str_name().trim_start_matches("INDEX_METRIC_").to_owned();
        let points = [
            ("key", name),
            ("points_before", metric.points_before.to_string()),
            ("points_after", metric.points_after.to_string()),
        ];
        let points = points.map(|(head, cell)| (head.to_owned(), cell));
        lines.line(&format!("{list}_metric"), who().into_iter().chain(points));
    }
}

/// In the order of [`SCORES`].
fn figures(score: &ComparedScore) -> [String; SCORES.len()] {
    let stage = match score.stage() {
        LifecycleStage::Unspecified => "",
        stage => stage.as_str_name().trim_start_matches("LIFECYCLE_STAGE_"),
    };
    [
        date(score.as_of_date.as_ref()),
        score.rank.to_string(),
        score.tier.clone(),
        score.segment.clone(),
        stage.to_owned(),
        figure(score.index),
        score.p_alive.to_string(),
        score.expected_purchases.to_string(),
        score.frequency.to_string(),
        date(score.last_purchase_date.as_ref()),
        plain(score.total_revenue.as_ref()),
    ]
}

fn movers(head: &str, changes: &[ScoreChange]) -> Table {
    let heads = ["change", "time", "purchases", "models", "settings"];
    let columns = [Column::text(head), Column::text("tier")];
    let mut table = Table::new(columns.into_iter().chain(heads.map(Column::number)));
    for change in changes {
        let name =
            if change.customer_external_id.is_empty() { &change.customer_id } else { &change.customer_external_id };
        let tier = |of: &Option<ComparedScore>| of.as_ref().map(|of| of.tier.clone()).unwrap_or_default();
        let (before, after) = (tier(&change.before), tier(&change.after));
        let tiers = if before == after { after } else { format!("{before} to {after}") };
        let mut cells = vec![name.clone(), tiers, amount(change.clv_change.as_ref())];
        cells.extend(parts(change.clv_change_parts.as_ref()).map(|part| amount(part.as_ref())));
        table.row(cells);
    }
    table
}

/// Time, purchases, models, settings.
fn parts(parts: Option<&ClvChangeParts>) -> [Option<Money>; 4] {
    let parts = parts.cloned().unwrap_or_default();
    [parts.time, parts.purchases, parts.models, parts.settings]
}

fn note(report: &ScoreRunComparison) -> String {
    let count = |customers: i64| number::count(customers.unsigned_abs());
    let total = report.total_clv_change.clone().unwrap_or_default();
    let why = total.kept.as_ref().map(|kept| {
        let [time, purchases, models, settings] = parts(Some(kept)).map(|part| money(part.as_ref()));
        format!("; of those in both {time} by time, {purchases} by purchases, {models} by the models, {settings} by settings")
    });
    format!(
        "{} to {}: {} customers in both, {} arrived, {} left. CLV of all {} to {}: {} arrived, {} left{}.",
        date(report.earlier_as_of_date.as_ref()),
        date(report.as_of_date.as_ref()),
        count(report.kept_customers),
        count(report.arrived_customers),
        count(report.left_customers),
        money(total.before.as_ref()),
        money(total.after.as_ref()),
        money(total.arrived.as_ref()),
        money(total.left.as_ref()),
        why.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date,
        value::v1::{IndexMetric, IndexMetricChange, ScoreDistributionShift, ScoreTransition, TotalClvChange},
    };

    use super::*;

    fn report() -> ScoreRunComparison {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let parts = |time, purchases| ClvChangeParts {
            time: euros(time),
            purchases: euros(purchases),
            models: euros(0),
            settings: euros(0),
        };
        let score =
            |tier: &str, clv| ComparedScore { tier: tier.to_owned(), clv: euros(clv), ..ComparedScore::default() };
        let day = |month| Some(Date { year: 1997, month, day: 30 });
        ScoreRunComparison {
            earlier_as_of_date: day(6),
            as_of_date: day(7),
            kept_customers: 1200,
            arrived_customers: 3,
            left_customers: 1,
            tier_transitions: vec![ScoreTransition {
                from: "BASE".into(),
                to: "KEY".into(),
                customers: 5,
                clv_change: euros(1234),
            }],
            total_clv_change: Some(TotalClvChange {
                before: euros(100),
                after: euros(150),
                arrived: euros(20),
                left: euros(10),
                kept: Some(parts(-5, 45)),
            }),
            distribution_shifts: vec![ScoreDistributionShift {
                score: "clv".into(),
                mean_before: 10.5,
                mean_after: 12.5,
                before_percentiles: vec![1.0, 2.0, 3.0, 4.0, 5.0],
                after_percentiles: vec![2.0, 3.0, 4.0, 5.0, 6.0],
            }],
            clv_risers: vec![ScoreChange {
                customer_external_id: "bob".into(),
                before: Some(score("BASE", 10)),
                after: Some(score("KEY", 52)),
                clv_change: euros(42),
                clv_change_parts: Some(parts(-3, 45)),
                index_change: Some(1.5),
                index_metric_changes: vec![IndexMetricChange {
                    metric: IndexMetric::ExpectedPurchases.into(),
                    points_before: 10.0,
                    points_after: 11.5,
                }],
                ..ScoreChange::default()
            }],
            ..ScoreRunComparison::default()
        }
    }

    #[test]
    fn a_person_sees_who_moved_and_why() {
        let drawn = render(&report(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "BASE KEY 5 1,234.00");
        assert!(lines.contains(&"bob BASE to KEY 42.00 -3.00 45.00 0.00 0.00".to_owned()), "{drawn}");
        let note = lines.iter().position(|line| line.starts_with("1997-06-30 to 1997-07-30: 1,200 customers in both"));
        let note = lines[note.unwrap()..].join(" ");
        assert!(note.contains("of those in both EUR -5.00 by time, EUR 45.00 by purchases"), "{note}");
    }

    /// What stands under the heads of each line, without what is empty.
    fn filled(text: &str) -> Vec<String> {
        let mut lines = text.lines().map(|line| line.split(','));
        let heads: Vec<_> = lines.next().unwrap().collect();
        let line = |cells: std::str::Split<'_, char>| {
            let named = heads.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
            named.map(|(head, cell)| format!("{head}={cell}")).collect::<Vec<_>>().join(" ")
        };
        lines.map(line).collect()
    }

    #[test]
    fn a_spreadsheet_gets_ways_total_distributions_and_everyone_who_changed_most() {
        let lines = filled(&csv(&report()));
        assert_eq!(lines[0], "line=tier_transition from=BASE to=KEY customers=5 currency=EUR clv_change=1234.00");
        let total = "line=total customers=1200 arrived_customers=3 left_customers=1 currency=EUR clv_before=100.00 clv_after=150.00 \
                     clv_arrived=20.00 clv_left=10.00 time=-5.00 purchases=45.00 models=0.00 settings=0.00 as_of_date_before=1997-06-30 \
                     as_of_date_after=1997-07-30";
        assert_eq!(lines[1], total);
        let spread = "line=distribution key=clv mean_before=10.5 p10_before=1 p25_before=2 p50_before=3 p75_before=4 p90_before=5 \
                      mean_after=12.5 p10_after=2 p25_after=3 p50_after=4 p75_after=5 p90_after=6";
        assert_eq!(lines[2], spread);
        let riser = "line=clv_riser customer_external_id=bob currency=EUR clv_before=10.00 clv_after=52.00 clv_change=42.00 time=-3.00 \
                     purchases=45.00 models=0.00 settings=0.00 rank_before=0 rank_after=0 tier_before=BASE tier_after=KEY p_alive_before=0 \
                     p_alive_after=0 expected_purchases_before=0 expected_purchases_after=0 frequency_before=0 frequency_after=0 \
                     index_change=1.5";
        assert_eq!(lines[3], riser);
        assert_eq!(
            lines[4..],
            [
                "line=clv_riser_metric key=EXPECTED_PURCHASES customer_external_id=bob points_before=10 points_after=11.5"
            ]
        );
    }
}
