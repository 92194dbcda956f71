//! A row of numbers as one line of little bars.

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One character per value, from the smallest (lowest) to the largest; more values than `columns` are averaged in groups. What
/// is no number shows as a space.
pub fn sparkline(values: &[f64], columns: usize) -> String {
    let values = grouped(values, columns.max(1));
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    values
        .iter()
        .map(|value| match value {
            value if !value.is_finite() => ' ',
            value if most > least => LEVELS[((value - least) / (most - least) * 7.0).round() as usize],
            _ => LEVELS[0],
        })
        .collect()
}

fn grouped(values: &[f64], columns: usize) -> Vec<f64> {
    if values.len() <= columns {
        return values.to_vec();
    }
    (0..columns)
        .map(|at| {
            let group = &values[at * values.len() / columns..(at + 1) * values.len() / columns];
            group.iter().sum::<f64>() / group.len() as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_is_lowest_and_the_largest_highest() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 80), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[-10.0, 10.0], 80), "▁█");
    }

    #[test]
    fn equal_values_are_flat_and_what_is_no_number_is_a_gap() {
        assert_eq!(sparkline(&[3.0, f64::NAN, 3.0], 80), "▁ ▁");
        assert_eq!(sparkline(&[], 80), "");
    }

    #[test]
    fn more_values_than_columns_are_averaged() {
        assert_eq!(sparkline(&[0.0, 2.0, 7.0, 9.0], 2), "▁█");
        assert_eq!(sparkline(&(0..1_000).map(f64::from).collect::<Vec<_>>(), 8), "▁▂▃▄▅▆▇█");
    }
}
