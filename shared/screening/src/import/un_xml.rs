//! The consolidated list of the United Nations Security Council, `consolidated.xml`.

use std::io::BufRead;

use super::xml::{self, Node};
use super::{Problem, Sink, birth_date, push_distinct};
use crate::kind::Kind;
use crate::list::{Details, Gender, Identifier, ListEntry, ListedName, NameKind};

/// The name of the list in its entries.
const LIST: &str = "UN-SC";

/// Reads the list: `INDIVIDUAL` and `ENTITY` elements, whose ids are their reference numbers.
pub fn un_xml(input: impl BufRead, sink: &mut dyn Sink) {
    xml::each(input, &["INDIVIDUAL", "ENTITY"], sink, entry);
}

fn entry(element: &str, ordinal: usize, node: &Node, sink: &mut dyn Sink) {
    let (kind, prefix) =
        if element == "INDIVIDUAL" { (Kind::Person, "INDIVIDUAL") } else { (Kind::Organisation, "ENTITY") };
    let id = Some(node.text("REFERENCE_NUMBER")).filter(|it| !it.is_empty()).unwrap_or(node.text("DATAID"));
    let place = if id.is_empty() { format!("{element} {ordinal}") } else { format!("{element} {ordinal} ({id})") };
    if id.is_empty() {
        sink.problem(Problem::entry(place, Some("REFERENCE_NUMBER"), "is missing, and so is DATAID"));
        return;
    }
    let parts: Vec<&str> = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"]
        .map(|it| node.text(it))
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    let mut names = Vec::new();
    let mut add = |text: &str, kind| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_alphanumeric) {
            names.push(ListedName::new(text, kind));
        }
    };
    add(&parts.join(" "), NameKind::Primary);
    add(node.text("NAME_ORIGINAL_SCRIPT"), NameKind::StrongAlias);
    let alias = format!("{prefix}_ALIAS");
    for it in node.all(&alias) {
        let weak = it.text("QUALITY").eq_ignore_ascii_case("low");
        add(it.text("ALIAS_NAME"), if weak { NameKind::WeakAlias } else { NameKind::StrongAlias });
    }
    if names.is_empty() {
        sink.problem(Problem::entry(place, Some("FIRST_NAME"), "no name at all"));
        return;
    }
    let mut details = Details { gender: Gender::parse(node.text("GENDER")), ..Details::default() };
    for it in node.all("INDIVIDUAL_DATE_OF_BIRTH") {
        let circa = if it.text("TYPE_OF_DATE").eq_ignore_ascii_case("approximately") { "circa " } else { "" };
        let text = match (it.text("DATE"), it.text("YEAR"), it.text("FROM_YEAR"), it.text("TO_YEAR")) {
            ("", "", "", _) => continue,
            ("", "", from, to) => format!("{from} to {to}"),
            ("", year, _, _) => year.to_owned(),
            (date, _, _, _) => date.to_owned(),
        };
        birth_date(&format!("{circa}{text}"), &place, "INDIVIDUAL_DATE_OF_BIRTH", &mut details, sink);
    }
    for it in node.all("INDIVIDUAL_PLACE_OF_BIRTH") {
        let whole: Vec<&str> = ["CITY", "STATE_PROVINCE", "COUNTRY"]
            .map(|part| it.text(part))
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        push_distinct(&mut details.birth_places, &whole.join(", "));
    }
    node.items("NATIONALITY", "VALUE").for_each(|it| push_distinct(&mut details.countries, it.own_text()));
    for it in node.all("INDIVIDUAL_DOCUMENT").filter(|it| !it.text("NUMBER").is_empty()) {
        let country = Some(it.text("ISSUING_COUNTRY")).filter(|it| !it.is_empty()).map(Into::into);
        details.identifiers.push(Identifier {
            scheme: it.text("TYPE_OF_DOCUMENT").into(),
            value: it.text("NUMBER").into(),
            country,
        });
    }
    sink.entry(ListEntry {
        list: LIST.into(),
        id: id.into(),
        kind,
        names,
        details,
        programmes: Some(node.text("UN_LIST_TYPE")).filter(|it| !it.is_empty()).map(Into::into).into_iter().collect(),
        remarks: node.text("COMMENTS1").into(),
    });
}
