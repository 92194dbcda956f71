//! "After this row": the condition that continues a list where its last page ended.

use crate::{Fragment, Order, Term, Value};

/// What a row holds in one field of the order; `None` is NULL.
pub type Key = Option<Value>;

/// The rows that come after the one with these keys; one key for each term of the order.
pub fn after(order: &Order, keys: &[Key]) -> Fragment {
    let pairs: Vec<(Term, Key)> = order.terms().iter().copied().zip(keys.iter().cloned()).collect();
    let mut sql = Fragment::default();
    match pairs.as_slice() {
        [] => sql.text("TRUE"),
        [(first, _), ..] if pairs.iter().all(|pair| is_plain(pair, first.descending)) => sql.append(row_wise(&pairs)),
        _ => sql.append(term_wise(&pairs)),
    };
    sql
}

fn is_plain((term, key): &(Term, Key), descending: bool) -> bool {
    !term.field.nullable && key.is_some() && term.descending == descending
}

/// `(a, id) > ($1, $2)`: one range of an index, however deep the page.
fn row_wise(pairs: &[(Term, Key)]) -> Fragment {
    let mut columns = Fragment::default();
    let mut values = Fragment::default();
    for (index, (term, key)) in pairs.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        columns.text(comma).text(&term.field.sql());
        values.text(comma);
        if let Some(value) = key {
            values.bind(value.clone());
        }
    }
    let operator = if pairs[0].0.descending { ") < (" } else { ") > (" };
    let mut sql = Fragment::default();
    sql.text("(").append(columns).text(operator).append(values).text(")");
    sql
}

/// `(a > $1 OR (a = $1 AND <the same for the rest>))`, with NULL after every value.
fn term_wise(pairs: &[(Term, Key)]) -> Fragment {
    let mut sql = Fragment::default();
    let [(term, key), rest @ ..] = pairs else {
        return sql;
    };
    let column = term.field.sql();
    let Some(value) = key else {
        sql.text("(").text(&column).text(" IS NULL AND ").append(term_wise(rest)).text(")");
        return sql;
    };
    let operator = if term.descending { " < " } else { " > " };
    sql.text("(").text(&column).text(operator).bind(value.clone());
    if term.field.nullable {
        sql.text(" OR ").text(&column).text(" IS NULL");
    }
    if !rest.is_empty() {
        sql.text(" OR (").text(&column).text(" = ").bind(value.clone());
        sql.text(" AND ").append(term_wise(rest)).text(")");
    }
    sql.text(")");
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Kind, Schema};

    static SCHEMA: Schema = Schema::new(
        Field::new("id", "id", Kind::Integer),
        &[
            Field::new("name", "name", Kind::Text).sortable(),
            Field::new("clv", "clv", Kind::Float).nullable().sortable(),
        ],
    );

    fn sql(order_by: &str, keys: &[Key]) -> String {
        after(&Order::parse(order_by, &SCHEMA).unwrap(), keys).to_sql(1).0
    }

    #[test]
    fn one_direction_without_nulls_is_a_row_comparison() {
        assert_eq!(sql("name", &[Some("a".into()), Some(1.into())]), "(name, id) > ($1, $2)");
        assert_eq!(sql("name desc", &[Some("a".into()), Some(1.into())]), "(name, id) < ($1, $2)");
        assert_eq!(sql("", &[Some(1.into())]), "(id) > ($1)");
    }

    #[test]
    fn mixed_directions_go_term_by_term() {
        assert_eq!(
            sql("name desc, id", &[Some("a".into()), Some(1.into())]),
            "(name < $1 OR (name = $2 AND (id > $3)))"
        );
    }

    #[test]
    fn null_comes_after_every_value_and_ties_with_itself() {
        assert_eq!(
            sql("clv desc", &[Some(2.5.into()), Some(1.into())]),
            "(clv < $1 OR clv IS NULL OR (clv = $2 AND (id < $3)))"
        );
        assert_eq!(sql("clv desc", &[None, Some(1.into())]), "(clv IS NULL AND (id < $1))");
    }
}
