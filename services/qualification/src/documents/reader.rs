//! Reading a content: segment by segment, or, for those who seek in it, as a file.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::runtime::Handle;
use uuid::Uuid;

use super::{
    SEGMENT,
    seal::{Broken, DataKey},
    segments,
    store::Contents,
};

/// A segment could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store did not give it.
    #[error("the object store did not give a segment")]
    Store(#[from] object_store::Error),
    /// It is not what was sealed.
    #[error("a segment does not open")]
    Broken(#[from] Broken),
    /// It has another length than it should.
    #[error("segment {0} has another length than it should, or is not there")]
    Length(u64),
}

/// A content that can be read.
#[derive(Debug)]
pub struct Content {
    /// Where it is.
    pub contents: Contents,
    /// The document.
    pub document_id: Uuid,
    /// Its key.
    pub key: DataKey,
    /// Its size.
    pub size: u64,
    /// The attempt that wrote each segment that stands.
    pub attempts: Vec<i32>,
}

impl Content {
    /// A segment, opened.
    pub async fn segment(&self, number: u64) -> Result<Vec<u8>, ReadError> {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let attempt = *self.attempts.get(place).ok_or(ReadError::Length(number))?;
        let sealed = self.contents.get(self.document_id, (place as i32, attempt)).await?;
        let is_last = number + 1 == segments(self.size);
        let plain = self.key.open(number, is_last, sealed)?;
        let expected = SEGMENT.min(self.size.saturating_sub(number * SEGMENT));
        if plain.len() as u64 == expected { Ok(plain) } else { Err(ReadError::Length(number)) }
    }
}

/// A content as a file. To be read outside the asynchronous threads: it waits for the store.
#[derive(Debug)]
pub struct ContentFile {
    content: Content,
    runtime: Handle,
    position: u64,
    current: Option<(u64, Vec<u8>)>,
    trouble: Arc<AtomicBool>,
}

impl ContentFile {
    /// The file, at its beginning.
    pub fn new(content: Content, runtime: Handle) -> Self {
        Self { content, runtime, position: 0, current: None, trouble: Arc::default() }
    }

    /// Becomes true when a segment could not be read: who reads the file hears of it only as of a file that makes no sense.
    pub fn trouble(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.trouble)
    }
}

impl Read for ContentFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.content.size || into.is_empty() {
            return Ok(0);
        }
        let number = self.position / SEGMENT;
        if self.current.as_ref().is_none_or(|(current, _)| *current != number) {
            self.current = None;
            let segment = self.runtime.block_on(self.content.segment(number)).map_err(|error| {
                self.trouble.store(true, Ordering::Relaxed);
                io::Error::other(error)
            })?;
            self.current = Some((number, segment));
        }
        let Some((_, segment)) = &self.current else { return Ok(0) };
        let rest = &segment[usize::try_from(self.position % SEGMENT).unwrap_or(0)..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for ContentFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.content.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::other("a place before the beginning"))?;
        Ok(self.position)
    }
}
