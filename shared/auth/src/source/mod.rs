//! Reads the bytes of a JWKS from where it is.

mod url;

use std::io::Read as _;
use std::path::Path;

use crate::{KeySource, KeysError, VerifierConfig};

/// Far above any issuer's set.
const MAX_BYTES: usize = 1024 * 1024;

pub enum Source {
    File(std::path::PathBuf),
    Url(Box<url::Fetcher>),
}

impl Source {
    pub fn new(config: &VerifierConfig) -> Result<Self, KeysError> {
        match &config.keys {
            KeySource::File(path) => Ok(Self::File(path.clone())),
            KeySource::Url(url) => {
                url::Fetcher::new(url.clone(), config.fetch_timeout).map(|fetcher| Self::Url(Box::new(fetcher)))
            }
        }
    }

    pub async fn read(&self) -> Result<Vec<u8>, KeysError> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
                read.map_err(|error| KeysError::File(std::io::Error::other(error)))?
            }
            Self::Url(fetcher) => fetcher.fetch().await,
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, KeysError> {
    let file = std::fs::File::open(path).map_err(KeysError::File)?;
    let mut bytes = vec![];
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(KeysError::File)?;
    if bytes.len() > MAX_BYTES { Err(KeysError::TooBig(MAX_BYTES)) } else { Ok(bytes) }
}
