//! Statements as the rules take them, or all that is wrong with them.

use std::collections::HashMap;

use clientele_error::Violation;
use clientele_proto::{
    Date as DateMessage,
    qualification::v1::{
        self as proto, OwnershipInterest, OwnershipRelationship, OwnershipStructure,
        ownership_relationship::InterestedParty,
    },
};
use jiff::civil::Date;
use ownership::{
    DeclaredShare, Directness, Entity, EntityType, Interest, InterestType, Party, Person, PersonType, Relationship,
    Statement, UnspecifiedReason,
};

use super::codes::code;

/// Violations told at most: the rest is of the same kind.
const MOST_VIOLATIONS: usize = 100;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Record {
    Person,
    Entity,
    Relationship,
}

/// Reads a structure; the customer is an entity, whether it is stated or not.
pub fn statements(structure: &OwnershipStructure) -> Result<Vec<Statement>, Vec<Violation>> {
    let mut wrong = Vec::new();
    let records = records(structure, &mut wrong);
    let mut statements = Vec::with_capacity(records.len());
    let subject = structure.subject_record_id.as_str();
    if structure.entities.iter().all(|entity| entity.record_id != subject) {
        statements.push(Statement::Entity(Entity { id: subject.to_owned(), kind: EntityType::RegisteredEntity }));
    }
    for (place, person) in structure.persons.iter().enumerate() {
        if person.birth_date.as_ref().is_some_and(|day| date(day).is_none()) {
            wrong.push(Violation::new(format!("persons[{place}].birth_date"), "must be a day that exists"));
        }
        let kind = code(person.person_type().as_str_name(), "PERSON_TYPE_").unwrap_or(PersonType::KnownPerson);
        statements.push(Statement::Person(Person { id: person.record_id.clone(), kind }));
    }
    for entity in &structure.entities {
        let kind = code(entity.entity_type().as_str_name(), "ENTITY_TYPE_").unwrap_or(EntityType::RegisteredEntity);
        statements.push(Statement::Entity(Entity { id: entity.record_id.clone(), kind }));
    }
    for (place, relationship) in structure.relationships.iter().enumerate() {
        let field = format!("relationships[{place}]");
        statements.push(Statement::Relationship(read(relationship, &field, &records, &mut wrong)));
    }
    wrong.truncate(MOST_VIOLATIONS);
    if wrong.is_empty() { Ok(statements) } else { Err(wrong) }
}

/// All records by their ids, each of which stands once.
fn records<'s>(structure: &'s OwnershipStructure, wrong: &mut Vec<Violation>) -> HashMap<&'s str, Record> {
    let mut records = HashMap::new();
    let persons = structure.persons.iter().map(|person| (person.record_id.as_str(), Record::Person, "persons"));
    let entities = structure.entities.iter().map(|entity| (entity.record_id.as_str(), Record::Entity, "entities"));
    let relationships = structure.relationships.iter();
    let relationships = relationships.map(|one| (one.record_id.as_str(), Record::Relationship, "relationships"));
    let mut place_in = HashMap::new();
    for (id, record, list) in persons.chain(entities).chain(relationships) {
        let place = place_in.entry(list).or_insert(0_usize);
        if records.insert(id, record).is_some() {
            wrong.push(Violation::new(format!("{list}[{place}].record_id"), "must stand once in the structure"));
        }
        *place += 1;
    }
    match records.insert(structure.subject_record_id.as_str(), Record::Entity) {
        None | Some(Record::Entity) => {}
        Some(_) => wrong.push(Violation::new("subject_record_id", "must be an entity")),
    }
    records
}

fn read(
    message: &OwnershipRelationship,
    field: &str,
    records: &HashMap<&str, Record>,
    wrong: &mut Vec<Violation>,
) -> Relationship {
    let mut refer = |id: &str, name: &str, persons_too: bool| {
        let fits = match records.get(id) {
            Some(Record::Entity) => true,
            Some(Record::Person) => persons_too,
            Some(Record::Relationship) | None => false,
        };
        if !fits {
            let expected = if persons_too { "a person or an entity" } else { "an entity" };
            wrong.push(Violation::new(format!("{field}.{name}"), format!("must be {expected} of the structure")));
        }
        Party::Record(id.to_owned())
    };
    let subject = refer(&message.subject_record_id, "subject_record_id", false);
    let interested_party = match &message.interested_party {
        Some(InterestedParty::InterestedPartyRecordId(id)) => refer(id, "interested_party_record_id", true),
        Some(InterestedParty::UnspecifiedReason(number)) => {
            let reason = proto::UnspecifiedReason::try_from(*number).unwrap_or_default();
            let reason = code(reason.as_str_name(), "UNSPECIFIED_REASON_");
            Party::Unspecified(reason.unwrap_or(UnspecifiedReason::Unknown))
        }
        None => Party::Unspecified(UnspecifiedReason::Unknown),
    };
    let interests = message.interests.iter().enumerate();
    let interests =
        interests.map(|(place, interest)| read_interest(interest, &format!("{field}.interests[{place}]"), wrong));
    Relationship { id: message.record_id.clone(), subject, interested_party, interests: interests.collect() }
}

fn read_interest(message: &OwnershipInterest, field: &str, wrong: &mut Vec<Violation>) -> Interest {
    let share = message.share.as_ref().map(share);
    if let Some(Err(error)) = share.as_ref().map(DeclaredShare::range) {
        wrong.push(Violation::new(format!("{field}.share"), error.to_string()));
    }
    let day = |day: Option<&DateMessage>| day.and_then(date);
    let (start, end) = (day(message.start_date.as_ref()), day(message.end_date.as_ref()));
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        wrong.push(Violation::new(format!("{field}.end_date"), "must not be before start_date"));
    }
    let kind = code(message.interest_type().as_str_name(), "INTEREST_TYPE_").unwrap_or(InterestType::UnknownInterest);
    let directness = code(message.direct_or_indirect().as_str_name(), "DIRECT_OR_INDIRECT_");
    Interest { kind, directness: directness.unwrap_or(Directness::Direct), share, start, end }
}

/// A share as the rules take it.
pub(super) fn share(message: &proto::DeclaredShare) -> DeclaredShare {
    DeclaredShare {
        exact: message.exact,
        minimum: message.minimum,
        maximum: message.maximum,
        exclusive_minimum: message.exclusive_minimum,
        exclusive_maximum: message.exclusive_maximum,
    }
}

/// A day; `None` for one that does not exist, which the contract's rule has refused.
pub fn date(message: &DateMessage) -> Option<Date> {
    let (year, month, day) =
        (i16::try_from(message.year).ok()?, i8::try_from(message.month).ok()?, i8::try_from(message.day).ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::{OwnershipEntity, OwnershipPerson};

    use super::*;

    fn holding(id: &str, subject: &str, holder: &str, percent: f64) -> OwnershipRelationship {
        let share = proto::DeclaredShare { exact: Some(percent), ..proto::DeclaredShare::default() };
        OwnershipRelationship {
            record_id: id.into(),
            subject_record_id: subject.into(),
            interested_party: Some(InterestedParty::InterestedPartyRecordId(holder.into())),
            interests: vec![OwnershipInterest {
                interest_type: proto::InterestType::Shareholding.into(),
                share: Some(share),
                ..OwnershipInterest::default()
            }],
        }
    }

    fn structure(relationships: Vec<OwnershipRelationship>) -> OwnershipStructure {
        OwnershipStructure {
            subject_record_id: "customer".into(),
            persons: vec![OwnershipPerson { record_id: "ann".into(), ..OwnershipPerson::default() }],
            entities: vec![OwnershipEntity { record_id: "holding".into(), ..OwnershipEntity::default() }],
            relationships,
            ..OwnershipStructure::default()
        }
    }

    #[test]
    fn the_customer_is_an_entity_also_where_it_is_not_stated() {
        let read = statements(&structure(vec![holding("r1", "customer", "ann", 100.0)])).unwrap();
        assert!(read.iter().any(|one| matches!(one, Statement::Entity(entity) if entity.id == "customer")));
        assert_eq!(read.len(), 4);
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_its_place() {
        let mut contradiction = holding("r3", "customer", "ann", 50.0);
        contradiction.interests[0].share.as_mut().unwrap().maximum = Some(40.0);
        contradiction.interests[0].start_date = Some(DateMessage { year: 2026, month: 2, day: 1 });
        contradiction.interests[0].end_date = Some(DateMessage { year: 2026, month: 1, day: 1 });
        let relationships = vec![holding("ann", "nobody", "ann", 1.0), holding("r2", "ann", "r3", 1.0), contradiction];
        let fields: Vec<_> =
            statements(&structure(relationships)).unwrap_err().into_iter().map(|violation| violation.field).collect();
        let expected = [
            "relationships[0].record_id",
            "relationships[0].subject_record_id",
            "relationships[0].interested_party_record_id",
            "relationships[1].subject_record_id",
            "relationships[1].interested_party_record_id",
            "relationships[2].interested_party_record_id",
            "relationships[2].interests[0].share",
            "relationships[2].interests[0].end_date",
        ];
        // "ann" became a relationship with the second record of that id.
        assert_eq!(
            fields.iter().filter(|field| !field.ends_with("[0].share") && !field.ends_with("end_date")).count(),
            6,
            "{fields:?}"
        );
        assert_eq!(fields, expected);
    }
}
