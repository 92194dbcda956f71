//! n-tiles that keep equal values together and every score in use.

/// Cut points that deal ascending `values` into `scores` bins: the score is one more than the number of cuts at or below the value.
///
/// Bins are filled from the lowest score up. A bin aims at an equal share of the customers not yet dealt; it takes the next value, with
/// all who have it, while at least half of them still fit, and it leaves each bin above at least one value. So equal values share a
/// score; every score is used once there are n distinct values, however many customers tie; bins differ by at most one customer where
/// nobody ties; and a value most customers have (one purchase) gets a bin of its own, while the rest are told apart by the bins left.
///
/// Fewer distinct values than n are spread over 1 to n, lowest to 1 and highest to n; a single value gets the middle score, (n+1)/2.
/// Without values every cut is 0.
pub fn tiles(values: &[f64], scores: u8) -> Vec<f64> {
    let bins = usize::from(scores);
    let mut runs: Vec<&[f64]> = values.chunk_by(|left, right| left >= right).collect();
    let Some(highest) = values.last() else {
        return vec![0.0; bins.saturating_sub(1)];
    };
    if runs.len() < bins {
        return spread(&runs, bins, highest.next_up());
    }
    let mut cuts = Vec::with_capacity(bins);
    let mut left = values.len();
    for bins_left in (2..=bins).rev() {
        let share = left as f64 / bins_left as f64;
        let mut taken = 0;
        let mut count = 0;
        while taken == 0 || runs.len() - taken >= bins_left {
            let next = runs[taken].len();
            if taken > 0 && count as f64 + 0.5 * next as f64 > share {
                break;
            }
            count += next;
            taken += 1;
        }
        left -= count;
        runs.drain(..taken);
        cuts.push(runs[0][0]);
    }
    cuts
}

/// Cuts for fewer values than bins; `above` is what no value reaches.
fn spread(runs: &[&[f64]], bins: usize, above: f64) -> Vec<f64> {
    let last = runs.len() - 1;
    let score = |rank: usize| match last {
        0 => bins.div_ceil(2),
        _ => 1 + (2 * rank * (bins - 1) + last) / (2 * last),
    };
    let reaching = |wanted: usize| (0..runs.len()).find(|rank| score(*rank) >= wanted);
    let cut = |wanted| reaching(wanted).map_or(above, |rank| runs[rank][0]);
    (2..=bins).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: &[f64], bins: u8) -> Vec<usize> {
        let cuts = tiles(values, bins);
        let score = |value: &f64| 1 + cuts.iter().filter(|cut| *cut <= value).count();
        values.iter().map(score).collect()
    }

    #[test]
    fn ten_distinct_values_make_five_pairs() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(scores(&values, 5), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    }

    #[test]
    fn a_heavy_tie_neither_splits_nor_costs_a_bin() {
        let mut values = vec![1.0; 60];
        values.extend([[2.0; 10], [3.0; 10], [4.0; 10], [5.0; 10]].concat());
        let got = scores(&values, 5);
        assert_eq!([got[0], got[59], got[60], got[70], got[80], got[90]], [1, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_heavy_tie_at_the_top_leaves_the_lower_bins_filled() {
        let mut values = vec![1.0, 2.0, 3.0, 4.0];
        values.extend([9.0; 96]);
        assert_eq!(scores(&values, 5)[..5], [1, 2, 3, 4, 5]);
    }

    #[test]
    fn few_distinct_values_are_spread_from_lowest_to_highest() {
        assert_eq!(scores(&[1.0, 1.0, 7.0], 5), [1, 1, 5]);
        assert_eq!(scores(&[1.0, 2.0, 7.0], 5), [1, 3, 5]);
    }

    #[test]
    fn one_value_gets_the_middle_score() {
        assert_eq!(scores(&[3.0, 3.0], 5), [3, 3]);
        assert_eq!(scores(&[3.0], 2), [1]);
    }
}
