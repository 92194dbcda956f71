//! What a list says: entries, their names, and what else is known of them.

mod changes;
mod date;
mod details;
mod entry;

pub use changes::{Changes, changes};
pub use date::{DateError, PartialDate};
pub use details::{Details, Gender, Identifier};
pub use entry::{ContentHash, ListEntry, ListedName, NameKind};
