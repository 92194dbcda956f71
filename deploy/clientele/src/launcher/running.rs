//! Where the services of this machine listen, written down so that other commands find them.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// URLs of the services.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoints {
    /// The customers service.
    pub customers: String,
    /// The value service.
    pub value: String,
    /// The qualification service.
    pub qualification: String,
}

const FILE: &str = "running.json";

impl Endpoints {
    /// Writes the URLs into `folder`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::write(folder.join(FILE), serde_json::to_vec_pretty(self)?)
            .context("cannot write down where the services listen")
    }

    /// The URLs that a `clientele up` wrote into `folder`; `None` when none runs.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()
    }

    /// Forgets the URLs in `folder`.
    pub fn forget(folder: &Path) {
        // Nothing to forget is as good as forgotten.
        let _ = fs::remove_file(folder.join(FILE));
    }
}
