//! Which of a person's authorisations an act is done on.

use std::cmp::Reverse;

use clientele_proto::qualification::v1::ActRefusal as Refusal;
use uuid::Uuid;

use super::acting::{Asked, Judgement, Power, judge};

/// What is answered: by which authorisation, and what it has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The place of the chain among those that were to choose from.
    pub place: Option<usize>,
    /// The authorisation at the end of it.
    pub authorisation_id: Option<Uuid>,
    /// What it has to say.
    pub judgement: Judgement,
}

/// Chooses among the chains of authorisations that a person holds. Of those that allow an act: one without a total first, then the one of which most
/// remains, then the one that lasts longest. Where none does, the one with the least in its way.
pub fn choose(chains: &[Vec<Power>], asked: &Asked<'_>) -> Choice {
    let judged = chains.iter().enumerate().filter_map(|(place, chain)| {
        let holder = chain.last()?;
        Some(Choice {
            place: Some(place),
            authorisation_id: Some(holder.authorisation_id),
            judgement: judge(chain, asked),
        })
    });
    let nothing = || Choice { judgement: judge(&[], asked), ..Choice::default() };
    judged.min_by_key(rank).unwrap_or_else(nothing)
}

/// The smaller the better.
fn rank(choice: &Choice) -> impl Ord + use<> {
    let judgement = &choice.judgement;
    let left = judgement.remaining.map(|remaining| Reverse(remaining.minor()));
    let lasts = judgement.valid_until.map(Reverse);
    // What people can mend comes closer than what was over long ago.
    let is_over = judgement.refusals.iter().any(|refusal| {
        use Refusal::{Expired, NotVerified, ParentRevoked, Revoked, Superseded};
        matches!(refusal, Expired | Revoked | Superseded | ParentRevoked | NotVerified)
    });
    (is_over, judgement.refusals.len(), left, lasts.is_some(), lasts, choice.authorisation_id)
}

#[cfg(test)]
mod tests {
    use clientele_money::{Amount, currency};
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::super::{
        lasting::{Decided, Ends},
        limits::Limits,
        scope::scope,
    };
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn power(id: u128, matter: &str, total: Option<i64>, expire: Option<i64>) -> Vec<Power> {
        let currency = currency("CNY").unwrap();
        vec![Power {
            authorisation_id: Uuid::from_u128(id),
            person: Some("wei".into()),
            decided: Decided::Verified,
            start: at(0),
            ends: Ends { expire: expire.map(at), ..Ends::default() },
            fell_with_parent: false,
            scope: scope(&[matter], &[]),
            limits: total.map(|minor| Limits { currency, act: None, total: Some(minor) }),
            used: 0,
            cosignatories: BTreeSet::new(),
            required_cosignatures: 0,
        }]
    }

    fn chosen(chains: &[Vec<Power>]) -> (u128, Vec<Refusal>) {
        let amount = Some(Amount::of_minor(5, currency("CNY").unwrap()));
        let asked = Asked { matter: "a", product: "", amount, cosignatories: BTreeSet::new(), now: at(50) };
        let choice = choose(chains, &asked);
        (choice.authorisation_id.map_or(0, |id| id.as_u128()), choice.judgement.refusals)
    }

    #[test]
    fn what_allows_comes_first_and_without_a_total_before_all() {
        let chains = [power(1, "b", None, None), power(2, "a", Some(9), None), power(3, "a", Some(10), None)];
        assert_eq!(chosen(&chains), (3, vec![]));
        let unlimited = power(4, "a", None, Some(60));
        assert_eq!(chosen(&[chains[2].clone(), unlimited.clone()]), (4, vec![]));
        assert_eq!(chosen(&[unlimited, power(5, "a", None, Some(70))]), (5, vec![]));
        assert_eq!(chosen(&[power(6, "a", None, None), power(5, "a", None, Some(70))]), (6, vec![]));
    }

    #[test]
    fn where_none_allows_the_one_that_comes_closest_says_why() {
        let over = power(1, "a", None, Some(40));
        let short = power(2, "a", Some(4), None);
        assert_eq!(chosen(&[over.clone(), short]), (2, vec![Refusal::TotalOverLimit]));
        assert_eq!(chosen(&[over]), (1, vec![Refusal::Expired]));
        assert_eq!(chosen(&[]), (0, vec![Refusal::NoAuthorisation]));
    }
}
