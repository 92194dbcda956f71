//! What a customer is and what may happen to one: types whose constructors refuse what is invalid, and plain rules.
//!
//! The rules of single fields repeat those of `clientele/customers/v1/customer.proto`, because the rows of batches and imports are
//! checked one by one; a test over generated rows keeps the two together (`rpc::customer_message`). To add a field: a type in [`text`]
//! where its rule is new, a line in [`profile`], one in [`mask`] and one in [`changed`]; [`merge`] goes by the paths of [`mask`].

pub mod attributes;
pub mod changed;
pub mod customer;
pub mod draft;
pub mod fault;
pub mod mask;
pub mod merge;
pub mod profile;
pub mod text;
pub mod upsert;

pub use customer::{Customer, Deletion, Refusal};
pub use draft::{Draft, DraftKind};
pub use mask::Update;
pub use profile::{Kind, Organisation, Person, Profile};
