//! A score computed again: whether it comes out the same, where not, and from what.

use clientele_proto::value::v1::{ScoreInputs, ScoreReproduction};
use jiff::Timestamp;

use super::{
    date,
    score::{Fields, Writing},
};
use crate::term::{Column, Screen, Table, text};

/// For a person.
pub fn render(found: &ScoreReproduction, screen: &Screen) -> String {
    let mut drawn = String::new();
    if !found.differences.is_empty() {
        drawn.push_str(&differences(found).render(screen));
        drawn.push('\n');
    }
    drawn.push_str(&inputs(found, Writing::ROUNDED).table().render(screen));
    let verdict = if found.identical {
        "The stored score is what its inputs give, to the bit."
    } else {
        "The stored score is not what its inputs give."
    };
    let taken = format!("{verdict} Taken from the stored score: {}.", found.taken_fields.join(", "));
    for line in text::wrap(&taken, screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

/// For a spreadsheet: the verdict and the inputs; differences follow as a field each.
pub fn csv(found: &ScoreReproduction) -> String {
    let mut fields = inputs(found, Writing::PLAIN);
    fields.field("identical", found.identical.to_string());
    for difference in &found.differences {
        fields.field(&format!("stored.{}", difference.field), difference.stored.clone());
        fields.field(&format!("reproduced.{}", difference.field), difference.reproduced.clone());
    }
    fields.table().csv()
}

fn differences(found: &ScoreReproduction) -> Table {
    let mut table = Table::new(["field", "stored", "reproduced"].map(Column::text));
    for difference in &found.differences {
        table.row([difference.field.clone(), difference.stored.clone(), difference.reproduced.clone()]);
    }
    table
}

fn inputs(found: &ScoreReproduction, writing: Writing) -> Fields {
    let inputs: ScoreInputs = found.inputs.clone().unwrap_or_default();
    let stored = found.stored.clone().unwrap_or_default();
    let settings = inputs.settings.unwrap_or_default();
    let mut fields = Fields::new(writing);
    fields.field("customer_id", stored.customer_id);
    fields.field("customer_external_id", stored.customer_external_id);
    fields.field("score_run_id", inputs.score_run_id);
    fields.field("as_of_date", date(stored.as_of_date.as_ref()));
    fields.field("value_policy_version", settings.value_policy_version.to_string());
    for fit in &inputs.model_fits {
        fields.field("model", format!("{} (btyd {})", fit.model, fit.library_version));
    }
    fields.field("seed", inputs.seed.map_or_else(|| "none: nothing is random".to_owned(), |seed| seed.to_string()));
    let time = inputs.transactions_time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
    fields.field("transactions_time", time.map(|time| time.to_string()).unwrap_or_default());
    fields.field("transactions", writing.count(inputs.transactions));
    fields.field("first_transaction_date", date(inputs.first_transaction_date.as_ref()));
    fields.field("last_transaction_date", date(inputs.last_transaction_date.as_ref()));
    fields.field("fx_version", inputs.fx_version.to_string());
    fields.field("has_signals", inputs.has_signals.to_string());
    fields.field("acquisition_spend_share", writing.amount(inputs.acquisition_spend_share.as_ref()));
    fields.field("program", format!("{} (btyd {})", inputs.program_version, inputs.library_version));
    fields
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::ScoreDifference;

    use super::*;

    fn found(differences: Vec<ScoreDifference>) -> ScoreReproduction {
        ScoreReproduction {
            identical: differences.is_empty(),
            differences,
            taken_fields: vec!["rank".into(), "tier".into()],
            inputs: Some(ScoreInputs { transactions: 1_234, ..ScoreInputs::default() }),
            ..ScoreReproduction::default()
        }
    }

    fn clv() -> ScoreDifference {
        ScoreDifference { field: "clv".into(), stored: "1.5".into(), reproduced: "1.25".into() }
    }

    #[test]
    fn a_person_sees_the_verdict_and_what_differs() {
        let same = render(&found(Vec::new()), &Screen::plain(120));
        assert!(same.contains("is what its inputs give, to the bit") && same.contains("1,234"), "{same}");
        let other = render(&found(vec![clv()]), &Screen::plain(120));
        assert!(other.contains("is not what its inputs give. Taken from the stored score: rank, tier."), "{other}");
        assert!(other.lines().any(|line| line.split_whitespace().eq(["clv", "1.5", "1.25"])), "{other}");
    }

    #[test]
    fn a_spreadsheet_has_both_values() {
        let csv = csv(&found(vec![clv()]));
        for line in ["identical,false", "stored.clv,1.5", "reproduced.clv,1.25", "transactions,1234"] {
            assert!(csv.lines().any(|it| it == line), "{line} is missing in\n{csv}");
        }
    }
}
