//! What makers say of customers: the rules of the contract over facts that an update has put together, and the fields that it names.

use clientele_error::Violation;
use clientele_proto::qualification::v1::{CaseFacts, PartyKind};

use crate::ownership_statements::reading::date;

/// Takes a field from other facts.
type Take = fn(&mut CaseFacts, &CaseFacts);
/// Whether a field is set.
type IsSet = fn(&CaseFacts) -> bool;

/// The fields that can be changed.
const FIELDS: [(&str, Take, IsSet); 10] = [
    ("party_kind", |to, from| to.party_kind = from.party_kind, |from| from.party_kind != 0),
    ("legal_name", |to, from| to.legal_name.clone_from(&from.legal_name), |from| !from.legal_name.is_empty()),
    ("country_code", |to, from| to.country_code.clone_from(&from.country_code), |from| !from.country_code.is_empty()),
    ("products", |to, from| to.products.clone_from(&from.products), |from| !from.products.is_empty()),
    ("tier", |to, from| to.tier.clone_from(&from.tier), |from| !from.tier.is_empty()),
    ("identifiers", |to, from| to.identifiers.clone_from(&from.identifiers), |from| !from.identifiers.is_empty()),
    (
        "legal_representative",
        |to, from| to.legal_representative.clone_from(&from.legal_representative),
        |from| !from.legal_representative.is_empty(),
    ),
    (
        "legal_representative_birth_date",
        |to, from| to.legal_representative_birth_date = from.legal_representative_birth_date,
        |from| from.legal_representative_birth_date.is_some(),
    ),
    (
        "registered_address",
        |to, from| to.registered_address.clone_from(&from.registered_address),
        |from| !from.registered_address.is_empty(),
    ),
    ("contact", |to, from| to.contact.clone_from(&from.contact), |from| from.contact.is_some()),
];

/// What an update takes over.
#[derive(Debug, Clone)]
pub struct Mask(Vec<Take>);

impl Mask {
    /// Of the paths of a mask; of an empty one the facts that are set.
    pub fn of(paths: &[String], from: &CaseFacts) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            return Ok(Self(FIELDS.iter().filter(|(_, _, is_set)| is_set(from)).map(|(_, take, _)| *take).collect()));
        }
        let (mut takes, mut wrong) = (Vec::new(), Vec::new());
        for (at, path) in paths.iter().enumerate() {
            if path == "facts" || path == "*" {
                takes.extend(FIELDS.iter().map(|(_, take, _)| *take));
            } else if let Some((_, take, _)) =
                path.strip_prefix("facts.").and_then(|name| FIELDS.iter().find(|(field, ..)| *field == name))
            {
                takes.push(*take);
            } else {
                let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
                let text = format!("must be facts, or one of its fields {}", names.join(", "));
                wrong.push(Violation::new(format!("update_mask.paths[{at}]"), text));
            }
        }
        if wrong.is_empty() { Ok(Self(takes)) } else { Err(wrong) }
    }

    /// The facts as they would be.
    pub fn onto(&self, mut stored: CaseFacts, from: &CaseFacts) -> CaseFacts {
        for take in &self.0 {
            take(&mut stored, from);
        }
        stored
    }
}

/// What does not hold in facts, all at once; paths start below the facts. Values are not repeated: they are personal.
pub fn check(facts: &CaseFacts) -> Vec<Violation> {
    let mut wrong = Vec::new();
    if !matches!(facts.party_kind(), PartyKind::Organisation | PartyKind::Person) {
        wrong.push(Violation::new("party_kind", "must be ORGANISATION or PERSON"));
    }
    let country = facts.country_code.as_bytes();
    if country.len() != 2 || !country.iter().all(u8::is_ascii_uppercase) {
        wrong.push(Violation::new("country_code", "must be two capital letters of ISO 3166-1"));
    }
    line(&facts.legal_name, "legal_name", (1, 300), &mut wrong);
    line(&facts.tier, "tier", (0, 100), &mut wrong);
    line(&facts.legal_representative, "legal_representative", (0, 300), &mut wrong);
    if facts.legal_representative_birth_date.as_ref().is_some_and(|day| date(day).is_none()) {
        wrong.push(Violation::new("legal_representative_birth_date", "must be a day that exists"));
    }
    if facts.registered_address.chars().count() > 1000 || facts.registered_address.contains('\0') {
        wrong.push(Violation::new("registered_address", "must have at most 1000 characters and hold no NUL"));
    }
    if facts.products.len() > 200 {
        wrong.push(Violation::new("products", "must be at most 200"));
    }
    for (at, product) in facts.products.iter().enumerate() {
        line(product, &format!("products[{at}]"), (1, 100), &mut wrong);
        if facts.products[..at].contains(product) {
            wrong.push(Violation::new(format!("products[{at}]"), "must not be named twice"));
        }
    }
    if facts.identifiers.len() > 50 {
        wrong.push(Violation::new("identifiers", "must be at most 50"));
    }
    for (at, identifier) in facts.identifiers.iter().enumerate() {
        line(&identifier.scheme, &format!("identifiers[{at}].scheme"), (1, 50), &mut wrong);
        line(&identifier.value, &format!("identifiers[{at}].value"), (1, 100), &mut wrong);
    }
    if let Some(contact) = &facts.contact {
        line(&contact.name, "contact.name", (0, 300), &mut wrong);
        line(&contact.email, "contact.email", (0, 300), &mut wrong);
        line(&contact.telephone, "contact.telephone", (0, 50), &mut wrong);
    }
    wrong
}

fn line(text: &str, field: &str, (least, most): (usize, usize), wrong: &mut Vec<Violation>) {
    let length = text.chars().count();
    if !(least..=most).contains(&length) || text.chars().any(char::is_control) {
        let text = format!("must have {least} to {most} characters and hold no control characters");
        wrong.push(Violation::new(field, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_taken_over_and_of_no_mask_what_is_set() {
        let stored = CaseFacts { legal_name: "A".into(), tier: "KEY".into(), ..Default::default() };
        let from = CaseFacts { legal_name: "B".into(), ..Default::default() };
        let onto = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let facts = Mask::of(&paths, &from).unwrap().onto(stored.clone(), &from);
            (facts.legal_name, facts.tier)
        };
        assert_eq!(onto(&[]), ("B".into(), "KEY".into()));
        assert_eq!(onto(&["facts.tier"]), ("A".into(), String::new()));
        assert_eq!(onto(&["facts"]), ("B".into(), String::new()));
        assert_eq!(Mask::of(&["state".into()], &from).unwrap_err()[0].field, "update_mask.paths[0]");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let facts = CaseFacts {
            country_code: "cn".into(),
            products: vec!["parts".into(), "parts".into()],
            tier: "a\tb".into(),
            legal_representative_birth_date: Some(clientele_proto::Date { year: 1962, month: 2, day: 29 }),
            ..CaseFacts::default()
        };
        let fields: Vec<_> = check(&facts).into_iter().map(|violation| violation.field).collect();
        assert_eq!(
            fields,
            ["party_kind", "country_code", "legal_name", "tier", "legal_representative_birth_date", "products[1]"]
        );
    }
}
