//! Cuts a filter into tokens, on demand: what may stand in a word depends on whether a field or a literal is due.

use super::MAX_LENGTH;
use crate::PageError;

pub struct Lexer {
    chars: Vec<char>,
    at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Has,
}

impl Comparator {
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Has => ":",
        }
    }
}

/// A literal before it has a type: its text, cut where an unescaped `*` stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    pub position: usize,
    pub pieces: Vec<String>,
    pub quoted: bool,
}

impl Lexer {
    pub fn new(text: &str) -> Result<Self, PageError> {
        let chars: Vec<char> = text.chars().take(MAX_LENGTH + 1).collect();
        if chars.len() > MAX_LENGTH {
            let message = format!("the filter is longer than {MAX_LENGTH} characters; split it into several lists");
            return Err(PageError::filter(MAX_LENGTH + 1, message));
        }
        if let Some(at) = chars.iter().position(|char| char.is_control() && !char.is_whitespace()) {
            return Err(PageError::filter(at + 1, "control characters cannot be filtered by; remove it"));
        }
        Ok(Self { chars, at: 0 })
    }

    /// Where the next token starts, counted from 1.
    pub fn position(&mut self) -> usize {
        self.skip_space();
        self.at + 1
    }

    pub fn at_end(&mut self) -> bool {
        self.skip_space();
        self.at == self.chars.len()
    }

    /// Takes the character if it is next.
    pub fn take(&mut self, char: char) -> bool {
        self.skip_space();
        self.take_here(char)
    }

    /// Takes the character if it is next, without a space before it.
    pub fn take_here(&mut self, char: char) -> bool {
        let found = self.chars.get(self.at) == Some(&char);
        self.at += usize::from(found);
        found
    }

    pub fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.chars.get(self.at).copied()
    }

    /// Takes `AND`, `OR` or `NOT` if it is next as a whole word.
    pub fn take_keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let end = self.word_end(is_name);
        let found = self.chars[self.at..end].iter().copied().eq(keyword.chars());
        if found {
            self.at = end;
        }
        found
    }

    /// Takes one part of a field's path; empty when something else follows.
    pub fn name(&mut self) -> String {
        let end = self.word_end(is_name);
        self.take_until(end)
    }

    pub fn comparator(&mut self) -> Option<Comparator> {
        self.skip_space();
        let next = self.chars.get(self.at + 1) == Some(&'=');
        let (comparator, length) = match (self.chars.get(self.at)?, next) {
            ('=', _) => (Comparator::Equal, 1),
            (':', _) => (Comparator::Has, 1),
            ('!', true) => (Comparator::NotEqual, 2),
            ('<', true) => (Comparator::LessOrEqual, 2),
            ('<', false) => (Comparator::Less, 1),
            ('>', true) => (Comparator::GreaterOrEqual, 2),
            ('>', false) => (Comparator::Greater, 1),
            _ => return None,
        };
        self.at += length;
        Some(comparator)
    }

    /// Takes a quoted or bare literal, if one is next.
    pub fn literal(&mut self) -> Result<Option<Literal>, PageError> {
        let position = self.position();
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            self.at += 1;
            return self.quoted(quote, position).map(Some);
        }
        let end = self.word_end(is_bare);
        let word = self.take_until(end);
        let pieces = word.split('*').map(str::to_owned).collect();
        Ok((!word.is_empty()).then_some(Literal { position, pieces, quoted: false }))
    }

    /// Reads on after the opening quote.
    fn quoted(&mut self, quote: char, position: usize) -> Result<Literal, PageError> {
        let mut pieces = vec![];
        let mut piece = String::new();
        loop {
            let char = self.next().ok_or_else(|| {
                PageError::filter(position, format!("this quote is never closed; add {quote} after the value"))
            })?;
            match char {
                '\\' => piece.push(self.escaped()?),
                '*' => pieces.push(std::mem::take(&mut piece)),
                char if char == quote => break,
                char => piece.push(char),
            }
        }
        pieces.push(piece);
        Ok(Literal { position, pieces, quoted: true })
    }

    fn escaped(&mut self) -> Result<char, PageError> {
        match self.next() {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some(char @ ('\\' | '"' | '\'' | '*')) => Ok(char),
            _ => Err(PageError::filter(self.at, r#"after \ only \ " ' * n t may stand; write \\ for a backslash"#)),
        }
    }

    fn next(&mut self) -> Option<char> {
        let char = self.chars.get(self.at).copied();
        self.at += usize::from(char.is_some());
        char
    }

    fn skip_space(&mut self) {
        while self.chars.get(self.at).is_some_and(|char| char.is_whitespace()) {
            self.at += 1;
        }
    }

    fn word_end(&self, belongs: fn(char) -> bool) -> usize {
        let length = self.chars[self.at..].iter().take_while(|char| belongs(**char)).count();
        self.at + length
    }

    fn take_until(&mut self, end: usize) -> String {
        let word = self.chars[self.at..end].iter().collect();
        self.at = end;
        word
    }
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-')
}

fn is_bare(char: char) -> bool {
    !char.is_whitespace() && !matches!(char, '(' | ')' | ',' | '"' | '\'' | '=' | '<' | '>' | '!' | '\\')
}
