//! When it is told that something runs out: a verified document, the time until a review.

use jiff::{SignedDuration, Timestamp};

/// What is due at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Whether it is over.
    pub over: bool,
    /// Whether its end is within the longest lead.
    pub near: bool,
    /// The lead to tell of now: the shortest that is reached and was not told of.
    pub lead_days: Option<i32>,
    /// When something is due next; `None` for never.
    pub next: Option<Timestamp>,
}

/// The instant a lead before the end.
fn reached(end: Timestamp, lead_days: i32) -> Timestamp {
    end.checked_sub(SignedDuration::from_hours(24 * i64::from(lead_days))).unwrap_or(Timestamp::MIN)
}

/// What is due at `now` of something that ends at `end`, of which lead `told` was told last (0 for none). `leads` are the days before the end at which
/// it is told, the longest first.
pub fn due(end: Option<Timestamp>, told: i32, now: Timestamp, leads: &[i32]) -> Due {
    let Some(end) = end else { return Due { over: false, near: false, lead_days: None, next: None } };
    if end <= now {
        return Due { over: true, near: true, lead_days: None, next: None };
    }
    let shortest = leads.iter().copied().rev().find(|lead| reached(end, *lead) <= now);
    let lead_days = shortest.filter(|lead| told == 0 || *lead < told);
    let next = leads.iter().map(|lead| reached(end, *lead)).chain([end]).filter(|instant| *instant > now).min();
    Due { over: false, near: shortest.is_some(), lead_days, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEADS: [i32; 3] = [60, 30, 7];
    const END: i64 = 2_000_000_000;
    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn sixty_thirty_and_seven_days_before_and_not_a_moment_earlier() {
        let end = Some(at(END));
        let early = due(end, 0, at(END - 60 * DAY - 1), &LEADS);
        assert_eq!((early.near, early.lead_days, early.next), (false, None, Some(at(END - 60 * DAY))));
        assert_eq!(due(end, 0, at(END - 60 * DAY), &LEADS).lead_days, Some(60));
        assert_eq!(due(end, 60, at(END - 30 * DAY - 1), &LEADS).lead_days, None);
        assert_eq!(due(end, 60, at(END - 30 * DAY), &LEADS).lead_days, Some(30));
        assert_eq!(due(end, 30, at(END - 7 * DAY), &LEADS).lead_days, Some(7));
        assert_eq!(
            due(end, 7, at(END - 1), &LEADS),
            Due { over: false, near: true, lead_days: None, next: Some(at(END)) }
        );
        assert!(due(end, 7, at(END), &LEADS).over);
    }

    #[test]
    fn of_a_document_verified_late_only_the_shortest_lead_is_told() {
        assert_eq!(due(Some(at(END)), 0, at(END - 3 * DAY), &LEADS).lead_days, Some(7));
        assert_eq!(due(None, 0, at(END), &LEADS), Due { over: false, near: false, lead_days: None, next: None });
    }

    proptest! {
        #[test]
        fn whoever_looks_at_each_next_instant_tells_each_lead_once(start in 0i64..200, waits in prop::collection::vec(0i64..5, 40)) {
            let (mut now, mut told, mut leads) = (at(END - start * DAY), 0, Vec::new());
            for wait in waits {
                let found = due(Some(at(END)), told, now, &LEADS);
                if let Some(lead) = found.lead_days {
                    leads.push(lead);
                    told = lead;
                }
                let Some(next) = found.next else { break };
                prop_assert!(next > now);
                // Looked at late, but within a week.
                now = next.checked_add(SignedDuration::from_hours(wait)).unwrap();
            }
            let expected: Vec<i32> = LEADS.into_iter().filter(|lead| i64::from(*lead) < start || i64::from(*lead) == start).collect();
            let first = LEADS.into_iter().rev().find(|lead| i64::from(*lead) >= start);
            let all: Vec<i32> = first.filter(|_| start > 0).into_iter().chain(expected).collect();
            let mut unique = all.clone();
            unique.dedup();
            prop_assert_eq!(leads, unique);
        }
    }
}
