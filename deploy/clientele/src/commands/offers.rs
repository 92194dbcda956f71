//! `clientele account offers`: what to offer to a customer.

use anyhow::Result;
use clap::Args;
use clientele_proto::value::v1::{
    CrossSellCandidate, ListCrossSellCandidatesRequest, list_cross_sell_candidates_request::Customer,
};

use crate::{
    online::{Online, block_on, explain},
    report::{
        affinities::{kind, name},
        json, money, plain,
    },
    term::{self, Column, Format, Screen, Table, number},
};

/// List what to offer to a customer, by what it has bought and by what it needs, with the reasons; the largest expected benefit first
#[derive(Debug, Args)]
pub struct Offers {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// Score run whose affinities count; by default the newest that succeeded
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// Offers to show
    #[arg(long, default_value_t = 10, value_name = "OFFERS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    top: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Offers) -> Result<()> {
    let request = ListCrossSellCandidatesRequest {
        customer: Some(Customer::CustomerExternalId(args.customer.clone())),
        score_run_id: args.score_run.clone(),
        page_size: args.top,
        ..ListCrossSellCandidatesRequest::default()
    };
    let found = block_on(async {
        let mut cross_sell = args.online.clients()?.cross_sell;
        Ok(cross_sell.list_cross_sell_candidates(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| render(&found.cross_sell_candidates, screen),
        || csv(&found.cross_sell_candidates),
        || json::of(&found),
    )
}

fn render(offers: &[CrossSellCandidate], screen: &Screen) -> String {
    if offers.is_empty() {
        return "Nothing that the customer has bought leads to anything else, and it declares no need.\n".to_owned();
    }
    let mut table =
        Table::new([Column::text("offer"), Column::text("why"), Column::number("likely"), Column::number("expected")]);
    for of in offers {
        table.row([
            name(of.item.as_ref()),
            kind(of.kind()).to_owned(),
            of.probability.map(number::percent).unwrap_or_default(),
            money(of.expected_benefit.as_ref()),
        ]);
    }
    let mut drawn = table.render(screen);
    for of in offers {
        for (at, line) in term::text::wrap(&of.reason, screen.width.saturating_sub(2)).iter().enumerate() {
            drawn.push_str(if at == 0 { "- " } else { "  " });
            drawn.push_str(line);
            drawn.push('\n');
        }
    }
    drawn
}

fn csv(offers: &[CrossSellCandidate]) -> String {
    let heads = ["id", "kind", "product", "name", "category", "probability", "expected_benefit", "currency", "reason"];
    let mut table = Table::new(heads.map(Column::text));
    for of in offers {
        let item = of.item.clone().unwrap_or_default();
        let benefit = of.expected_benefit.clone().unwrap_or_default();
        table.row([
            of.cross_sell_candidate_id.clone(),
            kind(of.kind()).to_owned(),
            item.product_external_id,
            item.display_name,
            item.category,
            of.probability.map(|share| share.to_string()).unwrap_or_default(),
            plain(of.expected_benefit.as_ref()),
            benefit.currency_code,
            of.reason.clone(),
        ]);
    }
    table.csv()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Money,
        value::v1::{OfferItem, OfferKind},
    };

    use super::*;

    fn offer() -> CrossSellCandidate {
        CrossSellCandidate {
            cross_sell_candidate_id: "CROSS_SELL/PRODUCT/H".into(),
            kind: OfferKind::CrossSell.into(),
            item: Some(OfferItem {
                product_external_id: "H".into(),
                display_name: "Hose".into(),
                category: "Water".into(),
            }),
            probability: Some(0.75),
            expected_benefit: Some(Money { currency_code: "EUR".into(), units: 22, nanos: 500_000_000 }),
            reason: "75 % did.".into(),
            ..CrossSellCandidate::default()
        }
    }

    #[test]
    fn an_offer_says_what_it_is_expected_to_bring_and_why() {
        let drawn = render(&[offer()], &Screen::plain(100));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..], ["Hose cross-sell 75.0 % EUR 22.50", "- 75 % did."]);
        assert_eq!(
            csv(&[offer()]).lines().nth(1).unwrap(),
            "CROSS_SELL/PRODUCT/H,cross-sell,H,Hose,Water,0.75,22.50,EUR,75 % did."
        );
        assert!(render(&[], &Screen::plain(80)).contains("no need"));
    }
}
