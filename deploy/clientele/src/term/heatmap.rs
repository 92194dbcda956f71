//! A grid of numbers, each field shaded by how large it is: RFM by recency and frequency.

use super::style::{Strength, paint};
use super::{Screen, Style, text};

const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// Between fields.
const GAP: usize = 1;

/// What a heat map shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    /// What runs down, e.g. `Recency`.
    pub down: String,
    /// What runs across, e.g. `Frequency`.
    pub across: String,
    /// A label for each row, from the top.
    pub rows: Vec<String>,
    /// A label for each column, from the left.
    pub columns: Vec<String>,
    /// The fields, row by row. What is missing or no number stays empty.
    pub values: Vec<Vec<f64>>,
}

/// Draws the grid; `caption` writes a value (a count, a share). The shade grows with the square root, so that small fields show
/// beside a huge one.
pub fn heatmap(map: &Heatmap, caption: fn(f64) -> String, screen: &Screen) -> String {
    let labels = map.rows.iter().chain([&map.down]).map(|label| text::width(label)).max().unwrap_or(0);
    let labels = labels.min(screen.width / 4);
    let field = field_width(map, caption, screen.width.saturating_sub(labels));
    let across = text::fit(&map.across, screen.width.saturating_sub(labels + GAP)).into_owned();
    let mut drawn = format!("{} {}\n", " ".repeat(labels), paint(&across, Style::Bold, screen));
    let down = text::left(&text::fit(&map.down, labels), labels);
    drawn.push_str(&paint(&down, Style::Bold, screen));
    for label in &map.columns {
        drawn.push(' ');
        drawn.push_str(&text::right(&text::fit(label, field), field));
    }
    drawn.push('\n');
    let most = map.values.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    for (at, label) in map.rows.iter().enumerate() {
        drawn.push_str(&text::left(&text::fit(label, labels), labels));
        for column in 0..map.columns.len() {
            let value = map.values.get(at).and_then(|row| row.get(column)).copied();
            drawn.push(' ');
            drawn.push_str(&shaded(value.filter(|v| v.is_finite()), most, caption, field, screen));
        }
        drawn.push('\n');
    }
    drawn
}

fn field_width(map: &Heatmap, caption: fn(f64) -> String, room: usize) -> usize {
    let captions = map.values.iter().flatten().map(|value| text::width(&caption(*value)));
    let heads = map.columns.iter().map(|label| text::width(label));
    // A shade and a space stand before the number.
    let wanted = captions.map(|width| width + 2).chain(heads).max().unwrap_or(0);
    wanted.min((room / map.columns.len().max(1)).saturating_sub(GAP))
}

fn shaded(value: Option<f64>, most: f64, caption: fn(f64) -> String, field: usize, screen: &Screen) -> String {
    let Some(value) = value else { return " ".repeat(field) };
    let share = if most > 0.0 { (value / most).max(0.0).sqrt() } else { 0.0 };
    let number = caption(value);
    if screen.colour {
        let shown = text::right(&text::fit(&number, field), field);
        return if value > 0.0 {
            paint(&shown, Style::Shade(Strength::new(share)), screen)
        } else {
            paint(&shown, Style::Dim, screen)
        };
    }
    let shade = if value > 0.0 { SHADES[1 + Strength::new(share).step(4)] } else { SHADES[0] };
    let room = field.saturating_sub(2);
    let shown = text::right(&text::fit(&number, room), room);
    text::left(&text::fit(&format!("{shade} {shown}"), field), field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::number;

    fn map() -> Heatmap {
        Heatmap {
            down: "Recency".into(),
            across: "Frequency".into(),
            rows: vec!["5 new".into(), "1 old".into()],
            columns: vec!["1".into(), "2".into(), "3".into()],
            values: vec![vec![1600.0, 400.0, 0.0], vec![100.0, 1000.0, f64::NAN]],
        }
    }

    fn customers(value: f64) -> String {
        number::decimal(value, 0)
    }

    #[test]
    fn without_colour_the_square_root_of_the_share_picks_the_shade() {
        // Square roots of the shares of 1,600: 1, .5, 0 and .25, .79.
        assert_eq!(
            heatmap(&map(), customers, &Screen::plain(80)),
            "        Frequency\n\
             Recency       1       2       3\n\
             5 new   █ 1,600 ▓   400       0\n\
             1 old   ▒   100 █ 1,000        \n"
        );
    }

    #[test]
    fn with_colour_the_background_is_shaded_and_no_shade_character_is_used() {
        let drawn = heatmap(&map(), customers, &Screen::coloured(80));
        assert!(drawn.contains("\u{1b}[48;5;17;38;5;255m  1,600\u{1b}[0m"), "{drawn:?}");
        assert!(!drawn.contains(SHADES[4]));
    }

    #[test]
    fn a_wide_grid_still_fits() {
        let mut map = map();
        map.columns = (0..10).map(|at| format!("column {at}")).collect();
        map.values = vec![vec![123_456.0; 10]; 2];
        let drawn = heatmap(&map, customers, &Screen::plain(60));
        assert!(drawn.lines().all(|line| text::width(line) <= 60), "{drawn}");
    }
}
