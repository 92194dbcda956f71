//! AIP-160 filters: read against a schema, written as SQL or evaluated in memory.
//!
//! The grammar is <https://google.aip.dev/160> (and its EBNF): `OR` binds tighter than `AND`, a sequence is an `AND`. What it
//! leaves open is settled in `README.md`. To add an operator: `lexer` reads it, `literal` types it, `sql` and `matches` answer it,
//! and the property test in `tests/it/filter.rs` holds the two together.

mod lexer;
mod literal;
mod matches;
mod parser;
mod sql;

use crate::{Field, FieldValue, Fragment, PageError, Schema, Value};
use literal::Pattern;

/// The longest filter, in characters.
pub const MAX_LENGTH: usize = 2_000;
/// How deep parentheses and negations may nest.
pub const MAX_DEPTH: usize = 30;
/// How many comparisons a filter may have.
pub const MAX_TESTS: usize = 100;

/// A filter that fits its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    root: Expr,
}

/// What must hold. Every node is true or false: a comparison with a field that is not set is false, its negation true.
#[derive(Debug, Clone, PartialEq)]
enum Expr {
    /// All of them; true when there are none.
    And(Vec<Expr>),
    /// Any of them; never empty.
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
struct Test {
    field: &'static Field,
    /// The key, for a value of a map: `attributes.region`.
    key: Option<String>,
    check: Check,
}

#[derive(Debug, Clone, PartialEq)]
enum Check {
    /// `= null`.
    Null,
    /// `:*`: set, and not empty where it is a map or list.
    Present,
    /// Map: has the key.
    HasKey(String),
    Compare(Comparison, Value),
    /// Text, or a value of a map, against wildcards.
    Like(Pattern),
    /// List: has the element.
    Contains(String),
    /// List: has an element like that.
    ContainsLike(Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Reads a filter; an empty one lets everything pass.
    pub fn parse(text: &str, schema: &'static Schema) -> Result<Self, PageError> {
        Ok(Self { root: parser::parse(text, schema)? })
    }

    /// The one that lets everything pass, as an empty text does.
    pub fn everything() -> Self {
        Self { root: Expr::And(Vec::new()) }
    }

    /// Whether it lets everything pass.
    pub fn is_empty(&self) -> bool {
        matches!(&self.root, Expr::And(all) if all.is_empty())
    }

    /// The fields it asks, those of several comparisons as often.
    pub fn fields(&self) -> Vec<&'static Field> {
        let mut fields = Vec::new();
        self.root.add_fields(&mut fields);
        fields
    }

    /// As a boolean SQL expression in parentheses, or `TRUE`.
    pub fn fragment(&self) -> Fragment {
        sql::write(&self.root)
    }

    /// As SQL with placeholders from `$first_bind` on, and their values in order.
    pub fn to_sql(&self, first_bind: usize) -> (String, Vec<Value>) {
        self.fragment().to_sql(first_bind)
    }

    /// Whether an object in memory passes, given what its fields hold (enums: the stored value).
    ///
    /// The same as in SQL, where the database orders text by code point (the "C" collation).
    pub fn matches(&self, object: &dyn Fn(&str) -> FieldValue) -> bool {
        matches::evaluate(&self.root, object)
    }
}

impl Expr {
    fn add_fields(&self, fields: &mut Vec<&'static Field>) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|expr| expr.add_fields(fields)),
            Self::Not(inner) => inner.add_fields(fields),
            Self::Test(test) => fields.push(test.field),
        }
    }
}
