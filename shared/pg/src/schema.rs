//! The name of a service's schema, checked once so that it may stand in SQL text, and what a service declares about it.

use std::fmt;

use sqlx::migrate::Migrator;

/// The longest name: the role `clientele_<name>` and test suffixes still fit Postgres' 63 bytes.
const MAX_LENGTH: usize = 40;

/// A schema name that is safe to write into SQL without quotes: `[a-z][a-z0-9_]*`, at most 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Schema(&'static str);

impl Schema {
    /// Takes a name; in a `const` or `static` an invalid one does not compile.
    ///
    /// # Panics
    /// When the name is not `[a-z][a-z0-9_]*` of at most 40 bytes.
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= MAX_LENGTH, "a schema name has 1 to 40 bytes");
        assert!(bytes[0].is_ascii_lowercase(), "a schema name starts with a lower-case letter");
        let mut index = 1;
        while index < bytes.len() {
            let byte = bytes[index];
            assert!(
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_',
                "a schema name holds lower-case letters, digits and underscores"
            );
            index += 1;
        }
        Self(name)
    }

    /// The name as it stands in SQL.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The login role that may reach this schema and no other: `clientele_<name>`.
    pub fn role(self) -> String {
        format!("clientele_{}", self.0)
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a service declares about its storage: `static STORAGE: ServiceSchema = ServiceSchema::new("customers", &MIGRATOR);`.
#[derive(Clone, Copy, Debug)]
pub struct ServiceSchema {
    /// The one schema the service owns.
    pub schema: Schema,
    /// Its migrations: `static MIGRATOR: Migrator = sqlx::migrate!();`.
    pub migrator: &'static Migrator,
}

impl ServiceSchema {
    /// Names the schema and its migrations; an invalid name does not compile in a `static`.
    ///
    /// # Panics
    /// As [`Schema::new`].
    pub const fn new(name: &'static str, migrator: &'static Migrator) -> Self {
        Self { schema: Schema::new(name), migrator }
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[test]
    fn a_name_that_would_need_quotes_is_refused() {
        for name in ["", "Value", "1st", "a-b", "a b", "a\"b", "pg;drop", "ü"] {
            assert!(std::panic::catch_unwind(|| Schema::new(name)).is_err(), "{name:?} was taken");
        }
    }

    #[test]
    fn the_role_is_named_after_the_schema() {
        assert_eq!(Schema::new("value").role(), "clientele_value");
    }
}
