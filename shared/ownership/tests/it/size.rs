//! Large groups.

use ownership::Statement;

use crate::structure::{entity, holds, person, report};

/// 10,000 entities in layers of 100, each held by three of the layer above, with circles back down, and persons everywhere.
#[test]
fn ten_thousand_entities_are_no_trouble() {
    const LAYER: usize = 100;
    const SIZE: usize = 10_000;
    let name = |entity: usize| format!("e{entity}");
    let mut statements: Vec<Statement> = Vec::new();
    for e in 0..SIZE {
        statements.push(entity(&name(e)));
        statements.push(person(&format!("p{e}")));
        statements.push(holds(&format!("p{e}"), &name(e), 31.0));
        let above = (e / LAYER + 1) * LAYER;
        if above < SIZE {
            for step in [1, 7, 31] {
                statements.push(holds(&name(above + (e + step) % LAYER), &name(e), 20.0));
            }
        }
        // A circle within the layer.
        statements.push(holds(&name(e / LAYER * LAYER + (e + 1) % LAYER), &name(e), 5.0));
    }
    let report = report(&statements, "e0");
    let sum: f64 = report.persons.iter().map(|share| share.economic.low).sum();
    assert!((sum + report.unreached_economic.low - 1.0).abs() < 1e-9);
    assert_eq!(report.owners[0].person, "p0");
}
