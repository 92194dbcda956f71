//! Numbers and money for people: thousands apart, the currency's own decimals.

use iso_currency::Currency;

use crate::files::amount::minor_digits;

/// `1234567` as `1,234,567`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// `-1234.5` with 2 decimals as `-1,234.50`; what is no number as `-`.
pub fn decimal(number: f64, decimals: usize) -> String {
    if !number.is_finite() {
        return "-".into();
    }
    let text = format!("{:.decimals$}", number.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let sign = if number < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "-" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

/// `0.1234` as `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", decimal(share * 100.0, 1))
}

/// Minor units with their currency: `USD 1,234.50`, `JPY 1,234`.
pub fn money(minor: i64, currency: Currency) -> String {
    format!("{} {}", currency.code(), amount(minor, currency))
}

/// Minor units without the code, for columns whose head names it: `1,234.50`.
pub fn amount(minor: i64, currency: Currency) -> String {
    let digits = usize::from(minor_digits(currency).unwrap_or(0));
    let sign = if minor < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, decimals) = text.split_at(text.len() - digits);
    let point = if digits > 0 { "." } else { "" };
    format!("{sign}{}{point}{decimals}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn decimals_are_rounded_and_zero_has_no_sign() {
        assert_eq!(decimal(-9582.4294, 1), "-9,582.4");
        assert_eq!(decimal(-0.001, 2), "0.00");
        assert_eq!(decimal(0.5, 0), "0");
        assert_eq!(decimal(f64::NAN, 2), "-");
        assert_eq!(percent(0.7444), "74.4 %");
    }

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        assert_eq!(money(123_450, Currency::USD), "USD 1,234.50");
        assert_eq!(money(-5, Currency::USD), "USD -0.05");
        assert_eq!(money(1_234, Currency::JPY), "JPY 1,234");
        assert_eq!(money(1_234, Currency::KWD), "KWD 1.234");
        assert_eq!(money(i64::MIN, Currency::JPY), "JPY -9,223,372,036,854,775,808");
    }
}
