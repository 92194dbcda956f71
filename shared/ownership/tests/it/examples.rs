//! Structures small enough to work out by hand, and published ones.

use ownership::{Certainty, DeclaredShare, Graph, Threshold};

use crate::structure::{assert_exactly, economic, holds, owners, relationship, report, settings, shares, structure};

#[test]
fn shares_multiply_down_a_chain_and_add_up_over_chains() {
    // Ann: 20 % directly, 50 % of 60 % through a holding: .2 + .5 * .6 = .5. Bob: the other half of the holding, .3. Cid: 20 %.
    let statements = structure(
        &["ann", "bob", "cid"],
        &[
            holds("ann", "acme", 20.0),
            holds("cid", "acme", 20.0),
            holds("holding", "acme", 60.0),
            holds("ann", "holding", 50.0),
            holds("bob", "holding", 50.0),
        ],
    );
    let report = report(&statements, "acme");
    assert_exactly(&report, "ann", 0.5);
    assert_exactly(&report, "bob", 0.3);
    assert_exactly(&report, "cid", 0.2);
    assert_eq!(owners(&report), ["ann", "bob"]);
    let chains: Vec<_> = report.owners[0].chains.iter().take(2).map(|chain| chain.records.join(" ")).collect();
    assert_eq!(chains, ["ann holding acme", "ann acme"]); // 30 % before 20 %.
    assert!(report.dead_ends.is_empty() && report.unreached_economic.high < 1e-12);
}

#[test]
fn two_companies_that_hold_half_of_each_other() {
    // Elliott, Golub, Jackson, "Financial Networks and Contagion", American Economic Review 104 (2014), the example of section I: each of
    // two organisations holds 50 % of the other, private investors the rest. Of organisation 1 the investors in 1 have 2/3 in the end and
    // those in 2 have 1/3: A = C^ (I - C)^-1 = ((2/3, 1/3), (1/3, 2/3)).
    let statements = structure(
        &["investor 1", "investor 2"],
        &[holds("1", "2", 50.0), holds("2", "1", 50.0), holds("investor 1", "1", 50.0), holds("investor 2", "2", 50.0)],
    );
    let first = report(&statements, "1");
    assert_exactly(&first, "investor 1", 2.0 / 3.0);
    assert_exactly(&first, "investor 2", 1.0 / 3.0);
    let second = report(&statements, "2");
    assert_exactly(&second, "investor 1", 1.0 / 3.0);
    assert_exactly(&second, "investor 2", 2.0 / 3.0);
}

#[test]
fn a_circle_of_three_by_hand() {
    // B holds 40 % of A, C 50 % of B, A 30 % of C; Pat the other 60 % of A, Quin 50 % of B, Rae 70 % of C.
    // y_A = 1 + .3 y_C, y_B = .4 y_A, y_C = .5 y_B, so y_A = 1 + .06 y_A = 1 / .94.
    // Pat .6 / .94, Quin .5 * .4 / .94, Rae .7 * .2 / .94: together .94 / .94.
    let statements = structure(
        &["pat", "quin", "rae"],
        &[
            holds("b", "a", 40.0),
            holds("c", "b", 50.0),
            holds("a", "c", 30.0),
            holds("pat", "a", 60.0),
            holds("quin", "b", 50.0),
            holds("rae", "c", 70.0),
        ],
    );
    let report = report(&statements, "a");
    assert_exactly(&report, "pat", 0.6 / 0.94);
    assert_exactly(&report, "quin", 0.2 / 0.94);
    assert_exactly(&report, "rae", 0.14 / 0.94);
}

#[test]
fn own_shares_count_for_the_others() {
    // A company with 20 % of its own shares: who has 40 % of all has 40 / 80 of what others can have.
    let statements =
        structure(&["ann", "bob"], &[holds("a", "a", 20.0), holds("ann", "a", 40.0), holds("bob", "a", 40.0)]);
    let report = report(&statements, "a");
    assert_exactly(&report, "ann", 0.5);
    assert_exactly(&report, "bob", 0.5);
}

#[test]
fn a_closed_circle_is_reported_and_reaches_nobody() {
    // X and Y own each other wholly and 70 % of the company; Ann has the other 30 %.
    let statements = structure(
        &["ann"],
        &[holds("ann", "a", 30.0), holds("x", "a", 70.0), holds("x", "y", 100.0), holds("y", "x", 100.0)],
    );
    let report = report(&statements, "a");
    assert_exactly(&report, "ann", 0.3);
    assert!(
        (report.unreached_economic.low - 0.7).abs() < 1e-12 && (report.unreached_economic.high - 0.7).abs() < 1e-12
    );
    let texts: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts[0], "a circle owns all shares of itself, and nobody owns it: x, y");
    let inside = crate::structure::report(&statements, "x");
    assert!(inside.owners.is_empty() && (inside.unreached_economic.low - 1.0).abs() < 1e-12);
}

#[test]
fn ranges_give_bounds_and_leave_open_what_they_leave_open() {
    // The holding has 50 to 75 %, Ann 80 to 100 % of it: .4 to .75. Bob has what others leave at most: 20 % of 75 %, and nothing for sure.
    let between =
        |holder, subject, low, high| relationship(holder, subject, vec![shares(DeclaredShare::between(low, high))]);
    let statements = structure(
        &["ann", "bob", "cid"],
        &[
            between("holding", "a", 50.0, 75.0),
            between("ann", "holding", 80.0, 100.0),
            between("bob", "holding", 0.0, 100.0),
            between("cid", "a", 10.0, 30.0),
        ],
    );
    let report = report(&statements, "a");
    let close = |(low, high): (f64, f64), expected: (f64, f64)| {
        assert!((low - expected.0).abs() < 1e-12 && (high - expected.1).abs() < 1e-12, "{low} {high}");
    };
    close(economic(&report, "ann"), (0.4, 0.75));
    close(economic(&report, "bob"), (0.0, 0.15));
    close(economic(&report, "cid"), (0.1, 0.3));
    assert_eq!(owners(&report), ["ann", "cid"]);
    assert_eq!(report.owners[0].certainty, Certainty::Certain);
    assert_eq!(report.owners[1].certainty, Certainty::Possible);
}

#[test]
fn the_threshold_is_a_setting_to_the_last_share() {
    let owners_at = |share: DeclaredShare, threshold| {
        let statements = structure(&["ann"], &[relationship("ann", "a", vec![shares(share)])]);
        let settings = settings().with_threshold(threshold).unwrap();
        let report = Graph::new(&statements, settings).beneficial_owners("a").unwrap();
        report.owners.iter().map(|owner| owner.certainty).next()
    };
    let quarter = DeclaredShare::exactly(25.0);
    assert_eq!(owners_at(quarter, Threshold::AtLeast(0.25)), Some(Certainty::Certain));
    assert_eq!(owners_at(quarter, Threshold::MoreThan(0.25)), None);
    // The bands of the UK's register: more than 25 % but not more than 50 %.
    let band = DeclaredShare { exclusive_minimum: Some(25.0), maximum: Some(50.0), ..DeclaredShare::default() };
    assert_eq!(owners_at(band, Threshold::MoreThan(0.25)), Some(Certainty::Certain));
    let below = DeclaredShare { minimum: Some(10.0), exclusive_maximum: Some(25.0), ..DeclaredShare::default() };
    assert_eq!(owners_at(below, Threshold::AtLeast(0.25)), None);
    let up_to = DeclaredShare::between(10.0, 25.0);
    assert_eq!(owners_at(up_to, Threshold::AtLeast(0.25)), Some(Certainty::Possible));
    assert!(settings().with_threshold(Threshold::AtLeast(25.0)).is_err());
}

#[test]
fn an_exclusive_bound_stays_exclusive_down_a_chain() {
    // Ann has more than 50 % of a holding with 50 %: more than 25 %.
    let over = DeclaredShare { exclusive_minimum: Some(50.0), maximum: Some(75.0), ..DeclaredShare::default() };
    let statements =
        structure(&["ann"], &[holds("holding", "a", 50.0), relationship("ann", "holding", vec![shares(over)])]);
    let settings = settings().with_threshold(Threshold::MoreThan(0.25)).unwrap();
    let report = Graph::new(&statements, settings).beneficial_owners("a").unwrap();
    assert_eq!(report.owners[0].certainty, Certainty::Certain);
    assert_eq!(report.owners[0].economic.to_string(), "over 25 % to 37.5 %");
}
