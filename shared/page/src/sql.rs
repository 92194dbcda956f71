//! A piece of SQL with its values beside it: the only way from a request to a query.

use std::fmt::Write as _;

use jiff_sqlx::ToSqlx as _;
use sqlx::{Postgres, QueryBuilder};

use crate::Value;

/// SQL text with gaps, and the values that fill them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Bind(Value),
}

impl Fragment {
    /// Adds trusted text: keywords and columns, never a value.
    pub fn text(&mut self, text: &str) -> &mut Self {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
        self
    }

    /// Adds a placeholder and its value.
    pub fn bind(&mut self, value: Value) -> &mut Self {
        let cast = if matches!(value, Value::Decimal(_)) { "::text::numeric" } else { "" };
        self.parts.push(Part::Bind(value));
        self.text(cast)
    }

    /// Adds another fragment.
    pub fn append(&mut self, other: Self) -> &mut Self {
        for part in other.parts {
            match part {
                Part::Text(text) => {
                    self.text(&text);
                }
                bind @ Part::Bind(_) => self.parts.push(bind),
            }
        }
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The text with placeholders from `$first_bind` on, and the values in the order of their placeholders.
    pub fn to_sql(&self, first_bind: usize) -> (String, Vec<Value>) {
        let mut sql = String::new();
        let mut values = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => sql.push_str(text),
                Part::Bind(value) => {
                    let number = first_bind + values.len();
                    // Writing to a String cannot fail.
                    let _ = write!(sql, "${number}");
                    values.push(value.clone());
                }
            }
        }
        (sql, values)
    }

    /// Adds it to a query that is being built.
    pub fn push(&self, query: &mut QueryBuilder<Postgres>) {
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    query.push(text);
                }
                Part::Bind(value) => push_value(query, value.clone()),
            }
        }
    }
}

fn push_value(query: &mut QueryBuilder<Postgres>, value: Value) {
    match value {
        Value::Text(value) | Value::Decimal(value) => query.push_bind(value),
        Value::Int(value) => query.push_bind(value),
        Value::Float(value) => query.push_bind(value),
        Value::Bool(value) => query.push_bind(value),
        Value::Timestamp(value) => query.push_bind(value.to_sqlx()),
        Value::Date(value) => query.push_bind(value.to_sqlx()),
        Value::Uuid(value) => query.push_bind(value),
        Value::TextArray(value) => query.push_bind(value),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on_from_the_first_and_match_their_values() {
        let mut inner = Fragment::default();
        inner.text("b = ").bind(Value::Decimal("1.5".into()));
        let mut fragment = Fragment::default();
        fragment.text("a = ").bind(Value::Int(7)).text(" AND ").append(inner);
        let (sql, values) = fragment.to_sql(3);
        assert_eq!(sql, "a = $3 AND b = $4::text::numeric");
        assert_eq!(values, [Value::Int(7), Value::Decimal("1.5".into())]);
    }

    #[test]
    fn a_query_that_has_binds_already_goes_on_counting() {
        let mut query = QueryBuilder::new("SELECT 1 WHERE t = ");
        query.push_bind("tenant").push(" AND ");
        let mut fragment = Fragment::default();
        fragment.text("a = ").bind(Value::Int(7));
        fragment.push(&mut query);
        assert_eq!(query.into_string(), "SELECT 1 WHERE t = $1 AND a = $2");
    }
}
