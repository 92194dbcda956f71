//! What callers write about a customer.

use clientele_error::Violation;

use super::{
    attributes::Attributes,
    draft::{Draft, DraftKind, DraftOrganisation, DraftPerson},
    fault::{Fault, Faults},
    text::{
        CountryCode, DisplayName, Email, ExternalId, IndustryCode, OrganisationName, PersonName, Phone, Website,
        at_most,
    },
};

/// The writable fields of a customer, all valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The caller's own key, unique within the tenant.
    pub external_id: Option<ExternalId>,
    /// Name shown to people; by default that of the organisation or person.
    pub display_name: DisplayName,
    /// What kind of customer it is.
    pub kind: Kind,
    /// E-mail address.
    pub email: Option<Email>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Where the customer is based.
    pub country_code: Option<CountryCode>,
    /// Free attributes for the caller's own use.
    pub attributes: Attributes,
}

/// What kind of customer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A company or another legal entity.
    Organisation(Organisation),
    /// A natural person.
    Person(Person),
}

/// The two kinds, without what is particular to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindName {
    /// A legal entity.
    Organisation,
    /// A natural person.
    Person,
}

impl KindName {
    /// The field of the contract that holds the kind.
    pub fn field(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Person => "person",
        }
    }
}

/// What is particular to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Registered name.
    pub legal_name: OrganisationName,
    /// Name it trades under, where that differs.
    pub trade_name: Option<OrganisationName>,
    /// Web site.
    pub website: Option<Website>,
    /// Industry code in the caller's own scheme.
    pub industry_code: Option<IndustryCode>,
}

/// What is particular to a person, who has at least one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    given: Option<PersonName>,
    family: Option<PersonName>,
}

impl Person {
    /// A person with at least one of the names.
    pub fn new(given_name: Option<PersonName>, family_name: Option<PersonName>) -> Result<Self, Fault> {
        if given_name.is_none() && family_name.is_none() {
            return Err(Fault::NoName);
        }
        Ok(Self { given: given_name, family: family_name })
    }

    /// Given name.
    pub fn given_name(&self) -> Option<&str> {
        self.given.as_ref().map(PersonName::as_str)
    }

    /// Family name.
    pub fn family_name(&self) -> Option<&str> {
        self.family.as_ref().map(PersonName::as_str)
    }

    /// Given and family name, moved out.
    pub fn into_names(self) -> (Option<PersonName>, Option<PersonName>) {
        (self.given, self.family)
    }
}

impl Kind {
    /// Which kind.
    pub fn name(&self) -> KindName {
        match self {
            Self::Organisation(_) => KindName::Organisation,
            Self::Person(_) => KindName::Person,
        }
    }

    /// The display name of a customer that has none of its own: the trade name or else the legal name, or the given and family name.
    pub fn default_display_name(&self) -> DisplayName {
        match self {
            Self::Organisation(organisation) => {
                organisation.trade_name.as_ref().unwrap_or(&organisation.legal_name).clone()
            }
            Self::Person(person) => {
                let names: Vec<_> = [person.given_name(), person.family_name()].into_iter().flatten().collect();
                DisplayName::cut(names.join(" "))
            }
        }
    }
}

impl Profile {
    /// The profile a draft describes, or everything that is wrong with it.
    pub fn new(draft: Draft) -> Result<Self, Vec<Violation>> {
        let mut faults = Faults::default();
        faults.check("etag", at_most(64, &draft.etag));
        let external_id = faults.optional("external_id", draft.external_id, ExternalId::new);
        let display_name = faults.optional("display_name", draft.display_name, DisplayName::new);
        let kind = match draft.kind {
            Some(DraftKind::Organisation(draft)) => organisation(draft, &mut faults).map(Kind::Organisation),
            Some(DraftKind::Person(draft)) => person(draft, &mut faults).map(Kind::Person),
            None => faults.check("kind", Err(Fault::NoKind)),
        };
        let email = faults.optional("email", draft.email, Email::new);
        let phone = faults.optional("phone", draft.phone, Phone::new);
        let country_code = faults.optional("country_code", draft.country_code, CountryCode::new);
        let attributes = Attributes::parse(draft.attributes, &mut faults);
        let whole = kind.zip(attributes).map(|(kind, attributes)| Self {
            external_id,
            display_name: display_name.unwrap_or_else(|| kind.default_display_name()),
            kind,
            email,
            phone,
            country_code,
            attributes,
        });
        faults.finish(whole)
    }

    /// Whether the display name is the default one, which then follows the names it is made of.
    pub fn has_default_display_name(&self) -> bool {
        self.display_name == self.kind.default_display_name()
    }
}

fn organisation(draft: DraftOrganisation, faults: &mut Faults) -> Option<Organisation> {
    let legal_name = faults.check("organisation.legal_name", OrganisationName::new(draft.legal_name));
    let trade_name = faults.optional("organisation.trade_name", draft.trade_name, OrganisationName::new);
    let website = faults.optional("organisation.website", draft.website, Website::new);
    let industry_code = faults.optional("organisation.industry_code", draft.industry_code, IndustryCode::new);
    legal_name.map(|legal_name| Organisation { legal_name, trade_name, website, industry_code })
}

fn person(draft: DraftPerson, faults: &mut Faults) -> Option<Person> {
    let is_nameless = draft.given_name.is_empty() && draft.family_name.is_empty();
    let given_name = faults.optional("person.given_name", draft.given_name, PersonName::new);
    let family_name = faults.optional("person.family_name", draft.family_name, PersonName::new);
    match Person::new(given_name, family_name) {
        Ok(person) => Some(person),
        // A name that is there but invalid is reported as such.
        Err(_) if !is_nameless => None,
        Err(fault) => faults.check("person", Err(fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(given_name: &str, family_name: &str) -> Draft {
        let person = DraftPerson { given_name: given_name.into(), family_name: family_name.into() };
        Draft { kind: Some(DraftKind::Person(person)), ..Draft::default() }
    }

    fn fields(draft: Draft) -> Vec<String> {
        Profile::new(draft).unwrap_err().into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let draft = Draft { email: "x".into(), phone: "1".into(), country_code: "de".into(), ..named("a\n", "") };
        assert_eq!(fields(draft), ["person.given_name", "email", "phone", "country_code"]);
        assert_eq!(fields(Draft::default()), ["kind"]);
        assert_eq!(fields(named("", "")), ["person"]);
        let organisation =
            DraftKind::Organisation(DraftOrganisation { website: "x".into(), ..DraftOrganisation::default() });
        let draft = Draft { kind: Some(organisation), ..Draft::default() };
        assert_eq!(fields(draft), ["organisation.legal_name", "organisation.website"]);
    }

    #[test]
    fn a_display_name_defaults_to_the_names() {
        let display_name = |draft| Profile::new(draft).unwrap().display_name.into_string();
        assert_eq!(display_name(named("Ana", "Liu")), "Ana Liu");
        assert_eq!(display_name(named("", "Liu")), "Liu");
        assert_eq!(display_name(Draft { display_name: "A. L.".into(), ..named("Ana", "Liu") }), "A. L.");
        let names = DraftOrganisation {
            legal_name: "Acme GmbH".into(),
            trade_name: "Acme".into(),
            ..DraftOrganisation::default()
        };
        assert_eq!(display_name(Draft { kind: Some(DraftKind::Organisation(names)), ..Draft::default() }), "Acme");
    }

    #[test]
    fn the_longest_names_make_a_display_name_of_valid_length() {
        let name = "ü".repeat(150);
        let profile = Profile::new(named(&name, &name)).unwrap();
        assert!(DisplayName::new(profile.display_name.clone().into_string()).is_ok());
        assert!(profile.has_default_display_name());
    }

    #[test]
    fn a_draft_of_a_profile_makes_it_again() {
        let draft = Draft { email: "a@b.example".into(), country_code: "CN".into(), ..named("Ana", "Liu") };
        let profile = Profile::new(draft).unwrap();
        assert_eq!(Profile::new(Draft::from(&profile)).unwrap(), profile);
    }
}
