//! What leads to what, for a person and for a spreadsheet.

use clientele_proto::value::v1::{OfferItem, OfferKind, OfferLevel, ProductAffinity};

use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(affinities: &[ProductAffinity], screen: &Screen) -> String {
    if affinities.is_empty() {
        return "Nothing leads to anything more often than chance explains; transactions need items for it.\n"
            .to_owned();
    }
    let heads = [Column::text("kind"), Column::text("from"), Column::text("to")];
    let numbers = ["lift", "support", "confidence", "both", "later", "days", "chance"].map(Column::number);
    let mut table = Table::new(heads.into_iter().chain(numbers));
    for one in affinities {
        let evidence = one.evidence.unwrap_or_default();
        table.row([
            kind(one.kind()).to_owned(),
            name(one.antecedent.as_ref()),
            name(one.consequent.as_ref()),
            number::decimal(evidence.lift, 2),
            number::percent(evidence.support),
            number::percent(evidence.confidence),
            number::count(evidence.both_count.unsigned_abs()),
            number::count(evidence.followers.unsigned_abs()),
            evidence.median_days.map(|days| number::count(u64::from(days.unsigned_abs()))).unwrap_or_default(),
            format!("{:.1e}", evidence.p_value),
        ]);
    }
    table.render(screen)
}

/// For a spreadsheet: every figure as it is.
pub fn csv(affinities: &[ProductAffinity]) -> String {
    let heads = [
        "rank",
        "kind",
        "from",
        "from_name",
        "to",
        "to_name",
        "all",
        "from_count",
        "to_count",
        "both",
        "support",
        "confidence",
        "lift",
        "leverage",
        "conviction",
        "p_value",
        "false_discovery_rate",
        "followers",
        "precursors",
        "eligible",
        "median_days",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for one in affinities {
        let evidence = one.evidence.unwrap_or_default();
        let key = |item: Option<&OfferItem>| {
            let item = item.cloned().unwrap_or_default();
            if one.level() == OfferLevel::Category { item.category } else { item.product_external_id }
        };
        let counts = [evidence.all_count, evidence.antecedent_count, evidence.consequent_count, evidence.both_count];
        let measures = [evidence.support, evidence.confidence, evidence.lift, evidence.leverage];
        let mut cells = vec![
            one.rank.to_string(),
            kind(one.kind()).to_owned(),
            key(one.antecedent.as_ref()),
            name(one.antecedent.as_ref()),
            key(one.consequent.as_ref()),
            name(one.consequent.as_ref()),
        ];
        cells.extend(counts.map(|count| count.to_string()));
        cells.extend(measures.map(|measure| measure.to_string()));
        cells.push(evidence.conviction.map(|conviction| conviction.to_string()).unwrap_or_default());
        cells.extend([evidence.p_value, evidence.false_discovery_rate].map(|rate| rate.to_string()));
        cells.extend([evidence.followers, evidence.precursors, evidence.eligible_count].map(|count| count.to_string()));
        cells.push(evidence.median_days.map(|days| days.to_string()).unwrap_or_default());
        table.row(cells);
    }
    table.csv()
}

/// What an item is called.
pub fn name(item: Option<&OfferItem>) -> String {
    item.map(|item| item.display_name.clone()).unwrap_or_default()
}

/// What something is offered for.
pub fn kind(kind: OfferKind) -> &'static str {
    match kind {
        OfferKind::CrossSell => "cross-sell",
        OfferKind::Bundle => "bundle",
        OfferKind::UpSell => "up-sell",
        OfferKind::Need => "need",
        OfferKind::Unspecified => "",
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::AffinityEvidence;

    use super::*;

    fn affinity() -> ProductAffinity {
        let item = |key: &str| {
            Some(OfferItem {
                product_external_id: key.into(),
                display_name: format!("The {key}"),
                category: "Water".into(),
            })
        };
        ProductAffinity {
            rank: 1,
            kind: OfferKind::CrossSell.into(),
            level: OfferLevel::Product.into(),
            antecedent: item("P"),
            consequent: item("H"),
            evidence: Some(AffinityEvidence {
                all_count: 6,
                antecedent_count: 4,
                consequent_count: 3,
                both_count: 3,
                support: 0.5,
                confidence: 0.75,
                lift: 1.5,
                p_value: 0.2,
                followers: 3,
                eligible_count: 4,
                median_days: Some(20),
                ..AffinityEvidence::default()
            }),
        }
    }

    #[test]
    fn a_person_sees_names_and_a_spreadsheet_keys_as_well() {
        let drawn = render(&[affinity()], &Screen::plain(120));
        let line = drawn.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(line, "cross-sell The P The H 1.50 50.0 % 75.0 % 3 3 20 2.0e-1");
        assert_eq!(
            csv(&[affinity()]).lines().nth(1).unwrap(),
            "1,cross-sell,P,The P,H,The H,6,4,3,3,0.5,0.75,1.5,0,,0.2,0,3,0,4,20"
        );
        assert!(render(&[], &Screen::plain(80)).contains("need items"));
    }
}
