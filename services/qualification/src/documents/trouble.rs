//! What callers, and whoever runs the service, hear of an object store that does not do its part.

use std::error::Error as StdError;

use clientele_error::Error;
use http::StatusCode;
use object_store::Error as StoreError;

use super::{bucket::Refused, reader::ReadError};

/// Why the store refuses, where no repetition helps and the settings have to be looked at.
pub fn refusal(error: &StoreError) -> Option<&'static str> {
    let status = match error {
        // The key could not be read.
        StoreError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
        _ => refused(error)?.status,
    };
    Some(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "it does not let the key in; look at object_store_credentials_file (or the environment's AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY), and whether the key may list, read, write and delete objects there"
        }
        StatusCode::NOT_FOUND => "there is no such bucket; look at object_store_url and object_store_endpoint",
        _ => {
            "it does not take requests of this kind; look at object_store_region, object_store_addressing and object_store_endpoint"
        }
    })
}

fn refused(error: &StoreError) -> Option<&Refused> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

/// A segment could not be written.
pub fn unwritten(error: StoreError) -> Error {
    match refusal(&error) {
        Some(why) => Error::unavailable(
            format!("the object store refuses contents: {why}; go on with the upload when that is done"),
            error,
        ),
        None => Error::unavailable("the object store is out of reach; go on with the upload later", error),
    }
}

/// A segment could not be read. One that is not there, or not what was sealed, is our own fault, and no repetition helps.
pub fn unread(error: ReadError) -> Error {
    match error {
        ReadError::Store(error) if !matches!(error, StoreError::NotFound { .. }) => match refusal(&error) {
            Some(why) => Error::unavailable(format!("the object store does not hand contents out: {why}"), error),
            None => Error::unavailable("the object store is out of reach; read the document again later", error),
        },
        other => Error::internal(other),
    }
}
