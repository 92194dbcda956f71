//! What each customer and each basket holds, net of refunds.
//!
//! A basket holds an item of which more than nothing was paid that was not given back by a refund that names the basket; a customer one of
//! which more than nothing was paid in all baskets and not given back by any refund. What was free is not held.

use super::{
    Line,
    item::{Item, Level},
};

/// The name, and for products the category, of everything that lines name by position.
pub trait Catalogue {
    /// Key, name and category of an item.
    fn item(&self, level: Level, at: u32) -> (&str, &str, &str);
}

/// One item that a customer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Its position among the items.
    pub item: u32,
    /// The day of the first basket with it.
    pub first_day: i32,
}

/// What is held, of the items that count.
#[derive(Debug, Default)]
pub struct Held {
    /// The items by key.
    pub items: Vec<Item>,
    /// Customers that hold anything, whether it counts or not.
    pub all_customers: u64,
    /// Baskets that hold anything.
    pub all_baskets: u64,
    /// The holdings of each customer, ascending by item.
    pub customers: Groups<Holding>,
    /// The items of each basket, ascending.
    pub baskets: Groups<u32>,
}

/// Lists of things, one after another.
#[derive(Debug)]
pub struct Groups<T> {
    ends: Vec<usize>,
    things: Vec<T>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), things: Vec::new() }
    }
}

impl<T> Groups<T> {
    fn push(&mut self, group: impl IntoIterator<Item = T>) {
        self.things.extend(group);
        self.ends.push(self.things.len());
    }

    /// The lists.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.things[start..*end])
    }

    fn map<U>(self, each: impl Fn(T) -> Option<U>, key: impl Fn(&U) -> u32) -> Groups<U> {
        let mut mapped = Groups::default();
        let mut things = self.things.into_iter();
        let mut start = 0;
        for end in self.ends {
            let mut group: Vec<U> = things.by_ref().take(end - start).filter_map(&each).collect();
            start = end;
            // One alone makes no pair.
            if group.len() > 1 {
                group.sort_unstable_by_key(&key);
                mapped.push(group);
            }
        }
        mapped
    }
}

/// The sums of an item, as they are gathered.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    customers: u64,
    revenue_minor: i64,
    baskets: u64,
    basket_revenue_minor: i64,
    /// Amount and millionths of lines that say how many.
    counted: (i64, i64),
    /// Amount and number of the other lines.
    uncounted: (i64, i64),
}

impl Sums {
    fn unit_price_minor(&self) -> f64 {
        match (self.counted, self.uncounted) {
            ((amount, micros @ 1..), _) => amount as f64 / (micros as f64 / 1e6),
            (_, (amount, lines @ 1..)) => amount as f64 / lines as f64,
            _ => 0.0,
        }
    }
}

/// Gathers what lines say, of the items that at least `least(all customers)` customers hold, the most held ones where these are too many.
pub fn hold(lines: &mut [Line], level: Level, catalogue: &dyn Catalogue, least: impl Fn(u64) -> u64) -> Held {
    let position = |line: &Line| match level {
        Level::Product => Some(line.product),
        Level::Category => line.category,
    };
    // Any order of lines gives the same groups, and the sums do not depend on it.
    lines.sort_unstable_by_key(|line| (line.buyer, line.basket, position(line)));
    let mut sums: Vec<Sums> = Vec::new();
    let (mut customers, mut baskets) = (Groups::default(), Groups::default());
    for bought in lines.chunk_by(|left, right| left.buyer == right.buyer) {
        let mut holdings: Vec<(u32, i32, i64)> = Vec::new();
        for basket in bought.chunk_by(|left, right| left.basket == right.basket) {
            let mut held = Vec::new();
            for of_item in basket.chunk_by(|left, right| position(left) == position(right)) {
                let Some(item) = of_item.first().and_then(position) else { continue };
                let net = of_item.iter().fold(0_i64, |net, line| net.saturating_add(line.amount_minor));
                let day = of_item.iter().map(|line| line.day).min().unwrap_or_default();
                if sums.len() <= item as usize {
                    sums.resize(item as usize + 1, Sums::default());
                }
                let sums = &mut sums[item as usize];
                sums.price(of_item);
                if net > 0 {
                    sums.baskets += 1;
                    sums.basket_revenue_minor = sums.basket_revenue_minor.saturating_add(net);
                    held.push(item);
                }
                holdings.push((item, day, net));
            }
            if !held.is_empty() {
                baskets.push(held);
            }
        }
        let held = net_of(holdings);
        for (item, _, net) in &held {
            let sums = &mut sums[*item as usize];
            sums.customers += 1;
            sums.revenue_minor = sums.revenue_minor.saturating_add(*net);
        }
        if !held.is_empty() {
            customers.push(held.into_iter().map(|(item, first_day, _)| Holding { item, first_day }));
        }
    }
    let (all_customers, all_baskets) = (customers.ends.len() as u64, baskets.ends.len() as u64);
    let (items, places) = chosen(&sums, level, catalogue, least(all_customers));
    let place = |item: u32| places[item as usize];
    Held {
        items,
        all_customers,
        all_baskets,
        customers: customers.map(|held| place(held.item).map(|item| Holding { item, ..held }), |held| held.item),
        baskets: baskets.map(place, |item| *item),
    }
}

impl Sums {
    fn price(&mut self, lines: &[Line]) {
        for line in lines.iter().filter(|line| line.amount_minor > 0) {
            let (of, count) = match line.quantity_micros {
                Some(micros @ 1..) => (&mut self.counted, micros),
                _ => (&mut self.uncounted, 1),
            };
            *of = (of.0.saturating_add(line.amount_minor), of.1.saturating_add(count));
        }
    }
}

/// Item, first day with more than nothing, and net amount of what a customer has bought, from that of each basket.
fn net_of(mut holdings: Vec<(u32, i32, i64)>) -> Vec<(u32, i32, i64)> {
    holdings.sort_unstable();
    let held = holdings.chunk_by(|left, right| left.0 == right.0).filter_map(|of_item| {
        let net = of_item.iter().fold(0_i64, |net, (_, _, amount)| net.saturating_add(*amount));
        let (item, first_day, _) = of_item.iter().find(|(_, _, amount)| *amount > 0)?;
        (net > 0).then_some((*item, *first_day, net))
    });
    held.collect()
}

/// The items that count, by key, and the place of each position among them.
fn chosen(sums: &[Sums], level: Level, catalogue: &dyn Catalogue, least: u64) -> (Vec<Item>, Vec<Option<u32>>) {
    let key = |at: &usize| catalogue.item(level, *at as u32).0;
    let mut frequent: Vec<usize> = (0..sums.len()).filter(|at| sums[*at].customers >= least).collect();
    frequent.sort_unstable_by(|left, right| {
        sums[*right].customers.cmp(&sums[*left].customers).then_with(|| key(left).cmp(key(right)))
    });
    frequent.truncate(level.most_items());
    frequent.sort_unstable_by(|left, right| key(left).cmp(key(right)));
    let mut places = vec![None; sums.len()];
    for (place, at) in (0..).zip(&frequent) {
        places[*at] = Some(place);
    }
    let items = frequent.into_iter().map(|at| {
        let (key, name, category) = catalogue.item(level, at as u32);
        let sums = &sums[at];
        Item {
            level,
            key: key.to_owned(),
            name: name.to_owned(),
            category: category.to_owned(),
            customers: sums.customers,
            revenue_minor: sums.revenue_minor,
            baskets: sums.baskets,
            basket_revenue_minor: sums.basket_revenue_minor,
            unit_price_minor: sums.unit_price_minor(),
        }
    });
    (items.collect(), places)
}
