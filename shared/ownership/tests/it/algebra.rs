//! Random structures with circles against the algebra done another way.

use ownership::{DeclaredShare, Graph, Statement};
use proptest::prelude::*;

use crate::structure::{assert_exactly, economic, entity, holds, person, relationship, report, settings, shares};

/// Direct holdings in percent: `of[entity][holder]`, entities first and persons after.
#[derive(Debug, Clone)]
struct Random {
    entities: usize,
    persons: usize,
    of: Vec<Vec<u32>>,
}

/// Up to 8 entities, each with a random split of at most 100 % among a few holders, itself included.
fn random() -> impl Strategy<Value = Random> {
    (1_usize..8, 1_usize..5).prop_flat_map(|(entities, persons)| {
        let weight = prop_oneof![3 => Just(0_u32), 2 => 1..40_u32];
        let of_one = (prop::collection::vec(weight, entities + persons), 0..30_u32);
        prop::collection::vec(of_one, entities).prop_map(move |weights| {
            let of = weights
                .into_iter()
                .map(|(weights, unheld)| {
                    let total = weights.iter().sum::<u32>() + unheld + 1;
                    weights.into_iter().map(|weight| weight * 100 / total).collect()
                })
                .collect();
            Random { entities, persons, of }
        })
    })
}

impl Random {
    fn name(&self, record: usize) -> String {
        if record < self.entities { format!("e{record}") } else { format!("p{record}") }
    }

    fn statements(&self) -> Vec<Statement> {
        let mut statements: Vec<Statement> = (0..self.entities).map(|e| entity(&self.name(e))).collect();
        statements.extend((0..self.persons).map(|p| person(&self.name(self.entities + p))));
        for (subject, holders) in self.of.iter().enumerate() {
            for (holder, percent) in holders.iter().enumerate().filter(|(_, percent)| **percent > 0) {
                statements.push(holds(&self.name(holder), &self.name(subject), f64::from(*percent)));
            }
        }
        statements
    }

    fn share(&self, holder: usize, subject: usize) -> f64 {
        f64::from(self.of[subject][holder]) / 100.0
    }

    /// Of each person, P (I - D)^-1 in the column of entity 0, by Gauss-Jordan inversion of the whole matrix.
    fn by_inverse(&self) -> Vec<f64> {
        let n = self.entities;
        let mut rows: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let identity = |j: usize| if i == j { 1.0 } else { 0.0 };
                (0..n).map(|j| identity(j) - self.share(i, j)).chain((0..n).map(identity)).collect()
            })
            .collect();
        for column in 0..n {
            let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs())).unwrap();
            rows.swap(column, pivot);
            let scale = rows[column][column];
            rows[column].iter_mut().for_each(|value| *value /= scale);
            let pivot_row = rows[column].clone();
            for (i, row) in rows.iter_mut().enumerate() {
                let factor = row[column];
                if i != column {
                    row.iter_mut().zip(&pivot_row).for_each(|(value, pivot)| *value -= factor * pivot);
                }
            }
        }
        (0..self.persons).map(|p| (0..n).map(|e| self.share(n + p, e) * rows[e][n]).sum()).collect()
    }

    /// The same as P (I + D + D^2 + ...), round by round.
    fn by_series(&self, rounds: usize) -> Vec<f64> {
        let n = self.entities;
        let mut term = vec![0.0; n];
        term[0] = 1.0;
        let mut sums = vec![0.0; self.persons];
        for _ in 0..rounds {
            for (p, sum) in sums.iter_mut().enumerate() {
                *sum += (0..n).map(|e| self.share(n + p, e) * term[e]).sum::<f64>();
            }
            term = (0..n).map(|h| (0..n).map(|e| self.share(h, e) * term[e]).sum()).collect();
        }
        sums
    }
}

proptest! {
    #[test]
    fn shares_are_those_of_the_dense_inverse_and_of_the_series(random in random()) {
        let report = report(&random.statements(), "e0");
        let (inverse, series) = (random.by_inverse(), random.by_series(4_000));
        for p in 0..random.persons {
            let (low, high) = economic(&report, &random.name(random.entities + p));
            prop_assert!((low - inverse[p]).abs() < 1e-10, "{low} {}", inverse[p]);
            prop_assert!((high - inverse[p]).abs() < 1e-10);
            prop_assert!((low - series[p]).abs() < 1e-9);
        }
    }

    #[test]
    fn all_shares_and_what_reaches_nobody_are_the_whole(random in random()) {
        let report = report(&random.statements(), "e0");
        let sum: f64 = report.persons.iter().map(|share| share.economic.low).sum();
        prop_assert!((sum + report.unreached_economic.low - 1.0).abs() < 1e-10);
        let lost: f64 = report.dead_ends.iter().filter(|end| end.right == ownership::Right::Economic).map(|end| end.share.low).sum();
        prop_assert!((lost - report.unreached_economic.low).abs() < 1e-8);
    }

    #[test]
    fn the_order_of_statements_does_not_matter(statements in random().prop_flat_map(|random| (Just(random.statements()), Just(random.statements()).prop_shuffle()))) {
        prop_assert_eq!(report(&statements.0, "e0"), report(&statements.1, "e0"));
    }

    #[test]
    fn who_buys_more_does_not_have_less(random in random(), p in any::<prop::sample::Index>(), e in any::<prop::sample::Index>()) {
        let (holder, subject) = (p.index(random.entities + random.persons), e.index(random.entities));
        let mut more = random.clone();
        // What nobody held: nobody else loses.
        let unheld = 100 - random.of[subject].iter().sum::<u32>();
        more.of[subject][holder] += unheld;
        let (before, after) = (report(&random.statements(), "e0"), report(&more.statements(), "e0"));
        for p in 0..random.persons {
            let name = random.name(random.entities + p);
            prop_assert!(economic(&after, &name).0 >= economic(&before, &name).0 - 1e-12);
        }
    }

    #[test]
    fn ranges_hold_every_structure_within_them(random in random(), widths in prop::collection::vec((0..15_u32, 0..15_u32), 96)) {
        let mut statements: Vec<Statement> = random.statements().into_iter().filter(|it| !matches!(it, Statement::Relationship(_))).collect();
        let mut widths = widths.into_iter();
        for (subject, holders) in random.of.iter().enumerate() {
            for (holder, percent) in holders.iter().enumerate() {
                let (below, above) = widths.next().unwrap_or_default();
                let range = DeclaredShare::between(f64::from(percent.saturating_sub(below)), f64::from((percent + above).min(100)));
                statements.push(relationship(&random.name(holder), &random.name(subject), vec![shares(range)]));
            }
        }
        let report = report(&statements, "e0");
        for (p, exact) in random.by_inverse().into_iter().enumerate() {
            let (low, high) = economic(&report, &random.name(random.entities + p));
            prop_assert!(low <= exact + 1e-9 && exact <= high + 1e-9, "{low} {exact} {high}");
        }
    }

    #[test]
    fn chains_come_largest_first_and_do_not_exceed_the_share(random in random()) {
        let graph = Graph::new(&random.statements(), settings());
        for owner in graph.beneficial_owners("e0").unwrap().owners {
            let economic: Vec<f64> = owner.chains.iter().filter(|chain| chain.right == ownership::Right::Economic).map(|chain| chain.share.low).collect();
            prop_assert!(economic.is_sorted_by(|a, b| a >= b));
            prop_assert!(economic.iter().sum::<f64>() <= owner.economic.low + 1e-9);
        }
    }
}

#[test]
fn a_large_circle_is_solved_in_rounds_as_exactly_as_a_small_one() {
    // 2,000 entities, each holding 90 % of the next, the last of the first; Pat 10 % of every one. By symmetry y_k = .9^k / (1 - .9^2000),
    // and the sum over k of .1 y_k is 1: Pat has everything.
    const SIZE: usize = 2_000;
    let mut statements = vec![person("pat")];
    for k in 0..SIZE {
        statements.push(entity(&format!("e{k}")));
        statements.push(holds(&format!("e{}", (k + 1) % SIZE), &format!("e{k}"), 90.0));
        statements.push(holds("pat", &format!("e{k}"), 10.0));
    }
    assert_exactly(&report(&statements, "e0"), "pat", 1.0);
}

#[test]
fn a_circle_that_lets_out_a_thousandth_is_exact_to_the_stated_tolerance() {
    // A and B hold 99.9 % of each other, Pat and Quin the rest of A and of B. y_A = 1 / (1 - .999^2), y_B = .999 y_A; so Pat has
    // .001 / (.001 * 1.999) = 1 / 1.999 and Quin .999 / 1.999.
    let statements = [
        entity("a"),
        entity("b"),
        person("pat"),
        person("quin"),
        holds("a", "b", 99.9),
        holds("b", "a", 99.9),
        holds("pat", "a", 0.1),
        holds("quin", "b", 0.1),
    ];
    let report = report(&statements, "a");
    for (person, expected) in [("pat", 1.0 / 1.999), ("quin", 0.999 / 1.999)] {
        let (low, high) = economic(&report, person);
        assert!((low - expected).abs() < 1e-9 && (high - expected).abs() < 1e-9, "{person}: {low} to {high}");
    }
}

#[test]
fn a_large_circle_that_grows_without_end_is_impossible() {
    // Each of 1,200 entities has 60 % of the next and 60 % of the one after: 1.2 of each round goes on.
    const SIZE: usize = 1_200;
    let mut statements = vec![person("pat"), holds("pat", "e0", 1.0)];
    for k in 0..SIZE {
        statements.push(entity(&format!("e{k}")));
        statements.push(holds(&format!("e{}", (k + 1) % SIZE), &format!("e{k}"), 60.0));
        statements.push(holds(&format!("e{}", (k + 2) % SIZE), &format!("e{k}"), 60.0));
    }
    let report = report(&statements, "e0");
    assert!(report.problems.iter().any(|problem| matches!(problem, ownership::Problem::ImpossibleCircle { .. })));
    assert_eq!(economic(&report, "pat"), (0.0, 1.0));
}
