//! Amounts and currencies: decimal text to minor units, exactly, without floating point.

use iso_currency::Currency;

use super::error::Problem;

/// The decimals of the currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD. None for what nobody pays with: XXX, gold,
/// test codes.
pub fn minor_digits(currency: Currency) -> Option<u16> {
    if currency.is_special() { None } else { currency.exponent() }
}

/// Reads an ISO 4217 code of a currency that people pay with.
pub fn parse_currency(text: &str) -> Result<Currency, Problem> {
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    let currency = match Currency::from_code(text) {
        Some(currency) => Some(currency),
        None => Currency::from_code(&text.to_ascii_uppercase()),
    };
    currency.filter(|currency| minor_digits(*currency).is_some()).ok_or(Problem::UnknownCurrency)
}

/// Reads the value of a `--currency` flag.
pub fn currency_flag(text: &str) -> Result<Currency, String> {
    parse_currency(text).map_err(|problem| format!("{problem}; {}", problem.remedy()))
}

/// Reads `-1234.5` as minor units of `currency`. Zeros behind the last minor digit (`12.3400`) lose nothing and are read;
/// any other digit there is refused.
pub fn parse(text: &str, currency: Currency) -> Result<i64, Problem> {
    let digits = minor_digits(currency).ok_or(Problem::UnknownCurrency)?;
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let mut parts = unsigned.split(|byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let decimals = parts.next().unwrap_or_default();
    let is_number = whole.iter().chain(decimals).all(u8::is_ascii_digit) && !(whole.is_empty() && decimals.is_empty());
    if !is_number || parts.next().is_some() {
        return Err(Problem::BadAmount);
    }
    let kept = decimals.len().min(usize::from(digits));
    if decimals[kept..].iter().any(|digit| *digit != b'0') {
        return Err(Problem::TooManyDecimals { code: currency.code(), digits });
    }
    let missing = usize::from(digits) - kept;
    whole
        .iter()
        .chain(&decimals[..kept])
        .copied()
        .chain(std::iter::repeat_n(b'0', missing))
        .try_fold(0_i64, |minor, digit| {
            // Counting downwards for a negative amount reaches the smallest i64 too.
            let digit = i64::from(digit - b'0');
            let shifted = minor.checked_mul(10)?;
            if negative { shifted.checked_sub(digit) } else { shifted.checked_add(digit) }
        })
        .ok_or(Problem::AmountOverflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, currency: Currency) -> Result<i64, &'static str> {
        parse(text, currency).map_err(|problem| problem.label())
    }

    #[test]
    fn amounts_become_minor_units_of_their_currency() {
        assert_eq!(read("29.33", Currency::USD), Ok(2933));
        assert_eq!(read("29.3", Currency::USD), Ok(2930));
        assert_eq!(read("29", Currency::USD), Ok(2900));
        assert_eq!(read(".5", Currency::USD), Ok(50));
        assert_eq!(read("-0.01", Currency::USD), Ok(-1));
        assert_eq!(read("+7", Currency::JPY), Ok(7));
        assert_eq!(read("1.234", Currency::KWD), Ok(1234));
    }

    #[test]
    fn decimals_the_currency_does_not_have_are_refused() {
        assert_eq!(read("1.005", Currency::USD), Err("too many decimals"));
        assert_eq!(read("100.5", Currency::JPY), Err("too many decimals"));
        assert_eq!(read("1.2345", Currency::KWD), Err("too many decimals"));
    }

    #[test]
    fn zeros_behind_the_minor_unit_lose_nothing() {
        assert_eq!(read("29.3300", Currency::USD), Ok(2933));
        assert_eq!(read("100.00", Currency::JPY), Ok(100));
    }

    #[test]
    fn what_is_no_plain_decimal_is_bad() {
        for text in ["$5", "1,234.50", "1e3", "12.3.4", "--5", "-", ".", "NaN", "٣", "5 USD", "0x10"] {
            assert_eq!(read(text, Currency::USD), Err("bad amount"), "{text}");
        }
        assert_eq!(read("", Currency::USD), Err("empty value"));
    }

    #[test]
    fn the_whole_range_of_64_bits_is_read_and_nothing_beyond() {
        assert_eq!(read("92233720368547758.07", Currency::USD), Ok(i64::MAX));
        assert_eq!(read("-92233720368547758.08", Currency::USD), Ok(i64::MIN));
        assert_eq!(read("92233720368547758.08", Currency::USD), Err("amount too large"));
        assert_eq!(read(&"9".repeat(500), Currency::USD), Err("amount too large"));
    }

    #[test]
    fn only_currencies_that_people_pay_with_are_known() {
        assert_eq!(parse_currency("EUR").unwrap(), Currency::EUR);
        assert_eq!(parse_currency("jpy").unwrap(), Currency::JPY);
        for code in ["XXX", "XTS", "XAU", "ZZZ", "US", "DOLLAR", "€"] {
            assert!(matches!(parse_currency(code), Err(Problem::UnknownCurrency)), "{code}");
        }
    }
}
