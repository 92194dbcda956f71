//! Making customers one, and taking that back: whose value each field gets, and what stands in the way of an undo.

use std::collections::{BTreeMap, BTreeSet};

use clientele_error::Violation;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    attributes::MAX_KEYS,
    changed::changed_fields,
    customer::Customer,
    draft::Draft,
    mask::{TEXTS, Update, text_at},
    profile::Profile,
};

/// Whose value a field gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path of the field.
    pub field: String,
    /// The survivor or one of the merged ones.
    pub customer_id: Uuid,
}

/// Makes `merged` part of `survivor` and answers the paths of the survivor's fields that changed. All are of one kind, none is deleted or
/// merged. Violations are those of the merge's message.
pub fn merge(
    survivor: &mut Customer,
    merged: &mut [Customer],
    sources: &[Source],
    now: Timestamp,
) -> Result<Vec<&'static str>, Vec<Violation>> {
    let mut profile = survive(survivor, merged, sources)?;
    // No key is lost: a source without an external id leaves the survivor its own.
    profile.external_id = profile.external_id.or_else(|| survivor.profile.external_id.clone());
    let changed = changed_fields(&survivor.profile, &profile);
    if profile.external_id != survivor.profile.external_id {
        // Whoever gives its external id takes the survivor's in exchange: each goes on to lead to the survivor.
        let given = |one: &&mut Customer| one.profile.external_id == profile.external_id;
        if let Some(giver) = merged.iter_mut().find(given) {
            giver.profile.external_id.clone_from(&survivor.profile.external_id);
        }
    }
    survivor.profile = profile;
    survivor.touch(now);
    for one in merged {
        one.merged_into = Some(survivor.customer_id);
        one.touch(now);
    }
    Ok(changed)
}

/// The survivor's profile: its own values, gaps filled by the merged ones in their order, then what the sources say.
fn survive(survivor: &Customer, merged: &[Customer], sources: &[Source]) -> Result<Profile, Vec<Violation>> {
    let kind = survivor.profile.kind.name();
    let others = merged.iter().enumerate().filter(|(_, one)| one.profile.kind.name() != kind);
    let violations: Vec<_> = others
        .map(|(place, _)| {
            Violation::new(
                format!("merged_customer_ids[{place}]"),
                "is of another kind than the survivor; an organisation and a person are never one customer",
            )
        })
        .collect();
    if !violations.is_empty() {
        return Err(violations);
    }
    let chosen = sources.iter().any(|source| matches!(source.field.as_str(), "attributes" | "*"));
    let mut profile = survivor.profile.clone();
    for one in merged {
        let gaps = gaps(&profile, &one.profile, !chosen);
        profile = copied(&profile, &one.profile, &gaps).map_err(|_| {
            let text = format!("have more than {MAX_KEYS} attributes together; give `attributes` one source");
            vec![Violation::new("merged_customer_ids", text)]
        })?;
    }
    for (place, source) in sources.iter().enumerate() {
        let from = std::iter::once(survivor).chain(merged).find(|one| one.customer_id == source.customer_id);
        let Some(from) = from else {
            let field = format!("field_sources[{place}].customer_id");
            return Err(vec![Violation::new(field, "must be the survivor or one of the merged customers")]);
        };
        profile = copied(&profile, &from.profile, std::slice::from_ref(&source.field)).map_err(|wrong| {
            let field = format!("field_sources[{place}].field");
            wrong.into_iter().map(|violation| Violation::new(field.clone(), violation.description)).collect::<Vec<_>>()
        })?;
    }
    Ok(profile)
}

fn copied(onto: &Profile, from: &Profile, paths: &[String]) -> Result<Profile, Vec<Violation>> {
    Update::new(Draft::from(from), Some(paths))?.onto(onto)
}

/// The paths of what `own` lacks and `other` has. A display name is never lacking: there is a default.
fn gaps(own: &Profile, other: &Profile, with_attributes: bool) -> Vec<String> {
    let (mut own, mut other) = (Draft::from(own), Draft::from(other));
    let has = |draft: &mut Draft, path| text_at(path, draft).is_some_and(|text| !text.is_empty());
    let mut paths: Vec<String> =
        TEXTS.into_iter().filter(|path| !has(&mut own, path) && has(&mut other, path)).map(str::to_owned).collect();
    if with_attributes {
        let missing = other.attributes.keys().filter(|key| !own.attributes.contains_key(*key));
        paths.extend(missing.map(|key| format!("attributes.{key}")));
    }
    paths
}

/// Makes customers again what they were `before` (the survivor first) a merge made the survivor's profile `after` of it; see [`undone`].
pub fn undo(
    survivor: &mut Customer,
    merged: &mut [Customer],
    before: &[Profile],
    after: &Profile,
    now: Timestamp,
) -> Result<(), Vec<Violation>> {
    let Some((of_survivor, of_merged)) = before.split_first() else { return Ok(()) };
    survivor.profile = undone(of_survivor, after, &survivor.profile)?;
    survivor.touch(now);
    for (one, profile) in merged.iter_mut().zip(of_merged) {
        one.profile = profile.clone();
        one.merged_into = None;
        one.touch(now);
    }
    Ok(())
}

/// The survivor's profile without a merge that made `after` of `before`, when by now it is `now`. A field that the merge changed gets its value
/// of before; any other stays as it is now. What both the merge and somebody since have changed stands in the way.
pub fn undone(before: &Profile, after: &Profile, now: &Profile) -> Result<Profile, Vec<Violation>> {
    let [mut before, mut after, mut now] = [before, after, now].map(with_own_name);
    let mut violations = Vec::new();
    let mut stands = |path: &str| {
        violations.push(Violation::new(
            path,
            "was changed since the merge, which had changed it too; give it the value it had after the merge, and undo then",
        ));
    };
    let mut result = now.clone();
    for path in TEXTS {
        let (Some(before), Some(after), Some(now)) =
            (text_at(path, &mut before), text_at(path, &mut after), text_at(path, &mut now))
        else {
            continue;
        };
        if before == after {
            continue;
        }
        if now != after {
            stands(path);
        } else if let Some(text) = text_at(path, &mut result) {
            text.clone_from(before);
        }
    }
    let keys: BTreeSet<&String> = before.attributes.keys().chain(after.attributes.keys()).collect();
    for key in keys {
        let of = |attributes: &BTreeMap<String, String>| attributes.get(key).cloned();
        let (before, after) = (of(&before.attributes), of(&after.attributes));
        if before == after {
            continue;
        }
        if of(&now.attributes) != after {
            stands(&format!("attributes.{key}"));
            continue;
        }
        match before {
            Some(text) => result.attributes.insert(key.clone(), text),
            None => result.attributes.remove(key),
        };
    }
    if violations.is_empty() { Profile::new(result) } else { Err(violations) }
}

/// A draft in which a display name that follows the other names is not set.
fn with_own_name(profile: &Profile) -> Draft {
    let mut draft = Draft::from(profile);
    if profile.has_default_display_name() {
        draft.display_name.clear();
    }
    draft
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{DraftKind, Refusal, attributes::Attributes, draft::DraftPerson, text::ExternalId};

    fn person(number: u128, given_name: &str, family_name: &str, email: &str, pairs: &[(&str, &str)]) -> Customer {
        let kind = DraftKind::Person(DraftPerson { given_name: given_name.into(), family_name: family_name.into() });
        let attributes = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let draft = Draft { kind: Some(kind), email: email.into(), attributes, ..Draft::default() };
        Customer::new(Uuid::from_u128(number), Profile::new(draft).unwrap(), Timestamp::UNIX_EPOCH)
    }

    fn keyed(mut customer: Customer, external_id: &str) -> Customer {
        customer.profile.external_id = Some(ExternalId::new(external_id.to_owned()).unwrap());
        customer
    }

    fn source(field: &str, number: u128) -> Source {
        Source { field: field.into(), customer_id: Uuid::from_u128(number) }
    }

    fn key_of(customer: &Customer) -> Option<&str> {
        customer.profile.external_id.as_ref().map(ExternalId::as_str)
    }

    #[test]
    fn the_survivors_values_win_and_the_first_of_the_merged_ones_fill_the_gaps() {
        let mut survivor = person(1, "Ana", "", "", &[("region", "south")]);
        let mut merged = [
            person(2, "Anna", "Liu", "", &[("region", "north"), ("size", "L")]),
            person(3, "A.", "Li", "ana@liu.example", &[("size", "S")]),
        ];
        let changed = merge(&mut survivor, &mut merged, &[], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(changed, ["display_name", "person.family_name", "email", "attributes"]);
        let draft = Draft::from(&survivor.profile);
        assert_eq!((draft.display_name.as_str(), draft.email.as_str()), ("Ana Liu", "ana@liu.example"));
        let pairs: Vec<_> = draft.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("region", "south"), ("size", "L")]);
        assert_eq!(survivor.version, 2);
        assert_eq!(merged[0].expect_alive(), Err(Refusal::Merged(survivor.customer_id)));
    }

    #[test]
    fn a_source_decides_a_field_also_to_nothing() {
        let mut survivor = person(1, "Ana", "Liu", "old@liu.example", &[("region", "south")]);
        let mut merged = [person(2, "Anna", "", "new@liu.example", &[("size", "L")])];
        let sources = [source("email", 2), source("attributes", 2), source("person.family_name", 2)];
        merge(&mut survivor, &mut merged, &sources, Timestamp::UNIX_EPOCH).unwrap();
        let draft = Draft::from(&survivor.profile);
        assert_eq!((draft.display_name.as_str(), draft.email.as_str()), ("Ana", "new@liu.example"));
        assert_eq!(draft.attributes.keys().collect::<Vec<_>>(), ["size"]);
    }

    #[test]
    fn a_source_that_is_none_and_a_field_that_is_none_are_reported() {
        let sources = [
            ("email", 7, "field_sources[0].customer_id"),
            ("emial", 2, "field_sources[0].field"),
            ("etag", 2, "field_sources[0].field"),
            ("organisation.legal_name", 2, "field_sources[0].field"),
        ];
        for (field, number, complained) in sources {
            let mut merged = [person(2, "Ana", "", "", &[])];
            let wrong =
                merge(&mut person(1, "Ana", "", "", &[]), &mut merged, &[source(field, number)], Timestamp::UNIX_EPOCH);
            assert_eq!(wrong.unwrap_err()[0].field, complained, "{field}");
        }
    }

    #[test]
    fn who_gives_its_external_id_takes_the_survivors() {
        let mut survivor = person(1, "Ana", "", "", &[]);
        let mut merged = [keyed(person(2, "Ana", "", "", &[]), "E-2")];
        merge(&mut survivor, &mut merged, &[], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((key_of(&survivor), key_of(&merged[0])), (Some("E-2"), None));

        let mut survivor = keyed(person(1, "Ana", "", "", &[]), "E-1");
        let mut merged = [keyed(person(2, "Ana", "", "", &[]), "E-2"), keyed(person(3, "Ana", "", "", &[]), "E-3")];
        merge(&mut survivor, &mut merged, &[source("external_id", 3)], Timestamp::UNIX_EPOCH).unwrap();
        let keys = [&survivor, &merged[0], &merged[1]].map(key_of);
        assert_eq!(keys, [Some("E-3"), Some("E-2"), Some("E-1")]);
    }

    #[test]
    fn too_many_attributes_together_need_a_source() {
        let many = |prefix: &str| -> BTreeMap<String, String> {
            (0..40).map(|number| (format!("{prefix}{number}"), "x".to_owned())).collect()
        };
        let with = |number, prefix: &str| {
            let mut customer = person(number, "Ana", "", "", &[]);
            customer.profile.attributes = Attributes::stored(many(prefix));
            customer
        };
        let merge = |sources: &[Source]| {
            merge(&mut with(1, "a"), &mut [with(2, "b")], sources, Timestamp::UNIX_EPOCH).map(drop)
        };
        assert_eq!(merge(&[]).unwrap_err()[0].field, "merged_customer_ids");
        merge(&[source("attributes", 1)]).unwrap();
    }

    #[test]
    fn an_undo_keeps_what_was_changed_since_and_refuses_what_both_changed() {
        let before = person(1, "Ana", "", "", &[]);
        let mut after = before.clone();
        let mut merged = [person(2, "Anna", "Liu", "ana@liu.example", &[("size", "L")])];
        merge(&mut after, &mut merged, &[], Timestamp::UNIX_EPOCH).unwrap();

        let mut now = after.profile.clone();
        assert_eq!(undone(&before.profile, &after.profile, &now).unwrap(), before.profile);
        let phone = |phone: &str, profile: &Profile| {
            let draft = Draft { phone: phone.into(), ..with_own_name(profile) };
            Profile::new(draft).unwrap()
        };
        now = phone("+4915112345678", &now);
        let expected = phone("+4915112345678", &before.profile);
        assert_eq!(undone(&before.profile, &after.profile, &now).unwrap(), expected);

        let mut draft = with_own_name(&now);
        draft.email = "other@liu.example".into();
        draft.attributes.insert("size".into(), "M".into());
        let wrong = undone(&before.profile, &after.profile, &Profile::new(draft).unwrap()).unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["email", "attributes.size"]);
    }

    prop_compose! {
        fn any_person(number: u128)(
            given_name in "[A-C]?",
            family_name in "[A-C]{1}",
            email in prop_oneof![Just(String::new()), "[a-c]@x\\.example"],
            pairs in prop::collection::btree_map("[a-c]", "[x-z]?", 0..3),
            key in prop::option::of(Just(format!("E-{number}"))),
        ) -> Customer {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let customer = person(number, &given_name, &family_name, &email, &pairs);
            match key {
                Some(key) => keyed(customer, &key),
                None => customer,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn an_undo_right_after_a_merge_restores_the_survivor_and_no_external_id_is_lost(
            before in any_person(1),
            merged in (any_person(2), any_person(3)),
            chosen in prop::option::of((prop::sample::select(vec!["email", "external_id", "attributes", "person"]), 1_u128..4)),
        ) {
            let mut after = before.clone();
            let mut merged = [merged.0, merged.1];
            let mut keys: Vec<_> = [&before, &merged[0], &merged[1]].into_iter().filter_map(key_of).map(str::to_owned).collect();
            let sources: Vec<_> = chosen.into_iter().map(|(field, number)| source(field, number)).collect();
            merge(&mut after, &mut merged, &sources, Timestamp::UNIX_EPOCH).unwrap();
            let mut kept: Vec<_> = [&after, &merged[0], &merged[1]].into_iter().filter_map(key_of).map(str::to_owned).collect();
            keys.sort();
            kept.sort();
            prop_assert_eq!(kept, keys);
            prop_assert_eq!(undone(&before.profile, &after.profile, &after.profile), Ok(before.profile));
        }
    }
}
