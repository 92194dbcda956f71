//! Update masks: the fields of a message that an update names.

use clientele_error::Violation;

/// A field that can be changed.
#[derive(Debug)]
pub struct Field<T> {
    /// Its name in the contract.
    pub name: &'static str,
    /// Takes it from another message.
    pub take: fn(&mut T, &T),
    /// Whether it is set.
    pub is_set: fn(&T) -> bool,
    /// Whether it is the same in both.
    pub is_same: fn(&T, &T) -> bool,
}

/// The fields of a message, by their names.
macro_rules! fields {
    ($message:ty: $($field:ident),+ $(,)?) => {
        [$($crate::domain::mask::Field::<$message> {
            name: stringify!($field),
            take: |to, from| to.$field.clone_from(&from.$field),
            is_set: |from| from.$field != <$message>::default().$field,
            is_same: |one, other| one.$field == other.$field,
        }),+]
    };
}
pub(crate) use fields;

/// What an update takes over.
#[derive(Debug)]
pub struct Mask<T: 'static>(Vec<&'static Field<T>>);

impl<T> Mask<T> {
    /// Of the paths of a mask; of an empty one the fields that are set.
    pub fn of(fields: &'static [Field<T>], paths: &[String], from: &T) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            return Ok(Self(fields.iter().filter(|field| (field.is_set)(from)).collect()));
        }
        if paths == ["*"] {
            return Ok(Self(fields.iter().collect()));
        }
        let (mut named, mut wrong) = (Vec::with_capacity(paths.len()), Vec::new());
        for (place, path) in paths.iter().enumerate() {
            if let Some(field) = fields.iter().find(|field| field.name == path) {
                named.push(field);
            } else {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                let text = format!("must be one of {}, or * alone", names.join(", "));
                wrong.push(Violation::new(format!("update_mask.paths[{place}]"), text));
            }
        }
        if wrong.is_empty() { Ok(Self(named)) } else { Err(wrong) }
    }

    /// What is stored, with the fields that the update names.
    pub fn onto(&self, mut stored: T, said: &T) -> T {
        for field in &self.0 {
            (field.take)(&mut stored, said);
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::Authorisation;

    use super::*;

    static FIELDS: [Field<Authorisation>; 2] = fields![Authorisation: conditions, time_zone];

    #[test]
    fn a_mask_takes_what_it_names_and_nothing_else() {
        let stored = Authorisation { conditions: "old".into(), time_zone: "UTC".into(), ..Authorisation::default() };
        let said = Authorisation { time_zone: "Asia/Shanghai".into(), ..Authorisation::default() };
        let updated = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let updated = Mask::of(&FIELDS, &paths, &said).unwrap().onto(stored.clone(), &said);
            (updated.conditions, updated.time_zone)
        };
        assert_eq!(updated(&[]), ("old".into(), "Asia/Shanghai".into()));
        assert_eq!(updated(&["conditions"]), (String::new(), "UTC".into()));
        assert_eq!(updated(&["*"]), (String::new(), "Asia/Shanghai".into()));
        let wrong = Mask::of(&FIELDS, &["conditions".to_owned(), "state".to_owned()], &said).unwrap_err();
        assert_eq!(wrong[0].field, "update_mask.paths[1]");
    }
}
