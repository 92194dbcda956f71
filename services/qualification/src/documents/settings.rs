//! Where documents are kept, as the settings say it.

use std::{env, fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use object_store::{local::LocalFileSystem, memory::InMemory};

use super::{Documents, LARGEST, bucket::BucketSettings, keys::Keyring, store::Contents};

/// The settings of documents.
#[derive(Debug, Clone, Args)]
pub struct DocumentSettings {
    /// Where the contents of documents are kept, sealed: a folder, which is made, as `file:FOLDER` (all replicas have to see the same one); a
    /// bucket of anything that speaks S3, as `s3://BUCKET/FOLDER`; or `memory:`, which forgets them.
    #[arg(long, value_name = "URL", default_value = "file:.clientele/documents")]
    pub object_store_url: String,
    /// How to reach a bucket.
    #[command(flatten)]
    pub bucket: BucketSettings,
    /// File with the key, 32 bytes in base64, that documents' own keys are wrapped with. Give it several times to change keys: the first one
    /// wraps, all unwrap. Without it, a key is made beside the folder; a bucket needs it.
    #[arg(long, value_name = "FILE")]
    pub document_key_file: Vec<PathBuf>,
    /// Bytes of a document's content, at most.
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST)]
    pub document_size_limit: u64,
}

impl DocumentSettings {
    /// What keeping documents takes.
    pub fn open(&self) -> Result<Documents> {
        let largest = self.document_size_limit;
        if self.object_store_url == "memory:" {
            let keys = if self.document_key_file.is_empty() {
                Keyring::temporary()?
            } else {
                Keyring::read(&self.document_key_file)?
            };
            return Ok(Documents { contents: Contents::new(Arc::new(InMemory::new())), keys, largest });
        }
        if let Some(place) = self.object_store_url.strip_prefix("s3://") {
            ensure!(
                !self.document_key_file.is_empty(),
                "documents in a bucket need a document_key_file: a key made here would be another one on every machine"
            );
            let keys = Keyring::read(&self.document_key_file)?;
            let variables =
                env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
            let store = self.bucket.open(place, &variables.collect())?;
            return Ok(Documents { contents: Contents::new(store), keys, largest });
        }
        let Some(folder) = self.object_store_url.strip_prefix("file:") else {
            bail!("object_store_url must be file:FOLDER, s3://BUCKET/FOLDER or memory:, not {}", self.object_store_url);
        };
        let folder = PathBuf::from(folder.strip_prefix("//").unwrap_or(folder));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(&folder)
            .with_context(|| format!("cannot use the folder {}", folder.display()))?
            .with_automatic_cleanup(true);
        let keys = if self.document_key_file.is_empty() {
            Keyring::read_or_make(&folder.with_extension("key"))?
        } else {
            Keyring::read(&self.document_key_file)?
        };
        Ok(Documents { contents: Contents::new(Arc::new(store)).in_folder(folder), keys, largest })
    }
}

impl Documents {
    /// Documents that are forgotten with the process.
    pub fn in_memory() -> Result<Self> {
        let contents = Contents::new(Arc::new(InMemory::new()));
        Ok(Self { contents, keys: Keyring::temporary()?, largest: LARGEST })
    }
}
