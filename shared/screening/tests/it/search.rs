//! Search finds what comparing everything finds, and what facts change.

use screening::{Details, Identifier, Index, Kind, ListEntry, ListedName, NameKind, PartialDate, Reason};

fn entry(id: &str, kind: Kind, names: &[&str], details: Details) -> ListEntry {
    ListEntry {
        list: "own".into(),
        id: id.into(),
        kind,
        names: names.iter().map(|it| ListedName::new(*it, NameKind::Primary)).collect(),
        details,
        programmes: Vec::new(),
        remarks: String::new(),
    }
}

fn passport(value: &str) -> Identifier {
    Identifier { scheme: "Passport".into(), value: value.into(), country: None }
}

fn index() -> Index {
    let born = Details {
        birth_dates: vec![PartialDate::day(1962, 9, 3)],
        identifiers: vec![passport("AJ 111-604")],
        ..Details::default()
    };
    Index::new(vec![
        entry("1", Kind::Person, &["Juan Carlos Montoya"], born),
        entry("2", Kind::Person, &["محمد برزان التكريتي"], Details::default()),
        entry("3", Kind::Person, &["单田芳"], Details::default()),
        entry("4", Kind::Organisation, &["People's Liberation Army"], Details::default()),
        entry("5", Kind::Organisation, &["АО Муромский завод"], Details::default()),
    ])
}

fn ids(index: &Index, name: &str, kind: Kind, details: &Details) -> Vec<String> {
    index.search(name, kind, details, 10).iter().map(|it| it.entry.id.clone()).collect()
}

#[test]
fn names_are_found_across_scripts_and_misspelt() {
    let index = index();
    let nothing = Details::default();
    for (name, kind, expected) in [
        ("Jaun Carlos Montoya", Kind::Person, "1"),
        ("Muhammad Barzan al-Tikriti", Kind::Person, "2"),
        ("Shan Tianfang", Kind::Person, "3"),
        ("Shan Tian Fang", Kind::Person, "3"),
        ("PLA", Kind::Organisation, "4"),
        ("Muromsky Zavod JSC", Kind::Organisation, "5"),
    ] {
        assert_eq!(ids(&index, name, kind, &nothing), [expected], "{name}");
    }
    assert!(ids(&index, "Nobody Known", Kind::Person, &nothing).is_empty());
    assert!(ids(&index, "", Kind::Person, &nothing).is_empty());
}

#[test]
fn the_same_number_finds_an_entry_under_any_name() {
    let details = Details { identifiers: vec![passport("aj111604")], ..Details::default() };
    let index = index();
    let hits = index.search("Somebody Else", Kind::Person, &details, 10);
    assert_eq!(hits.len(), 1);
    assert!(hits[0].assessment.score > 0.98);
    assert_eq!(hits[0].assessment.adjustments.last().map(|it| it.reason), Some(Reason::Identifier));
}

#[test]
fn a_birth_date_that_fits_adds_less_than_one_that_does_not_takes_away() {
    let index = index();
    let delta = |year| {
        let details = Details { birth_dates: vec![PartialDate::day(year, 9, 3)], ..Details::default() };
        let hits = index.search("Juan Carlos Montoya", Kind::Person, &details, 10);
        hits[0].assessment.adjustments[0].delta
    };
    assert!(delta(1962) > 0.0);
    assert!(delta(1950) < -delta(1962));
}
