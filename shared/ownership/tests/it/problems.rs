//! Statements that are wrong say where, and do not stop the rest.

use jiff::civil::date;
use ownership::{
    DeclaredShare, Directness, Graph, Interest, InterestType, Party, Relationship, Statement, SubjectError,
    UnspecifiedReason,
};
use proptest::prelude::*;

use crate::structure::{
    assert_exactly, economic, entity, holds, person, relationship, report, settings, shares, structure,
};

fn texts(statements: &[Statement]) -> Vec<String> {
    Graph::new(statements, settings()).problems().iter().map(ToString::to_string).collect()
}

#[test]
fn holdings_of_more_than_all_are_reported_with_their_sum() {
    let statements = structure(&["ann", "bob"], &[holds("ann", "a", 70.0), holds("bob", "a", 40.0)]);
    assert_eq!(texts(&statements), ["entity `a`: its holders have at least 110 % of its shares"]);
}

#[test]
fn references_to_nothing_and_to_the_wrong_record_are_reported() {
    let statements = vec![person("ann"), entity("a"), holds("ghost", "a", 10.0), holds("a", "ann", 10.0)];
    assert_eq!(
        texts(&statements),
        [
            "relationship `a>ann`: subject names `ann`, which is no entity",
            "relationship `ghost>a`: interestedParty names `ghost`, which is not stated",
        ]
    );
}

#[test]
fn unspecified_parties_keep_their_reason_and_reach_nobody() {
    let mut statements = structure(&["ann"], &[holds("ann", "a", 60.0)]);
    statements.push(Statement::Relationship(Relationship {
        id: "r".to_owned(),
        subject: Party::Record("a".to_owned()),
        interested_party: Party::Unspecified(UnspecifiedReason::SubjectUnableToConfirmOrIdentifyBeneficialOwner),
        interests: vec![shares(DeclaredShare::exactly(40.0))],
    }));
    assert_eq!(
        texts(&statements),
        ["relationship `r`: interestedParty is unspecified, subjectUnableToConfirmOrIdentifyBeneficialOwner"]
    );
    let report = report(&statements, "a");
    assert!((report.unreached_economic.high - 0.4).abs() < 1e-12);
    assert_eq!(report.dead_ends[0].entity, "a");
}

#[test]
fn shares_that_cannot_be_count_as_unknown() {
    let contradiction =
        DeclaredShare { minimum: Some(50.0), exclusive_maximum: Some(50.0), ..DeclaredShare::default() };
    let statements = structure(
        &["ann", "bob", "cid"],
        &[
            relationship("ann", "a", vec![shares(contradiction)]),
            relationship("bob", "a", vec![shares(DeclaredShare::exactly(101.0))]),
            relationship("cid", "a", vec![Interest::direct(InterestType::Shareholding, None)]),
        ],
    );
    assert_eq!(
        texts(&statements),
        [
            "relationship `ann>a`, interests[0].share: the bounds contradict each other: nothing is at least 50 % and less than 50 %",
            "relationship `bob>a`, interests[0].share: exact is 101: a share is a percentage from 0 to 100",
            "relationship `cid>a`, interests[0]: no share is given",
        ]
    );
    assert_eq!(economic(&report(&statements, "a"), "ann"), (0.0, 1.0));
}

#[test]
fn holding_oneself_and_circles_of_more_than_all_are_reported() {
    let own = structure(&["ann"], &[holds("a", "a", 10.0), holds("ann", "a", 90.0)]);
    assert_eq!(texts(&own)[0], "entity `a` has shares of itself");
    // B has 90 % of A, A 90 % of B, C 50 % of each and A 80 % of C: more than all goes round.
    let statements = structure(
        &["ann"],
        &[
            holds("b", "a", 90.0),
            holds("a", "b", 90.0),
            holds("c", "a", 50.0),
            holds("c", "b", 50.0),
            holds("a", "c", 80.0),
            holds("ann", "c", 20.0),
        ],
    );
    let report = report(&statements, "a");
    assert!(report.problems.iter().any(|it| it.to_string() == "a circle owns more than all shares of itself: a, b, c"));
    let (low, high) = economic(&report, "ann");
    assert!(low.abs() < 1e-12 && (high - 1.0).abs() < 1e-12);
}

#[test]
fn records_that_contradict_each_other_are_left_out_and_repeated_ones_count_once() {
    let mut statements = structure(&["ann"], &[holds("ann", "a", 60.0)]);
    statements.push(holds("ann", "a", 60.0));
    assert_exactly(&report(&statements, "a"), "ann", 0.6);
    statements.push(holds("ann", "a", 50.0));
    assert_eq!(texts(&statements), ["record `ann>a` is stated in 2 ways: none of them is used"]);
    assert_exactly(&report(&statements, "a"), "ann", 0.0);
}

#[test]
fn interests_count_on_their_days_only() {
    let on = |start, end| {
        let interest = Interest { start, end, ..shares(DeclaredShare::exactly(60.0)) };
        structure(&["ann"], &[relationship("ann", "a", vec![interest])])
    };
    let day = date(2026, 6, 30);
    let tomorrow = date(2026, 7, 1);
    assert_exactly(&report(&on(Some(day), Some(tomorrow)), "a"), "ann", 0.6);
    assert_exactly(&report(&on(Some(tomorrow), None), "a"), "ann", 0.0);
    assert_exactly(&report(&on(None, Some(day)), "a"), "ann", 0.0); // Ceased on that day.
    assert_eq!(
        texts(&on(Some(tomorrow), Some(day))),
        ["relationship `ann>a`, interests[0]: endDate is before startDate"]
    );
}

#[test]
fn indirect_interests_are_not_counted_twice() {
    let indirect = Interest { directness: Directness::Indirect, ..shares(DeclaredShare::exactly(30.0)) };
    let statements = structure(
        &["ann"],
        &[holds("ann", "b", 50.0), holds("b", "a", 60.0), relationship("ann", "a", vec![indirect])],
    );
    assert_exactly(&report(&statements, "a"), "ann", 0.3);
}

#[test]
fn only_entities_that_are_stated_have_owners() {
    let graph = Graph::new(&[person("ann")], settings());
    assert_eq!(graph.beneficial_owners("a"), Err(SubjectError::Unknown("a".to_owned())));
    assert_eq!(graph.beneficial_owners("ann"), Err(SubjectError::Person("ann".to_owned())));
}

proptest! {
    #[test]
    fn nothing_stated_panics(edges in prop::collection::vec((0..6_u8, 0..6_u8, prop::option::of(-10.0..200.0_f64), prop::option::of(any::<f64>()), 0..23_usize), 0..40)) {
        let name = |record: u8| if record < 4 { format!("e{record}") } else { format!("p{record}") };
        let mut statements = vec![entity("e0"), entity("e1"), entity("e2"), person("p4")];
        for (number, (holder, subject, exact, minimum, kind)) in edges.into_iter().enumerate() {
            let share = DeclaredShare { exact, minimum, ..DeclaredShare::default() };
            let kind = if number % 2 == 0 { InterestType::Shareholding } else { InterestType::ALL[kind] };
            statements.push(Statement::Relationship(Relationship {
                id: format!("r{number}"),
                subject: Party::Record(name(subject)),
                interested_party: Party::Record(name(holder)),
                interests: vec![Interest::direct(kind, Some(share))],
            }));
        }
        let report = report(&statements, "e0");
        for share in &report.persons {
            for range in [share.economic, share.voting] {
                prop_assert!(range.low >= 0.0 && range.low <= range.high + 1e-9 && range.high.is_finite());
            }
        }
    }
}
