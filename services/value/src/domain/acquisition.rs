//! What winning customers cost: spends by channel and period, shared out exactly.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::money::Amount;

/// Days that a period can have beyond its first, at most.
pub const MOST_DAYS: i32 = 3_660;

/// What was spent on a channel in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcquisitionSpend {
    /// The channel, in the caller's words.
    pub channel: String,
    /// The first day.
    pub start_date: Date,
    /// The last day.
    pub end_date: Date,
    /// How much; more than zero.
    pub amount: Amount,
}

/// A spend as a run shares it out. Days are counted, money is in minor units of the run's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// Which.
    pub id: Uuid,
    /// The channel.
    pub channel: String,
    /// The first day of the period.
    pub start_day: i32,
    /// Its last day.
    pub end_day: i32,
    /// What of it counts; `None` where it is in another currency for which there is no rate.
    pub counted_minor: Option<i64>,
}

/// What of an amount falls to the days of a period up to a day: in proportion, rounded half to even.
pub fn elapsed_part(amount_minor: i64, (start_day, end_day): (i32, i32), as_of_day: i32) -> i64 {
    let days = i128::from(end_day) - i128::from(start_day) + 1;
    let elapsed = (i128::from(as_of_day.min(end_day)) - i128::from(start_day) + 1).max(0);
    if elapsed == days || days <= 0 {
        return amount_minor;
    }
    let product = i128::from(amount_minor) * elapsed;
    let (part, rest) = (product / days, product % days);
    let up = rest * 2 > days || rest * 2 == days && part % 2 == 1;
    (part + i128::from(up)) as i64
}

/// Who was won how: the customer, its channel and the day of its first purchase.
#[derive(Debug, Clone, Copy)]
pub struct Won<'a> {
    /// Who.
    pub customer: u64,
    /// The channel.
    pub channel: &'a str,
    /// The day.
    pub first_day: i32,
}

/// How spends were shared out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The share of each customer that bears one, all spends together.
    pub of_customer: HashMap<u64, i64>,
    /// The customers who bear each spend, in the order of the spends; they ascend.
    pub bearers: Vec<Vec<u64>>,
}

/// Shares spends out equally over the customers of their channel and period, `won` ascending by customer. Shares sum to what counts of the
/// spend: the first customers bear a minor unit more.
pub fn share_out<'a>(spends: &[Spend], won: impl Iterator<Item = Won<'a>>) -> Shared {
    let mut of_channel: HashMap<&str, Vec<Won<'_>>> =
        spends.iter().map(|spend| (spend.channel.as_str(), Vec::new())).collect();
    for one in won {
        if let Some(customers) = of_channel.get_mut(one.channel) {
            customers.push(one);
        }
    }
    let mut shared = Shared::default();
    for spend in spends {
        let customers = of_channel.get(spend.channel.as_str()).map(Vec::as_slice).unwrap_or_default();
        let period = spend.start_day..=spend.end_day;
        let bearers: Vec<u64> =
            customers.iter().filter(|won| period.contains(&won.first_day)).map(|won| won.customer).collect();
        let shares = equal_shares(spend.counted_minor.unwrap_or_default(), bearers.len());
        for (customer, share) in bearers.iter().zip(shares) {
            let sum = shared.of_customer.entry(*customer).or_default();
            *sum = sum.saturating_add(share);
        }
        shared.bearers.push(bearers);
    }
    shared
}

/// `parts` whole numbers that sum to `total` and differ by one at most, the larger first.
fn equal_shares(total: i64, parts: usize) -> impl Iterator<Item = i64> {
    let parts = parts as i64;
    let (each, rest) = if parts == 0 { (0, 0) } else { (total / parts, total % parts) };
    (0..parts).map(move |place| each + i64::from(place < rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spend(channel: &str, (start_day, end_day): (i32, i32), minor: i64) -> Spend {
        Spend { id: Uuid::nil(), channel: channel.to_owned(), start_day, end_day, counted_minor: Some(minor) }
    }

    fn won(customer: u64, channel: &str, first_day: i32) -> Won<'_> {
        Won { customer, channel, first_day }
    }

    /// 100.00 over three are 33.34, 33.33 and 33.33.
    #[test]
    fn a_spend_is_shared_equally_by_who_was_won_by_it_and_to_the_last_minor_unit() {
        let spends = [spend("fair", (10, 19), 10_000), spend("fair", (15, 30), 50_00), spend("web", (0, 99), 7)];
        let customers = [
            won(1, "fair", 9),
            won(2, "fair", 10),
            won(3, "web", 12),
            won(4, "fair", 15),
            won(5, "fair", 19),
            won(6, "other", 12),
            won(7, "Fair", 12),
            won(8, "fair", 31),
        ];
        let shared = share_out(&spends, customers.into_iter());
        assert_eq!(shared.bearers, [vec![2, 4, 5], vec![4, 5], vec![3]]);
        let expected = [(2, 33_34), (3, 7), (4, 33_33 + 25_00), (5, 33_33 + 25_00)];
        assert_eq!(shared.of_customer, expected.into_iter().collect());
    }

    #[test]
    fn a_spend_that_nobody_was_won_by_is_borne_by_nobody() {
        let shared = share_out(&[spend("fair", (10, 19), 10_000)], [won(1, "fair", 20)].into_iter());
        assert_eq!((shared.bearers, shared.of_customer.len()), (vec![vec![]], 0));
    }

    /// 10 days of 100.00: 3 of them are 30.00; 1 of 4 days of 0.10 is 0.025, the even of 2 and 3 cents.
    #[test]
    fn of_a_period_that_is_not_over_its_days_so_far_count() {
        let of_ten = |as_of| elapsed_part(10_000, (10, 19), as_of);
        assert_eq!([9, 10, 12, 19, 20].map(of_ten), [0, 10_00, 30_00, 10_000, 10_000]);
        assert_eq!([(10, 0), (30, 0), (6, 1)].map(|(minor, as_of)| elapsed_part(minor, (0, 3), as_of)), [2, 8, 3]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn shares_sum_to_the_spend_and_differ_by_one_at_most(total in 0..i64::MAX, parts in 1..200_usize) {
            let shares: Vec<i64> = equal_shares(total, parts).collect();
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            prop_assert!(shares[0] - shares[parts - 1] <= 1 && shares.is_sorted_by(|left, right| left >= right));
        }
    }
}
