//! XML as a stream of small trees: one for each element of a given name.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Problem, Sink};

/// An element with its text and children.
#[derive(Debug, Default)]
pub(super) struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// The text of the first child of a name, trimmed; empty if there is none.
    pub fn text<'a>(&'a self, child: &str) -> &'a str {
        self.children.iter().find(|it| it.name == child).map_or("", |it| it.text.trim())
    }

    /// The children of a name.
    pub fn all<'a>(&'a self, child: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |it| it.name == child)
    }

    /// The grandchildren: items of a list element.
    pub fn items<'a>(&'a self, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Node> {
        self.all(list).flat_map(move |it| it.all(item))
    }

    /// The own text, trimmed.
    pub fn own_text(&self) -> &str {
        self.text.trim()
    }
}

/// Deeper elements are read flat: the lists have six levels.
const DEEPEST: usize = 32;
/// Errors after which a file is taken for no XML.
const MOST_ERRORS: usize = 100;

/// Calls `take` with every element of one of the names, its ordinal among those, and the sink.
pub(super) fn each(
    input: impl BufRead,
    names: &[&str],
    sink: &mut dyn Sink,
    mut take: impl FnMut(&str, usize, &Node, &mut dyn Sink),
) {
    let mut reader = Reader::from_reader(input);
    reader.config_mut().check_end_names = false;
    let mut open: Vec<Node> = Vec::new();
    let mut counts = vec![0_usize; names.len()];
    let mut buffer = Vec::new();
    let mut errors = 0;
    let (mut root, mut is_whole) = (None, false);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        match event {
            Ok(Event::Start(start)) => {
                let name = start.local_name().as_ref().to_owned();
                root.get_or_insert_with(|| name.clone());
                // An entry that begins inside another one: its end tag is missing.
                if !open.is_empty() && names.contains(&name.as_str()) {
                    let place = format!("{} {}", open[0].name, ordinal(names, &counts, &open[0].name));
                    sink.problem(Problem::entry(place, None, "has no end tag"));
                    open.clear();
                }
                if let Some(at) = names.iter().position(|it| *it == name) {
                    counts[at] += 1;
                }
                if (!open.is_empty() || names.contains(&name.as_str())) && open.len() < DEEPEST {
                    open.push(Node { name, ..Node::default() });
                }
            }
            Ok(Event::Empty(start)) => {
                is_whole |= root.is_none();
                if let Some(parent) = open.last_mut() {
                    let name = start.local_name().as_ref().to_owned();
                    parent.children.push(Node { name, ..Node::default() });
                }
            }
            Ok(Event::End(end)) => {
                let name = end.local_name().as_ref().to_owned();
                is_whole |= root.as_ref() == Some(&name);
                close(&name, &mut open, names, &counts, sink, &mut take);
            }
            Ok(Event::Text(text)) => add(&mut open, &text),
            Ok(Event::CData(text)) => add(&mut open, &text),
            Ok(Event::GeneralRef(entity)) => {
                let resolved = match entity.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => named(&entity).to_owned(),
                };
                add(&mut open, &resolved);
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                errors += 1;
                let place = format!("byte {}", reader.error_position());
                // After any other error the reader goes on no further.
                if errors < MOST_ERRORS && matches!(error, quick_xml::Error::IllFormed(_)) {
                    sink.problem(Problem::entry(place, None, error.to_string()));
                    continue;
                }
                sink.problem(Problem::rest(place, error.to_string()));
                return;
            }
        }
    }
    if !is_whole {
        let reason = root.map_or_else(|| "it is no XML".to_owned(), |root| format!("it breaks off before </{root}>"));
        sink.problem(Problem::rest("the end of the file", reason));
    }
    if let Some(first) = open.first() {
        let place = format!("{} {}", first.name, ordinal(names, &counts, &first.name));
        sink.problem(Problem::entry(place, None, "the file ends within it"));
    }
}

fn ordinal(names: &[&str], counts: &[usize], name: &str) -> usize {
    names.iter().position(|it| *it == name).map_or(0, |at| counts[at])
}

fn close(
    name: &str,
    open: &mut Vec<Node>,
    names: &[&str],
    counts: &[usize],
    sink: &mut dyn Sink,
    take: &mut impl FnMut(&str, usize, &Node, &mut dyn Sink),
) {
    // An end tag that nothing opened is passed over; one further out closes what is inside it too.
    let Some(at) = open.iter().rposition(|it| it.name == name) else { return };
    while open.len() > at {
        let Some(node) = open.pop() else { return };
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => take(name, ordinal(names, counts, name), &node, sink),
        }
    }
}

fn add(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn named(entity: &str) -> &'static str {
    match entity {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}
