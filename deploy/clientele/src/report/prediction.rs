//! What a customer does and is worth within any time.

use clientele_proto::{
    Money,
    value::v1::{MoneyInterval, Prediction, ValueInterval},
};

use super::{
    amount, currency, date, figure,
    lines::Lines,
    plain,
    score::{Fields, Writing, next_purchase},
};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: a line a horizon, and what holds of all of them.
pub fn render(found: &Prediction, screen: &Screen) -> String {
    let heads =
        ["days", "until", "purchases", "at least", "at most", "at least one", "CLV", "CLV at least", "CLV at most"];
    let mut table = Table::new(heads.map(Column::number));
    for within in &found.horizons {
        let [low, high] = ends(within.expected_purchases_interval.as_ref());
        let [clv_low, clv_high] = money_ends(within.clv_interval.as_ref());
        let rounded = |end: Option<f64>| end.map(|end| number::decimal(end, 2)).unwrap_or_default();
        table.row([
            number::count(u64::from(within.horizon_days.unsigned_abs())),
            date(within.end_date.as_ref()),
            number::decimal(within.expected_purchases, 2),
            rounded(low),
            rounded(high),
            number::percent(within.purchase_probability),
            amount(within.clv.as_ref()),
            amount(clv_low),
            amount(clv_high),
        ]);
    }
    let mut drawn = table.render(screen);
    drawn.push('\n');
    drawn.push_str(&of_all(found, Writing::ROUNDED).table().render(screen));
    for line in text::wrap(&note(found), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: a line a horizon, one of all time to come, one of the customer, one for each probability of the next purchase.
pub fn csv(found: &Prediction) -> String {
    let mut lines = Lines::new([
        "horizon_days",
        "end_date",
        "expected_purchases",
        "expected_purchases_low",
        "expected_purchases_high",
        "purchase_probability",
        "currency",
        "clv",
        "clv_low",
        "clv_high",
        "customer_id",
        "customer_external_id",
        "as_of_date",
        "transaction_model",
        "annual_discount_rate",
        "p_alive",
        "expected_spend",
        "discounted_expected_transactions",
        "next_purchase_days",
        "next_purchase_date",
        "reason",
    ]);
    let reason = [&found.no_intervals_reason, &found.no_value_reason].map(String::as_str).join(" ").trim().to_owned();
    lines.line(
        "customer",
        [
            ("customer_id", found.customer_id.clone()),
            ("customer_external_id", found.customer_external_id.clone()),
            ("as_of_date", date(found.as_of_date.as_ref())),
            ("transaction_model", found.transaction_model.clone()),
            ("annual_discount_rate", found.annual_discount_rate.to_string()),
            ("p_alive", found.p_alive.to_string()),
            ("currency", currency(found.expected_spend.as_ref())),
            ("expected_spend", plain(found.expected_spend.as_ref())),
            ("purchase_probability", found.ever_purchase_probability.to_string()),
            ("reason", reason),
        ],
    );
    for within in &found.horizons {
        let [low, high] = ends(within.expected_purchases_interval.as_ref());
        let [clv_low, clv_high] = money_ends(within.clv_interval.as_ref());
        lines.line(
            "horizon",
            [
                ("horizon_days", within.horizon_days.to_string()),
                ("end_date", date(within.end_date.as_ref())),
                ("expected_purchases", within.expected_purchases.to_string()),
                ("expected_purchases_low", figure(low)),
                ("expected_purchases_high", figure(high)),
                ("purchase_probability", within.purchase_probability.to_string()),
                ("currency", currency(within.clv.as_ref())),
                ("clv", plain(within.clv.as_ref())),
                ("clv_low", plain(clv_low)),
                ("clv_high", plain(clv_high)),
            ],
        );
    }
    let residual = found.residual.clone().unwrap_or_default();
    lines.line(
        "residual",
        [
            ("discounted_expected_transactions", figure(residual.discounted_expected_transactions)),
            ("currency", currency(residual.clv.as_ref())),
            ("clv", plain(residual.clv.as_ref())),
            ("reason", residual.absent_reason),
        ],
    );
    for next in &found.next_purchases {
        lines.line(
            "next_purchase",
            [
                ("purchase_probability", next.probability.to_string()),
                ("next_purchase_days", next.days.map(|days| days.to_string()).unwrap_or_default()),
                ("next_purchase_date", date(next.by_date.as_ref())),
                ("reason", next.absent_reason.clone()),
            ],
        );
    }
    lines.csv()
}

fn of_all(found: &Prediction, writing: Writing) -> Fields {
    let residual = found.residual.clone().unwrap_or_default();
    let mut fields = Fields::new(writing);
    fields.field("p_alive", writing.decimal(found.p_alive, 3));
    fields.field("expected_spend", writing.amount(found.expected_spend.as_ref()));
    fields.money_interval("expected_spend", found.expected_spend_interval.as_ref());
    let to_come = residual.discounted_expected_transactions.map(|to_come| writing.decimal(to_come, 2));
    fields.field("discounted_expected_transactions", to_come.unwrap_or_default());
    fields.field("residual_clv", writing.amount(residual.clv.as_ref()));
    fields.field("ever_purchase_probability", writing.share(found.ever_purchase_probability));
    for next in &found.next_purchases {
        next_purchase(next, &mut fields);
    }
    fields
}

fn note(found: &Prediction) -> String {
    let whom = match (found.customer_external_id.as_str(), found.customer_id.as_str()) {
        ("", "") => "a customer won now".to_owned(),
        ("", id) => id.to_owned(),
        (key, _) => key.to_owned(),
    };
    let from = date(found.as_of_date.as_ref());
    let from = if from.is_empty() { "from the first purchase".to_owned() } else { format!("from {from}") };
    let residual = found.residual.as_ref().map(|residual| residual.absent_reason.as_str()).unwrap_or_default();
    let reasons = [&found.no_intervals_reason, &found.no_value_reason].map(String::as_str);
    let reasons = reasons.into_iter().chain([residual]).filter(|reason| !reason.is_empty());
    let note = format!(
        "Of {whom}, {from}, by {}; discounted at {} a year, intervals of {}.",
        found.transaction_model,
        number::percent(found.annual_discount_rate),
        number::percent(found.interval_level),
    );
    reasons.fold(note, |note, reason| format!("{note} No figure: {reason}."))
}

fn ends(interval: Option<&ValueInterval>) -> [Option<f64>; 2] {
    [interval.map(|interval| interval.low), interval.and_then(|interval| interval.high)]
}

fn money_ends(interval: Option<&MoneyInterval>) -> [Option<&Money>; 2] {
    [interval.and_then(|interval| interval.low.as_ref()), interval.and_then(|interval| interval.high.as_ref())]
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::{HorizonPrediction, NextPurchase, ResidualPrediction};

    use super::*;

    fn found() -> Prediction {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        Prediction {
            customer_external_id: "ann".into(),
            transaction_model: "bg-nbd".into(),
            annual_discount_rate: 0.1,
            interval_level: 0.95,
            horizons: vec![HorizonPrediction {
                horizon_days: 1_000,
                expected_purchases: 1.234_5,
                expected_purchases_interval: Some(ValueInterval { low: 1.0, high: None }),
                purchase_probability: 0.5,
                clv: euros(2_000),
                clv_interval: Some(MoneyInterval { low: euros(1_900), high: euros(2_100) }),
                ..HorizonPrediction::default()
            }],
            residual: Some(ResidualPrediction { absent_reason: "no sum".into(), ..ResidualPrediction::default() }),
            next_purchases: vec![NextPurchase { probability: 0.5, days: Some(7), ..NextPurchase::default() }],
            ..Prediction::default()
        }
    }

    #[test]
    fn a_person_sees_a_line_a_horizon_and_why_a_figure_is_missing() {
        let drawn = render(&found(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "1,000 1.23 1.00 50.0 % 2,000.00 1,900.00 2,100.00");
        assert!(lines.contains(&"next_purchase_50 within 7 days".to_owned()), "{drawn}");
        assert!(drawn.contains("Of ann, from the first purchase, by bg-nbd") && drawn.contains("No figure: no sum."));
    }

    #[test]
    fn a_spreadsheet_has_all_digits() {
        let csv = csv(&found());
        let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        let at = |line: usize, head: &str| lines[line][lines[0].iter().position(|it| *it == head).unwrap()];
        assert_eq!((at(2, "line"), at(2, "expected_purchases"), at(2, "clv_low")), ("horizon", "1.2345", "1900.00"));
        assert_eq!((at(3, "line"), at(3, "reason")), ("residual", "no sum"));
        assert_eq!((at(4, "line"), at(4, "next_purchase_days")), ("next_purchase", "7"));
    }
}
