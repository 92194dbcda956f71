//! What a list's update did.

use std::collections::BTreeMap;

use super::{ContentHash, ListEntry};

/// Ids of entries by what became of them, each in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// New.
    pub added: Vec<String>,
    /// There before, and now say something else.
    pub changed: Vec<String>,
    /// Gone.
    pub removed: Vec<String>,
}

/// Compares a list with the fingerprints of its entries before, by id.
///
/// An update that could not be read in full must not remove entries: check the importer's problems first.
pub fn changes(before: &BTreeMap<String, ContentHash>, now: &[ListEntry]) -> Changes {
    let now: BTreeMap<&str, ContentHash> = now.iter().map(|it| (it.id.as_str(), it.content_hash())).collect();
    let mut out = Changes::default();
    for (id, hash) in &now {
        match before.get(*id) {
            None => out.added.push((*id).to_owned()),
            Some(old) if old != hash => out.changed.push((*id).to_owned()),
            Some(_) => {}
        }
    }
    out.removed = before.keys().filter(|id| !now.contains_key(id.as_str())).cloned().collect();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Details, Kind, ListedName, NameKind};

    fn entry(id: &str, names: &[&str]) -> ListEntry {
        ListEntry {
            list: "own".into(),
            id: id.into(),
            kind: Kind::Person,
            names: names.iter().map(|it| ListedName::new(*it, NameKind::StrongAlias)).collect(),
            details: Details::default(),
            programmes: Vec::new(),
            remarks: String::new(),
        }
    }

    #[test]
    fn an_update_adds_changes_and_removes_and_order_is_no_change() {
        let before = [entry("1", &["a", "b"]), entry("2", &["c"]), entry("3", &["d"])];
        let before = before.iter().map(|it| (it.id.clone(), it.content_hash())).collect();
        let now = [entry("1", &["b", "a"]), entry("2", &["c", "e"]), entry("4", &["f"])];
        let found = changes(&before, &now);
        assert_eq!(found, Changes { added: vec!["4".into()], changed: vec!["2".into()], removed: vec!["3".into()] });
    }
}
