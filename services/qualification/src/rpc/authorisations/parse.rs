//! What callers say of an authorisation, all that does not hold at once. Updates come here unchecked, so every rule of the contract stands here too.

use clientele_money::{Amount, AmountError};
use std::collections::BTreeSet;

use clientele_error::Violation;
use clientele_proto::{
    Date as DateMessage, Money,
    qualification::v1::{ActingPerson, Authorisation, AuthorisationBasis},
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::{
    authorisation::{
        limits::Limits,
        scope::Scope,
        terms::{Person, Terms},
        validity::{Validity, ValidityError, zone},
    },
    key::uuid,
};

/// Characters of a name, a key and the like at most.
const LONGEST_LINE: usize = 200;
/// Characters of a code at most.
const LONGEST_CODE: usize = 100;
/// Characters of conditions at most.
const LONGEST_TEXT: usize = 4000;
/// Persons who may sign as well.
const MOST_COSIGNATORIES: usize = 50;
/// Years that are believed.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// What went wrong so far.
struct Wrong(Vec<Violation>);

impl Wrong {
    fn push(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.0.push(Violation::new(field, description));
    }

    fn line(&mut self, field: &str, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.push(field, format!("must have at most {longest} characters"));
        } else if text.chars().any(char::is_control) {
            self.push(field, "must not hold control characters");
        }
    }

    fn required_line(&mut self, field: &str, text: &str, longest: usize) {
        if text.is_empty() {
            self.push(field, "must not be empty");
        }
        self.line(field, text, longest);
    }
}

/// What an authorisation says.
pub(super) fn parse(message: &Authorisation) -> Result<Terms, Vec<Violation>> {
    let mut wrong = Wrong(Vec::new());
    let terms = terms(message, &mut wrong);
    match terms {
        Some(terms) if wrong.0.is_empty() => Ok(terms),
        _ => Err(wrong.0),
    }
}

fn terms(message: &Authorisation, wrong: &mut Wrong) -> Option<Terms> {
    wrong.line("external_id", &message.external_id, LONGEST_LINE);
    let customer_id = id(&message.customer_id, "customer_id", wrong);
    let basis = basis(message, wrong);
    let signatory = message.signatory.clone().unwrap_or_default();
    wrong.line("signatory.name", &signatory.name, LONGEST_LINE);
    wrong.line("signatory.position", &signatory.position, LONGEST_LINE);
    let is_delegated = !message.parent_authorisation_id.is_empty();
    if signatory.name.is_empty() && basis == Some(AuthorisationBasis::Letter) && !is_delegated {
        wrong.push("signatory.name", "must be given: who signed the letter for the customer");
    }
    let grantee = message.grantee.as_ref().map(|grantee| person(grantee, "grantee", wrong));
    if grantee.is_none() {
        wrong.push("grantee", "must be given");
    }
    let parent_authorisation_id = optional_id(&message.parent_authorisation_id, "parent_authorisation_id", wrong);
    let superseded_authorisation_id =
        optional_id(&message.superseded_authorisation_id, "superseded_authorisation_id", wrong);
    let document_id = optional_id(&message.document_id, "document_id", wrong);
    wrong.line("register_reference", &message.register_reference, LONGEST_LINE);
    let scope = scope(message, wrong);
    let limits = limits(message, wrong);
    let cosignatories = cosignatories(message, wrong);
    let validity = validity(message, wrong);
    if message.conditions.chars().count() > LONGEST_TEXT || message.conditions.contains('\0') {
        wrong.push("conditions", format!("must have at most {LONGEST_TEXT} characters and hold no NUL"));
    }
    Some(Terms {
        external_id: some(&message.external_id),
        customer_id: customer_id?,
        basis: basis?,
        signatory_name: signatory.name,
        signatory_position: signatory.position,
        grantee: grantee?,
        parent_authorisation_id,
        superseded_authorisation_id,
        document_id,
        register_reference: message.register_reference.clone(),
        scope,
        limits,
        cosignatories,
        required_cosignatures: message.required_cosignatures,
        may_sub_delegate: message.may_sub_delegate,
        validity: validity?,
        conditions: message.conditions.clone(),
    })
}

fn basis(message: &Authorisation, wrong: &mut Wrong) -> Option<AuthorisationBasis> {
    let basis = AuthorisationBasis::try_from(message.basis).unwrap_or_default();
    match basis {
        AuthorisationBasis::Unspecified => {
            wrong.push("basis", "must be LETTER or STATUTORY");
            return None;
        }
        AuthorisationBasis::Letter => {}
        AuthorisationBasis::Statutory => {
            if !message.parent_authorisation_id.is_empty() {
                wrong.push("parent_authorisation_id", "must be empty: what the law gives is not delegated");
            }
            if message.document_id.is_empty() && message.register_reference.is_empty() {
                wrong.push("register_reference", "must be given, or else document_id: where the register says so");
            }
        }
    }
    Some(basis)
}

fn person(message: &ActingPerson, field: &str, wrong: &mut Wrong) -> Person {
    wrong.required_line(&format!("{field}.name"), &message.name, LONGEST_LINE);
    wrong.line(&format!("{field}.identity_number"), &message.identity_number, LONGEST_CODE);
    wrong.line(&format!("{field}.external_id"), &message.external_id, LONGEST_LINE);
    Person {
        name: message.name.clone(),
        identity_number: message.identity_number.clone(),
        external_id: some(&message.external_id),
    }
}

fn cosignatories(message: &Authorisation, wrong: &mut Wrong) -> Vec<Person> {
    let many = message.cosignatories.len();
    if many > MOST_COSIGNATORIES {
        wrong.push("cosignatories", format!("must be at most {MOST_COSIGNATORIES}"));
        return Vec::new();
    }
    let grantee = message.grantee.as_ref().map(|grantee| grantee.external_id.as_str());
    let mut seen = BTreeSet::new();
    let mut persons = Vec::with_capacity(many);
    for (place, message) in message.cosignatories.iter().enumerate() {
        let field = format!("cosignatories[{place}]");
        let person = person(message, &field, wrong);
        let key = format!("{field}.external_id");
        if message.external_id.is_empty() {
            wrong.push(key, "must be given");
        } else if grantee == Some(&message.external_id) {
            wrong.push(key, "must not be that of the grantee, who signs anyway");
        } else if !seen.insert(&message.external_id) {
            wrong.push(key, "must not be named twice");
        }
        persons.push(person);
    }
    if !(0..=many as i32).contains(&message.required_cosignatures) {
        wrong.push("required_cosignatures", format!("must be 0 to {many}, the number of cosignatories"));
    }
    persons
}

fn scope(message: &Authorisation, wrong: &mut Wrong) -> Scope {
    for (field, codes, least, most) in [("matters", &message.matters, 1, 100), ("products", &message.products, 0, 1000)]
    {
        if codes.len() < least || codes.len() > most {
            wrong.push(field, format!("must be {least} to {most}"));
        }
        for (place, code) in codes.iter().enumerate().take(most) {
            wrong.required_line(&format!("{field}[{place}]"), code, LONGEST_CODE);
        }
    }
    Scope { matters: message.matters.iter().cloned().collect(), products: message.products.iter().cloned().collect() }
}

fn limits(message: &Authorisation, wrong: &mut Wrong) -> Option<Limits> {
    let act = message.act_limit.as_ref().and_then(|money| amount(money, "act_limit", &mut wrong.0));
    let total = message.total_limit.as_ref().and_then(|money| amount(money, "total_limit", &mut wrong.0));
    Limits::of(act, total)
        .map_err(|error| wrong.push("total_limit.currency_code", error.to_string()))
        .unwrap_or_default()
}

/// An amount in a field.
pub(super) fn amount(money: &Money, field: &str, wrong: &mut Vec<Violation>) -> Option<Amount> {
    let refused = |error: AmountError| Violation::new(format!("{field}.{}", error.field()), error.to_string());
    Amount::read(money).map_err(|errors| wrong.extend(errors.into_iter().map(refused))).ok()
}

fn validity(message: &Authorisation, wrong: &mut Wrong) -> Option<Validity> {
    let from = message.valid_from_date.as_ref();
    if from.is_none() {
        wrong.push("valid_from_date", "must be given");
    }
    let from = from.and_then(|day| date(day, "valid_from_date", wrong));
    let until = message.valid_until_date.as_ref().map(|day| date(day, "valid_until_date", wrong));
    let refuse = |error: ValidityError, wrong: &mut Wrong| wrong.push(error.field(), error.to_string());
    if let Err(error) = zone(&message.time_zone) {
        refuse(error, wrong);
        return None;
    }
    let until = match until {
        Some(None) => return None,
        Some(until) => until,
        None => None,
    };
    Validity::new(from?, until, &message.time_zone).map_err(|error| refuse(error, wrong)).ok()
}

fn date(message: &DateMessage, field: &str, wrong: &mut Wrong) -> Option<Date> {
    if !YEARS.contains(&message.year) {
        wrong.push(format!("{field}.year"), format!("must be {} to {}", YEARS.start(), YEARS.end()));
        return None;
    }
    let month = i8::try_from(message.month).ok();
    let day = i8::try_from(message.day).ok();
    let date = month.zip(day).and_then(|(month, day)| Date::new(message.year as i16, month, day).ok());
    if date.is_none() {
        wrong.push(field, "must be a day that exists");
    }
    date
}

fn id(text: &str, field: &str, wrong: &mut Wrong) -> Option<Uuid> {
    uuid(text, field).map_err(|violation| wrong.0.push(violation)).ok()
}

/// An id that may be left out.
fn optional_id(text: &str, field: &str, wrong: &mut Wrong) -> Option<Uuid> {
    if text.is_empty() { None } else { id(text, field, wrong) }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::Signatory;

    use super::*;

    fn good() -> Authorisation {
        let person = |name: &str, key: &str| ActingPerson {
            name: name.into(),
            external_id: key.into(),
            ..ActingPerson::default()
        };
        Authorisation {
            customer_id: "0198c1f2-7d3a-7cc3-8a51-000000000001".into(),
            basis: AuthorisationBasis::Letter.into(),
            signatory: Some(Signatory { name: "李明".into(), position: "总经理".into() }),
            grantee: Some(person("王伟", "wei")),
            matters: vec!["place-order".into()],
            total_limit: Some(Money { currency_code: "CNY".into(), units: 100, nanos: 0 }),
            cosignatories: vec![person("Ana", "ana")],
            required_cosignatures: 1,
            valid_from_date: Some(DateMessage { year: 2026, month: 2, day: 28 }),
            valid_until_date: Some(DateMessage { year: 2028, month: 2, day: 29 }),
            time_zone: "Asia/Shanghai".into(),
            ..Authorisation::default()
        }
    }

    fn fields(message: &Authorisation) -> Vec<String> {
        parse(message).unwrap_err().into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn an_authorisation_is_read_as_it_is_said() {
        let terms = parse(&good()).unwrap();
        assert_eq!(terms.validity.expire_time.unwrap().to_string(), "2028-02-29T16:00:00Z");
        assert_eq!(terms.limits.unwrap().total, Some(10_000));
        assert_eq!(terms.cosignatories[0].external_id.as_deref(), Some("ana"));
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_its_field() {
        let wrong = Authorisation {
            external_id: "a\tb".into(),
            customer_id: "ann".into(),
            signatory: None,
            grantee: None,
            matters: Vec::new(),
            products: vec![String::new()],
            act_limit: Some(Money { currency_code: "EUR".into(), units: 1, nanos: 0 }),
            cosignatories: vec![ActingPerson::default()],
            required_cosignatures: 2,
            valid_from_date: Some(DateMessage { year: 1899, month: 1, day: 1 }),
            valid_until_date: Some(DateMessage { year: 2027, month: 2, day: 29 }),
            time_zone: "Asia/Atlantis".into(),
            conditions: "\0".into(),
            ..good()
        };
        let expected = [
            "external_id",
            "customer_id",
            "signatory.name",
            "grantee",
            "matters",
            "products[0]",
            "total_limit.currency_code",
            "cosignatories[0].name",
            "cosignatories[0].external_id",
            "required_cosignatures",
            "valid_from_date.year",
            "valid_until_date",
            "time_zone",
            "conditions",
        ];
        assert_eq!(fields(&wrong), expected);
    }

    #[test]
    fn a_statutory_power_rests_on_the_register_and_is_not_delegated() {
        let statutory = Authorisation { basis: AuthorisationBasis::Statutory.into(), signatory: None, ..good() };
        assert_eq!(fields(&statutory), ["register_reference"]);
        let delegated = Authorisation {
            parent_authorisation_id: statutory.customer_id.clone(),
            register_reference: "HRB 1".into(),
            ..statutory
        };
        assert_eq!(fields(&delegated), ["parent_authorisation_id"]);
    }

    #[test]
    fn nobody_signs_twice() {
        let mut message = good();
        message.cosignatories.push(message.cosignatories[0].clone());
        message.cosignatories.extend(message.grantee.clone());
        assert_eq!(fields(&message), ["cosignatories[1].external_id", "cosignatories[2].external_id"]);
    }
}
