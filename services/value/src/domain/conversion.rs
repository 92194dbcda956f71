//! Converts money into the currency of a run: by the rate of the day, the latest one before it, its inverse, or through the reporting
//! currency; exactly, and rounded once.

use std::collections::{BTreeMap, HashMap};

use num_bigint::BigUint;

use super::{
    currency::Currency,
    fx_rate::{FxRate, Rate},
};

/// How a run converts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// So many days old a rate may be.
    pub max_rate_age_days: u32,
    /// The currency that money goes through where a pair has no rate; `None` for none.
    pub reporting: Option<Currency>,
}

impl Conversion {
    /// The age of rates where nobody says another one: weekends and holidays.
    pub const DEFAULT_MAX_RATE_AGE_DAYS: u32 = 7;
}

/// Three letters of ISO 4217.
type Code = [u8; 3];

/// The rates that lead into one currency.
#[derive(Debug)]
pub struct FxBook {
    into: Currency,
    conversion: Conversion,
    /// By base and quote, ascending by day.
    rates: HashMap<(Code, Code), Vec<(i32, Rate)>>,
}

/// A price as a fraction: numerator and denominator.
type Price = (u128, u128);

impl FxBook {
    /// Of `rates` in any order, each with the number of its day.
    pub fn new(into: Currency, conversion: Conversion, rates: impl Iterator<Item = (i32, FxRate)>) -> Self {
        let mut of_pairs: HashMap<_, Vec<(i32, Rate)>> = HashMap::new();
        for (day, rate) in rates {
            if let (Some(base), Some(quote)) = (code(rate.base.code()), code(rate.quote.code())) {
                of_pairs.entry((base, quote)).or_default().push((day, rate.rate));
            }
        }
        for of_pair in of_pairs.values_mut() {
            of_pair.sort_unstable_by_key(|(day, _)| *day);
        }
        Self { into, conversion, rates: of_pairs }
    }

    /// So many minor units of a currency on a day, in minor units of the book's currency; `None` where there is no rate, or the amount
    /// comes to more than can be counted.
    pub fn convert(&self, amount_minor: i64, currency_code: &str, day: i32) -> Option<i64> {
        if currency_code == self.into.code() {
            return Some(amount_minor);
        }
        self.ratio(currency_code, day)?.convert(amount_minor)
    }

    /// What a minor unit of another currency comes to on a day; `None` where there is no rate.
    pub fn ratio(&self, currency_code: &str, day: i32) -> Option<Ratio> {
        let from = Currency::of_code(currency_code).ok()?;
        let (from_code, into_code) = (code(from.code())?, code(self.into.code())?);
        if let Some(price) = self.price(from_code, into_code, day) {
            return Some(Ratio::new(&[price], from, self.into));
        }
        let through = code(self.conversion.reporting?.code())?;
        let prices = [self.price(from_code, through, day)?, self.price(through, into_code, day)?];
        Some(Ratio::new(&prices, from, self.into))
    }

    /// What one unit of a currency is in another: by the newer rate of the two directions.
    fn price(&self, from: Code, to: Code, day: i32) -> Option<Price> {
        let given = self.latest(from, to, day);
        let inverse = self.latest(to, from, day).map(|(of_day, rate)| {
            let (numerator, denominator) = rate.ratio();
            (of_day, (denominator, numerator))
        });
        match (given.map(|(of_day, rate)| (of_day, rate.ratio())), inverse) {
            (Some((given_day, _)), Some((inverse_day, inverse))) if inverse_day > given_day => Some(inverse),
            (given, inverse) => given.or(inverse).map(|(_, price)| price),
        }
    }

    fn latest(&self, base: Code, quote: Code, day: i32) -> Option<(i32, Rate)> {
        let of_pair = self.rates.get(&(base, quote))?;
        let before = of_pair.partition_point(|(of_day, _)| *of_day <= day).checked_sub(1)?;
        let (of_day, rate) = of_pair[before];
        (day.abs_diff(of_day) <= self.conversion.max_rate_age_days).then_some((of_day, rate))
    }
}

fn code(text: &str) -> Option<Code> {
    text.as_bytes().try_into().ok()
}

/// What a minor unit of one currency is in minor units of another, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    numerator: BigUint,
    denominator: BigUint,
}

impl Ratio {
    /// By `prices`, one after the other.
    fn new(prices: &[Price], from: Currency, to: Currency) -> Self {
        let mut numerator = BigUint::from(10_u32).pow(to.digits());
        let mut denominator = BigUint::from(10_u32).pow(from.digits());
        for (above, below) in prices {
            numerator *= *above;
            denominator *= *below;
        }
        Self { numerator, denominator }
    }

    /// What an amount comes to, rounded half to even. The sign is kept. `None` where it is more than can be counted.
    pub fn convert(&self, amount_minor: i64) -> Option<i64> {
        let exact = BigUint::from(amount_minor.unsigned_abs()) * &self.numerator;
        let (mut minor, rest) = (&exact / &self.denominator, exact % &self.denominator);
        let twice = rest * 2_u32;
        if twice > self.denominator || twice == self.denominator && minor.bit(0) {
            minor += 1_u32;
        }
        let minor = i64::try_from(&minor).ok()?;
        Some(if amount_minor < 0 { -minor } else { minor })
    }

    /// The largest amount that comes to what can be counted.
    pub fn most(&self) -> i64 {
        // Half a minor unit above the largest number, which is odd, is rounded up: an amount has to stay below that.
        let above = BigUint::from(u64::MAX) * &self.denominator - 1_u32;
        i64::try_from(above / (&self.numerator * 2_u32)).unwrap_or(i64::MAX)
    }

    /// The numerator and the denominator, in plain digits.
    pub fn digits(&self) -> (String, String) {
        (self.numerator.to_string(), self.denominator.to_string())
    }
}

/// What became of the transactions in other currencies, by currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<String, Tallied>);

/// What became of the transactions in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallied {
    /// Those that were converted.
    pub converted: i64,
    /// Those without a rate.
    pub left_out: i64,
    /// The first and the last day without a rate.
    pub missing_days: Option<(i32, i32)>,
}

impl Tally {
    /// Converts by `book` and counts.
    pub fn convert(&mut self, book: &FxBook, amount_minor: i64, currency_code: &str, day: i32) -> Option<i64> {
        let converted = book.convert(amount_minor, currency_code, day);
        if !self.0.contains_key(currency_code) {
            self.0.insert(currency_code.to_owned(), Tallied::default());
        }
        if let Some(tallied) = self.0.get_mut(currency_code) {
            tallied.count(converted.is_some(), day);
        }
        converted
    }

    /// Counts transactions of one day that were converted, and those that were not.
    pub fn count(&mut self, currency_code: &str, day: i32, converted: i64, left_out: i64) {
        let tallied = self.0.entry(currency_code.to_owned()).or_default();
        tallied.converted += converted;
        tallied.left_out += left_out;
        if left_out > 0 {
            tallied.miss(day);
        }
    }

    /// Counts transactions that nobody wanted converted.
    pub fn leave_out(&mut self, currency_code: &str, transactions: i64) {
        self.0.entry(currency_code.to_owned()).or_default().left_out += transactions;
    }

    /// How many were left out, of all currencies.
    pub fn left_out(&self) -> i64 {
        self.0.values().map(|tallied| tallied.left_out).sum()
    }

    /// Takes up what another part of the transactions came to.
    pub fn add(&mut self, other: Self) {
        for (code, other) in other.0 {
            let mine = self.0.entry(code).or_default();
            mine.converted += other.converted;
            mine.left_out += other.left_out;
            if let Some((first, last)) = other.missing_days {
                mine.missing_days = Some(mine.missing_days.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
            }
        }
    }

    /// By currency, ascending by code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Tallied)> {
        self.0.iter().map(|(code, tallied)| (code.as_str(), *tallied))
    }
}

impl Tallied {
    fn count(&mut self, is_converted: bool, day: i32) {
        if is_converted {
            self.converted += 1;
        } else {
            self.left_out += 1;
            self.miss(day);
        }
    }

    fn miss(&mut self, day: i32) {
        self.missing_days = Some(self.missing_days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::*;

    use super::*;

    fn of(code: &str) -> Currency {
        Currency::of_code(code).unwrap()
    }

    /// Rates as (base, quote, day, rate); days count from 0.
    fn book(into: &str, reporting: Option<&str>, rates: &[(&str, &str, i32, &str)]) -> FxBook {
        let conversion = Conversion { max_rate_age_days: 7, reporting: reporting.map(of) };
        let rate = |(base, quote, day, rate): &(&str, &str, i32, &str)| {
            let date = Date::constant(1970, 1, 1);
            (*day, FxRate { base: of(base), quote: of(quote), date, rate: Rate::parse(rate).unwrap() })
        };
        FxBook::new(of(into), conversion, rates.iter().map(rate))
    }

    #[test]
    fn the_rate_of_the_day_counts_or_the_latest_before_it_that_is_not_too_old() {
        let book = book("EUR", None, &[("USD", "EUR", 10, "0.5"), ("USD", "EUR", 14, "0.25")]);
        let of_day = |day| book.convert(100, "USD", day);
        assert_eq!([9, 10, 13, 14, 21].map(of_day), [None, Some(50), Some(50), Some(25), Some(25)]);
        assert_eq!(of_day(22), None);
        assert_eq!(book.convert(100, "GBP", 14), None);
        assert_eq!(book.convert(100, "EUR", 0), Some(100));
    }

    /// 1 EUR = 1.25 USD: 100 USD are 80 EUR.
    #[test]
    fn the_other_direction_divides_and_the_newer_of_the_two_counts() {
        let quoted = ("EUR", "USD", 10, "1.25");
        assert_eq!(book("EUR", None, &[quoted]).convert(10_000, "USD", 10), Some(80_00));
        let both = [quoted, ("USD", "EUR", 10, "0.5"), ("EUR", "USD", 12, "2.5")];
        let both = book("EUR", None, &both);
        assert_eq!([10, 11, 12].map(|day| both.convert(10_000, "USD", day)), [Some(50_00), Some(50_00), Some(40_00)]);
    }

    /// 100 GBP at 1.2 EUR are 120 EUR, at 1.25 USD 150 USD. There is one step in between and no more, and it is the reporting currency.
    #[test]
    fn what_has_no_pair_goes_through_the_reporting_currency_only() {
        let rates =
            [("GBP", "EUR", 10, "1.2"), ("EUR", "USD", 9, "1.25"), ("GBP", "CHF", 10, "2"), ("CHF", "USD", 10, "3")];
        assert_eq!(book("USD", Some("EUR"), &rates).convert(10_000, "GBP", 10), Some(15_000));
        assert_eq!(book("USD", None, &rates).convert(10_000, "GBP", 10), None);
        // The step that is too old is no step.
        assert_eq!(book("USD", Some("EUR"), &rates).convert(10_000, "GBP", 17), None);
    }

    /// Minor units by ISO 4217: yen have none, Kuwaiti dinars three. 1,234 JPY at 0.0062 are 7.6508 EUR; 1.234 KWD at 3 are 3.702 EUR;
    /// 1.00 EUR at 160.5 is 160.5 JPY, the even of 160 and 161.
    #[test]
    fn minor_units_are_those_of_the_currencies() {
        let rates = [("JPY", "EUR", 0, "0.0062"), ("KWD", "EUR", 0, "3"), ("EUR", "JPY", 0, "160.5")];
        assert_eq!(book("EUR", None, &rates[..2]).convert(1_234, "JPY", 0), Some(7_65));
        assert_eq!(book("EUR", None, &rates[..2]).convert(1_234, "KWD", 0), Some(3_70));
        assert_eq!(book("JPY", None, &rates[2..]).convert(1_00, "EUR", 0), Some(160));
        assert_eq!(book("JPY", None, &rates[2..]).convert(3_00, "EUR", 0), Some(482));
    }

    #[test]
    fn halves_go_to_the_even_one_and_nothing_else_does() {
        let half = book("EUR", None, &[("USD", "EUR", 0, "0.5")]);
        assert_eq!([1, 3, 5, 7].map(|minor| half.convert(minor, "USD", 0)), [Some(0), Some(2), Some(2), Some(4)]);
        let more = book("EUR", None, &[("USD", "EUR", 0, "0.500000000001")]);
        assert_eq!(more.convert(1, "USD", 0), Some(1));
        assert_eq!(half.convert(-3, "USD", 0), Some(-2));
    }

    #[test]
    fn what_comes_to_more_than_can_be_counted_is_not_converted() {
        let book = book("EUR", None, &[("USD", "EUR", 0, "999999999999")]);
        assert_eq!((book.convert(i64::MAX, "USD", 0), book.convert(0, "USD", 0)), (None, Some(0)));
    }

    /// 9,223,372,036,854,775,807 is the largest number, and odd: half a unit more is one too many. At 1.5 it is two thirds of it.
    #[test]
    fn the_largest_amount_that_can_be_converted_is_exact() {
        for rate in ["1", "1.5", "2", "3", "0.000000000001", "999999999999", "0.3", "7.000000000001"] {
            let ratio = book("EUR", None, &[("USD", "EUR", 0, rate)]).ratio("USD", 0).unwrap();
            let most = ratio.most();
            assert!(ratio.convert(most).is_some(), "{most} at {rate}");
            assert!(most == i64::MAX || ratio.convert(most + 1).is_none(), "{most} at {rate}");
        }
        let of = |rate| book("EUR", None, &[("USD", "EUR", 0, rate)]).ratio("USD", 0).unwrap().most();
        assert_eq!((of("1"), of("1.5")), (i64::MAX, 6_148_914_691_236_517_204));
        assert_eq!((of("2"), of("0.3")), (4_611_686_018_427_387_903, i64::MAX));
    }

    #[test]
    fn what_was_converted_and_what_had_no_rate_is_counted() {
        let book = book("EUR", None, &[("USD", "EUR", 10, "0.5")]);
        let (mut one, mut other) = (Tally::default(), Tally::default());
        assert_eq!(one.convert(&book, 100, "USD", 10), Some(50));
        assert_eq!(one.convert(&book, 100, "USD", 9), None);
        assert_eq!(other.convert(&book, 100, "USD", 30), None);
        assert_eq!(other.convert(&book, 100, "GBP", 10), None);
        one.add(other);
        let told: Vec<_> = one.iter().collect();
        let gbp = Tallied { converted: 0, left_out: 1, missing_days: Some((10, 10)) };
        assert_eq!(told, [("GBP", gbp), ("USD", Tallied { converted: 1, left_out: 2, missing_days: Some((9, 30)) })]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        /// The result is the nearest number of minor units: no more than half a one away from amount times rate.
        #[test]
        fn nothing_is_further_off_than_half_a_minor_unit(amount in 0..1_000_000_000_000_i64, mantissa in 1..100_000_000_i64) {
            let rate = format!("{}.{:06}", mantissa / 1_000_000, mantissa % 1_000_000);
            let minor = book("EUR", None, &[("USD", "EUR", 0, &rate)]).convert(amount, "USD", 0).unwrap();
            let exact = i128::from(amount) * i128::from(mantissa);
            let off = i128::from(minor) * 1_000_000 - exact;
            prop_assert!(off.abs() <= 500_000, "{} {}", minor, exact);
            prop_assert!(off.abs() < 500_000 || minor % 2 == 0);
        }

        /// A refund of all that was paid, at the same rate, leaves nothing; two that together are all leave at most a minor unit.
        #[test]
        fn what_is_given_back_at_the_same_rate_is_what_was_paid(amount in 1..1_000_000_000_i64, part in 0.0..1.0_f64, mantissa in 1..10_000_000_i64) {
            let rate = format!("{}.{:06}", mantissa / 1_000_000, mantissa % 1_000_000);
            let book = book("EUR", None, &[("EUR", "USD", 0, &rate)]);
            let first = (amount as f64 * part) as i64;
            let of = |minor| book.convert(minor, "USD", 0).unwrap();
            prop_assert!((of(first) + of(amount - first) - of(amount)).abs() <= 1);
        }
    }
}
