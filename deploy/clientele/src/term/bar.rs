//! Horizontal bars, to an eighth of a column.

use std::fmt::Write as _;

use super::{Screen, Style, style, text};

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// A label takes at most this share of the width.
const LABEL_SHARE: usize = 3;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Before it.
    pub label: String,
    /// Its length; what is negative or no number has none.
    pub value: f64,
    /// Behind it.
    pub caption: String,
}

/// A bar of `value` where `most` fills `columns`.
pub fn blocks(value: f64, most: f64, columns: usize) -> String {
    let share = if most > 0.0 && value > 0.0 { (value / most).min(1.0) } else { 0.0 };
    let eighths = (share * columns as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// Bars under each other, the longest (or `most`) as long as there is room.
pub fn bars(bars: &[Bar], most: Option<f64>, screen: &Screen) -> String {
    let widest = |of: fn(&Bar) -> &str| bars.iter().map(|bar| text::width(of(bar))).max().unwrap_or(0);
    let label = widest(|bar| &bar.label).min(screen.width / LABEL_SHARE);
    let caption = widest(|bar| &bar.caption).min(screen.width / LABEL_SHARE);
    let room = screen.width.saturating_sub(label + caption + 2);
    let most = most.unwrap_or_else(|| bars.iter().map(|bar| bar.value).fold(0.0, f64::max));
    let mut lines = String::new();
    for bar in bars {
        let name = text::left(&text::fit(&text::printable(&bar.label), label), label);
        let drawn = text::left(&blocks(bar.value, most, room), room);
        let value = text::right(&text::fit(&bar.caption, caption), caption);
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{name} {} {value}", style::paint(&drawn, Style::Accent, screen));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: f64, caption: &str) -> Bar {
        Bar { label: label.into(), value, caption: caption.into() }
    }

    #[test]
    fn bars_are_drawn_to_an_eighth_of_a_column() {
        assert_eq!(blocks(1.0, 1.0, 3), "███");
        assert_eq!(blocks(0.5, 1.0, 3), "█▌");
        assert_eq!(blocks(1.0, 24.0, 3), "▏");
        assert_eq!(blocks(9.0, 1.0, 3), "███");
        assert_eq!(blocks(-1.0, 1.0, 3), "");
        assert_eq!(blocks(f64::NAN, 1.0, 3), "");
        assert_eq!(blocks(1.0, 0.0, 3), "");
    }

    #[test]
    fn the_longest_bar_takes_the_room_that_labels_and_captions_leave() {
        let drawn = bars(&[bar("key", 20.0, "20"), bar("客户", 10.0, "10")], None, &Screen::plain(30));
        let full = "█".repeat(22);
        let half = format!("{}{}", "█".repeat(11), " ".repeat(11));
        assert_eq!(drawn, format!("key  {full} 20\n客户 {half} 10\n"));
    }

    #[test]
    fn long_labels_do_not_push_the_picture_off_the_screen() {
        let drawn = bars(&[bar(&"x".repeat(200), 1.0, &"y".repeat(200))], None, &Screen::plain(40));
        assert!(drawn.lines().all(|line| text::width(line) <= 40), "{drawn}");
    }
}
