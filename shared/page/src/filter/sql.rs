//! Writes a filter as SQL.
//!
//! A comparison with NULL is NULL in SQL, which `WHERE` takes as false; `AND` and `OR` keep it so. Only a negation must not turn it
//! around, hence `IS NOT TRUE`: it leaves plain comparisons as they are, for the sake of indexes.

use super::{Check, Comparison, Expr, Test};
use crate::schema::Kind;
use crate::{Fragment, Value};

pub fn write(expr: &Expr) -> Fragment {
    let mut sql = Fragment::default();
    match expr {
        Expr::And(all) if all.is_empty() => {
            sql.text("TRUE");
        }
        Expr::And(all) => join(&mut sql, all, " AND "),
        Expr::Or(any) => join(&mut sql, any, " OR "),
        Expr::Not(inner) => {
            sql.text("((").append(write(inner)).text(") IS NOT TRUE)");
        }
        Expr::Test(test) => write_test(&mut sql, test),
    }
    sql
}

fn join(sql: &mut Fragment, expressions: &[Expr], operator: &str) {
    sql.text("(");
    for (index, expr) in expressions.iter().enumerate() {
        if index > 0 {
            sql.text(operator);
        }
        sql.append(write(expr));
    }
    sql.text(")");
}

fn write_test(sql: &mut Fragment, test: &Test) {
    let column = &test.field.sql();
    match &test.check {
        Check::Null => subject(sql, test).text(" IS NULL"),
        Check::Present => match test.field.kind {
            Kind::TextMap => sql.text(column).text(" <> '{}'::jsonb"),
            Kind::TextList => sql.text("cardinality(").text(column).text(") > 0"),
            _ => sql.text(column).text(" IS NOT NULL"),
        },
        Check::HasKey(key) => sql.text(column).text(" ? ").bind(key.as_str().into()),
        Check::Compare(Comparison::Equal, Value::Text(value)) if test.key.is_some() => {
            // Containment, not ->>: a GIN index on the column serves it.
            sql.text(column).text(" @> jsonb_build_object(");
            sql.bind(Value::Text(test.key.clone().unwrap_or_default())).text("::text, ");
            sql.bind(value.as_str().into()).text("::text)")
        }
        Check::Compare(comparison, value) => subject(sql, test).text(operator(*comparison)).bind(value.clone()),
        Check::Like(pattern) => {
            let operator = if pattern.ignore_case { " ILIKE " } else { " LIKE " };
            subject(sql, test).text(operator).bind(Value::Text(pattern.to_like()))
        }
        Check::Contains(element) => sql.text(column).text(" @> ").bind(Value::TextArray(vec![element.clone()])),
        Check::ContainsLike(pattern) => {
            sql.text("EXISTS (SELECT FROM unnest(").text(column).text(") AS element WHERE element LIKE ");
            sql.bind(Value::Text(pattern.to_like())).text(")")
        }
    };
}

/// The column, or the value of its key.
fn subject<'s>(sql: &'s mut Fragment, test: &Test) -> &'s mut Fragment {
    let column = test.field.sql();
    match &test.key {
        None => sql.text(&column),
        Some(key) => sql.text("(").text(&column).text(" ->> ").bind(key.as_str().into()).text(")"),
    }
}

const fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
    }
}
