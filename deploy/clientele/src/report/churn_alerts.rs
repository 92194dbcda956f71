//! Alerts of customers that seem about to leave.

use clientele_proto::value::v1::{
    ChurnAlert, ListChurnAlertsResponse,
    churn_alert::{Level, Outcome, State},
};

use super::date;
use crate::term::{Column, Screen, Table, number, text};

/// For a person: what to look at, and under each alert why.
pub fn render(found: &ListChurnAlertsResponse, screen: &Screen) -> String {
    if found.churn_alerts.is_empty() {
        return "There is no such alert.\n".to_owned();
    }
    let heads = ["alert", "customer", "level", "state", "tier"].map(Column::text);
    let numbers = ["silent days", "rhythm", "P(alive)"].map(Column::number);
    let mut table = Table::new(heads.into_iter().chain(numbers).chain([Column::text("why")]));
    for alert in &found.churn_alerts {
        let inputs = alert.inputs.unwrap_or_default();
        table.row([
            alert.churn_alert_id.clone(),
            customer(alert),
            level(alert).to_owned(),
            state(alert),
            alert.tier.clone(),
            inputs.silent_days.to_string(),
            number::decimal(inputs.rhythm_days, 1),
            number::percent(inputs.p_alive),
            alert.reasons.first().cloned().unwrap_or_default(),
        ]);
    }
    let mut drawn = table.render(screen);
    if !found.next_page_token.is_empty() {
        for line in
            text::wrap("There are more: ask for a larger --number, or narrow them down with --filter.", screen.width)
        {
            drawn.push_str(&line);
            drawn.push('\n');
        }
    }
    drawn
}

/// For a spreadsheet.
pub fn csv(found: &ListChurnAlertsResponse) -> String {
    let heads = [
        "churn_alert_id",
        "customer_id",
        "customer_external_id",
        "level",
        "state",
        "tier",
        "currency_code",
        "raise_date",
        "last_purchase_date",
        "purchase_days",
        "silent_days",
        "rhythm_days",
        "silence_ratio",
        "p_alive",
        "actor",
        "note",
        "reasons",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for alert in &found.churn_alerts {
        let inputs = alert.inputs.unwrap_or_default();
        table.row([
            alert.churn_alert_id.clone(),
            alert.customer_id.clone(),
            alert.customer_external_id.clone(),
            level(alert).to_owned(),
            state(alert),
            alert.tier.clone(),
            alert.currency_code.clone(),
            date(alert.raise_date.as_ref()),
            date(inputs.last_purchase_date.as_ref()),
            inputs.purchase_days.to_string(),
            inputs.silent_days.to_string(),
            inputs.rhythm_days.to_string(),
            inputs.silence_ratio.to_string(),
            inputs.p_alive.to_string(),
            alert.actor.clone(),
            alert.note.clone(),
            alert.reasons.join(" "),
        ]);
    }
    table.csv()
}

/// The customer as people know it.
pub fn customer(alert: &ChurnAlert) -> String {
    let key = &alert.customer_external_id;
    if key.is_empty() { alert.customer_id.clone() } else { key.clone() }
}

/// Where it stands, and how it ended.
pub fn state(alert: &ChurnAlert) -> String {
    let state = match alert.state() {
        State::Open => "open",
        State::Acknowledged => "acknowledged",
        State::Resolved => "resolved",
        State::Expired => "expired",
        State::Unspecified => "",
    };
    match alert.outcome() {
        Outcome::Kept => format!("{state}: kept"),
        Outcome::Lost => format!("{state}: lost"),
        Outcome::Unspecified => state.to_owned(),
    }
}

/// How loud it is.
pub fn level(alert: &ChurnAlert) -> &'static str {
    named(alert.level())
}

/// A level's name.
pub fn named(level: Level) -> &'static str {
    match level {
        Level::Watch => "watch",
        Level::Warning => "warning",
        Level::Critical => "critical",
        Level::Unspecified => "",
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::ChurnInputs;

    use super::*;

    fn found() -> ListChurnAlertsResponse {
        let alert = ChurnAlert {
            churn_alert_id: "01990000-0000-7000-8000-000000000001".into(),
            customer_external_id: "C-1".into(),
            level: Level::Critical.into(),
            state: State::Resolved.into(),
            outcome: Outcome::Kept.into(),
            tier: "KEY".into(),
            reasons: vec!["Silent for 50 days, 5 rhythms.".into(), "P(alive) is small.".into()],
            inputs: Some(ChurnInputs { silent_days: 50, rhythm_days: 10.0, p_alive: 0.08, ..ChurnInputs::default() }),
            ..ChurnAlert::default()
        };
        ListChurnAlertsResponse { churn_alerts: vec![alert], next_page_token: String::new() }
    }

    #[test]
    fn an_alert_is_a_line_that_says_why() {
        let drawn = render(&found(), &Screen::plain(200));
        let line = drawn.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            line.ends_with("C-1 critical resolved: kept KEY 50 10.0 8.0 % Silent for 50 days, 5 rhythms."),
            "{line}"
        );
        assert_eq!(render(&ListChurnAlertsResponse::default(), &Screen::plain(80)), "There is no such alert.\n");
    }

    #[test]
    fn a_spreadsheet_gets_every_reason() {
        let lines = csv(&found());
        assert!(
            lines.lines().nth(1).unwrap().ends_with("\"Silent for 50 days, 5 rhythms. P(alive) is small.\""),
            "{lines}"
        );
    }
}
