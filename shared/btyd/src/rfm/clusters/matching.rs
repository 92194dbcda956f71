//! Which new centre goes on from which old one.

use super::{Point, distance2};

/// For each of the old centres the place of the new one that goes on from it, so that the squared distances sum to the least. As many of both,
/// at most 12: every subset of the new ones is looked at once.
pub fn matched(old: &[Point], new: &[Point]) -> Vec<usize> {
    let count = old.len().min(new.len());
    // The least sum by which the first old centres get the new ones of a subset, and which of them the last one gets.
    let mut least = vec![(f64::INFINITY, usize::MAX); 1 << count];
    least[0].0 = 0.0;
    for subset in 1..least.len() {
        let placed = subset.count_ones() as usize - 1;
        for (at, centre) in new.iter().enumerate().take(count).filter(|(at, _)| subset >> at & 1 == 1) {
            let sum = least[subset & !(1 << at)].0 + distance2(&old[placed], centre);
            if sum < least[subset].0 {
                least[subset] = (sum, at);
            }
        }
    }
    let mut subset = least.len() - 1;
    let mut places = vec![0; count];
    for place in places.iter_mut().rev() {
        *place = least[subset].1;
        subset &= !(1 << *place);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_a_line<const N: usize>(values: [f64; N]) -> [Point; N] {
        values.map(|x| [x, 0.0, 0.0])
    }

    #[test]
    fn centres_in_another_order_are_found_again() {
        assert_eq!(matched(&on_a_line([0.0, 5.0, 9.0]), &on_a_line([9.5, 0.5, 4.0])), [1, 2, 0]);
    }

    /// The nearest to 0 is 1, which 2 needs more: 0 to 1 and 2 to 7 cost 1 + 25, 0 to -3 and 2 to 1 cost 9 + 1.
    #[test]
    fn all_together_move_as_little_as_possible() {
        assert_eq!(matched(&on_a_line([0.0, 2.0]), &on_a_line([1.0, -3.0])), [1, 0]);
    }
}
