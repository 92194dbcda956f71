//! Which fields differ between two states of a customer.

use super::profile::{Kind, Organisation, Person, Profile};

/// The paths of the fields in which `after` differs from `before`, in the order of the contract.
pub fn changed_fields(before: &Profile, after: &Profile) -> Vec<&'static str> {
    let mut paths = Vec::new();
    let mut note = |path, differs: bool| {
        if differs {
            paths.push(path);
        }
    };
    note("external_id", before.external_id != after.external_id);
    note("display_name", before.display_name != after.display_name);
    match (&before.kind, &after.kind) {
        (Kind::Organisation(before), Kind::Organisation(after)) => organisation(before, after, &mut note),
        (Kind::Person(before), Kind::Person(after)) => person(before, after, &mut note),
        // Cannot be: the kind is fixed.
        (_, after) => note(after.name().field(), true),
    }
    note("email", before.email != after.email);
    note("phone", before.phone != after.phone);
    note("country_code", before.country_code != after.country_code);
    note("attributes", before.attributes != after.attributes);
    paths
}

fn organisation(before: &Organisation, after: &Organisation, note: &mut impl FnMut(&'static str, bool)) {
    note("organisation.legal_name", before.legal_name != after.legal_name);
    note("organisation.trade_name", before.trade_name != after.trade_name);
    note("organisation.website", before.website != after.website);
    note("organisation.industry_code", before.industry_code != after.industry_code);
}

fn person(before: &Person, after: &Person, note: &mut impl FnMut(&'static str, bool)) {
    note("person.given_name", before.given_name() != after.given_name());
    note("person.family_name", before.family_name() != after.family_name());
}
