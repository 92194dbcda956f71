//! The RFM policy between the contract and the rules: how values become scores, and scores named segments.

use std::{collections::BTreeMap, ops::RangeInclusive};

use btyd::{
    Code, SegmentMap,
    rfm::{Overlap, Rule, SegmentError},
};
use clientele_proto::value::v1::{RfmPolicy as RfmMessage, RfmScoreRange, RfmSegment};

use super::settings_message::{Wrong, minor, money};
use crate::domain::{
    currency::Currency,
    score_settings::{RfmPolicy, are_cuts},
};

/// Codes that a violation names; of the others it tells how many there are.
const EXAMPLES: usize = 5;
/// Pairs of overlapping segments that are told at once.
const PAIRS: usize = 20;

/// The policy asked for; without `currency` amounts may be in any one.
pub fn policy(message: Option<&RfmMessage>, currency: Option<Currency>, wrong: &mut Wrong) -> Option<RfmPolicy> {
    let default = RfmPolicy::default();
    let Some(message) = message else { return Some(default) };
    let bins = match message.bins {
        0 => default.bins,
        2..=9 => message.bins as u8,
        _ => {
            wrong.add("rfm_policy.bins", "must be 2 to 9");
            return None;
        }
    };
    let mut cuts = |field: &str, cuts: &[f64]| {
        if !cuts.is_empty() && !are_cuts(cuts, bins) {
            wrong.add(&format!("rfm_policy.{field}"), rising(bins));
        }
        (!cuts.is_empty()).then(|| cuts.to_vec())
    };
    let recency_cuts = cuts("recency_cut_points", &message.recency_cut_points);
    let frequency_cuts = cuts("frequency_cut_points", &message.frequency_cut_points);
    let mut monetary = Vec::new();
    // Amounts of one policy are in one currency.
    let first = message.monetary_cut_points.first();
    let currency = currency.or_else(|| Currency::of_code(&first?.currency_code).ok());
    for (at, cut) in message.monetary_cut_points.iter().enumerate() {
        monetary.extend(minor(&format!("rfm_policy.monetary_cut_points[{at}]"), cut, currency, wrong));
    }
    if monetary.len() == message.monetary_cut_points.len() && !monetary.is_empty() && !are_cuts(&monetary, bins) {
        wrong.add("rfm_policy.monetary_cut_points", rising(bins));
    }
    let monetary_cuts = (!monetary.is_empty()).then_some(monetary);
    let own_segments = match message.segments.as_slice() {
        [] => None,
        segments => Some(segment_map(segments, bins, wrong)?),
    };
    Some(RfmPolicy { bins, recency_cuts, frequency_cuts, monetary_cuts, own_segments })
}

fn rising(bins: u8) -> String {
    format!("must be {} values, each larger than the one before, to make {bins} scores", bins - 1)
}

/// The map of the segments asked for; `None` where a range is none, or where they leave a code out or take one twice.
fn segment_map(segments: &[RfmSegment], bins: u8, wrong: &mut Wrong) -> Option<SegmentMap> {
    let mut rules = Vec::with_capacity(segments.len());
    for (at, segment) in segments.iter().enumerate() {
        let mut range = |field: &str, range: Option<&RfmScoreRange>, all: RangeInclusive<u8>| {
            within(&format!("rfm_policy.segments[{at}].{field}"), range, all, wrong)
        };
        let r = range("recency", segment.recency.as_ref(), 1..=bins);
        let f = range("frequency", segment.frequency.as_ref(), 1..=bins);
        let m = range("monetary", segment.monetary.as_ref(), 1..=bins);
        let f_plus_m = range("frequency_plus_monetary", segment.frequency_plus_monetary.as_ref(), 2..=2 * bins);
        if let (Some(r), Some(f), Some(m), Some(f_plus_m)) = (r, f, m, f_plus_m) {
            rules.push(Rule { f_plus_m, ..Rule::on_scores(&segment.segment, r, f, m) });
        }
    }
    if rules.len() < segments.len() {
        return None;
    }
    match SegmentMap::new(bins, rules) {
        Ok(map) => Some(map),
        Err(SegmentError::NotAPartition { uncovered, overlapping }) => {
            tell_overlaps(segments, &overlapping, wrong);
            if !uncovered.is_empty() {
                let text = format!(
                    "no segment takes {}: widen a segment or add one, so that each of the {} codes is in exactly one",
                    listed(&uncovered),
                    u32::from(bins).pow(3)
                );
                wrong.add("rfm_policy.segments", text);
            }
            None
        }
        Err(SegmentError::Scores(_)) => {
            wrong.add("rfm_policy.bins", "must be 2 to 9");
            None
        }
    }
}

/// The range asked for, in `all`.
fn within(
    field: &str,
    range: Option<&RfmScoreRange>,
    all: RangeInclusive<u8>,
    wrong: &mut Wrong,
) -> Option<RangeInclusive<u8>> {
    let Some(range) = range else { return Some(all) };
    let (lowest, highest) = (*all.start(), *all.end());
    let mut end = |name: &str, given: i32, default: u8| match u8::try_from(given) {
        Ok(0) => Some(default),
        Ok(score) if all.contains(&score) => Some(score),
        _ => {
            wrong.add(&format!("{field}.{name}"), format!("must be {lowest} to {highest}, or 0 for {default}"));
            None
        }
    };
    let (min, max) = (end("min", range.min, lowest), end("max", range.max, highest));
    let (min, max) = (min?, max?);
    if min > max {
        wrong.add(&format!("{field}.max"), format!("must not be below min, which is {min}"));
        return None;
    }
    Some(min..=max)
}

fn tell_overlaps(segments: &[RfmSegment], overlapping: &[Overlap], wrong: &mut Wrong) {
    let mut pairs: BTreeMap<[u16; 2], Vec<Code>> = BTreeMap::new();
    for overlap in overlapping {
        pairs.entry(overlap.rules).or_default().push(overlap.code);
    }
    let name = |at: u16| segments.get(usize::from(at)).map_or("", |segment| segment.segment.as_str());
    for ([first, second], codes) in pairs.iter().take(PAIRS) {
        let text = format!(
            "{} and {} (segments[{first}]) both take {}: narrow one of the two, so that each code is in exactly one segment",
            name(*second),
            name(*first),
            listed(codes)
        );
        wrong.add(&format!("rfm_policy.segments[{second}]"), text);
    }
}

/// Some codes, and how many there are beside.
fn listed(codes: &[Code]) -> String {
    let some: Vec<String> = codes.iter().take(EXAMPLES).map(Code::to_string).collect();
    let noun = if codes.len() == 1 { "code" } else { "codes" };
    let more = match codes.len().saturating_sub(EXAMPLES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("the {noun} {}{more}", some.join(", "))
}

/// The policy as the contract tells it.
pub fn policy_message(policy: &RfmPolicy, currency: Currency) -> RfmMessage {
    let range = |range: &RangeInclusive<u8>| {
        Some(RfmScoreRange { min: i32::from(*range.start()), max: i32::from(*range.end()) })
    };
    let segment = |rule: &Rule| RfmSegment {
        segment: rule.name.clone(),
        recency: range(&rule.r),
        frequency: range(&rule.f),
        monetary: range(&rule.m),
        frequency_plus_monetary: range(&rule.f_plus_m),
    };
    RfmMessage {
        bins: i32::from(policy.bins),
        recency_cut_points: policy.recency_cuts.clone().unwrap_or_default(),
        frequency_cut_points: policy.frequency_cuts.clone().unwrap_or_default(),
        monetary_cut_points: policy.monetary_cuts.iter().flatten().map(|minor| money(currency, *minor)).collect(),
        segments: policy.own_segments.iter().flat_map(SegmentMap::rules).map(segment).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as the message has it")]
    fn range(min: i32, max: i32) -> Option<RfmScoreRange> {
        Some(RfmScoreRange { min, max })
    }

    fn segment(name: &str, recency: Option<RfmScoreRange>, frequency: Option<RfmScoreRange>) -> RfmSegment {
        RfmSegment { segment: name.to_owned(), recency, frequency, ..RfmSegment::default() }
    }

    fn of(bins: i32, segments: Vec<RfmSegment>) -> RfmMessage {
        RfmMessage { bins, segments, ..RfmMessage::default() }
    }

    /// What was wrong, by field.
    fn wrongs(message: &RfmMessage) -> Vec<(String, String)> {
        let mut wrong = Wrong::default();
        assert_eq!(policy(Some(message), None, &mut wrong), None);
        wrong.violations().iter().map(|violation| (violation.field.clone(), violation.description.clone())).collect()
    }

    #[test]
    fn an_own_map_survives_being_told_and_read_again() {
        let euro = Currency::of_code("EUR").unwrap();
        let own = of(
            3,
            vec![
                segment("Good", range(2, 0), None),
                RfmSegment { frequency_plus_monetary: range(0, 4), ..segment("Poor", range(0, 1), None) },
                RfmSegment { frequency_plus_monetary: range(5, 6), ..segment("Was good", range(1, 1), None) },
            ],
        );
        let mut wrong = Wrong::default();
        let read = policy(Some(&own), Some(euro), &mut wrong).unwrap();
        let map = read.segments().unwrap();
        let of_code = |r, f, m| map.segment(Code { r, f, m });
        assert_eq!(
            (of_code(3, 1, 1), of_code(1, 2, 2), of_code(1, 2, 3)),
            (Some("Good"), Some("Poor"), Some("Was good"))
        );
        assert_eq!(policy(Some(&policy_message(&read, euro)), Some(euro), &mut wrong), Some(read));
        // Without a map the usual one is followed, and not told as an own one.
        let usual = policy(Some(&of(3, Vec::new())), Some(euro), &mut wrong).unwrap();
        assert_eq!(usual.segments(), SegmentMap::usual(3));
        assert!(policy_message(&usual, euro).segments.is_empty() && wrong.violations().is_empty());
    }

    #[test]
    fn an_overlap_names_both_segments_and_a_code_and_a_gap_the_codes() {
        let overlap = of(2, vec![segment("recent", range(2, 2), None), segment("frequent", None, range(2, 2))]);
        let told = |field: &str, text: &str| (field.to_owned(), text.to_owned());
        assert_eq!(
            wrongs(&overlap),
            [
                told(
                    "settings.rfm_policy.segments[1]",
                    "frequent and recent (segments[0]) both take the codes 221, 222: narrow one of the two, so that each code is in \
                     exactly one segment"
                ),
                told(
                    "settings.rfm_policy.segments",
                    "no segment takes the codes 111, 112: widen a segment or add one, so that each of the 8 codes is in exactly one"
                ),
            ]
        );
        // 25 codes with recency 5.
        let gap = wrongs(&of(5, vec![segment("all but the best", range(1, 4), None)]));
        assert!(gap[0].1.starts_with("no segment takes the codes 511, 512, 513, 514, 515 and 20 more: "), "{gap:?}");
    }

    #[test]
    fn ranges_outside_the_scores_are_told_by_their_ends() {
        let bad = of(5, vec![segment("a", range(6, 19), range(3, 2)), segment("b", range(-1, 0), None)]);
        let fields: Vec<String> = wrongs(&bad).into_iter().map(|(field, _)| field).collect();
        let expected = ["[0].recency.min", "[0].recency.max", "[0].frequency.max", "[1].recency.min"];
        assert_eq!(fields, expected.map(|field| format!("settings.rfm_policy.segments{field}")));
        assert_eq!(wrongs(&of(10, Vec::new()))[0].0, "settings.rfm_policy.bins");
    }

    /// Boxes of a cube that is cut in two again and again: they take every code once.
    fn partition(bins: u8, cuts: &[(usize, usize, u8)]) -> Vec<[(u8, u8); 3]> {
        let mut boxes = vec![[(1, bins); 3]];
        for (which, axis, at) in cuts {
            let which = which % boxes.len();
            let (low, high) = boxes[which][axis % 3];
            if low < high {
                let middle = low + at % (high - low);
                let mut upper = boxes[which];
                boxes[which][axis % 3] = (low, middle);
                upper[axis % 3] = (middle + 1, high);
                boxes.push(upper);
            }
        }
        boxes
    }

    fn message(boxes: &[[(u8, u8); 3]], bins: u8) -> RfmMessage {
        let range = |(min, max): (u8, u8)| range(i32::from(min), i32::from(max));
        let segments = boxes.iter().enumerate().map(|(at, [r, f, m])| RfmSegment {
            segment: format!("S{at}"),
            recency: range(*r),
            frequency: range(*f),
            monetary: range(*m),
            frequency_plus_monetary: None,
        });
        of(i32::from(bins), segments.collect())
    }

    /// How many of the boxes hold each code.
    fn holding(boxes: &[[(u8, u8); 3]], bins: u8) -> Vec<(Code, Vec<usize>)> {
        let all = || 1..=bins;
        let codes = all().flat_map(|r| all().flat_map(move |f| all().map(move |m| [r, f, m])));
        let holds = |scores: &[u8; 3], of: &[(u8, u8); 3]| {
            scores.iter().zip(of).all(|(score, (low, high))| low <= score && score <= high)
        };
        codes
            .map(|scores| {
                let held = boxes.iter().enumerate().filter(|(_, of)| holds(&scores, of)).map(|(at, _)| at);
                (Code { r: scores[0], f: scores[1], m: scores[2] }, held.collect())
            })
            .collect()
    }

    proptest! {
        /// Maps that are a partition are accepted and put each code where its box is; a box that is moved, taken away or doubled is refused
        /// exactly where some code is then in none or in two.
        #[test]
        fn accepted_maps_partition_all_codes(
            bins in 2_u8..=6, cuts in prop::collection::vec((0_usize..32, 0_usize..3, 0_u8..8), 0..24),
            spoilt in prop::option::of((0_usize..32, 0_usize..3, 1_u8..=6, 1_u8..=6)),
        ) {
            let mut boxes = partition(bins, &cuts);
            if let Some((which, axis, one, other)) = spoilt {
                let which = which % boxes.len();
                boxes[which][axis] = (one.min(other).min(bins), one.max(other).min(bins));
            }
            let holding = holding(&boxes, bins);
            let is_partition = holding.iter().all(|(_, held)| held.len() == 1);
            prop_assert!(spoilt.is_some() || is_partition);
            let mut wrong = Wrong::default();
            match policy(Some(&message(&boxes, bins)), None, &mut wrong) {
                Some(read) => {
                    prop_assert!(is_partition && wrong.violations().is_empty());
                    let map = read.segments().unwrap();
                    for (code, held) in holding {
                        let expected = format!("S{}", held[0]);
                        prop_assert_eq!(map.segment(code), Some(expected.as_str()));
                    }
                }
                None => prop_assert!(!is_partition && !wrong.violations().is_empty()),
            }
        }
    }
}
