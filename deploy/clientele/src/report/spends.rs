//! What was spent to win customers.

use clientele_proto::value::v1::AcquisitionSpend;

use super::{date, money, plain};
use crate::term::{Column, Screen, Table};

/// For a person. Ids, by which spends are changed, and days are not cut.
pub fn render(spends: &[AcquisitionSpend], screen: &Screen) -> String {
    if spends.is_empty() {
        return "There is no such acquisition spend.\n".to_owned();
    }
    let mut table = Table::new([
        Column::number("acquisition spend"),
        Column::text("channel"),
        Column::number("amount"),
        Column::number("from"),
        Column::number("to"),
    ]);
    for spend in spends {
        table.row([
            spend.acquisition_spend_id.clone(),
            spend.channel.clone(),
            money(spend.amount.as_ref()),
            date(spend.start_date.as_ref()),
            date(spend.end_date.as_ref()),
        ]);
    }
    table.render(screen)
}

/// For a spreadsheet.
pub fn csv(spends: &[AcquisitionSpend]) -> String {
    let heads = ["acquisition_spend_id", "channel", "start_date", "end_date", "currency", "amount"];
    let mut table = Table::new(heads.map(Column::text));
    for spend in spends {
        let currency = spend.amount.as_ref().map(|amount| amount.currency_code.clone());
        table.row([
            spend.acquisition_spend_id.clone(),
            spend.channel.clone(),
            date(spend.start_date.as_ref()),
            date(spend.end_date.as_ref()),
            currency.unwrap_or_default(),
            plain(spend.amount.as_ref()),
        ]);
    }
    table.csv()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Date, Money};

    use super::*;

    fn fair() -> AcquisitionSpend {
        let day = |day| Some(Date { year: 2026, month: 3, day });
        AcquisitionSpend {
            acquisition_spend_id: "0198c1f2-7d3a-7cc3-8a51-000000000001".into(),
            channel: "trade fair of the whole north and of the whole south".into(),
            start_date: day(1),
            end_date: day(31),
            amount: Some(Money { currency_code: "EUR".into(), units: 12_000, nanos: 500_000_000 }),
            ..AcquisitionSpend::default()
        }
    }

    #[test]
    fn a_narrow_terminal_cuts_channels_and_never_ids() {
        let drawn = render(&[fair()], &Screen::plain(90));
        let line = drawn.lines().nth(2).unwrap();
        assert!(line.starts_with("0198c1f2-7d3a-7cc3-8a51-000000000001  trade "), "{drawn}");
        assert!(line.ends_with("EUR 12,000.50  2026-03-01  2026-03-31") && line.chars().count() <= 90, "{drawn}");
    }

    #[test]
    fn a_spreadsheet_has_plain_amounts() {
        let mut short = fair();
        short.channel = "fair".into();
        assert!(csv(&[short]).ends_with(",fair,2026-03-01,2026-03-31,EUR,12000.50\n"));
    }

    #[test]
    fn where_there_is_none_that_is_said() {
        assert_eq!(render(&[], &Screen::plain(80)), "There is no such acquisition spend.\n");
    }
}
