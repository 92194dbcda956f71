//! Where an authorisation stands at an instant: as decided, and as its instants have it.

use clientele_proto::qualification::v1::AuthorisationState as State;
use jiff::Timestamp;

/// What was decided about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Nothing yet.
    Draft,
    /// It is genuine.
    Verified,
    /// It is not good.
    Rejected,
}

/// When a verified authorisation ends, and by what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// The last day is over.
    pub expire: Option<Timestamp>,
    /// It was revoked as of then.
    pub revoke: Option<Timestamp>,
    /// Another one took its place then.
    pub supersede: Option<Timestamp>,
}

impl Ends {
    /// The first end, and what comes of it. Of two at one instant the act of a person counts.
    pub fn first(&self) -> Option<(Timestamp, State)> {
        let ends = [(self.supersede, State::Superseded), (self.revoke, State::Revoked), (self.expire, State::Expired)];
        ends.into_iter().filter_map(|(instant, state)| Some((instant?, state))).min_by_key(|(instant, _)| *instant)
    }
}

/// Where it stands at `now`.
pub fn state_at(decided: Decided, ends: &Ends, now: Timestamp) -> State {
    match decided {
        Decided::Draft => State::Draft,
        Decided::Rejected => State::Rejected,
        Decided::Verified => match ends.first() {
            Some((instant, state)) if instant <= now => state,
            _ => State::Verified,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn whatever_comes_first_ends_it_and_it_stays_so() {
        let ends = Ends { expire: Some(at(30)), revoke: Some(at(20)), supersede: None };
        let state = |second| state_at(Decided::Verified, &ends, at(second));
        assert_eq!((state(19), state(20), state(40)), (State::Verified, State::Revoked, State::Revoked));
        let ends = Ends { expire: Some(at(20)), revoke: Some(at(20)), supersede: Some(at(25)) };
        assert_eq!(state_at(Decided::Verified, &ends, at(30)), State::Revoked);
        let ends = Ends { expire: Some(at(10)), revoke: Some(at(20)), supersede: None };
        assert_eq!(state_at(Decided::Verified, &ends, at(30)), State::Expired);
    }

    #[test]
    fn instants_say_nothing_of_what_was_never_verified() {
        let ends = Ends { expire: Some(at(1)), ..Ends::default() };
        assert_eq!(state_at(Decided::Draft, &ends, at(2)), State::Draft);
        assert_eq!(state_at(Decided::Rejected, &ends, at(2)), State::Rejected);
        assert_eq!(state_at(Decided::Verified, &Ends::default(), at(2)), State::Verified);
    }
}
