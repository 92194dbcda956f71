//! The fields of an authorisation that an update can name.

use clientele_proto::qualification::v1::Authorisation;

use crate::domain::mask::{Field, fields};

/// The fields that can be changed.
pub(super) static FIELDS: [Field<Authorisation>; 16] = fields![
    Authorisation:
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
