//! How many customers there are in the market, by group.

use clientele_proto::value::v1::{CustomerGrouping, TargetPopulation};

use crate::term::{Column, Screen, Table, number};

/// For a person.
pub fn render(populations: &[TargetPopulation], screen: &Screen) -> String {
    if populations.is_empty() {
        return "No target population is known: `clientele target-population set` says how many customers a group has.\n"
            .to_owned();
    }
    let mut table =
        Table::new([Column::text("by"), Column::text("group"), Column::number("customers"), Column::text("source")]);
    for population in populations {
        table.row([
            kind(population),
            population.group.clone(),
            number::count(population.population.unsigned_abs()),
            population.source.clone(),
        ]);
    }
    table.render(screen)
}

/// For a spreadsheet.
pub fn csv(populations: &[TargetPopulation]) -> String {
    let mut table = Table::new(["target_population_id", "by", "group", "customers", "source"].map(Column::text));
    for population in populations {
        table.row([
            population.target_population_id.clone(),
            kind(population),
            population.group.clone(),
            population.population.to_string(),
            population.source.clone(),
        ]);
    }
    table.csv()
}

/// The kind of group, or the attribute.
fn kind(population: &TargetPopulation) -> String {
    match population.grouping() {
        CustomerGrouping::Unspecified => String::new(),
        CustomerGrouping::Segment => "segment".to_owned(),
        CustomerGrouping::Country => "country".to_owned(),
        CustomerGrouping::Industry => "industry".to_owned(),
        CustomerGrouping::Attribute => population.attribute.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_has_its_line_and_an_attribute_is_named() {
        let of = |grouping: CustomerGrouping, attribute: &str, group: &str| TargetPopulation {
            grouping: grouping.into(),
            attribute: attribute.into(),
            group: group.into(),
            population: 2_500,
            source: "chamber of commerce".into(),
            ..TargetPopulation::default()
        };
        let both = [of(CustomerGrouping::Country, "", "DE"), of(CustomerGrouping::Attribute, "region", "north")];
        let drawn = render(&both, &Screen::plain(80));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2..], ["country DE 2,500 chamber of commerce", "region north 2,500 chamber of commerce"]);
        assert!(csv(&both).ends_with("\n,region,north,2500,chamber of commerce\n"));
        assert!(render(&[], &Screen::plain(80)).starts_with("No target population is known"));
    }
}
