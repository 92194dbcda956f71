//! France: the company, its establishments, its VAT number.

pub(crate) mod siren;
pub(crate) mod siret;
pub(crate) mod tva;
