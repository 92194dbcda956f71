//! What an authorisation says: what its makers enter, and may change until it is decided.

use clientele_proto::qualification::v1::AuthorisationBasis;
use uuid::Uuid;

use super::{delegation::Delegated, limits::Limits, scope::Scope, validity::Validity};

/// A person who acts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// As on the letter.
    pub name: String,
    /// Of the identity document; empty where it is not known.
    pub identity_number: String,
    /// The caller's key.
    pub external_id: Option<String>,
}

/// What an authorisation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The caller's own key.
    pub external_id: Option<String>,
    /// For whom is acted.
    pub customer_id: Uuid,
    /// What the power rests on.
    pub basis: AuthorisationBasis,
    /// Who signed for the grantor.
    pub signatory_name: String,
    /// In which position.
    pub signatory_position: String,
    /// Who may act.
    pub grantee: Person,
    /// What it is delegated from.
    pub parent_authorisation_id: Option<Uuid>,
    /// Whose place it takes.
    pub superseded_authorisation_id: Option<Uuid>,
    /// The letter or the extract.
    pub document_id: Option<Uuid>,
    /// Where the register says so.
    pub register_reference: String,
    /// On what.
    pub scope: Scope,
    /// How much.
    pub limits: Option<Limits>,
    /// Who may sign as well.
    pub cosignatories: Vec<Person>,
    /// How many of them have to.
    pub required_cosignatures: i32,
    /// Whether it may be handed on.
    pub may_sub_delegate: bool,
    /// From when until when.
    pub validity: Validity,
    /// What else must be kept.
    pub conditions: String,
}

impl Terms {
    /// What of it must be within the parent.
    pub fn delegated(&self) -> Delegated<'_> {
        Delegated {
            scope: &self.scope,
            limits: self.limits,
            start: self.validity.start_time,
            expire: self.validity.expire_time,
        }
    }
}
