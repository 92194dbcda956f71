//! Segments in an object store. What stands there is opaque: a random-looking id, a place, and sealed bytes.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use jiff::Timestamp;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, path::Path};
use uuid::Uuid;

use super::{staged::remove_staged, trouble::refusal};

/// How long a start waits for the store.
const PATIENCE: Duration = Duration::from_secs(10);

/// The object store.
#[derive(Debug, Clone)]
pub struct Contents {
    store: Arc<dyn ObjectStore>,
    /// The folder that the store is.
    folder: Option<PathBuf>,
}

/// An object, as a listing has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The document of its name.
    pub document_id: Uuid,
    /// Its place and the attempt that wrote it.
    pub segment: (i32, i32),
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

impl Contents {
    /// Contents in `store`.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None }
    }

    /// The same in a store that is a folder.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// Removes what killed services left half written before an instant, where the store does not do so itself.
    pub async fn remove_staged(&self, before: Timestamp) -> io::Result<()> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        tokio::task::spawn_blocking(move || remove_staged(&folder, before)).await.map_err(io::Error::other)?.map(drop)
    }

    /// Finds out, at the start, whether the store lets the service in: what it refuses needs somebody to look at the settings. Of a store that is
    /// out of reach it is only warned, since most of the service needs no contents.
    pub async fn check(&self) -> Result<()> {
        let mut found = self.store.list(None);
        let text = "documents can neither be uploaded nor read for now: the object store is out of reach";
        match tokio::time::timeout(PATIENCE, found.next()).await {
            Ok(None | Some(Ok(_))) => {}
            Ok(Some(Err(error))) => {
                if let Some(why) = refusal(&error) {
                    bail!("the object store cannot be used: {why} ({error})");
                }
                tracing::warn!(error = %error, "{text}");
            }
            Err(_) => tracing::warn!("{text}"),
        }
        Ok(())
    }

    /// Writes a segment, whole or not at all.
    pub async fn put(&self, document_id: Uuid, segment: (i32, i32), sealed: Vec<u8>) -> object_store::Result<()> {
        self.store.put(&path(document_id, segment), PutPayload::from(sealed)).await.map(drop)
    }

    /// Reads a segment.
    pub async fn get(&self, document_id: Uuid, segment: (i32, i32)) -> object_store::Result<Vec<u8>> {
        let bytes = self.store.get(&path(document_id, segment)).await?.bytes().await?;
        // Takes the buffer over where nobody else holds it.
        Ok(bytes.into())
    }

    /// Deletes one segment; one that is not there is fine.
    pub async fn delete(&self, document_id: Uuid, segment: (i32, i32)) -> object_store::Result<()> {
        match self.store.delete(&path(document_id, segment)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Deletes all that is there of a document.
    pub async fn delete_all(&self, document_id: Uuid) -> object_store::Result<()> {
        let prefix = Path::from(document_id.to_string());
        let found: Vec<Path> = self.store.list(Some(&prefix)).map_ok(|found| found.location).try_collect().await?;
        for location in found {
            match self.store.delete(&location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All segments there are; other objects are none of ours.
    pub fn list(&self) -> BoxStream<'static, object_store::Result<Found>> {
        let found = self.store.list(None);
        found.try_filter_map(|found| std::future::ready(Ok(read(&found)))).boxed()
    }
}

fn path(document_id: Uuid, (number, attempt): (i32, i32)) -> Path {
    Path::from(format!("{document_id}/{number:05}-{attempt}"))
}

fn read(found: &object_store::ObjectMeta) -> Option<Found> {
    let (id, name) = found.location.as_ref().split_once('/')?;
    let (number, attempt) = name.split_once('-')?;
    let modified = Timestamp::from_second(found.last_modified.timestamp()).ok()?;
    Some(Found {
        document_id: Uuid::try_parse(id).ok()?,
        segment: (number.parse().ok()?, attempt.parse().ok()?),
        modified,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    #[tokio::test]
    async fn segments_are_found_by_their_document_and_deleted_with_it() {
        let contents = Contents::new(Arc::new(InMemory::new()));
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        contents.put(one, (0, 1), vec![1]).await.unwrap();
        contents.put(one, (1, 3), vec![2]).await.unwrap();
        contents.put(other, (0, 1), vec![3]).await.unwrap();
        assert_eq!(contents.get(one, (1, 3)).await.unwrap(), [2]);
        contents.delete_all(one).await.unwrap();
        contents.delete_all(one).await.unwrap();
        contents.delete(one, (0, 1)).await.unwrap();
        let left: Vec<Found> = contents.list().try_collect().await.unwrap();
        assert_eq!(left.iter().map(|found| (found.document_id, found.segment)).collect::<Vec<_>>(), [(other, (0, 1))]);
    }
}
