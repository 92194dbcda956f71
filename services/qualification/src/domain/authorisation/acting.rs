//! Whether an act is within an authorisation, and within all that it was delegated from.

use clientele_money::Amount;
use std::collections::BTreeSet;

use clientele_proto::qualification::v1::{ActRefusal as Refusal, AuthorisationState as State};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    lasting::{Decided, Ends, state_at},
    limits::Limits,
    scope::Scope,
};

/// An authorisation, as far as it matters for an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Its id.
    pub authorisation_id: Uuid,
    /// The key of the person who holds it.
    pub person: Option<String>,
    /// What was decided about it.
    pub decided: Decided,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub ends: Ends,
    /// Whether it fell with one that it was delegated from.
    pub fell_with_parent: bool,
    /// On what.
    pub scope: Scope,
    /// How much.
    pub limits: Option<Limits>,
    /// What acts have come to, in minor units of the limits' currency.
    pub used: i64,
    /// Keys of those who may sign as well.
    pub cosignatories: BTreeSet<String>,
    /// How many of them have to.
    pub required_cosignatures: usize,
}

/// An act that is asked about.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The matter.
    pub matter: &'a str,
    /// The product; empty for none in particular.
    pub product: &'a str,
    /// What it comes to.
    pub amount: Option<Amount>,
    /// Keys of those who sign as well.
    pub cosignatories: BTreeSet<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// What an authorisation has to say to an act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What stands in its way; empty where it is allowed.
    pub refusals: Vec<Refusal>,
    /// Keys of those who could still sign, where somebody has to.
    pub missing_cosignatories: BTreeSet<String>,
    /// How many of them have to.
    pub missing_cosignatures: usize,
    /// The lowest limit of one act.
    pub act_limit: Option<Amount>,
    /// The least that remains of a total.
    pub remaining: Option<Amount>,
    /// When the first of them ends.
    pub valid_until: Option<Timestamp>,
}

impl Judgement {
    /// Whether the act is allowed.
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty()
    }

    fn refuse(&mut self, refusal: Refusal) {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }
}

/// Judges an act under the last authorisation of `chain`, which starts with the one that the customer gave itself. Each of them has to allow the act,
/// so that what is delegated is never more than what was there.
pub fn judge(chain: &[Power], asked: &Asked<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let Some((holder, above)) = chain.split_last() else {
        judgement.refuse(Refusal::NoAuthorisation);
        return judgement;
    };
    stands(holder, false, asked.now, &mut judgement);
    for power in above {
        stands(power, true, asked.now, &mut judgement);
    }
    for power in chain {
        if !power.scope.covers(asked.matter, asked.product) {
            judgement.refuse(Refusal::OutOfScope);
        }
        within_limits(power, asked.amount, &mut judgement);
        cosigned(power, holder.person.as_deref(), asked, &mut judgement);
    }
    judgement
}

/// Whether it can be acted on at all now.
fn stands(power: &Power, is_parent: bool, now: Timestamp, judgement: &mut Judgement) {
    let refusal = match state_at(power.decided, &power.ends, now) {
        State::Verified if power.start > now => Some(Refusal::NotYetValid),
        State::Verified => None,
        State::Expired => Some(Refusal::Expired),
        State::Revoked | State::Superseded if is_parent || power.fell_with_parent => Some(Refusal::ParentRevoked),
        State::Revoked => Some(Refusal::Revoked),
        State::Superseded => Some(Refusal::Superseded),
        State::Draft | State::Rejected | State::Unspecified => Some(Refusal::NotVerified),
    };
    if let Some(refusal) = refusal {
        judgement.refuse(refusal);
    }
    let end = power.ends.first().map(|(instant, _)| instant);
    judgement.valid_until = [judgement.valid_until, end].into_iter().flatten().min();
}

fn within_limits(power: &Power, amount: Option<Amount>, judgement: &mut Judgement) {
    let Some(limits) = power.limits else { return };
    let currency = limits.currency;
    let remaining = limits.total.map(|total| Amount::of_minor(total.saturating_sub(power.used).max(0), currency));
    judgement.act_limit = lower(judgement.act_limit, limits.act_amount());
    judgement.remaining = lower(judgement.remaining, remaining);
    let Some(amount) = amount else { return judgement.refuse(Refusal::AmountMissing) };
    if amount.currency() != currency {
        return judgement.refuse(Refusal::CurrencyMismatch);
    }
    if limits.act.is_some_and(|most| amount.minor() > most) {
        judgement.refuse(Refusal::AmountOverLimit);
    }
    if remaining.is_some_and(|remaining| amount.minor() > remaining.minor()) {
        judgement.refuse(Refusal::TotalOverLimit);
    }
}

/// The lower of two amounts; of two currencies, which the rules of delegation do not let happen, the first.
fn lower(one: Option<Amount>, other: Option<Amount>) -> Option<Amount> {
    match (one, other) {
        (Some(one), Some(other)) if other.currency() == one.currency() && other.minor() < one.minor() => Some(other),
        (one, other) => one.or(other),
    }
}

/// Whether enough others sign. Nobody signs for themselves a second time.
fn cosigned(power: &Power, person: Option<&str>, asked: &Asked<'_>, judgement: &mut Judgement) {
    let others = || power.cosignatories.iter().map(String::as_str).filter(|key| Some(*key) != person);
    let signed = others().filter(|key| asked.cosignatories.contains(key)).count();
    let missing = power.required_cosignatures.saturating_sub(signed);
    if missing > 0 {
        judgement.refuse(Refusal::NeedsCosignatory);
        judgement.missing_cosignatures = judgement.missing_cosignatures.max(missing);
        let could = others().filter(|key| !asked.cosignatories.contains(key)).map(str::to_owned);
        judgement.missing_cosignatories.extend(could);
    }
}

#[cfg(test)]
mod tests {
    use super::super::scope::scope;
    use super::*;
    use clientele_money::currency;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn cny(minor: i64) -> Amount {
        Amount::of_minor(minor, currency("CNY").unwrap())
    }

    fn power(person: &str) -> Power {
        Power {
            authorisation_id: Uuid::from_u128(1),
            person: Some(person.to_owned()),
            decided: Decided::Verified,
            start: at(100),
            ends: Ends { expire: Some(at(200)), ..Ends::default() },
            fell_with_parent: false,
            scope: scope(&["place-order"], &[]),
            limits: Limits::of(Some(cny(50)), Some(cny(80))).unwrap(),
            used: 0,
            cosignatories: BTreeSet::new(),
            required_cosignatures: 0,
        }
    }

    fn asked(second: i64, amount: i64) -> Asked<'static> {
        Asked {
            matter: "place-order",
            product: "parts",
            amount: Some(cny(amount)),
            cosignatories: BTreeSet::new(),
            now: at(second),
        }
    }

    #[test]
    fn it_begins_and_ends_at_its_instants() {
        let refusals = |second| judge(&[power("wei")], &asked(second, 10)).refusals;
        assert_eq!(refusals(99), [Refusal::NotYetValid]);
        assert_eq!(refusals(100), []);
        assert_eq!(refusals(199), []);
        assert_eq!(refusals(200), [Refusal::Expired]);
        assert_eq!(judge(&[power("wei")], &asked(150, 10)).valid_until, Some(at(200)));
    }

    #[test]
    fn limits_are_reached_and_not_passed() {
        let mut holder = power("wei");
        assert!(judge(&[holder.clone()], &asked(150, 50)).is_allowed());
        assert_eq!(judge(&[holder.clone()], &asked(150, 51)).refusals, [Refusal::AmountOverLimit]);
        holder.used = 50;
        let last = judge(&[holder.clone()], &asked(150, 30));
        assert_eq!((last.is_allowed(), last.remaining, last.act_limit), (true, Some(cny(30)), Some(cny(50))));
        assert_eq!(judge(&[holder.clone()], &asked(150, 31)).refusals, [Refusal::TotalOverLimit]);
        let euro = Amount::of_minor(1, currency("EUR").unwrap());
        let refusals = |amount| judge(&[holder.clone()], &Asked { amount, ..asked(150, 0) }).refusals;
        assert_eq!(refusals(Some(euro)), [Refusal::CurrencyMismatch]);
        assert_eq!(refusals(None), [Refusal::AmountMissing]);
    }

    #[test]
    fn others_sign_as_many_as_have_to_and_nobody_twice() {
        let mut holder = power("wei");
        holder.cosignatories = ["wei", "ana", "ben"].map(str::to_owned).into();
        holder.required_cosignatures = 1;
        let mut act = asked(150, 1);
        act.cosignatories = BTreeSet::from(["wei", "eve"]);
        let judged = judge(&[holder.clone()], &act);
        assert_eq!(
            (judged.refusals.as_slice(), judged.missing_cosignatures),
            ([Refusal::NeedsCosignatory].as_slice(), 1)
        );
        assert_eq!(judged.missing_cosignatories, BTreeSet::from(["ana".to_owned(), "ben".to_owned()]));
        act.cosignatories = BTreeSet::from(["ben"]);
        assert!(judge(&[holder], &act).is_allowed());
    }

    #[test]
    fn what_is_delegated_needs_all_above_it() {
        let mut above = power("ana");
        above.limits = Limits::of(None, Some(cny(20))).unwrap();
        let mut below = power("wei");
        below.scope = scope(&["*"], &[]);
        let chain = |above: &Power| [above.clone(), below.clone()];
        assert_eq!(judge(&chain(&above), &asked(150, 21)).refusals, [Refusal::TotalOverLimit]);
        let other = Asked { matter: "sign-contract", ..asked(150, 1) };
        assert_eq!(judge(&chain(&above), &other).refusals, [Refusal::OutOfScope]);
        above.ends.revoke = Some(at(120));
        assert_eq!(judge(&chain(&above), &asked(119, 1)).refusals, []);
        assert_eq!(judge(&chain(&above), &asked(120, 1)).refusals, [Refusal::ParentRevoked]);
    }
}

#[cfg(test)]
#[path = "acting_oracle.rs"]
mod oracle;
