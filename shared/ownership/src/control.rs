//! Control: wholly down a chain of majorities and rights of control, however small the product of the shares.

use std::collections::{HashMap, HashSet};

use crate::graph::Graph;
use crate::settings::TOLERANCE;

/// What a person commands of a subject.
pub(crate) struct Command {
    /// Votes of the subject that the person and every entity under their control have for sure.
    pub votes: f64,
    pub votes_exclusive: bool,
    /// From the person down to the subject, where they control it.
    pub chain: Option<Vec<usize>>,
}

/// Holdings turned round: what each holder has.
pub(crate) struct Controls {
    votes: HashMap<usize, Vec<(usize, f64, bool)>>,
    rights: HashMap<usize, Vec<usize>>,
    persons: Vec<usize>,
}

impl Controls {
    /// Of all that may lead to the subject.
    pub(crate) fn above(subject: usize, graph: &Graph) -> Self {
        let mut rights_of: HashMap<usize, Vec<usize>> = HashMap::new();
        for interest in &graph.control {
            rights_of.entry(interest.entity).or_default().push(interest.holder);
        }
        let mut controls = Self { votes: HashMap::new(), rights: HashMap::new(), persons: Vec::new() };
        let mut seen = HashSet::from([subject]);
        let mut waiting = vec![subject];
        while let Some(entity) = waiting.pop() {
            let votes = graph.voting.holders[entity].iter().filter(|(_, share)| share.is_positive());
            for (holder, share) in votes {
                controls.votes.entry(*holder).or_default().push((entity, share.low, share.low_exclusive));
                waiting.extend(seen.insert(*holder).then_some(*holder));
            }
            for holder in rights_of.get(&entity).into_iter().flatten() {
                controls.rights.entry(*holder).or_default().push(entity);
                waiting.extend(seen.insert(*holder).then_some(*holder));
            }
        }
        controls.persons = seen.into_iter().filter(|record| graph.records[*record].is_person).collect();
        controls.persons.sort_unstable();
        for list in controls.rights.values_mut() {
            list.sort_unstable();
        }
        for list in controls.votes.values_mut() {
            list.sort_unstable_by_key(|(entity, ..)| *entity);
        }
        controls
    }

    /// Natural persons with votes or rights somewhere above.
    pub(crate) fn persons(&self) -> &[usize] {
        &self.persons
    }

    pub(crate) fn command(&self, person: usize, subject: usize) -> Command {
        let mut votes: HashMap<usize, (f64, bool)> = HashMap::new();
        let mut through: HashMap<usize, usize> = HashMap::new();
        let mut waiting = std::collections::VecDeque::from([person]);
        while let Some(holder) = waiting.pop_front() {
            for &entity in self.rights.get(&holder).into_iter().flatten() {
                take(entity, holder, &mut through, &mut waiting);
            }
            for &(entity, share, exclusive) in self.votes.get(&holder).into_iter().flatten() {
                let sum = votes.entry(entity).or_default();
                *sum = (sum.0 + share, sum.1 || exclusive);
                if sum.0 > 0.5 + TOLERANCE || (sum.1 && sum.0 >= 0.5 - TOLERANCE) {
                    take(entity, holder, &mut through, &mut waiting);
                }
            }
        }
        let (votes, votes_exclusive) = votes.get(&subject).copied().unwrap_or_default();
        let chain = through.contains_key(&subject).then(|| {
            let mut chain = vec![subject];
            let mut at = subject;
            while let Some(&holder) = through.get(&at) {
                chain.push(holder);
                at = holder;
            }
            chain.reverse();
            chain
        });
        Command { votes: votes.min(1.0), votes_exclusive, chain }
    }
}

/// Takes an entity under control, once.
fn take(
    entity: usize,
    holder: usize,
    through: &mut HashMap<usize, usize>,
    waiting: &mut std::collections::VecDeque<usize>,
) {
    through.entry(entity).or_insert_with(|| {
        waiting.push_back(entity);
        holder
    });
}
