//! Changes to some fields of a customer, named by their paths.

use clientele_error::Violation;

use super::{
    draft::{Draft, DraftKind, DraftOrganisation, DraftPerson},
    fault::Fault,
    profile::{KindName, Profile},
};

/// The paths of texts.
pub(super) const TEXTS: [&str; 11] = [
    "external_id",
    "display_name",
    "organisation.legal_name",
    "organisation.trade_name",
    "organisation.website",
    "organisation.industry_code",
    "person.given_name",
    "person.family_name",
    "email",
    "phone",
    "country_code",
];

/// Fields that the service sets.
const OUTPUT_ONLY: [&str; 8] = [
    "customer_id",
    "etag",
    "create_time",
    "update_time",
    "delete_time",
    "purge_time",
    "merged_customer_id",
    "erase_time",
];

/// New values for some fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    draft: Draft,
    paths: Vec<Path>,
}

/// A place in a customer that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Path {
    /// `*`: everything.
    All,
    /// One of [`TEXTS`].
    Text(&'static str),
    /// Everything that is particular to the kind.
    Particulars(KindName),
    Attributes,
    Attribute(String),
    /// Not in a mask: the kind that a draft without a mask tells of, which must be the customer's.
    Kind(KindName),
}

impl Update {
    /// New values, from `draft`, for the fields that `mask` names; without a mask, for those that are set in the draft. What is wrong
    /// with paths and values, whatever customer they are meant for, is reported here, all at once.
    pub fn new(draft: Draft, mask: Option<&[String]>) -> Result<Self, Vec<Violation>> {
        let (paths, mut violations) = match mask {
            Some(mask) => read_mask(mask),
            None => (set_in(&draft), Vec::new()),
        };
        let update = Self { draft, paths };
        // The values are tried on a customer that has nothing wrong.
        if let Err(wrong) = update.merged(update.blank()).and_then(Profile::new) {
            violations.extend(wrong);
        }
        if violations.is_empty() { Ok(update) } else { Err(violations) }
    }

    /// The version the caller saw; empty when they do not mind.
    pub fn etag(&self) -> &str {
        &self.draft.etag
    }

    /// The profile with the new values. A display name that was the default one follows the names it is made of.
    pub fn onto(&self, current: &Profile) -> Result<Profile, Vec<Violation>> {
        let mut onto = Draft::from(current);
        if current.has_default_display_name() {
            onto.display_name.clear();
        }
        Profile::new(self.merged(onto)?)
    }

    fn merged(&self, mut onto: Draft) -> Result<Draft, Vec<Violation>> {
        let mut from = self.draft.clone();
        onto.etag.clone_from(&from.etag);
        for path in &self.paths {
            if let Err(kind) = path.copy(&mut from, &mut onto) {
                return Err(vec![Violation::new(kind.field(), Fault::KindIsFixed.to_string())]);
            }
        }
        Ok(onto)
    }

    /// A valid draft of the kind that the paths are about.
    fn blank(&self) -> Draft {
        let about = self.paths.iter().find_map(|path| match path {
            Path::All => self.draft.kind.as_ref().map(DraftKind::name),
            Path::Text(path) => kind_of(path),
            Path::Particulars(kind) | Path::Kind(kind) => Some(*kind),
            Path::Attributes | Path::Attribute(_) => None,
        });
        let name = || "x".to_owned();
        let kind = match about {
            Some(KindName::Person) => DraftKind::Person(DraftPerson { given_name: name(), family_name: name() }),
            _ => DraftKind::Organisation(DraftOrganisation { legal_name: name(), ..DraftOrganisation::default() }),
        };
        Draft { kind: Some(kind), ..Draft::default() }
    }
}

fn read_mask(mask: &[String]) -> (Vec<Path>, Vec<Violation>) {
    let mut violations = Vec::new();
    let mut paths = Vec::new();
    for path in mask {
        match Path::parse(path) {
            Ok(path) => paths.push(path),
            Err(fault) => {
                let shown: String = path.chars().take(100).flat_map(char::escape_default).collect();
                violations.push(Violation::new("update_mask", format!("`{shown}` {fault}")));
            }
        }
    }
    (paths, violations)
}

/// The fields that are set in a draft.
fn set_in(draft: &Draft) -> Vec<Path> {
    let mut draft = draft.clone();
    let is_set = |path: &&'static str| text_at(path, &mut draft).is_some_and(|text| !text.is_empty());
    let mut paths: Vec<_> = TEXTS.into_iter().filter(is_set).map(Path::Text).collect();
    paths.extend(draft.kind.as_ref().map(|kind| Path::Kind(kind.name())));
    if !draft.attributes.is_empty() {
        paths.push(Path::Attributes);
    }
    paths
}

/// The text at a path, where the draft is of the path's kind.
pub(super) fn text_at<'d>(path: &str, draft: &'d mut Draft) -> Option<&'d mut String> {
    match (path, &mut draft.kind) {
        ("external_id", _) => Some(&mut draft.external_id),
        ("display_name", _) => Some(&mut draft.display_name),
        ("email", _) => Some(&mut draft.email),
        ("phone", _) => Some(&mut draft.phone),
        ("country_code", _) => Some(&mut draft.country_code),
        ("organisation.legal_name", Some(DraftKind::Organisation(organisation))) => Some(&mut organisation.legal_name),
        ("organisation.trade_name", Some(DraftKind::Organisation(organisation))) => Some(&mut organisation.trade_name),
        ("organisation.website", Some(DraftKind::Organisation(organisation))) => Some(&mut organisation.website),
        ("organisation.industry_code", Some(DraftKind::Organisation(organisation))) => {
            Some(&mut organisation.industry_code)
        }
        ("person.given_name", Some(DraftKind::Person(person))) => Some(&mut person.given_name),
        ("person.family_name", Some(DraftKind::Person(person))) => Some(&mut person.family_name),
        _ => None,
    }
}

fn kind_of(path: &str) -> Option<KindName> {
    match path.split_once('.') {
        Some(("organisation", _)) => Some(KindName::Organisation),
        Some(("person", _)) => Some(KindName::Person),
        _ => None,
    }
}

impl Path {
    fn parse(path: &str) -> Result<Self, Fault> {
        match path {
            "*" => Ok(Self::All),
            "organisation" => Ok(Self::Particulars(KindName::Organisation)),
            "person" => Ok(Self::Particulars(KindName::Person)),
            "attributes" => Ok(Self::Attributes),
            _ if OUTPUT_ONLY.contains(&path) => Err(Fault::OutputOnly),
            _ => match (TEXTS.into_iter().find(|text| *text == path), path.split_once('.')) {
                (Some(text), _) => Ok(Self::Text(text)),
                (None, Some(("attributes", key))) => Ok(Self::Attribute(key.to_owned())),
                _ => Err(Fault::UnknownField),
            },
        }
    }

    /// Copies what stands at this place. The error is a kind that the customer written to is not of.
    fn copy(&self, from: &mut Draft, to: &mut Draft) -> Result<(), KindName> {
        match self {
            Self::All => {
                from.kind.as_ref().map_or(Ok(()), |kind| expect_kind(kind.name(), to))?;
                to.clone_from(from);
            }
            Self::Kind(kind) => expect_kind(*kind, to)?,
            Self::Text(path) => {
                let new = text_at(path, from).map(|text| text.clone()).unwrap_or_default();
                match (text_at(path, to), kind_of(path)) {
                    (Some(text), _) => *text = new,
                    (None, Some(kind)) => return Err(kind),
                    (None, None) => {}
                }
            }
            Self::Particulars(kind) => {
                expect_kind(*kind, to)?;
                let new = from.kind.clone().filter(|new| new.name() == *kind);
                to.kind = Some(new.unwrap_or_else(|| DraftKind::empty(*kind)));
            }
            Self::Attributes => to.attributes.clone_from(&from.attributes),
            Self::Attribute(key) => {
                to.attributes.remove(key);
                to.attributes.extend(from.attributes.get(key).map(|value| (key.clone(), value.clone())));
            }
        }
        Ok(())
    }
}

fn expect_kind(kind: KindName, of: &Draft) -> Result<(), KindName> {
    match &of.kind {
        Some(fixed) if fixed.name() != kind => Err(kind),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(legal_name: &str, trade_name: &str) -> Draft {
        let names = DraftOrganisation {
            legal_name: legal_name.into(),
            trade_name: trade_name.into(),
            ..DraftOrganisation::default()
        };
        Draft { kind: Some(DraftKind::Organisation(names)), ..Draft::default() }
    }

    fn person(given_name: &str, family_name: &str) -> Draft {
        let names = DraftPerson { given_name: given_name.into(), family_name: family_name.into() };
        Draft { kind: Some(DraftKind::Person(names)), ..Draft::default() }
    }

    fn apply(onto: Draft, draft: Draft, mask: Option<&[&str]>) -> Result<Draft, Vec<Violation>> {
        let mask = mask.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        let update = Update::new(draft, mask.as_deref())?;
        update.onto(&Profile::new(onto).unwrap()).map(|profile| Draft::from(&profile))
    }

    fn fields(result: Result<Draft, Vec<Violation>>) -> Vec<String> {
        result.unwrap_err().into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn only_what_the_mask_names_changes_and_is_checked() {
        let onto =
            Draft { email: "old@acme.example".into(), phone: "+12345".into(), ..organisation("Acme GmbH", "Acme") };
        let draft = Draft { email: "new@acme.example".into(), phone: "not a number".into(), ..Draft::default() };
        let after = apply(onto.clone(), draft, Some(&["email"])).unwrap();
        assert_eq!(after, Draft { email: "new@acme.example".into(), display_name: "Acme".into(), ..onto });
    }

    #[test]
    fn a_named_field_that_is_not_set_is_cleared() {
        let onto = Draft { email: "old@acme.example".into(), ..organisation("Acme GmbH", "Acme") };
        let after = apply(onto, Draft::default(), Some(&["email", "organisation.trade_name"])).unwrap();
        assert_eq!(after, Draft { display_name: "Acme GmbH".into(), ..organisation("Acme GmbH", "") });
        assert_eq!(
            fields(apply(organisation("a", ""), Draft::default(), Some(&["organisation.legal_name"]))),
            ["organisation.legal_name"]
        );
    }

    #[test]
    fn without_a_mask_the_fields_that_are_set_change() {
        let onto = Draft { country_code: "DE".into(), ..organisation("Acme GmbH", "Acme") };
        let after = apply(onto, organisation("", "Acme Tools"), None).unwrap();
        let names = organisation("Acme GmbH", "Acme Tools");
        assert_eq!(after, Draft { country_code: "DE".into(), display_name: "Acme Tools".into(), ..names });
    }

    #[test]
    fn a_star_replaces_everything() {
        let onto =
            Draft { country_code: "DE".into(), display_name: "Shown".into(), ..organisation("Acme GmbH", "Acme") };
        let after = apply(onto, organisation("Acme SE", ""), Some(&["*"])).unwrap();
        assert_eq!(after, Draft { display_name: "Acme SE".into(), ..organisation("Acme SE", "") });
        assert_eq!(fields(apply(organisation("a", ""), Draft::default(), Some(&["*"]))), ["kind"]);
    }

    #[test]
    fn the_kind_is_fixed() {
        for mask in [Some(&["person"][..]), Some(&["person.given_name"]), Some(&["*"]), None] {
            assert_eq!(fields(apply(organisation("a", ""), person("Ana", ""), mask)), ["person"], "{mask:?}");
        }
    }

    #[test]
    fn the_last_name_of_a_person_cannot_be_cleared() {
        assert_eq!(fields(apply(person("Ana", ""), Draft::default(), Some(&["person.given_name"]))), ["person"]);
        let after = apply(person("Ana", "Liu"), Draft::default(), Some(&["person.given_name"])).unwrap();
        assert_eq!(after, Draft { display_name: "Liu".into(), ..person("", "Liu") });
    }

    #[test]
    fn one_attribute_can_be_set_or_removed() {
        let attributes =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let onto = Draft { attributes: attributes(&[("a", "1"), ("b", "2")]), ..organisation("Acme", "") };
        let draft = Draft { attributes: attributes(&[("b", "3"), ("c", "4")]), ..Draft::default() };
        let after = apply(onto, draft, Some(&["attributes.a", "attributes.b"])).unwrap();
        assert_eq!(after.attributes, attributes(&[("b", "3")]));
    }

    #[test]
    fn bad_paths_are_named_together_with_bad_values() {
        let draft = Draft { email: "x".into(), ..Draft::default() };
        let mask = ["etag", "nope", "organisation.nope", "email"].map(str::to_owned);
        let violations = Update::new(draft, Some(&mask)).unwrap_err();
        let text: Vec<_> =
            violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description)).collect();
        assert_eq!(
            text,
            [
                "update_mask: `etag` is output only",
                "update_mask: `nope` is not a field of a customer",
                "update_mask: `organisation.nope` is not a field of a customer",
                "email: must be a valid e-mail address",
            ]
        );
    }
}
