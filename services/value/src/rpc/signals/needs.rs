//! Declared needs between the contract and the rules.

use std::collections::BTreeSet;

use clientele_error::Violation;
use clientele_proto::{
    Money,
    value::v1::{DeclaredNeed as NeedMessage, declared_need::Need},
};

use crate::domain::{
    money::Amount,
    needs::{DeclaredNeed, MOST, Needed},
};

/// The needs that messages declare; what does not hold is told by its path.
pub(super) fn parse(messages: &[NeedMessage], wrong: &mut Vec<Violation>) -> Vec<DeclaredNeed> {
    if messages.len() > MOST {
        wrong.push(Violation::new("declared_needs", format!("must be at most {MOST}: name the most important ones")));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut needs = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        let field = |field: &str| format!("declared_needs[{at}].{field}");
        let needed = match &message.need {
            Some(Need::ProductExternalId(key)) => Needed::Product(key.clone()),
            Some(Need::Category(category)) => Needed::Category(category.clone()),
            None => {
                wrong.push(Violation::new(field("need"), "must be given, as product_external_id or as category"));
                continue;
            }
        };
        if !seen.insert(needed.clone()) {
            let description = "another need has this product or category; declare each once";
            wrong.push(Violation::new(format!("declared_needs[{at}]"), description));
        }
        let yearly_amount = message.yearly_amount.as_ref().and_then(|money| amount(money, &field, wrong));
        let weight = if message.weight > 0.0 { message.weight } else { 1.0 };
        needs.push(DeclaredNeed { needed, weight, yearly_amount });
    }
    needs
}

fn amount(money: &Money, field: &impl Fn(&str) -> String, wrong: &mut Vec<Violation>) -> Option<Amount> {
    match Amount::new(&money.currency_code, money.units, money.nanos) {
        Ok(amount) if amount.is_zero() => {
            wrong.push(Violation::new(
                field("yearly_amount"),
                "must be more than zero; leave it out if it is not known",
            ));
            None
        }
        Ok(amount) => Some(amount),
        Err(errors) => {
            let path = |error: &str| field(&format!("yearly_amount.{error}"));
            wrong.extend(errors.into_iter().map(|error| Violation::new(path(error.field()), error.to_string())));
            None
        }
    }
}

/// Needs as the contract tells them.
pub(super) fn messages(needs: &[DeclaredNeed]) -> Vec<NeedMessage> {
    let message = |need: &DeclaredNeed| NeedMessage {
        need: Some(match &need.needed {
            Needed::Product(key) => Need::ProductExternalId(key.clone()),
            Needed::Category(category) => Need::Category(category.clone()),
        }),
        weight: need.weight,
        yearly_amount: need.yearly_amount.map(|amount| {
            let (units, nanos) = amount.units_and_nanos();
            Money { currency_code: amount.currency_code().to_owned(), units, nanos }
        }),
    };
    needs.iter().map(message).collect()
}
