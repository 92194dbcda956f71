//! What may be delegated: never more than there is, and never for longer.

use jiff::Timestamp;

use super::{
    limits::{Limits, is_within},
    scope::Scope,
};

/// What is handed on.
#[derive(Debug, Clone, Copy)]
pub struct Delegated<'a> {
    /// On what.
    pub scope: &'a Scope,
    /// How much.
    pub limits: Option<Limits>,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub expire: Option<Timestamp>,
}

/// The fields in which an authorisation is wider or longer than the one that it is delegated from, each with what would be right.
pub fn beyond(delegated: &Delegated<'_>, parent: &Delegated<'_>) -> Vec<(&'static str, String)> {
    let mut beyond = Vec::new();
    if !delegated.scope.matters_within(parent.scope) {
        let matters: Vec<_> = parent.scope.matters.iter().map(String::as_str).collect();
        beyond.push(("matters", format!("must be within those of the parent: {}", matters.join(", "))));
    }
    if !delegated.scope.products_within(parent.scope) {
        let products: Vec<_> = parent.scope.products.iter().take(20).map(String::as_str).collect();
        beyond.push(("products", format!("must be within those of the parent: {}", products.join(", "))));
    }
    if let Some(above) = parent.limits {
        let own = delegated.limits.filter(|own| own.currency == above.currency);
        let code = above.currency.code();
        if !is_within(own.and_then(|own| own.act), above.act) {
            beyond.push(("act_limit", format!("must be in {code} and no higher than that of the parent")));
        }
        if !is_within(own.and_then(|own| own.total), above.total) {
            beyond.push(("total_limit", format!("must be in {code} and no higher than that of the parent")));
        }
    }
    if delegated.start < parent.start {
        beyond.push(("valid_from_date", "must not begin before the parent does".to_owned()));
    }
    if let Some(end) = parent.expire
        && delegated.expire.is_none_or(|own| own > end)
    {
        beyond.push(("valid_until_date", "must not end after the parent does".to_owned()));
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::super::scope::scope;
    use super::*;
    use clientele_money::{Amount, currency};

    fn limits(code: &str, act: Option<i64>, total: Option<i64>) -> Option<Limits> {
        let amount = |minor| Amount::of_minor(minor, currency(code).unwrap());
        Limits::of(act.map(amount), total.map(amount)).unwrap()
    }

    #[test]
    fn everything_that_is_wider_is_named() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let (wide, narrow) = (scope(&["*"], &[]), scope(&["place-order"], &["parts"]));
        let parent = Delegated {
            scope: &narrow,
            limits: limits("CNY", Some(10), Some(100)),
            start: at(10),
            expire: Some(at(20)),
        };
        let fields = |delegated: &Delegated<'_>| {
            beyond(delegated, &parent).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&parent), [] as [&str; 0]);
        let wider = Delegated { scope: &wide, limits: None, start: at(9), expire: None };
        let all = ["matters", "products", "act_limit", "total_limit", "valid_from_date", "valid_until_date"];
        assert_eq!(fields(&wider), all);
        let euro = Delegated { limits: limits("EUR", Some(1), Some(1)), ..parent };
        assert_eq!(fields(&euro), ["act_limit", "total_limit"]);
        let unlimited_act = Delegated { limits: limits("CNY", None, Some(100)), ..parent };
        assert_eq!(fields(&unlimited_act), ["act_limit"]);
        // Its own total is the limit of an act where the parent has none for an act, and the other way round; only the currency has to fit.
        let loose = Delegated { limits: limits("CNY", None, Some(100)), ..parent };
        let other = Delegated { limits: limits("EUR", Some(1), None), ..loose };
        assert_eq!(beyond(&other, &loose).into_iter().map(|(field, _)| field).collect::<Vec<_>>(), ["total_limit"]);
    }
}
