//! Text by the columns it takes on the screen: Chinese characters take two, accents none.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Without what would move the cursor or change the terminal: control characters and marks that reverse the direction of
/// writing become `\u{...}` or a space. Everything that comes from files or customers goes through here.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_unsafe(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most `columns` wide; what was cut shows as `…`.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > columns {
            break;
        }
        used += wide;
        kept.push(c);
    }
    if columns > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Printable and at most `columns` wide: for values in messages.
pub fn excerpt(text: &str, columns: usize) -> String {
    // The longest text worth looking at: a value may be 64 KiB.
    let end = text.char_indices().nth(columns + 1).map_or(text.len(), |(at, _)| at);
    let shown = printable(&text[..end]);
    fit(&shown, columns).into_owned()
}

/// Filled with spaces on the right to `columns`.
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Filled with spaces on the left to `columns`.
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Broken between words into lines of at most `columns`; a longer word is cut.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = width(word);
        if used > 0 && used + 1 + wide > columns {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&fit(word, columns));
            used += wide.min(columns);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns_and_is_cut_between_characters() {
        assert_eq!(width("客户价值"), 8);
        assert_eq!(fit("客户价值", 8), "客户价值");
        assert_eq!(fit("客户价值", 7), "客户价…");
        assert_eq!(fit("客户价值", 6), "客户…");
        assert_eq!(fit("abc", 2), "a…");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn nothing_printed_can_drive_the_terminal() {
        assert_eq!(printable("\u{1b}[2Ja\nb\u{202e}c"), "\\u{1b}[2Ja\\nb\\u{202e}c");
        assert_eq!(printable("Müller 客户"), "Müller 客户");
    }

    #[test]
    fn an_excerpt_of_a_huge_value_is_short() {
        assert_eq!(width(&excerpt(&"客".repeat(60_000), 40)), 39);
        assert_eq!(excerpt("short", 40), "short");
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(left("客", 4), "客  ");
        assert_eq!(right("客", 4), "  客");
        assert_eq!(right("12345", 4), "12345");
    }

    #[test]
    fn wrapping_never_exceeds_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible", 5), ["inco…"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
