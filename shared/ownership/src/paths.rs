//! The chains that shares come through, largest first.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use crate::graph::{Graph, Holdings};
use crate::settings::TOLERANCE;
use crate::{Right, ShareRange};

/// One way from a person down to the subject, through no entity twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Of shares or votes.
    pub right: Right,
    /// Ids, from the person to the subject.
    pub records: Vec<String>,
    /// The product of the holdings along it. Further rounds through a circle add to the person's share and are no chains of their own.
    pub share: ShareRange,
}

/// Chains by person, and whether the search was cut off before all were seen.
pub(crate) struct Found {
    pub chains: HashMap<usize, Vec<Chain>>,
    pub is_cut: bool,
}

/// A chain so far, as its upper end and the step below.
struct Step {
    record: usize,
    below: Option<usize>,
    share: ShareRange,
}

/// Ordered by share, then by which was found first.
struct Candidate {
    high: f64,
    step: usize,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.high.total_cmp(&other.high).then_with(|| other.step.cmp(&self.step))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

pub(crate) fn chains_to(subject: usize, right: Right, graph: &Graph) -> Found {
    let holdings: &Holdings = graph.holdings(right);
    let limits = graph.settings.limits;
    let mut steps = vec![Step { record: subject, below: None, share: ShareRange::exactly(1.0) }];
    let mut waiting = BinaryHeap::from([Candidate { high: 1.0, step: 0 }]);
    let mut chains: HashMap<usize, Vec<Chain>> = HashMap::new();
    // A product only shrinks on the way up: what comes out first is the largest of all that are left.
    while let Some(Candidate { step, .. }) = waiting.pop() {
        let Step { record, share, .. } = steps[step];
        if graph.records[record].is_person {
            let of_person = chains.entry(record).or_default();
            if of_person.len() < limits.chains_per_person {
                let records = way(&steps, step).map(|record| graph.id(record)).collect();
                of_person.push(Chain { right, records, share });
            }
            continue;
        }
        for &(holder, held) in &holdings.holders[record] {
            let share = held.through(share);
            if share.high <= TOLERANCE || way(&steps, step).any(|passed| passed == holder) {
                continue;
            }
            if steps.len() > limits.chains_searched {
                return Found { chains, is_cut: true };
            }
            waiting.push(Candidate { high: share.high, step: steps.len() });
            steps.push(Step { record: holder, below: Some(step), share });
        }
    }
    Found { chains, is_cut: false }
}

/// The records from a step down to the subject.
fn way(steps: &[Step], from: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(from), |step| steps[*step].below).map(|step| steps[step].record)
}
