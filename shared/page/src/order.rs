//! `order_by` as AIP-132 has it: `clv desc, display_name`.

use crate::{Field, PageError, Schema};

/// A total order of a list: it always ends with the schema's unique field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    terms: Vec<Term>,
}

/// One field to sort by. Rows without a value come last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// What to sort by.
    pub field: &'static Field,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Order {
    /// Reads `order_by`; an empty one is the schema's default. The unique field follows in the direction of the last term, so that
    /// one index serves both directions.
    pub fn parse(text: &str, schema: &'static Schema) -> Result<Self, PageError> {
        let text = if text.trim().is_empty() { schema.default_order } else { text };
        let mut terms: Vec<Term> = vec![];
        let mut position = 1;
        if !text.trim().is_empty() {
            for part in text.split(',') {
                let term = read_term(part, position, schema)?;
                if terms.iter().any(|other| other.field == term.field) {
                    let message = format!("{} stands twice; name it once", term.field.name);
                    return Err(PageError::order_by(start(part, position), message));
                }
                terms.push(term);
                position += part.chars().count() + 1;
            }
        }
        // What follows the unique field decides nothing.
        if let Some(last) = terms.iter().position(|term| term.field == &schema.unique) {
            terms.truncate(last + 1);
        } else {
            let descending = terms.last().is_some_and(|term| term.descending);
            terms.push(Term { field: &schema.unique, descending });
        }
        Ok(Self { terms })
    }

    /// The fields, the unique one last.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What follows `ORDER BY`.
    pub fn to_sql(&self) -> String {
        self.joined(|Term { field, descending }| {
            let direction = match (descending, field.nullable) {
                (false, _) => "",
                (true, false) => " DESC",
                (true, true) => " DESC NULLS LAST",
            };
            format!("{}{direction}", field.sql())
        })
    }

    /// The same order always as the same text, unique field included.
    pub(crate) fn canonical(&self) -> String {
        self.joined(|term| format!("{}{}", term.field.name, if term.descending { " desc" } else { "" }))
    }

    fn joined(&self, write: impl Fn(&Term) -> String) -> String {
        self.terms.iter().map(write).collect::<Vec<_>>().join(", ")
    }
}

fn read_term(part: &str, position: usize, schema: &'static Schema) -> Result<Term, PageError> {
    let position = start(part, position);
    let mut words = part.split_whitespace();
    let Some(name) = words.next() else {
        return Err(PageError::order_by(position, "the name of a field is missing between commas"));
    };
    let Some(field) = schema.field(name).filter(|field| field.sortable) else {
        let message = format!("one cannot sort by this; the fields are {}", schema.sortable_names());
        return Err(PageError::order_by(position, message));
    };
    let descending = match (words.next(), words.next()) {
        (None | Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => {
            let message = format!("after {name} only desc may stand; put a comma before the next field");
            return Err(PageError::order_by(position, message));
        }
    };
    Ok(Term { field, descending })
}

/// Where the first word of a part stands.
fn start(part: &str, position: usize) -> usize {
    position + part.chars().take_while(|char| char.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    static SCHEMA: Schema = Schema::new(
        Field::new("customer_id", "c.customer_id", Kind::Uuid),
        &[
            Field::new("clv", "s.clv", Kind::Float).nullable().sortable(),
            Field::new("display_name", "c.display_name", Kind::Text).sortable(),
            Field::new("email", "c.email", Kind::Text),
        ],
    )
    .ordered_by("display_name desc");

    fn sql(text: &str) -> String {
        Order::parse(text, &SCHEMA).unwrap().to_sql()
    }

    #[test]
    fn every_order_ends_with_the_unique_field_in_the_last_direction() {
        assert_eq!(sql("display_name"), "c.display_name, c.customer_id");
        assert_eq!(sql(" clv   desc ,display_name asc"), "s.clv DESC NULLS LAST, c.display_name, c.customer_id");
        assert_eq!(sql("clv desc"), "s.clv DESC NULLS LAST, c.customer_id DESC");
        assert_eq!(sql("clv"), "s.clv, c.customer_id");
    }

    #[test]
    fn nothing_follows_the_unique_field() {
        assert_eq!(sql("customer_id desc, clv"), "c.customer_id DESC");
    }

    #[test]
    fn no_order_is_the_default_of_the_schema() {
        assert_eq!(sql(" "), "c.display_name DESC, c.customer_id DESC");
    }

    #[test]
    fn what_cannot_be_sorted_by_is_refused_where_it_stands() {
        for (text, position, says) in [
            ("clv desc, email", 11, "the fields are customer_id, clv, display_name"),
            ("clv descending", 1, "only desc"),
            ("clv desc display_name", 1, "comma"),
            ("clv,, display_name", 5, "missing"),
            ("clv,", 5, "missing"),
            ("é, clv", 1, "the fields are"),
            ("clv,  clv desc", 7, "twice"),
        ] {
            let error = Order::parse(text, &SCHEMA).unwrap_err();
            assert_eq!(error.position(), Some(position), "{text}");
            assert!(error.to_string().contains(says), "{text}: {error}");
            assert_eq!(error.field(), "order_by");
        }
    }
}
