//! What documents say of their holders.

use clientele_error::Violation;
use clientele_proto::qualification::v1::{DocumentFact, DocumentFactField as Field};
use jiff::civil::Date;

/// What the contract's rules do not see of facts; `within` is where they stand. Values are not repeated: they are personal.
pub fn check(facts: &[DocumentFact], within: &str) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for (place, fact) in facts.iter().enumerate() {
        let mut add =
            |field: &str, text: &str| wrong.push(Violation::new(format!("{within}facts[{place}].{field}"), text));
        let is_identifier = fact.field() == Field::Identifier;
        if is_identifier && fact.scheme.trim().is_empty() {
            add("scheme", "must be given for an IDENTIFIER, such as cn.uscc");
        }
        if !is_identifier && !fact.scheme.is_empty() {
            add("scheme", "must be empty, except for an IDENTIFIER");
        }
        if fact.field() == Field::EstablishmentDate && fact.value.parse::<Date>().is_err() {
            add("value", "must be a day as YYYY-MM-DD");
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_that_cannot_be_compared_is_named_by_its_place() {
        let fact = |field: Field, scheme: &str, value: &str| DocumentFact {
            field: field.into(),
            scheme: scheme.into(),
            value: value.into(),
            ..DocumentFact::default()
        };
        let facts = [
            fact(Field::LegalName, "", "Ana"),
            fact(Field::Identifier, " ", "91350100M000100Y43"),
            fact(Field::LegalName, "cn.uscc", "Ana"),
            fact(Field::EstablishmentDate, "", "2028-02-30"),
            fact(Field::EstablishmentDate, "", "2028-02-29"),
        ];
        let fields: Vec<_> = check(&facts, "document.").into_iter().map(|wrong| wrong.field).collect();
        assert_eq!(fields, ["document.facts[1].scheme", "document.facts[2].scheme", "document.facts[3].value"]);
    }
}
