//! Every row that can be read is read; every other one is reported with its place.
//!
//! The fixtures are made up, in the formats of OFAC and the UN.

use screening::import::{Collected, Problem, ofac_csv, ofac_xml, own_csv, un_xml};
use screening::{Gender, Kind, NameKind, PartialDate};

const NONE: Option<&[u8]> = None;

fn places(problems: &[Problem]) -> Vec<(String, String, bool)> {
    problems.iter().map(|it| (it.place.clone(), it.field.clone().unwrap_or_default(), it.lost_entry)).collect()
}

fn place(place: &str, field: &str, lost: bool) -> (String, String, bool) {
    (place.into(), field.into(), lost)
}

#[test]
fn the_un_list_is_read_around_its_bad_parts() {
    let mut list = Collected::default();
    un_xml(&include_bytes!("../fixtures/un.xml")[..], &mut list);
    let ids: Vec<&str> = list.entries.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["EXi.001", "EXe.002"]);
    let first = &list.entries[0];
    let names: Vec<(&str, NameKind)> = first.names.iter().map(|it| (it.text.as_str(), it.kind)).collect();
    assert_eq!(
        names,
        [
            ("ADIL & SON KHOURI", NameKind::Primary),
            ("عادل خوري", NameKind::StrongAlias),
            ("Abu Adil", NameKind::WeakAlias)
        ]
    );
    assert_eq!(first.details.gender, Some(Gender::Male));
    let dates: Vec<String> = first.details.birth_dates.iter().map(ToString::to_string).collect();
    assert_eq!(dates, ["circa 1971", "1969 to 1970"]);
    assert_eq!(first.details.identifiers[0].key(), "X12345");
    assert_eq!(
        places(&list.problems),
        [
            place("INDIVIDUAL 1 (EXi.001)", "INDIVIDUAL_DATE_OF_BIRTH", false),
            place("INDIVIDUAL 2 (EXi.002)", "FIRST_NAME", true),
            place("INDIVIDUAL 3", "REFERENCE_NUMBER", true),
            place("ENTITY 1", "", true),
        ]
    );
}

#[test]
fn ofac_xml_and_flat_files_say_the_same_of_the_same_entry() {
    let mut xml = Collected::default();
    ofac_xml(&include_bytes!("../fixtures/sdn.xml")[..], &mut xml);
    let mut flat = Collected::default();
    let alt: &[u8] = include_bytes!("../fixtures/alt.csv");
    let add: &[u8] = include_bytes!("../fixtures/add.csv");
    ofac_csv(&include_bytes!("../fixtures/sdn.csv")[..], Some(alt), Some(add), &mut flat);
    for list in [&xml, &flat] {
        let person = &list.entries[0];
        assert_eq!((person.list.as_str(), person.id.as_str(), person.kind), ("OFAC-SDN", "7001", Kind::Person));
        assert_eq!(person.names[0].text, "PEREZ MUESTRA, Juan Example");
        assert!(person.names.iter().any(|it| it.text == "EL EJEMPLO" && it.kind == NameKind::WeakAlias));
        assert_eq!(person.programmes, ["SDNT", "SDNTK"]);
        assert_eq!(person.details.birth_dates, [PartialDate::day(1962, 9, 3)]);
        assert_eq!(person.details.birth_places, ["Riofrio, Valle, Colombia"]);
        assert_eq!(person.details.countries, ["Colombia"]);
        assert_eq!(person.details.gender, Some(Gender::Male));
        assert_eq!(person.details.identifiers[0].value, "16357000");
        let ship = &list.entries[1];
        assert_eq!((ship.id.as_str(), ship.kind), ("7003", Kind::Vessel));
        assert_eq!(ship.details.identifiers[0].value, "CL0000");
    }
    assert_eq!(
        places(&xml.problems),
        [place("sdnEntry 1 (7001)", "aka", false), place("sdnEntry 2 (7002)", "sdnType", true)]
    );
    assert_eq!(
        places(&flat.problems),
        [
            place("alt row 3", "column 4 (alt_name)", false),
            place("sdn row 1", "column 12 (Remarks), DOB", false),
            place("sdn row 2", "column 3 (SDN_Type)", true),
            place("sdn row 3", "column 1 (ent_num)", true),
            place("alt row 2", "column 1 (ent_num)", false),
        ]
    );
    assert_eq!(flat.entries[2].details.identifiers[0].value, "bc1qexample0000");
}

#[test]
fn bytes_that_are_no_text_lose_their_row_alone() {
    let mut list = Collected::default();
    let sdn = b"1,\"GOOD\",-0- ,-0- \n2,\"B\xffD\",-0- ,-0- \n3,\"GOOD TOO\",-0- ,-0- \n";
    ofac_csv(&sdn[..], NONE, NONE, &mut list);
    assert_eq!(list.entries.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(places(&list.problems), [place("sdn row 2", "column 2", true)]);
}

#[test]
fn an_own_list_joins_rows_of_one_id() {
    let text = "id,kind,name,name_kind,birth_date,identifiers,gender\n\
        1,person,Ann Example,,1980-02-30;1980,passport:AB 123:UK,f\n\
        1,person,Anna Beispiel,weak_alias,,,\n\
        2,robot,Unit 7,,,,\n\
        ,person,No Id,,,,\n\
        3,company,Example Trading GmbH,best,,nonsense,x\n";
    let mut list = Collected::default();
    own_csv(text.as_bytes(), "own", &mut list);
    assert_eq!(list.entries.len(), 2);
    assert_eq!(list.entries[0].names.len(), 2);
    assert_eq!(list.entries[0].details.identifiers[0].country.as_deref(), Some("UK"));
    assert_eq!(list.entries[1].kind, Kind::Organisation);
    assert_eq!(
        places(&list.problems),
        [
            place("row 2", "birth_date", false),
            place("row 4", "kind", true),
            place("row 5", "id", true),
            place("row 6", "name_kind", false),
            place("row 6", "gender", false),
            place("row 6", "identifiers", false),
        ]
    );
    let mut none = Collected::default();
    own_csv(&b"name,kind\n"[..], "own", &mut none);
    assert_eq!(places(&none.problems), [place("row 1", "id", true)]);
}
