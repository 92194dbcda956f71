//! Colours, by what they mean.

use super::Screen;

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Headings.
    Bold,
    /// Units, hints, what matters less.
    Dim,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
    /// What the eye should find first.
    Accent,
    /// A background, 0 (faint) to 1 (strong), with text that can be read on it.
    Shade(Strength),
}

/// Of a background: a share of the strongest, in 255ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength(u8);

impl Strength {
    /// From a share between 0 and 1; what lies outside is pulled in.
    pub fn new(share: f64) -> Self {
        Self((share.clamp(0.0, 1.0) * 255.0).round() as u8)
    }

    /// Which of `steps` equal steps this is, from 0.
    pub fn step(self, steps: usize) -> usize {
        (usize::from(self.0) * steps / 256).min(steps.saturating_sub(1))
    }
}

/// From the 256-colour palette: light to dark blue, and whether text on it is white.
const RAMP: [(u8, bool); 7] =
    [(195, false), (153, false), (111, false), (69, true), (26, true), (19, true), (17, true)];

/// `text` in `style`, if the screen has colour.
pub fn paint(text: &str, style: Style, screen: &Screen) -> String {
    if !screen.colour || text.is_empty() {
        return text.to_owned();
    }
    let code = match style {
        Style::Bold => "1".into(),
        Style::Dim => "2".into(),
        Style::Good => "32".into(),
        Style::Warning => "33".into(),
        Style::Bad => "31".into(),
        Style::Accent => "1;36".into(),
        Style::Shade(strength) => {
            let (background, white) = RAMP[strength.step(RAMP.len())];
            format!("48;5;{background};38;5;{}", if white { 255 } else { 16 })
        }
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_added_only_where_it_shows() {
        assert_eq!(paint("x", Style::Bad, &Screen::coloured(80)), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(paint("x", Style::Bad, &Screen::plain(80)), "x");
    }

    #[test]
    fn shades_run_from_the_first_to_the_last_step() {
        assert_eq!(Strength::new(0.0).step(4), 0);
        assert_eq!(Strength::new(0.5).step(4), 2);
        assert_eq!(Strength::new(1.0).step(4), 3);
        assert_eq!(Strength::new(7.0).step(4), 3);
        assert_eq!(Strength::new(f64::NAN).step(4), 0);
    }
}
