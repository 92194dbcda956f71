//! What callers say of a contract, all that does not hold at once. Rows of a batch come here unchecked, so every rule of the contract stands
//! here too.

use clientele_error::{Error, Violation};
use clientele_proto::{Date as DateMessage, Money, value::v1 as proto};
use jiff::civil::{Date, date};

use crate::{
    domain::{
        contract::{Agreement, Contract, Said},
        day, key,
        money::Amount,
        transaction::CustomerKey,
    },
    rpc::customer::{customer_key, customer_of},
};

/// The last day that can be named.
const LATEST: Date = date(2200, 12, 31);
/// Characters of a reason at most.
const LONGEST_REASON: usize = 2000;

/// A contract and its customer.
pub(super) fn parse(message: &proto::Contract) -> Result<(CustomerKey, Said), Vec<Violation>> {
    let mut wrong = Vec::new();
    let customer = customer(message).map_err(|error| wrong.extend_from_slice(error.violations())).ok();
    let said = said(message, &mut wrong);
    match (customer, said) {
        (Some(customer), Some(said)) if wrong.is_empty() => Ok((customer, said)),
        _ => Err(wrong),
    }
}

fn customer(message: &proto::Contract) -> Result<CustomerKey, Error> {
    let customer = customer_key(customer_of!(message, contract), "")?;
    if let CustomerKey::External(external_id) = &customer {
        key::check(external_id).map_err(|error| Error::invalid_field("customer_external_id", error.to_string()))?;
    }
    Ok(customer)
}

fn said(message: &proto::Contract, wrong: &mut Vec<Violation>) -> Option<Said> {
    if let Err(error) = key::check_optional(&message.external_id) {
        wrong.push(Violation::new("external_id", error.to_string()));
    }
    if let Err(error) = key::check(&message.product) {
        wrong.push(Violation::new("product", error.to_string()));
    }
    for (field, number, (least, most)) in [
        ("term_months", message.term_months, (1, 120)),
        ("notice_days", message.notice_days, (0, 3660)),
        ("renewals", message.renewals, (0, 1500)),
    ] {
        if !(least..=most).contains(&number) {
            wrong.push(Violation::new(field, format!("must be {least} to {most}")));
        }
    }
    let reason = &message.cancel_reason;
    if reason.chars().count() > LONGEST_REASON || reason.contains('\0') {
        let text = format!("must have at most {LONGEST_REASON} characters and hold no NUL");
        wrong.push(Violation::new("cancel_reason", text));
    }
    if message.cancel_date.is_none() && !reason.is_empty() {
        wrong.push(Violation::new("cancel_reason", "must be empty without a cancel_date; give the day as well"));
    }
    let value = required(message.value_per_term.as_ref(), "value_per_term", wrong)
        .and_then(|value| amount(value, "value_per_term", wrong));
    let renewal_value =
        message.renewal_value_per_term.as_ref().map(|value| amount(value, "renewal_value_per_term", wrong));
    let start_date =
        required(message.start_date.as_ref(), "start_date", wrong).and_then(|day| date_of(day, "start_date", wrong));
    let cancel_date = message.cancel_date.as_ref().map(|day| date_of(day, "cancel_date", wrong));
    let agreement = Agreement {
        start_date: start_date?,
        term_months: message.term_months,
        terms: 1,
        auto_renew: message.auto_renew,
        notice_days: message.notice_days,
        cancel_date: cancel_date.flatten(),
    };
    let contract = Contract {
        external_id: Some(message.external_id.clone()).filter(|external_id| !external_id.is_empty()),
        product: message.product.clone(),
        value: value?,
        renewal_value: renewal_value.flatten(),
        agreement,
        cancel_reason: reason.clone(),
    };
    Some(Said { contract, renewals: message.renewals })
}

fn required<'m, M>(message: Option<&'m M>, field: &str, wrong: &mut Vec<Violation>) -> Option<&'m M> {
    if message.is_none() {
        wrong.push(Violation::new(field, "must be given"));
    }
    message
}

/// An amount in a field.
pub(super) fn amount(money: &Money, field: &str, wrong: &mut Vec<Violation>) -> Option<Amount> {
    Amount::new(&money.currency_code, money.units, money.nanos)
        .map_err(|errors| {
            let path = |part: &str| format!("{field}.{part}");
            wrong.extend(errors.into_iter().map(|error| Violation::new(path(error.field()), error.to_string())));
        })
        .ok()
}

/// A day in a field.
pub(super) fn date_of(message: &DateMessage, field: &str, wrong: &mut Vec<Violation>) -> Option<Date> {
    day::day(message.year, message.month, message.day, LATEST)
        .map_err(|errors| {
            let path = |part: Option<&str>| part.map_or_else(|| field.to_owned(), |part| format!("{field}.{part}"));
            wrong.extend(errors.into_iter().map(|error| Violation::new(path(error.field()), error.to_string())));
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::contract::Customer;

    use super::*;

    fn good() -> proto::Contract {
        proto::Contract {
            customer: Some(Customer::CustomerExternalId("ann".into())),
            product: "Support".into(),
            value_per_term: Some(Money { currency_code: "USD".into(), units: 100, nanos: 0 }),
            start_date: Some(DateMessage { year: 2025, month: 3, day: 1 }),
            term_months: 12,
            ..proto::Contract::default()
        }
    }

    #[test]
    fn a_contract_is_read_as_it_is_said() {
        let message = proto::Contract { renewals: 2, auto_renew: true, external_id: "K-1".into(), ..good() };
        let (customer, said) = parse(&message).unwrap();
        assert_eq!(customer, CustomerKey::External("ann".into()));
        assert_eq!((said.renewals, said.contract.value.minor()), (2, 10_000));
        assert_eq!(said.contract.external_id.as_deref(), Some("K-1"));
        assert!(said.contract.agreement.auto_renew);
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_its_field() {
        let wrong = proto::Contract {
            customer: Some(Customer::CustomerId("ann".into())),
            external_id: "a\tb".into(),
            product: String::new(),
            value_per_term: Some(Money { currency_code: "usd".into(), units: -1, nanos: 0 }),
            start_date: None,
            term_months: 0,
            notice_days: -1,
            renewals: 2000,
            cancel_date: Some(DateMessage { year: 2025, month: 2, day: 30 }),
            cancel_reason: "\0".into(),
            ..proto::Contract::default()
        };
        let fields: Vec<_> = parse(&wrong).unwrap_err().into_iter().map(|violation| violation.field).collect();
        let expected = [
            "customer_id",
            "external_id",
            "product",
            "term_months",
            "notice_days",
            "renewals",
            "cancel_reason",
            "value_per_term.currency_code",
            "value_per_term.units",
            "start_date",
            "cancel_date",
        ];
        assert_eq!(fields, expected);
        let reasoned = proto::Contract { cancel_reason: "moved".into(), ..good() };
        assert_eq!(parse(&reasoned).unwrap_err()[0].field, "cancel_reason");
    }
}
