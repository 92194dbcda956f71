//! The median and the range of a few figures.

use std::fmt;

/// What a figure was over the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The one in the middle, or the mean of the two there.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Spread {
    /// Of figures; not a number when there are none.
    pub fn of(figures: &[f64]) -> Self {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
            return Self { median: f64::NAN, least: f64::NAN, most: f64::NAN };
        };
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
        Self { median, least, most }
    }

    /// Of the ratios of figures taken in turns.
    pub fn of_ratios(ours: &[f64], beside: &[f64]) -> Self {
        let ratios: Vec<f64> = ours.iter().zip(beside).map(|(ours, beside)| ours / beside).collect();
        Self::of(&ratios)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.most >= 100.0 { 0 } else { 2 };
        write!(formatter, "{:.digits$} ({:.digits$}-{:.digits$})", self.median, self.least, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let spread = Spread::of_ratios(&[1.0, 4.0, 9.0], &[1.0, 2.0, 3.0]);
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
    }

    #[test]
    fn an_even_number_of_figures_has_its_median_between_two() {
        assert!((Spread::of(&[4.0, 1.0, 2.0, 3.0]).median - 2.5).abs() < 1e-12);
        assert!(Spread::of(&[]).median.is_nan());
    }
}
