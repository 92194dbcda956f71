//! How many days pass from one item to another, in the middle.

use std::collections::HashMap;

use super::held::Held;

/// The middle of the days from the first day with one item to the first with another, of everyone who came to the other later; for the
/// pairs asked for. Of an even number the lesser of the two in the middle. Memory: 4 bytes for each pair and day of the window.
pub fn medians(held: &Held, pairs: impl Iterator<Item = (u32, u32)>, window_days: u32) -> HashMap<(u32, u32), u32> {
    let mut days: HashMap<(u32, u32), Vec<u32>> = pairs.map(|pair| (pair, Vec::new())).collect();
    for holdings in held.customers.iter() {
        for (at, one) in holdings.iter().enumerate() {
            for other in &holdings[at + 1..] {
                let (earlier, later) = if one.first_day < other.first_day { (one, other) } else { (other, one) };
                let lag = (later.first_day - earlier.first_day).unsigned_abs().min(window_days) as usize;
                if lag > 0
                    && let Some(days) = days.get_mut(&(earlier.item, later.item))
                {
                    if days.len() <= lag {
                        days.resize(lag + 1, 0);
                    }
                    days[lag] += 1;
                }
            }
        }
    }
    days.into_iter().filter_map(|(pair, days)| Some((pair, middle(&days)?))).collect()
}

/// The day by which half of them have come.
fn middle(days: &[u32]) -> Option<u32> {
    let all: u64 = days.iter().copied().map(u64::from).sum();
    let mut so_far = 0;
    let at = days.iter().position(|count| {
        so_far += u64::from(*count);
        all > 0 && so_far * 2 >= all
    });
    at.map(|day| day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_day_by_which_half_have_come() {
        assert_eq!(middle(&[0, 1, 0, 1, 1]), Some(3));
        assert_eq!(middle(&[0, 1, 0, 1]), Some(1));
        assert_eq!(middle(&[0, 0]), None);
    }
}
