//! Counts of pairs, in tables that have a place for every pair: at most 2,000 items make 24 MB.

use super::held::Held;

/// How many have both of two items.
#[derive(Debug)]
pub struct Together {
    items: usize,
    /// By lesser item times items plus greater item; half of it stays empty.
    counts: Vec<u32>,
}

impl Together {
    fn new(items: usize) -> Self {
        Self { items, counts: vec![0; items * items] }
    }

    fn add(&mut self, lesser: u32, greater: u32) {
        self.counts[lesser as usize * self.items + greater as usize] += 1;
    }

    /// How many have both; the first item is the lesser.
    pub fn of(&self, lesser: usize, greater: usize) -> u64 {
        u64::from(self.counts[lesser * self.items + greater])
    }
}

/// How many bought one item on a later day than another.
#[derive(Debug)]
pub struct After {
    items: usize,
    counts: Vec<u32>,
}

impl After {
    /// How many first held `later` on a day after they first held `earlier`.
    pub fn of(&self, earlier: usize, later: usize) -> u64 {
        u64::from(self.counts[earlier * self.items + later])
    }
}

/// Counts customers.
pub fn of_customers(held: &Held) -> (Together, After) {
    let items = held.items.len();
    let (mut together, mut after) = (Together::new(items), After { items, counts: vec![0; items * items] });
    for holdings in held.customers.iter() {
        for (at, one) in holdings.iter().enumerate() {
            for other in &holdings[at + 1..] {
                together.add(one.item, other.item);
                let (earlier, later) = match one.first_day.cmp(&other.first_day) {
                    std::cmp::Ordering::Less => (one.item, other.item),
                    std::cmp::Ordering::Greater => (other.item, one.item),
                    std::cmp::Ordering::Equal => continue,
                };
                after.counts[earlier as usize * items + later as usize] += 1;
            }
        }
    }
    (together, after)
}

/// Counts baskets.
pub fn of_baskets(held: &Held) -> Together {
    let mut together = Together::new(held.items.len());
    for basket in held.baskets.iter() {
        for (at, one) in basket.iter().enumerate() {
            for other in &basket[at + 1..] {
                together.add(*one, *other);
            }
        }
    }
    together
}
