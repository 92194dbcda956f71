//! The fields of an authorisation that an update names.

use clientele_error::Violation;
use clientele_proto::qualification::v1::Authorisation;

/// Takes a field from another authorisation.
type Take = fn(&mut Authorisation, &Authorisation);
/// Whether a field is set.
type IsSet = fn(&Authorisation) -> bool;

macro_rules! fields {
    ($($field:ident),+ $(,)?) => {
        [$((
            stringify!($field),
            (|to, from| to.$field.clone_from(&from.$field)) as Take,
            (|from| from.$field != Authorisation::default().$field) as IsSet,
        )),+]
    };
}

/// The fields that can be changed.
const FIELDS: [(&str, Take, IsSet); 16] = fields![
    external_id,
    signatory,
    grantee,
    document_id,
    register_reference,
    matters,
    products,
    act_limit,
    total_limit,
    cosignatories,
    required_cosignatures,
    may_sub_delegate,
    valid_from_date,
    valid_until_date,
    time_zone,
    conditions,
];

/// What an update takes over.
#[derive(Debug, Clone)]
pub(super) struct Mask(Vec<Take>);

impl Mask {
    /// Of the paths of a mask; of an empty one the fields that are set.
    pub(super) fn of(paths: &[String], from: &Authorisation) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            let set = FIELDS.iter().filter(|(_, _, is_set)| is_set(from));
            return Ok(Self(set.map(|(_, take, _)| *take).collect()));
        }
        if paths == ["*"] {
            return Ok(Self(FIELDS.iter().map(|(_, take, _)| *take).collect()));
        }
        let (mut takes, mut wrong) = (Vec::with_capacity(paths.len()), Vec::new());
        for (place, path) in paths.iter().enumerate() {
            if let Some((_, take, _)) = FIELDS.iter().find(|(name, ..)| name == path) {
                takes.push(*take);
            } else {
                let names: Vec<_> = FIELDS.iter().map(|(name, ..)| *name).collect();
                let text = format!("must be one of {}, or * alone", names.join(", "));
                wrong.push(Violation::new(format!("update_mask.paths[{place}]"), text));
            }
        }
        if wrong.is_empty() { Ok(Self(takes)) } else { Err(wrong) }
    }

    /// What is stored, with the fields that the update names.
    pub(super) fn onto(&self, mut stored: Authorisation, said: &Authorisation) -> Authorisation {
        for take in &self.0 {
            take(&mut stored, said);
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_takes_what_it_names_and_nothing_else() {
        let stored = Authorisation { conditions: "old".into(), time_zone: "UTC".into(), ..Authorisation::default() };
        let said = Authorisation { time_zone: "Asia/Shanghai".into(), ..Authorisation::default() };
        let updated = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let updated = Mask::of(&paths, &said).unwrap().onto(stored.clone(), &said);
            (updated.conditions, updated.time_zone)
        };
        assert_eq!(updated(&[]), ("old".into(), "Asia/Shanghai".into()));
        assert_eq!(updated(&["conditions"]), (String::new(), "UTC".into()));
        assert_eq!(updated(&["*"]), (String::new(), "Asia/Shanghai".into()));
        let wrong = Mask::of(&["conditions".to_owned(), "state".to_owned()], &said).unwrap_err();
        assert_eq!(wrong[0].field, "update_mask.paths[1]");
    }
}
