//! Which share of the customers brings which share of the value: a Lorenz curve lying on its side.

use super::bar::{Bar, bars};
use super::{Screen, Style, number, style, text};

/// How value is spread over customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// How many customers.
    pub customers: u64,
    /// The share of all value that the best 10 %, 20 %, ... 100 % of customers bring.
    pub cumulative: [f64; 10],
    /// 0 when all bring the same, towards 1 when one brings everything.
    pub gini: f64,
}

impl Concentration {
    /// Of a value per customer, in any order. Negative values count as none. `None` when nobody brings anything.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut values: Vec<f64> = values.iter().map(|value| value.max(0.0)).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let total: f64 = values.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let n = values.len() as f64;
        let mut before = Vec::with_capacity(values.len() + 1);
        before.push(0.0);
        before.extend(values.iter().scan(0.0, |sum, value| {
            *sum += value;
            Some(*sum)
        }));
        // A tenth of the customers need not be a whole number: the one on the border counts in part.
        let cumulative = std::array::from_fn(|at| {
            let customers = n * (at + 1) as f64 / 10.0;
            let whole = (customers.floor() as usize).min(values.len());
            let part = values.get(whole).copied().unwrap_or(0.0) * (customers - whole as f64);
            ((before[whole] + part) / total).min(1.0)
        });
        // With ranks from 1 for the smallest: G = 2 sum(rank value) / (n total) - (n + 1) / n.
        let ranked: f64 = values.iter().rev().zip(1..).map(|(value, rank)| f64::from(rank) * value).sum();
        let gini = 2.0 * ranked / (n * total) - (n + 1.0) / n;
        Some(Self { customers: values.len() as u64, cumulative, gini: gini.max(0.0) })
    }

    /// The picture and its sentence; `value` names what is shared out, e.g. `expected value`.
    pub fn render(&self, value: &str, screen: &Screen) -> String {
        let rows: Vec<Bar> = self
            .cumulative
            .iter()
            .zip(1..)
            .map(|(share, tenth)| Bar {
                label: format!("best {:>3} %", tenth * 10),
                value: *share,
                caption: number::percent(*share),
            })
            .collect();
        let mut drawn = bars(&rows, Some(1.0), screen);
        for line in text::wrap(&self.sentence(value), screen.width) {
            drawn.push_str(&style::paint(&line, Style::Bold, screen));
            drawn.push('\n');
        }
        drawn
    }

    /// What the picture says.
    pub fn sentence(&self, value: &str) -> String {
        format!(
            "The top 20 % of {} customers bring {} % of the {value} (Gini {:.2}).",
            number::count(self.customers),
            number::decimal(self.cumulative[1] * 100.0, 0),
            self.gini
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_customers_bring_equal_shares() {
        let equal = Concentration::of(&[5.0; 7]).unwrap();
        assert!((equal.cumulative[1] - 0.2).abs() < 1e-12);
        assert!(equal.gini.abs() < 1e-12);
    }

    #[test]
    fn one_of_a_hundred_who_brings_everything_is_gini_0_99() {
        let mut values = vec![0.0; 100];
        values[42] = 7.0;
        let one = Concentration::of(&values).unwrap();
        assert!((one.gini - 0.99).abs() < 1e-12);
        assert!((one.cumulative[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_gini_of_one_to_four_is_a_quarter() {
        // Mean absolute difference 1.25 over all 16 pairs, mean 2.5: 1.25 / 5.
        assert!((Concentration::of(&[3.0, 1.0, 4.0, 2.0]).unwrap().gini - 0.25).abs() < 1e-12);
    }

    #[test]
    fn without_value_there_is_nothing_to_share() {
        assert_eq!(Concentration::of(&[]), None);
        assert_eq!(Concentration::of(&[0.0, -3.0]), None);
    }

    #[test]
    fn the_picture_has_ten_bars_and_a_sentence() {
        let values: Vec<f64> = (0..10).map(|at| if at < 2 { 37.0 } else { 3.25 }).collect();
        let drawn = Concentration::of(&values).unwrap().render("expected value", &Screen::plain(60));
        assert_eq!(drawn.lines().filter(|line| line.starts_with("best")).count(), 10);
        assert!(drawn.contains("best  20 % ██████████████████████████████▍            74.0 %"), "{drawn}");
        let sentence = "The top 20 % of 10 customers bring 74 % of the expected\nvalue (Gini 0.54).\n";
        assert!(drawn.ends_with(sentence), "{drawn}");
        assert!(drawn.lines().all(|line| text::width(line) <= 60), "{drawn}");
    }
}
