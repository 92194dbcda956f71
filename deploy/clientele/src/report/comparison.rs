//! What changed between two score runs.

use clientele_proto::{
    Money,
    value::v1::{ClvChangeParts, ScoreChange, ScoreRunComparison},
};

use super::{amount, date, money, plain};
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

/// For a spreadsheet: everyone who changed most, with why.
pub fn csv(report: &ScoreRunComparison) -> String {
    let heads = [
        "list",
        "customer_id",
        "customer_external_id",
        "tier_before",
        "tier_after",
        "clv_before",
        "clv_after",
        "clv_change",
        "time",
        "purchases",
        "models",
        "settings",
        "index_change",
    ];
    let mut table = Table::new(heads.map(Column::text));
    let lists = [
        ("clv_risers", &report.clv_risers),
        ("clv_fallers", &report.clv_fallers),
        ("index_risers", &report.index_risers),
        ("index_fallers", &report.index_fallers),
    ];
    for (list, changes) in lists {
        for change in changes {
            let (before, after) = (change.before.clone().unwrap_or_default(), change.after.clone().unwrap_or_default());
            let mut cells = vec![
                list.to_owned(),
                change.customer_id.clone(),
                change.customer_external_id.clone(),
                before.tier,
                after.tier,
            ];
            cells.extend([&before.clv, &after.clv, &change.clv_change].map(|clv| plain(clv.as_ref())));
            cells.extend(parts(change.clv_change_parts.as_ref()).map(|part| plain(part.as_ref())));
            cells.push(change.index_change.map(|change| change.to_string()).unwrap_or_default());
            table.row(cells);
        }
    }
    table.csv()
}

fn movers(head: &str, changes: &[ScoreChange]) -> Table {
    let heads = ["change", "time", "purchases", "models", "settings"];
    let columns = [Column::text(head), Column::text("tier")];
    let mut table = Table::new(columns.into_iter().chain(heads.map(Column::number)));
    for change in changes {
        let name =
            if change.customer_external_id.is_empty() { &change.customer_id } else { &change.customer_external_id };
        let tier = |of: &Option<clientele_proto::value::v1::ComparedScore>| {
            of.as_ref().map(|of| of.tier.clone()).unwrap_or_default()
        };
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
        value::v1::{ComparedScore, ScoreTransition, TotalClvChange},
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
            clv_risers: vec![ScoreChange {
                customer_external_id: "bob".into(),
                before: Some(score("BASE", 10)),
                after: Some(score("KEY", 52)),
                clv_change: euros(42),
                clv_change_parts: Some(parts(-3, 45)),
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

    #[test]
    fn a_spreadsheet_gets_everyone_who_changed_most() {
        let text = csv(&report());
        assert_eq!(text.lines().nth(1), Some("clv_risers,,bob,BASE,KEY,10.00,52.00,42.00,-3.00,45.00,0.00,0.00,"));
    }
}
