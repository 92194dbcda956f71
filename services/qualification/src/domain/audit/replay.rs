//! The states of subjects as the log tells them: each transition has to begin where the subject's last one ended.

use std::collections::BTreeMap;

use clientele_proto::qualification::v1::{AuditDifference, AuditLeaf, audit_difference::Kind};

use super::Differences;

/// What the log ends with for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The state.
    pub state: String,
    /// The entry that led there, where it is sealed.
    pub leaf_index: Option<i64>,
    seen: bool,
    /// Its customer was erased: no row stands for it any more.
    erased: bool,
}

/// The last state of every subject of a log: some hundred bytes each.
#[derive(Debug, Default)]
pub struct Replay {
    subjects: BTreeMap<String, BTreeMap<String, State>>,
}

impl Replay {
    /// Takes the next transition, in the order of the log: its place, and whether its customer was erased.
    pub fn apply(
        &mut self,
        leaf: &AuditLeaf,
        (leaf_index, erased): (Option<i64>, bool),
        differences: &mut Differences,
    ) {
        let subjects = self.subjects.entry(leaf.subject_kind.clone()).or_default();
        let before = subjects.get(&leaf.subject_id).map_or("", |before| before.state.as_str());
        if before != leaf.state_before {
            let place = AuditDifference {
                leaf_index,
                audit_entry_id: leaf.audit_entry_id.clone(),
                subject_kind: leaf.subject_kind.clone(),
                subject_id: leaf.subject_id.clone(),
                ..AuditDifference::default()
            };
            let told = format!("the transition begins at `{}`, the one before ended at `{before}`", leaf.state_before);
            differences.add(Kind::StateChain, told, place);
        }
        let state = State { state: leaf.state_after.clone(), leaf_index, seen: false, erased };
        subjects.insert(leaf.subject_id.clone(), state);
    }

    /// How many subjects there are.
    pub fn len(&self) -> usize {
        self.subjects.values().map(BTreeMap::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }

    /// The state of a subject.
    pub fn state(&self, kind: &str, id: &str) -> Option<&State> {
        self.subjects.get(kind)?.get(id)
    }

    /// Compares a subject's own row.
    pub fn compare(&mut self, kind: &str, id: &str, state: &str, differences: &mut Differences) {
        let place = AuditDifference { subject_kind: kind.into(), subject_id: id.into(), ..AuditDifference::default() };
        match self.subjects.get_mut(kind).and_then(|subjects| subjects.get_mut(id)) {
            None => {
                differences.add(
                    Kind::SubjectNotInLog,
                    format!("its row is at `{state}`, the log knows nothing of it"),
                    place,
                );
            }
            Some(told) => {
                told.seen = true;
                if told.state != state {
                    let place = AuditDifference { leaf_index: told.leaf_index, ..place };
                    let said = format!("its row is at `{state}`, the log ends with `{}`", told.state);
                    differences.add(Kind::State, said, place);
                }
            }
        }
    }

    /// After all rows of a kind: what the log tells of and no row stands for.
    pub fn compared(&self, kind: &str, differences: &mut Differences) {
        for (id, told) in self.subjects.get(kind).into_iter().flatten().filter(|(_, told)| !told.seen && !told.erased) {
            let place = AuditDifference {
                leaf_index: told.leaf_index,
                subject_kind: kind.into(),
                subject_id: id.clone(),
                ..AuditDifference::default()
            };
            differences.add(
                Kind::SubjectMissing,
                format!("the log ends with `{}`, there is no row", told.state),
                place,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaf(id: &str, before: &str, after: &str) -> AuditLeaf {
        AuditLeaf {
            subject_kind: "thing".into(),
            subject_id: id.into(),
            state_before: before.into(),
            state_after: after.into(),
            ..AuditLeaf::default()
        }
    }

    fn kinds(differences: &Differences) -> Vec<Kind> {
        differences.first.iter().map(AuditDifference::kind).collect()
    }

    #[test]
    fn a_row_is_compared_with_what_the_log_ends_with() {
        let (mut replay, mut differences) = (Replay::default(), Differences::default());
        for (index, leaf) in
            [leaf("a", "", "OPEN"), leaf("b", "", "OPEN"), leaf("a", "OPEN", "SHUT")].iter().enumerate()
        {
            replay.apply(leaf, (Some(index as i64), false), &mut differences);
        }
        replay.compare("thing", "a", "SHUT", &mut differences);
        assert_eq!((replay.len(), differences.count), (2, 0));
        replay.compare("thing", "c", "OPEN", &mut differences);
        replay.compare("thing", "a", "OPEN", &mut differences);
        replay.compared("thing", &mut differences);
        assert_eq!(kinds(&differences), [Kind::SubjectNotInLog, Kind::State, Kind::SubjectMissing]);
        assert_eq!((differences.first[1].leaf_index, differences.first[2].subject_id.as_str()), (Some(2), "b"));
        // Of an erased customer no row stands any more.
        let (mut replay, mut differences) = (Replay::default(), Differences::default());
        replay.apply(&leaf("a", "", "OPEN"), (Some(0), true), &mut differences);
        replay.compared("thing", &mut differences);
        assert_eq!(differences.count, 0);
    }

    proptest! {
        /// Chains of different subjects, interleaved: nothing is found; one transition left out in the middle of a chain is.
        #[test]
        fn a_transition_that_is_left_out_breaks_its_chain(order in proptest::collection::vec(0..4_usize, 1..60), left_out in any::<prop::sample::Index>()) {
            let mut steps = [0; 4];
            let leaves: Vec<AuditLeaf> = order.iter().map(|subject| {
                let step = steps[*subject];
                steps[*subject] += 1;
                let before = if step == 0 { String::new() } else { step.to_string() };
                leaf(&subject.to_string(), &before, &(step + 1).to_string())
            }).collect();
            let run = |leaves: &[AuditLeaf]| {
                let (mut replay, mut differences) = (Replay::default(), Differences::default());
                for leaf in leaves {
                    replay.apply(leaf, (None, false), &mut differences);
                }
                differences.count
            };
            prop_assert_eq!(run(&leaves), 0);
            let left_out = left_out.index(leaves.len());
            let is_last = !order[left_out + 1..].contains(&order[left_out]);
            let mut fewer = leaves.clone();
            fewer.remove(left_out);
            prop_assert_eq!(run(&fewer), i64::from(!is_last));
        }
    }
}
