//! OFAC's list of Specially Designated Nationals as `SDN.XML`.

use std::io::BufRead;

use super::xml::{self, Node};
use super::{Problem, Sink, birth_date, push_distinct};
use crate::kind::Kind;
use crate::list::{Details, Gender, Identifier, ListEntry, ListedName, NameKind};

/// The name of the list in its entries, whichever file they come from.
pub(super) const LIST: &str = "OFAC-SDN";

/// Reads the list: `sdnEntry` elements.
pub fn ofac_xml(input: impl BufRead, sink: &mut dyn Sink) {
    xml::each(input, &["sdnEntry"], sink, |_, ordinal, node, sink| entry(ordinal, node, sink));
}

fn entry(ordinal: usize, node: &Node, sink: &mut dyn Sink) {
    let id = node.text("uid");
    let place = if id.is_empty() { format!("sdnEntry {ordinal}") } else { format!("sdnEntry {ordinal} ({id})") };
    if id.is_empty() {
        sink.problem(Problem::entry(place, Some("uid"), "is missing"));
        return;
    }
    let Some(kind) = Kind::parse(node.text("sdnType")) else {
        let reason = format!("`{}` is none of Individual, Entity, Vessel, Aircraft", node.text("sdnType"));
        sink.problem(Problem::entry(place, Some("sdnType"), reason));
        return;
    };
    let Some(primary) = name(node) else {
        sink.problem(Problem::entry(place, Some("lastName"), "is missing"));
        return;
    };
    let mut names = vec![ListedName::new(primary, NameKind::Primary)];
    for aka in node.items("akaList", "aka") {
        let kind =
            if aka.text("category").eq_ignore_ascii_case("weak") { NameKind::WeakAlias } else { NameKind::StrongAlias };
        match name(aka) {
            Some(text) => names.push(ListedName::new(text, kind)),
            None => sink.problem(Problem::field(&place, "aka", "has no lastName")),
        }
    }
    let mut details = Details::default();
    for item in node.items("dateOfBirthList", "dateOfBirthItem") {
        birth_date(item.text("dateOfBirth"), &place, "dateOfBirth", &mut details, sink);
    }
    for item in node.items("placeOfBirthList", "placeOfBirthItem") {
        push_distinct(&mut details.birth_places, item.text("placeOfBirth"));
    }
    for (list, item) in
        [("nationalityList", "nationality"), ("citizenshipList", "citizenship"), ("addressList", "address")]
    {
        for one in node.items(list, item) {
            push_distinct(&mut details.countries, one.text("country"));
        }
    }
    for one in node.items("idList", "id") {
        let (scheme, value) = (one.text("idType"), one.text("idNumber"));
        if scheme.eq_ignore_ascii_case("gender") {
            details.gender = Gender::parse(value);
        } else if !value.is_empty() {
            let country = Some(one.text("idCountry")).filter(|it| !it.is_empty()).map(Into::into);
            details.identifiers.push(Identifier { scheme: scheme.into(), value: value.into(), country });
        }
    }
    for call_sign in node.items("vesselInfo", "callSign").map(Node::own_text).filter(|it| !it.is_empty()) {
        details.identifiers.push(Identifier {
            scheme: "Vessel Call Sign".into(),
            value: call_sign.into(),
            country: None,
        });
    }
    let mut programmes = Vec::new();
    node.items("programList", "program").for_each(|it| push_distinct(&mut programmes, it.own_text()));
    let remarks = node.text("remarks").into();
    sink.entry(ListEntry { list: LIST.into(), id: id.into(), kind, names, details, programmes, remarks });
}

/// `LAST, First`, as the flat files write it.
fn name(node: &Node) -> Option<String> {
    match (node.text("lastName"), node.text("firstName")) {
        ("", "") => None,
        ("", only) | (only, "") => Some(only.to_owned()),
        (last, first) => Some(format!("{last}, {first}")),
    }
}
