//! Circles: strongly connected components of the holders above a subject (Tarjan 1972), without recursion.

use crate::graph::{Holdings, Record};

/// Entities above `subject` and itself, in components: a component comes after all that it holds shares of. Within one, sorted.
pub(crate) fn components_above(subject: usize, holdings: &Holdings, records: &[Record]) -> Vec<Vec<usize>> {
    let mut search = Search {
        order: vec![None; records.len()],
        low: vec![0; records.len()],
        on_stack: vec![false; records.len()],
        stack: Vec::new(),
        found: Vec::new(),
        next: 0,
    };
    search.enter(subject);
    let mut path = vec![(subject, 0)];
    while let Some((entity, position)) = path.last_mut() {
        let entity = *entity;
        if let Some(&(holder, share)) = holdings.holders[entity].get(*position) {
            *position += 1;
            if records[holder].is_person || share.high <= 0.0 {
                continue;
            }
            match search.order[holder] {
                None => {
                    search.enter(holder);
                    path.push((holder, 0));
                }
                Some(order) if search.on_stack[holder] => search.low[entity] = search.low[entity].min(order),
                Some(_) => {}
            }
        } else {
            path.pop();
            search.leave(entity);
            if let Some((below, _)) = path.last() {
                search.low[*below] = search.low[*below].min(search.low[entity]);
            }
        }
    }
    // Found from the top of the chains: turned round, the subject's own comes first.
    search.found.reverse();
    search.found
}

struct Search {
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    found: Vec<Vec<usize>>,
    next: usize,
}

impl Search {
    fn enter(&mut self, entity: usize) {
        self.order[entity] = Some(self.next);
        self.low[entity] = self.next;
        self.next += 1;
        self.stack.push(entity);
        self.on_stack[entity] = true;
    }

    fn leave(&mut self, entity: usize) {
        if self.order[entity] != Some(self.low[entity]) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            component.push(member);
            if member == entity {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}
