//! How numbers are put into words.

use crate::domain::currency::grouped;

/// How many times larger than the median; 0 where that says nothing.
pub fn ratio(value: Option<f64>, median: Option<f64>) -> f64 {
    match (value, median) {
        (Some(value), Some(median)) if median > 0.0 => value / median,
        _ => 0.0,
    }
}

/// A number of places.
pub fn places(number: u64) -> String {
    if number == 1 { "place".to_owned() } else { format!("{} places", grouped(number)) }
}

/// A number of days.
pub fn days(number: u32) -> String {
    if number == 1 { "1 day".to_owned() } else { format!("{} days", grouped(u64::from(number))) }
}

/// How long ago.
pub fn ago(number: u32) -> String {
    if number == 0 { "on the as-of date".to_owned() } else { format!("{} ago", days(number)) }
}

/// A number of months after "the next".
pub fn months(number: u32) -> String {
    if number == 1 { "month".to_owned() } else { format!("{number} months") }
}

/// A number of purchase days.
pub fn purchase_days(number: f64) -> String {
    format!("{} purchase days", decimal(number))
}

/// Two digits below ten, one above: what such an estimate is worth.
pub fn decimal(number: f64) -> String {
    if number < 9.995 { format!("{number:.2}") } else { format!("{number:.1}") }
}

/// A share in per cent; what is not quite all or nothing is not called so.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match format!("{percent:.1}").as_str() {
        "100.0" if share < 1.0 => "more than 99.9 %".to_owned(),
        "0.0" if share > 0.0 => "less than 0.1 %".to_owned(),
        rounded => format!("{} %", rounded.strip_suffix(".0").unwrap_or(rounded)),
    }
}
