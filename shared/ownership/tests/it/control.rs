//! Control that shares do not show.

use ownership::{Basis, DeclaredShare, Interest, InterestType};

use crate::structure::{assert_exactly, holds, owners, relationship, report, shares, structure, votes};

fn right(kind: InterestType) -> Vec<Interest> {
    vec![Interest::direct(kind, None)]
}

#[test]
fn a_chain_of_majorities_controls_wholly() {
    // 51 % of 51 % of 51 % is 13.3 % of the capital, below the threshold, and control of every vote on the way.
    let statements =
        structure(&["ann"], &[holds("ann", "top", 51.0), holds("top", "middle", 51.0), holds("middle", "a", 51.0)]);
    let report = report(&statements, "a");
    assert_exactly(&report, "ann", 0.51 * 0.51 * 0.51);
    assert_eq!(report.owners[0].bases, [Basis::Control]);
    assert_eq!(report.owners[0].control_chain, ["ann", "top", "middle", "a"]);
    assert!((report.owners[0].commanded_votes - 0.51).abs() < 1e-12);
}

#[test]
fn half_is_no_majority() {
    // 50 % of 40 %: 20 % of the capital; and the holding's 40 % of the votes are not Ann's to command.
    let statements = structure(&["ann"], &[holds("ann", "top", 50.0), holds("top", "a", 40.0)]);
    assert!(report(&statements, "a").owners.is_empty());
}

#[test]
fn minorities_of_controlled_entities_add_up_to_a_majority() {
    // Ann controls B and C, which have 26 % each: together 52 % of A, though only .6 * .52 of its capital is hers.
    let statements = structure(
        &["ann"],
        &[holds("ann", "b", 60.0), holds("ann", "c", 60.0), holds("b", "a", 26.0), holds("c", "a", 26.0)],
    );
    let report = report(&statements, "a");
    assert_exactly(&report, "ann", 0.312);
    assert_eq!(report.owners[0].bases, [Basis::Ownership, Basis::Control]);
    assert!((report.owners[0].commanded_votes - 0.52).abs() < 1e-12);
}

#[test]
fn votes_of_a_controlled_entity_meet_the_threshold_without_control() {
    // Ann has 60 % of a holding with 30 %: 18 % of the capital, and 30 % of the votes to command.
    let statements = structure(&["ann"], &[holds("ann", "top", 60.0), holds("top", "a", 30.0)]);
    let report = report(&statements, "a");
    assert_eq!(report.owners[0].bases, [Basis::Control]);
    assert!(report.owners[0].control_chain.is_empty());
}

#[test]
fn votes_apart_from_shares_are_computed_apart() {
    // Founder shares: 10 % of the capital with 60 % of the votes.
    let statements = structure(
        &["founder", "fund"],
        &[
            relationship(
                "founder",
                "a",
                vec![shares(DeclaredShare::exactly(10.0)), votes(DeclaredShare::exactly(60.0))],
            ),
            relationship("fund", "a", vec![shares(DeclaredShare::exactly(90.0)), votes(DeclaredShare::exactly(40.0))]),
        ],
    );
    let report = report(&statements, "a");
    let founder = report.owners.iter().find(|owner| owner.person == "founder").unwrap();
    assert!((founder.economic.low - 0.1).abs() < 1e-12 && (founder.voting.low - 0.6).abs() < 1e-12);
    assert_eq!(founder.bases, [Basis::Ownership, Basis::Control]);
}

#[test]
fn who_appoints_the_board_or_dominates_controls_whatever_their_share() {
    for kind in [
        InterestType::AppointmentOfBoard,
        InterestType::OtherInfluenceOrControl,
        InterestType::ControlViaCompanyRulesOrArticles,
    ] {
        let statements = structure(
            &["ann", "bob"],
            &[relationship("ann", "top", right(kind)), holds("top", "a", 60.0), holds("bob", "a", 40.0)],
        );
        let report = report(&statements, "a");
        assert_eq!(owners(&report), ["bob", "ann"]);
        assert_eq!(report.owners[1].bases, [Basis::Control]);
        assert_eq!(report.owners[1].control_chain, ["ann", "top", "a"]);
    }
    // A seat on the board is none of these.
    let member = structure(&["ann"], &[relationship("ann", "a", right(InterestType::BoardMember))]);
    assert!(report(&member, "a").owners.is_empty());
}

#[test]
fn a_circle_of_majorities_ends() {
    let statements = structure(&["ann"], &[holds("b", "a", 60.0), holds("a", "b", 60.0), holds("ann", "a", 10.0)]);
    let report = report(&statements, "a");
    // y_A = 1 / (1 - .36): Ann has .1 / .64 of the capital, and controls nothing.
    assert_exactly(&report, "ann", 0.1 / 0.64);
    assert!(report.owners.is_empty());
}

#[test]
fn who_manages_stands_in_only_where_nobody_else_is_found() {
    let manages = relationship("mia", "a", right(InterestType::SeniorManagingOfficial));
    let spread = structure(&["mia", "ann"], &[manages.clone(), holds("ann", "a", 10.0)]);
    let spread = report(&spread, "a");
    assert_eq!(owners(&spread), ["mia"]);
    assert_eq!(spread.owners[0].bases, [Basis::SeniorManagingOfficial]);
    let owned = structure(&["mia", "ann"], &[manages, holds("ann", "a", 90.0)]);
    assert_eq!(owners(&report(&owned, "a")), ["ann"]);
}
