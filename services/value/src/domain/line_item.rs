//! Lines of a transaction, and what they have to be together.

use super::{
    money::{Amount, text},
    quantity::Quantity,
};

/// Lines a transaction may have.
pub const MOST: usize = 1000;

/// A product, how much of it and for how much money. Texts are empty where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItem {
    /// The caller's key of the product.
    pub product_external_id: String,
    /// What it is called.
    pub product_name: String,
    /// What it belongs to.
    pub category: String,
    /// How much, where known.
    pub quantity: Option<Quantity>,
    /// What the line comes to.
    pub amount: Amount,
}

/// What is wrong between a transaction and its lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemsError {
    /// A line, counted from 0, in another currency.
    #[error("must be the currency of the transaction, {1}")]
    OtherCurrency(usize, &'static str),
    /// The lines come to something else than the transaction.
    #[error("must sum to the amount of the transaction: they sum to {sum}, the amount is {amount}")]
    OtherSum {
        /// Of the lines.
        sum: String,
        /// Of the transaction.
        amount: String,
    },
}

impl ItemsError {
    /// The field of a `Transaction` message the error is about.
    pub fn field(&self) -> String {
        match self {
            Self::OtherCurrency(line, _) => format!("items[{line}].amount.currency_code"),
            Self::OtherSum { .. } => "items".to_owned(),
        }
    }
}

/// Checks the lines of a transaction of this amount. None is fine.
pub fn check_items(amount: Amount, items: &[LineItem]) -> Vec<ItemsError> {
    let code = amount.currency_code();
    let foreign: Vec<ItemsError> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.amount.currency_code() != code)
        .map(|(line, _)| ItemsError::OtherCurrency(line, code))
        .collect();
    if !foreign.is_empty() || items.is_empty() {
        return foreign;
    }
    let sum: i128 = items.iter().map(|item| i128::from(item.amount.minor())).sum();
    if sum == i128::from(amount.minor()) {
        return Vec::new();
    }
    vec![ItemsError::OtherSum { sum: text(sum, amount.currency()), amount: amount.to_string() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(amounts: &[(&str, i64, i32)]) -> Vec<LineItem> {
        let item = |(code, units, nanos): &(&str, i64, i32)| LineItem {
            product_external_id: "P-1".to_owned(),
            product_name: String::new(),
            category: String::new(),
            quantity: None,
            amount: Amount::new(code, *units, *nanos).unwrap(),
        };
        amounts.iter().map(item).collect()
    }

    fn told(amount: Amount, amounts: &[(&str, i64, i32)]) -> Vec<(String, String)> {
        let errors = check_items(amount, &items(amounts));
        errors.into_iter().map(|error| (error.field(), error.to_string())).collect()
    }

    #[test]
    fn items_sum_to_the_amount_to_the_cent() {
        let amount = Amount::new("EUR", 12, 500_000_000).unwrap();
        assert_eq!(told(amount, &[]), []);
        assert_eq!(told(amount, &[("EUR", 10, 0), ("EUR", 2, 500_000_000), ("EUR", 0, 0)]), []);
        let sums = "must sum to the amount of the transaction: they sum to 12.49 EUR, the amount is 12.50 EUR";
        assert_eq!(told(amount, &[("EUR", 10, 0), ("EUR", 2, 490_000_000)]), [("items".to_owned(), sums.to_owned())]);
    }

    #[test]
    fn a_sum_past_what_can_be_stored_is_told_as_it_is() {
        let amount = Amount::new("JPY", 1, 0).unwrap();
        let [(_, sums)] = told(amount, &[("JPY", i64::MAX, 0), ("JPY", i64::MAX, 0)]).try_into().unwrap();
        assert!(sums.contains("they sum to 18446744073709551614 JPY, the amount is 1 JPY"), "{sums}");
    }

    #[test]
    fn each_item_in_another_currency_is_named() {
        let amount = Amount::new("EUR", 2, 0).unwrap();
        let fields: Vec<String> =
            told(amount, &[("EUR", 1, 0), ("USD", 1, 0), ("JPY", 1, 0)]).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["items[1].amount.currency_code", "items[2].amount.currency_code"]);
    }
}
