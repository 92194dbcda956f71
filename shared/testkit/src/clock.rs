//! A clock that stands still until a test moves it, and ids that count.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use clientele_service::{
    Context,
    context::{Clock, Ids},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct FakeClock {
    microseconds: Arc<AtomicI64>,
}

impl Default for FakeClock {
    /// Stands at noon of 2026-03-02, a Monday.
    fn default() -> Self {
        Self::at("2026-03-02T12:00:00Z")
    }
}

impl FakeClock {
    /// Stands at an instant, such as `2026-03-02T12:00:00Z`.
    ///
    /// # Panics
    /// When the text is not an instant.
    pub fn at(instant: &str) -> Self {
        let instant: Timestamp = instant.parse().expect("an RFC 3339 instant");
        Self { microseconds: Arc::new(AtomicI64::new(instant.as_microsecond())) }
    }

    /// The time it shows.
    ///
    /// # Panics
    /// When it was moved out of the calendar.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.microseconds.load(Ordering::SeqCst)).expect("an instant of the calendar")
    }

    /// Moves it.
    pub fn advance(&self, by: SignedDuration) {
        self.microseconds.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }

    /// It, as services ask for the time.
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// A context with this clock and [`counting_ids`].
    pub fn context(&self) -> Context {
        Context::new(self.clock(), counting_ids())
    }
}

/// Ids laid out as UUIDv7 whose order is the order in which they were made: the time, then a count from 1.
pub fn counting_ids() -> Ids {
    let next = AtomicU64::new(1);
    Arc::new(move |time| {
        let count = next.fetch_add(1, Ordering::SeqCst);
        let milliseconds = u128::try_from(time.as_millisecond()).unwrap_or_default();
        let version_and_variant = (0x7 << 76) | (0x2 << 62);
        Uuid::from_u128((milliseconds << 80) | version_and_variant | u128::from(count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = FakeClock::default();
        let before = clock.now();
        assert_eq!(clock.context().now(), before);
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(clock.now().duration_since(before), SignedDuration::from_hours(2));
    }

    #[test]
    fn ids_are_uuids_of_version_7_in_the_order_they_were_made() {
        let clock = FakeClock::default();
        let context = clock.context();
        let ids: Vec<_> = (0..300).map(|_| context.new_id()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        clock.advance(SignedDuration::from_secs(1));
        assert!(context.new_id() > ids[299]);
    }
}
