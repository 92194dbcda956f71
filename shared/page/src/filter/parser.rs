//! Recursive descent over the grammar of AIP-160, bounded in depth and in the number of comparisons.

use super::lexer::{Comparator, Lexer};
use super::{Expr, MAX_DEPTH, MAX_TESTS, literal};
use crate::schema::{Field, Kind, Schema};
use crate::{PageError, filter::Test};

type Result<T> = std::result::Result<T, PageError>;

/// What a literal is compared with: `attributes.region =`.
pub struct Subject {
    pub field: &'static Field,
    pub key: Option<String>,
    pub comparator: Comparator,
    /// Where the field stands.
    pub position: usize,
}

pub fn parse(text: &str, schema: &'static Schema) -> Result<Expr> {
    let mut parser = Parser { lexer: Lexer::new(text)?, schema, tests: 0 };
    if parser.lexer.at_end() {
        return Ok(Expr::And(vec![]));
    }
    let root = parser.expression(0, None)?;
    match parser.lexer.peek() {
        None => Ok(root),
        Some(_) => {
            Err(PageError::filter(parser.lexer.position(), "this closing parenthesis has no opening one; remove it"))
        }
    }
}

struct Parser {
    lexer: Lexer,
    schema: &'static Schema,
    tests: usize,
}

/// With a subject, what is read are its literals: `status = (ACTIVE OR PAUSED)`.
impl Parser {
    /// `factor {[AND] factor}`
    fn expression(&mut self, depth: usize, subject: Option<&Subject>) -> Result<Expr> {
        let mut all = vec![self.factor(depth, subject)?];
        while self.lexer.take_keyword("AND") || !self.ends() {
            all.push(self.factor(depth, subject)?);
        }
        Ok(only(all).unwrap_or_else(Expr::And))
    }

    /// `term {OR term}`
    fn factor(&mut self, depth: usize, subject: Option<&Subject>) -> Result<Expr> {
        let mut any = vec![self.term(depth, subject)?];
        while self.lexer.take_keyword("OR") {
            any.push(self.term(depth, subject)?);
        }
        Ok(only(any).unwrap_or_else(Expr::Or))
    }

    /// `[NOT | -] (restriction | "(" expression ")")`
    fn term(&mut self, depth: usize, subject: Option<&Subject>) -> Result<Expr> {
        let position = self.lexer.position();
        if depth > MAX_DEPTH {
            let message = format!("parentheses and NOT nest deeper than {MAX_DEPTH}; write it flatter");
            return Err(PageError::filter(position, message));
        }
        // A minus before a literal is its sign.
        if self.lexer.take_keyword("NOT") || (subject.is_none() && self.lexer.take('-')) {
            return Ok(Expr::Not(Box::new(self.term(depth + 1, subject)?)));
        }
        if self.lexer.take('(') {
            let inner = self.expression(depth + 1, subject)?;
            if !self.lexer.take(')') {
                return Err(PageError::filter(position, "this parenthesis is never closed; add a )"));
            }
            return Ok(inner);
        }
        for keyword in ["AND", "OR"] {
            if self.lexer.take_keyword(keyword) {
                let message = format!("{keyword} needs a comparison on either side; quote it if it is a value");
                return Err(PageError::filter(position, message));
            }
        }
        match subject {
            Some(subject) => self.literal(subject),
            None => self.restriction(depth),
        }
    }

    /// `field comparator (literal | "(" expression of literals ")")`
    fn restriction(&mut self, depth: usize) -> Result<Expr> {
        let position = self.lexer.position();
        let path = self.path(position)?;
        if self.lexer.take_here('(') {
            return Err(PageError::filter(position, "functions are not supported; compare a field with a value"));
        }
        let Some(comparator) = self.lexer.comparator() else {
            return Err(PageError::filter(position, self.bare(&path)));
        };
        let (field, key) = self.resolve(&path, position)?;
        let negated = comparator == Comparator::NotEqual;
        let comparator = if negated { Comparator::Equal } else { comparator };
        let subject = Subject { field, key, comparator, position };
        let positive = match self.lexer.peek() {
            Some('(') => self.term(depth + 1, Some(&subject))?,
            _ => self.literal(&subject)?,
        };
        Ok(if negated { Expr::Not(Box::new(positive)) } else { positive })
    }

    fn literal(&mut self, subject: &Subject) -> Result<Expr> {
        let position = self.lexer.position();
        self.tests += 1;
        if self.tests > MAX_TESTS {
            let message = format!("the filter has more than {MAX_TESTS} comparisons; split it into several lists");
            return Err(PageError::filter(position, message));
        }
        let found = self.lexer.literal()?;
        let Some(literal) = found.filter(|literal| literal.quoted || !is_keyword(&literal.pieces)) else {
            let (symbol, expects) = (subject.comparator.symbol(), subject.field.kind.expects());
            let message = format!("a value is missing after {symbol}; {} expects {expects}", subject.field.name);
            return Err(PageError::filter(position, message));
        };
        let check = literal::check(subject, &literal)?;
        Ok(Expr::Test(Test { field: subject.field, key: subject.key.clone(), check }))
    }

    /// `name {"." (name | string)}`
    fn path(&mut self, position: usize) -> Result<Vec<String>> {
        let mut path = vec![self.lexer.name()];
        if path[0].is_empty() {
            return Err(PageError::filter(position, self.no_field()));
        }
        while self.lexer.take_here('.') {
            let position = self.lexer.position();
            let mut part = self.lexer.name();
            if part.is_empty() && matches!(self.lexer.peek(), Some('"' | '\'')) {
                part = self.lexer.literal()?.map(|literal| literal.pieces.join("*")).unwrap_or_default();
            }
            if part.is_empty() {
                return Err(PageError::filter(position, "a name is missing after the dot"));
            }
            path.push(part);
        }
        Ok(path)
    }

    /// The field a path names, and the key where the field is a map.
    fn resolve(&self, path: &[String], position: usize) -> Result<(&'static Field, Option<String>)> {
        let find = |name: &str| self.schema.field(name).filter(|field| field.filterable);
        let name = path.join(".");
        if let Some(field) = find(&name) {
            return Ok((field, None));
        }
        for end in (1..path.len()).rev() {
            let map = find(&path[..end].join(".")).filter(|field| field.kind == Kind::TextMap);
            if let Some(field) = map {
                return Ok((field, Some(path[end..].join("."))));
            }
        }
        if let Some(why) = self.schema.field(&name).and_then(|field| field.refusal) {
            return Err(PageError::filter(position, format!("{name} {why}")));
        }
        let names = self.schema.filterable_names();
        let message = format!("there is no field {name} to filter by; the fields are {names}");
        Err(PageError::filter(position, message))
    }

    fn ends(&mut self) -> bool {
        self.lexer.peek().is_none_or(|char| char == ')')
    }

    fn no_field(&mut self) -> String {
        let names = self.schema.filterable_names();
        match self.lexer.peek() {
            None => {
                format!("a comparison is missing here; write a field, a comparator and a value, the fields are {names}")
            }
            Some('"' | '\'') => format!("a value cannot stand alone; name the field it is of, the fields are {names}"),
            Some(_) => format!("the name of a field is due here; the fields are {names}"),
        }
    }

    /// What to say of a word that no comparator follows. The word may be a value, so it is not repeated.
    fn bare(&self, path: &[String]) -> String {
        if path.len() == 1 && ["and", "or", "not"].contains(&path[0].to_lowercase().as_str()) {
            return "write AND, OR and NOT in upper case".into();
        }
        let names = self.schema.filterable_names();
        format!(
            "a value cannot stand alone; write a field, a comparator (= != < <= > >= :) and the value, quoted if it has spaces; \
             the fields are {names}"
        )
    }
}

/// The expression itself when there is only one.
fn only(mut expressions: Vec<Expr>) -> std::result::Result<Expr, Vec<Expr>> {
    match expressions.pop() {
        Some(last) if expressions.is_empty() => Ok(last),
        last => {
            expressions.extend(last);
            Err(expressions)
        }
    }
}

fn is_keyword(pieces: &[String]) -> bool {
    matches!(pieces, [word] if matches!(word.as_str(), "AND" | "OR" | "NOT"))
}
