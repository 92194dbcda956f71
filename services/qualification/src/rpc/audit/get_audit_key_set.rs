//! `GetAuditKeySet`: the keys of the settings.

use clientele_error::{Error, Result};
use clientele_proto::qualification::v1::{AuditKey, AuditKeySet};

use crate::{State, audit_keys::public_pem};

pub(super) fn get_audit_key_set(state: &State) -> Result<AuditKeySet> {
    let signing = state.audit_keys.signer().map(merkle::HeadSigner::public_key);
    let key = |key: &merkle::PublicKey| {
        Ok(AuditKey {
            key_id: key.id().to_string(),
            public_key: key.to_bytes().to_vec(),
            public_key_pem: public_pem(key).map_err(Error::internal)?,
            signing: signing == Some(*key),
        })
    };
    Ok(AuditKeySet { keys: state.audit_keys.public().iter().map(key).collect::<Result<_>>()? })
}
