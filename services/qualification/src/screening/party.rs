//! Who is screened of a customer: itself under all its names, its legal representative, those who own or control it, and those who may act for it.

use clientele_proto::qualification::v1::{CaseFacts, CaseIdentifier, OwnershipStructure, PartyKind, ScreenedKind};
use jiff::Timestamp;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ownership_statements::reading::date;
use crate::store::{
    authorisation::authorised_persons,
    check_run::case_facts_get,
    customer::{Customer, customer_get},
    ownership_structure::ownership_latest,
    screening_list::screening_names,
};

/// Somebody who is screened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// What it is.
    pub kind: ScreenedKind,
    /// Its names.
    pub names: Vec<String>,
    /// Day, month or year of birth; empty where it is not known.
    pub birth_date: String,
    /// Countries it is tied to.
    pub country_codes: Vec<String>,
    /// Identity numbers.
    pub identifiers: Vec<String>,
}

/// The parties that a customer is screened as at `now`; none of one that is not known here by any name.
pub async fn parties(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    now: Timestamp,
) -> sqlx::Result<Vec<Party>> {
    let customer = customer_get(connection, tenant, customer_id).await?;
    let facts = case_facts_get(connection, tenant, customer_id).await?;
    let further = screening_names(connection, tenant, customer_id).await?;
    let owners = match ownership_latest(connection, tenant, customer_id).await? {
        Some(record) => {
            let structure = OwnershipStructure::decode(record.content.as_slice());
            owners(structure.map_err(|error| sqlx::Error::Decode(error.into()))?)
        }
        None => Vec::new(),
    };
    let authorised = authorised_persons(connection, tenant, customer_id, now).await?;
    let mut parties: Vec<Party> = facts.as_ref().map(representative).into_iter().collect();
    parties.insert(0, own(customer, facts));
    parties.extend(further.into_iter().map(|name| Party { names: vec![name], ..Party::default() }));
    parties.extend(owners);
    parties.extend(authorised.into_iter().map(|(name, identity_number)| person(name, identity_number)));
    for party in &mut parties {
        party.names.retain(|name| !name.trim().is_empty());
        party.names.sort_unstable();
        party.names.dedup();
    }
    parties.retain(|party| !party.names.is_empty());
    Ok(parties)
}

/// The customer itself, as the customers service and its case tell of it.
fn own(customer: Option<Customer>, facts: Option<CaseFacts>) -> Party {
    let mut party = Party::default();
    if let Some(facts) = facts {
        party.kind = match facts.party_kind() {
            PartyKind::Organisation => ScreenedKind::Organisation,
            PartyKind::Person => ScreenedKind::Person,
            PartyKind::Unspecified => ScreenedKind::Unspecified,
        };
        party.names.push(facts.legal_name);
        party.country_codes.push(facts.country_code);
        party.identifiers = facts.identifiers.iter().map(identifier).collect();
    }
    if let Some(customer) = customer {
        party.kind = if customer.kind == 2 { ScreenedKind::Person } else { ScreenedKind::Organisation };
        let full = [customer.given_name, customer.family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        party.names.extend([customer.display_name, full]);
        party.names.extend(customer.legal_name);
        party.country_codes.extend(customer.country_code);
    }
    party.country_codes.retain(|code| !code.is_empty());
    party.country_codes.sort_unstable();
    party.country_codes.dedup();
    party
}

/// Who represents it by law, as its case tells it.
fn representative(facts: &CaseFacts) -> Party {
    let birth_date = facts.legal_representative_birth_date.as_ref().and_then(date);
    Party {
        birth_date: birth_date.map(|day| day.to_string()).unwrap_or_default(),
        ..person(facts.legal_representative.clone(), String::new())
    }
}

/// Somebody of whom a name is known, and perhaps the number of an identity document.
fn person(name: String, identity_number: String) -> Party {
    Party { kind: ScreenedKind::Person, names: vec![name], identifiers: number(identity_number), ..Party::default() }
}

fn number(text: String) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { vec![text] }
}

fn identifier(identifier: &CaseIdentifier) -> String {
    format!("{}:{}", identifier.scheme, identifier.value)
}

/// Everybody whom the newest declaration of ownership names.
fn owners(structure: OwnershipStructure) -> Vec<Party> {
    let persons = structure.persons.into_iter().map(|owner| Party {
        birth_date: owner.birth_date.as_ref().and_then(date).map(|day| day.to_string()).unwrap_or_default(),
        country_codes: owner.nationalities,
        ..person(owner.name, owner.identity_number)
    });
    let entities = structure.entities.into_iter().map(|entity| Party {
        kind: ScreenedKind::Organisation,
        names: vec![entity.name],
        country_codes: number(entity.country_code),
        identifiers: number(entity.registration_number),
        ..Party::default()
    });
    persons.chain(entities).collect()
}

/// SHA-256 of all of it: another one means that what is known of them has changed.
pub fn hash<'a>(parties: impl IntoIterator<Item = &'a Party>) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut put = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    for party in parties {
        put(party.kind.as_str_name());
        put(&party.birth_date);
        for list in [&party.names, &party.country_codes, &party.identifiers] {
            put(&list.len().to_string());
            for text in list {
                put(text);
            }
        }
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_screened_under_every_name_it_has() {
        let facts = CaseFacts {
            party_kind: PartyKind::Organisation.into(),
            legal_name: "Orbis Handels GmbH".into(),
            country_code: "DE".into(),
            identifiers: vec![CaseIdentifier { scheme: "LEI".into(), value: "5299".into() }],
            ..CaseFacts::default()
        };
        let customer = Customer {
            customer_id: Uuid::nil(),
            external_id: None,
            kind: 1,
            display_name: "Orbis".into(),
            legal_name: Some("Orbis Handelsgesellschaft mbH".into()),
            given_name: None,
            family_name: None,
            country_code: Some("AT".into()),
            survivor_customer_id: None,
            deleted: false,
        };
        let party = own(Some(customer), Some(facts));
        assert_eq!(party.kind, ScreenedKind::Organisation);
        assert_eq!(party.names, ["Orbis Handels GmbH", "Orbis", "", "Orbis Handelsgesellschaft mbH"]);
        assert_eq!((party.country_codes, party.identifiers), (vec!["AT".into(), "DE".into()], vec!["LEI:5299".into()]));
    }

    #[test]
    fn a_representative_is_a_person_with_a_day_of_birth_where_that_is_known() {
        let birth = clientele_proto::Date { year: 1962, month: 5, day: 12 };
        let facts = CaseFacts {
            legal_representative: "王芳".into(),
            legal_representative_birth_date: Some(birth),
            ..CaseFacts::default()
        };
        let party = representative(&facts);
        assert_eq!((party.kind, party.birth_date.as_str()), (ScreenedKind::Person, "1962-05-12"));
        assert!(representative(&CaseFacts { legal_representative_birth_date: None, ..facts }).birth_date.is_empty());
    }

    #[test]
    fn nothing_moves_from_one_field_to_the_next_without_another_hash() {
        let party = |names: &[&str], country: &[&str]| Party {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            country_codes: country.iter().map(|&code| code.to_owned()).collect(),
            ..Party::default()
        };
        let hashes = [
            hash(&[party(&["ab", "c"], &[])]),
            hash(&[party(&["a", "bc"], &[])]),
            hash(&[party(&["ab"], &["c"])]),
            hash(&[party(&["ab"], &[]), party(&["c"], &[])]),
        ];
        for (at, one) in hashes.iter().enumerate() {
            assert!(hashes[..at].iter().all(|other| other != one), "{at}");
        }
    }
}
