//! Instants as the contract writes them.

use jiff::Timestamp;

/// An instant on its way into a message.
pub fn message(instant: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: instant.as_second() - i64::from(instant.subsec_nanosecond() < 0),
        nanos: instant.subsec_nanosecond() + if instant.subsec_nanosecond() < 0 { 1_000_000_000 } else { 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_before_1970_counts_its_nanoseconds_forwards() {
        let instant: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        assert_eq!(message(instant), prost_types::Timestamp { seconds: -1, nanos: 250_000_000 });
        let instant: Timestamp = "1970-01-01T00:00:01.5Z".parse().unwrap();
        assert_eq!(message(instant), prost_types::Timestamp { seconds: 1, nanos: 500_000_000 });
    }
}
