//! How wide the terminal is and whether it shows colour.

use std::io::{IsTerminal, stderr, stdout};

/// Where nothing says how wide it is.
const DEFAULT_WIDTH: usize = 100;
/// Below this nothing can be read; pictures are drawn this wide.
const LEAST_WIDTH: usize = 30;

/// What we draw on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether colours show.
    pub colour: bool,
}

impl Screen {
    /// The standard output as it is.
    pub fn stdout() -> Self {
        let size = terminal_size::terminal_size_of(stdout());
        Self::from(stdout().is_terminal(), size.map(|size| size.0.0), variable)
    }

    /// The standard error as it is.
    pub fn stderr() -> Self {
        let size = terminal_size::terminal_size_of(stderr());
        Self::from(stderr().is_terminal(), size.map(|size| size.0.0), variable)
    }

    /// So many columns, no colour.
    pub fn plain(width: usize) -> Self {
        Self { width: width.max(LEAST_WIDTH), colour: false }
    }

    /// So many columns, in colour.
    pub fn coloured(width: usize) -> Self {
        Self { colour: true, ..Self::plain(width) }
    }

    /// COLUMNS first, then the terminal's own width; colour unless NO_COLOR or a dumb terminal forbids it.
    fn from(is_terminal: bool, width: Option<u16>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let columns = variable("COLUMNS").and_then(|columns| columns.trim().parse().ok());
        let own = width.filter(|_| is_terminal).map(usize::from);
        let width = columns.or(own).filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH);
        let forbidden =
            variable("NO_COLOR").is_some_and(|value| !value.is_empty()) || variable("TERM").as_deref() == Some("dumb");
        Self { colour: is_terminal && !forbidden, ..Self::plain(width) }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(is_terminal: bool, width: Option<u16>, variables: &[(&str, &str)]) -> Screen {
        Screen::from(is_terminal, width, |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_terminal_gives_its_width_and_colour() {
        assert_eq!(screen(true, Some(72), &[]), Screen::coloured(72));
    }

    #[test]
    fn what_is_no_terminal_is_100_wide_without_colour() {
        assert_eq!(screen(false, Some(72), &[]), Screen::plain(100));
    }

    #[test]
    fn columns_overrules_the_terminal_and_counts_without_one() {
        assert_eq!(screen(true, Some(72), &[("COLUMNS", "50")]).width, 50);
        assert_eq!(screen(false, None, &[("COLUMNS", "50")]).width, 50);
        assert_eq!(screen(true, Some(72), &[("COLUMNS", "wide")]).width, 72);
        assert_eq!(screen(true, Some(72), &[("COLUMNS", "0")]).width, 100);
    }

    #[test]
    fn no_color_and_dumb_terminals_mean_no_colour() {
        assert!(!screen(true, None, &[("NO_COLOR", "1")]).colour);
        assert!(screen(true, None, &[("NO_COLOR", "")]).colour);
        assert!(!screen(true, None, &[("TERM", "dumb")]).colour);
    }
}
