//! What winning customers cost and brought, by channel, spend and month.

use clientele_proto::value::v1::{AcquisitionGroup, AcquisitionReport};

use super::{amount, currency, date, figure, money, plain};
use crate::term::{Column, Screen, Style, Table, number, style::paint};

/// For a person.
pub fn render(report: &AcquisitionReport, screen: &Screen) -> String {
    if report.channels.is_empty() && report.spends.is_empty() {
        return "No channel of a customer and no acquisition spend is known.\n".to_owned();
    }
    let channels: Vec<_> = report.channels.iter().chain(&report.other_channels).collect();
    let parts = [
        ("By channel", channels),
        ("By spend", report.spends.iter().collect()),
        ("By month of the first purchase", report.cohorts.iter().collect()),
    ];
    let mut drawn = String::new();
    for (title, groups) in parts {
        if groups.is_empty() {
            continue;
        }
        if !drawn.is_empty() {
            drawn.push('\n');
        }
        drawn.push_str(&paint(title, Style::Bold, screen));
        drawn.push('\n');
        drawn.push_str(&table(&groups).render(screen));
    }
    drawn
}

/// For a spreadsheet: channels, spends and months one after the other, told apart by the first column.
pub fn csv(report: &AcquisitionReport) -> String {
    let of = |kind: &'static str, groups: Vec<AcquisitionGroup>| groups.into_iter().map(move |group| (kind, group));
    let channels = report.channels.iter().chain(&report.other_channels).cloned().collect();
    let rows =
        of("channel", channels).chain(of("spend", report.spends.clone())).chain(of("month", report.cohorts.clone()));
    let mut table = Table::new([
        Column::text("group"),
        Column::text("channel"),
        Column::text("acquisition_spend_id"),
        Column::text("from"),
        Column::text("to"),
        Column::number("customers"),
        Column::text("currency"),
        Column::number("acquisition_cost"),
        Column::number("acquisition_spend"),
        Column::number("cac"),
        Column::number("revenue"),
        Column::number("contribution"),
        Column::number("clv"),
        Column::number("clv_to_cac"),
        Column::number("lifetime_value"),
        Column::number("payback_share"),
    ]);
    for (kind, group) in rows {
        table.row([
            kind.to_owned(),
            group.channel.clone(),
            group.acquisition_spend_id.clone(),
            date(group.start_date.as_ref()),
            date(group.end_date.as_ref()),
            group.customers.to_string(),
            currency(group.acquisition_cost.as_ref()),
            plain(group.acquisition_cost.as_ref()),
            plain(group.acquisition_spend.as_ref()),
            plain(group.cac.as_ref()),
            plain(group.revenue.as_ref()),
            plain(group.contribution.as_ref()),
            plain(group.clv.as_ref()),
            figure(group.clv_to_cac),
            plain(group.lifetime_value.as_ref()),
            figure(group.payback_share),
        ]);
    }
    table.csv()
}

fn table(groups: &[&AcquisitionGroup]) -> Table {
    let mut table = Table::new([
        Column::text("channel"),
        Column::text("from"),
        Column::text("to"),
        Column::number("customers"),
        Column::number("cost"),
        Column::number("CAC"),
        Column::number("brought"),
        Column::number("CLV"),
        Column::number("CLV:CAC"),
        Column::number("paid back"),
    ]);
    for group in groups {
        table.row([
            if group.channel.is_empty() { "(others)".to_owned() } else { group.channel.clone() },
            date(group.start_date.as_ref()),
            date(group.end_date.as_ref()),
            number::count(group.customers.unsigned_abs()),
            money(group.acquisition_cost.as_ref()),
            amount(group.cac.as_ref()),
            amount(group.contribution.as_ref()),
            amount(group.clv.as_ref()),
            group.clv_to_cac.map(|ratio| number::decimal(ratio, 1)).unwrap_or_default(),
            group.payback_share.map(number::percent).unwrap_or_default(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use clientele_proto::Money;

    use super::*;

    fn report() -> AcquisitionReport {
        let euros = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 0 });
        let fair = AcquisitionGroup {
            channel: "fair".into(),
            customers: 4,
            acquisition_cost: euros(1_000),
            cac: euros(250),
            contribution: euros(2_730),
            clv: euros(3_000),
            clv_to_cac: Some(3.0),
            payback_share: Some(0.25),
            ..AcquisitionGroup::default()
        };
        let other_channels = Some(AcquisitionGroup { channel: String::new(), ..fair.clone() });
        AcquisitionReport { channels: vec![fair], other_channels, ..AcquisitionReport::default() }
    }

    #[test]
    fn each_channel_has_its_line() {
        let drawn = render(&report(), &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert!(lines.contains(&"fair 4 EUR 1,000.00 250.00 2,730.00 3,000.00 3.0 25.0 %".to_owned()), "{drawn}");
        assert!(lines.iter().any(|line| line.starts_with("(others) 4")), "{drawn}");
    }

    #[test]
    fn a_spreadsheet_has_plain_numbers() {
        let text = csv(&report());
        assert!(text.contains("\nchannel,fair,,,,4,EUR,1000.00,,250.00,,2730.00,3000.00,3,,0.25\n"), "{text}");
    }

    #[test]
    fn where_nothing_is_known_that_is_said() {
        assert!(render(&AcquisitionReport::default(), &Screen::plain(80)).starts_with("No channel"));
    }
}
