//! What holds for all strings.

use proptest::prelude::*;
use screening::import::{Collected, ofac_csv, ofac_xml, own_csv, un_xml};
use screening::{Kind, Name, compare, plain, score};

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Person), Just(Kind::Organisation), Just(Kind::Vessel)]
}

/// Names as lists have them, of several scripts, and any text.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[A-Za-z]{1,9}",
        "[а-я]{1,9}",
        "[ا-ي]{1,8}",
        "[一-龥]{1,6}",
        "[가-힣]{1,4}",
        "[ァ-ン]{1,5}",
        Just("Ltd".to_owned()),
        Just("al-".to_owned()),
        Just("abd".to_owned()),
        Just("II".to_owned()),
    ];
    prop_oneof![
        3 => prop::collection::vec(word, 1..6).prop_map(|words| words.join(" ")),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn scores_lie_between_0_and_1_and_do_not_depend_on_sides(a in texts(), b in texts(), kind in kinds()) {
        let (a, b) = (Name::new(&a, kind), Name::new(&b, kind));
        let score_of = score(&a, &b);
        prop_assert!((0.0..=1.0).contains(&score_of));
        prop_assert!((score_of - score(&b, &a)).abs() < 1e-5, "{} {}", score_of, score(&b, &a));
    }

    #[test]
    fn a_name_is_itself(a in texts(), kind in kinds()) {
        let name = Name::new(&a, kind);
        prop_assume!(!plain(&a).trim().is_empty());
        prop_assert!(score(&name, &name) > 0.9999, "{}", score(&name, &name));
    }

    #[test]
    fn contributions_sum_to_the_score(a in texts(), b in texts(), kind in kinds()) {
        let found = compare(&Name::new(&a, kind), &Name::new(&b, kind));
        let sum: f32 = found.matches.iter().map(|it| it.contribution).sum();
        prop_assert!((sum - found.score).abs() < 1e-4, "{sum} {}", found.score);
        prop_assert!(found.left.iter().all(|it| it.cost >= 0.0));
    }

    #[test]
    fn importers_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut sink = Collected::default();
        un_xml(&bytes[..], &mut sink);
        ofac_xml(&bytes[..], &mut sink);
        ofac_csv(&bytes[..], Some(&bytes[..]), Some(&bytes[..]), &mut sink);
        own_csv(&bytes[..], "own", &mut sink);
    }

    #[test]
    fn broken_xml_ends(text in "(<(/)?(INDIVIDUAL|FIRST_NAME|sdnEntry|uid)>|&[a-z]{0,3};|[a-z< ]){0,40}") {
        let mut sink = Collected::default();
        un_xml(text.as_bytes(), &mut sink);
        ofac_xml(text.as_bytes(), &mut sink);
    }
}
