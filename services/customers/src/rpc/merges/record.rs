//! Merges as they are stored and answered: the contract's own message.

use clientele_proto::customers::v1::{self as proto, CustomerMerge};
use prost::Message as _;
use uuid::Uuid;

use crate::{
    domain::Profile,
    error::{Error, Result},
    rpc::customer_message::draft,
    store::customer_merge::MergeRow,
};

/// The merge of a row.
pub(super) fn read(row: &MergeRow) -> Result<CustomerMerge> {
    CustomerMerge::decode(row.record.as_slice()).map_err(Error::Recorded)
}

/// The row of a merge.
pub(super) fn row(customer_merge_id: Uuid, record: &CustomerMerge) -> MergeRow {
    MergeRow { customer_merge_id, record: record.encode_to_vec() }
}

/// The profile that a merge keeps of a customer; `None` once that is erased.
pub(super) fn profile(kept: Option<&proto::Customer>) -> Option<Profile> {
    Profile::new(draft(kept?.clone())).ok()
}
