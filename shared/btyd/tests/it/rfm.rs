//! RFM scores and segments.

use crate::cdnow::calibration;
use btyd::Summary;
use btyd::rfm::{Code, Cuts, Monetary, Overlap, Rfm, RfmConfig, RfmError, Rule, SegmentError, SegmentMap};
use proptest::prelude::*;
use std::collections::HashMap;

fn summary(customer: u64, days_since_last: u32, purchases: u32, total_minor: i64) -> Summary {
    let recency_days = if purchases == 1 { 0 } else { 1000 };
    Summary {
        customer,
        frequency: purchases - 1,
        recency_days,
        age_days: recency_days + days_since_last,
        first_day: 0,
        last_day: 0,
        previous_day: 0,
        repeat_total_minor: 0,
        total_minor,
        last_year_minor: 0,
        year_before_minor: 0,
    }
}

fn code(r: u8, f: u8, m: u8) -> Code {
    Code { r, f, m }
}

#[test]
fn the_most_recent_most_frequent_and_highest_spender_is_555() {
    let summaries: Vec<Summary> = (0..10).map(|i| summary(i.into(), 100 - i, 1 + i, i64::from(i) * 100)).collect();
    let rfm = Rfm::of(&summaries, &RfmConfig::default()).unwrap();
    assert_eq!(rfm.codes[0], code(1, 1, 1));
    assert_eq!(rfm.codes[9], code(5, 5, 5));
    assert_eq!(rfm.codes[9].to_string(), "555");
}

#[test]
fn given_cuts_score_as_documented() {
    let cuts = Cuts {
        recency: Some(vec![30.0, 90.0]),
        frequency: Some(vec![2.0, 5.0]),
        monetary: Some(vec![1_000.0, 5_000.0]),
    };
    let config = RfmConfig { scores: 3, cuts: cuts.clone(), ..RfmConfig::default() };
    let summaries = [summary(1, 30, 5, 5_000), summary(2, 31, 4, 4_999), summary(3, 91, 1, 999)];
    let rfm = Rfm::of(&summaries, &config).unwrap();
    assert_eq!(rfm.codes, [code(3, 3, 3), code(2, 2, 2), code(1, 1, 1)]);
    assert_eq!(Some(rfm.cuts.recency), cuts.recency);
}

#[test]
fn mean_value_can_stand_in_for_total() {
    let config = RfmConfig { scores: 2, monetary: Monetary::Mean, ..RfmConfig::default() };
    let summaries = [summary(1, 1, 10, 10_000), summary(2, 1, 1, 2_000)];
    let rfm = Rfm::of(&summaries, &config).unwrap();
    assert_eq!([rfm.codes[0].m, rfm.codes[1].m], [1, 2]);
}

#[test]
fn a_wrong_configuration_is_refused() {
    let scores = |scores| RfmConfig { scores, ..RfmConfig::default() };
    assert_eq!(Rfm::of(&[], &scores(1)), Err(RfmError::Scores(1)));
    assert_eq!(Rfm::of(&[], &scores(10)), Err(RfmError::Scores(10)));
    for wrong in [vec![1.0], vec![4.0, 3.0, 2.0, 1.0], vec![1.0, 2.0, f64::NAN, 4.0]] {
        let cuts = Cuts { frequency: Some(wrong), ..Cuts::default() };
        let refused = Rfm::of(&[], &RfmConfig { cuts, ..RfmConfig::default() });
        assert_eq!(refused, Err(RfmError::Cuts { axis: "frequency", needed: 4 }));
    }
}

#[test]
fn cdnow_with_its_many_one_time_buyers_uses_every_score() {
    let summaries = calibration().summaries.customers;
    for scores in 2..=9 {
        let rfm = Rfm::of(&summaries, &RfmConfig { scores, ..RfmConfig::default() }).unwrap();
        for axis in [|it: &Code| it.r, |it: &Code| it.f, |it: &Code| it.m] {
            let mut used: Vec<u8> = rfm.codes.iter().map(axis).collect();
            used.sort_unstable();
            used.dedup();
            assert_eq!(used, (1..=scores).collect::<Vec<u8>>());
        }
    }
}

proptest! {
    #[test]
    fn a_further_purchase_never_lowers_the_scores_of_who_made_it(
        rows in prop::collection::vec((0_u64..12, 0_i32..300, 0_i64..50_000), 1..80),
        (customer, day, amount) in (0_u64..12, 0_i32..300, 0_i64..50_000),
    ) {
        let scores = |further: bool| {
            let mut log = btyd::PurchaseLog::new();
            for &(customer, day, amount) in &rows {
                log.purchase(customer, day, amount);
            }
            if further {
                log.purchase(customer, day, amount);
            }
            let summaries = log.summarise(300).customers;
            let rfm = Rfm::of(&summaries, &RfmConfig::default()).unwrap();
            summaries.iter().position(|summary| summary.customer == customer).map(|at| rfm.codes[at])
        };
        if let (Some(before), Some(after)) = (scores(false), scores(true)) {
            prop_assert!(after.r >= before.r && after.f >= before.f && after.m >= before.m, "{} to {}", before, after);
        }
    }

    #[test]
    fn equal_values_share_a_score_and_better_values_never_score_lower(
        scores in 2_u8..=9,
        rows in prop::collection::vec((0_u32..40, 1_u32..8, 0_i64..50), 1..200),
    ) {
        let summaries: Vec<Summary> =
            (0..).zip(&rows).map(|(i, &(days, f, m))| summary(i, days, f, m)).collect();
        let rfm = Rfm::of(&summaries, &RfmConfig { scores, ..RfmConfig::default() }).unwrap();
        for (left, one) in rows.iter().zip(&rfm.codes) {
            for score in [one.r, one.f, one.m] {
                prop_assert!((1..=scores).contains(&score));
            }
            for (right, other) in rows.iter().zip(&rfm.codes) {
                prop_assert!(left.0 < right.0 || one.r <= other.r);
                prop_assert!(left.1 > right.1 || one.f <= other.f);
                prop_assert!(left.2 > right.2 || one.m <= other.m);
            }
        }
        let mut distinct: Vec<u32> = rows.iter().map(|row| row.1).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut used: Vec<u8> = rfm.codes.iter().map(|it| it.f).collect();
        used.sort_unstable();
        used.dedup();
        prop_assert_eq!(used.len(), distinct.len().min(scores.into()));

        let cuts = Cuts {
            recency: Some(rfm.cuts.recency.clone()),
            frequency: Some(rfm.cuts.frequency.clone()),
            monetary: Some(rfm.cuts.monetary.clone()),
        };
        let again = Rfm::of(&summaries, &RfmConfig { scores, cuts, ..RfmConfig::default() });
        prop_assert_eq!(again.unwrap(), rfm);
    }

    #[test]
    fn every_code_has_one_usual_segment_and_the_best_are_champions(
        scores in 2_u8..=9, r in 1_u8..=9, f in 1_u8..=9, m in 1_u8..=9,
    ) {
        let map = SegmentMap::usual(scores).unwrap();
        prop_assert_eq!(map.segment(code(scores, scores, scores)), Some("Champions"));
        prop_assert_eq!(map.segment(code(1, 1, 1)), Some("Lost"));
        let inside = r.max(f).max(m) <= scores;
        prop_assert_eq!(map.segment(code(r, f, m)).is_some(), inside);
    }
}

#[test]
fn five_scores_have_all_ten_usual_segments() {
    let map = SegmentMap::usual(5).unwrap();
    let mut codes: HashMap<&str, u32> = HashMap::new();
    for (r, f, m) in (1..=5).flat_map(|r| (1..=5).flat_map(move |f| (1..=5).map(move |m| (r, f, m)))) {
        *codes.entry(map.segment(code(r, f, m)).unwrap()).or_default() += 1;
    }
    assert_eq!(codes.len(), 10);
    assert_eq!(codes.values().sum::<u32>(), 125);
    assert_eq!(map.segment(code(5, 1, 1)), Some("New Customers"));
    assert_eq!(map.segment(code(1, 5, 5)), Some("Can't Lose Them"));
}

#[test]
fn rules_with_a_gap_and_an_overlap_list_the_codes() {
    let rules = vec![Rule::on_scores("recent", 2..=2, 1..=2, 1..=2), Rule::on_scores("frequent", 1..=2, 2..=2, 1..=2)];
    let refused = SegmentMap::new(2, rules).unwrap_err();
    let expected = SegmentError::NotAPartition {
        uncovered: vec![code(1, 1, 1), code(1, 1, 2)],
        overlapping: [code(2, 2, 1), code(2, 2, 2)].map(|code| Overlap { code, rules: [0, 1] }).to_vec(),
    };
    assert_eq!(refused.to_string(), "codes in no segment: [111 112]; codes in several: [221 222]");
    assert_eq!(refused, expected);
}
