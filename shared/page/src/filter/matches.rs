//! Evaluates a filter on an object in memory, as its SQL would on a row.

use std::cmp::Ordering;

use super::{Check, Comparison, Expr, Test};
use crate::{FieldValue, Value};

pub fn evaluate(expr: &Expr, object: &dyn Fn(&str) -> FieldValue) -> bool {
    match expr {
        Expr::And(all) => all.iter().all(|expr| evaluate(expr, object)),
        Expr::Or(any) => any.iter().any(|expr| evaluate(expr, object)),
        Expr::Not(inner) => !evaluate(inner, object),
        Expr::Test(test) => holds(test, &object(test.field.name)),
    }
}

fn holds(test: &Test, field: &FieldValue) -> bool {
    let value = match (&test.key, field) {
        (Some(key), FieldValue::Map(map)) => map.get(key).cloned().map(Value::Text),
        (None, FieldValue::One(value)) => Some(value.clone()),
        _ => None,
    };
    match (&test.check, value) {
        (Check::Null, value) => value.is_none(),
        (Check::Present, Some(Value::TextArray(list))) => !list.is_empty(),
        (Check::Present, Some(_)) => true,
        (Check::Present, None) => matches!(field, FieldValue::Map(map) if !map.is_empty()),
        (Check::HasKey(key), _) => matches!(field, FieldValue::Map(map) if map.contains_key(key)),
        (Check::Compare(comparison, literal), Some(value)) => {
            value.compare(literal).is_some_and(|ordering| fits(*comparison, ordering))
        }
        (Check::Like(pattern), Some(Value::Text(text))) => pattern.matches(&text),
        (Check::Contains(element), Some(Value::TextArray(list))) => list.contains(element),
        (Check::ContainsLike(pattern), Some(Value::TextArray(list))) => list.iter().any(|text| pattern.matches(text)),
        _ => false,
    }
}

const fn fits(comparison: Comparison, ordering: Ordering) -> bool {
    match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}
