//! Rows out of the bytes of a binary copy, in place, however the bytes are cut into chunks.

use super::{DecodeError, Field, NULL, SIGNATURE, TRAILER};

/// Signature, flags, length of the extension.
const HEADER: usize = SIGNATURE.len() + 8;

/// Takes the chunks of a binary copy one after another. Postgres sends a row a chunk, which is read without any copying; a row cut
/// in two is put together first.
#[derive(Debug, Default)]
pub struct Reader {
    /// The beginning of what the next chunk completes; almost always empty.
    pending: Vec<u8>,
    begun: bool,
    ended: bool,
    rows: u64,
}

impl Reader {
    /// At the beginning of a copy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `on_row` for every row this chunk completes.
    #[inline]
    pub fn feed<E: From<DecodeError>>(
        &mut self,
        chunk: &[u8],
        mut on_row: impl FnMut(&mut Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.pending.is_empty() {
            let used = self.consume(chunk, &mut on_row)?;
            self.pending.extend_from_slice(&chunk[used..]);
            return Ok(());
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(chunk);
        let used = self.consume(&pending, &mut on_row)?;
        pending.drain(..used);
        self.pending = pending;
        Ok(())
    }

    /// Checks that the trailer was seen and answers the number of rows.
    pub fn finish(self) -> Result<u64, DecodeError> {
        if self.ended && self.pending.is_empty() {
            return Ok(self.rows);
        }
        Err(DecodeError::Truncated)
    }

    /// Reads whole rows and answers how many bytes they took.
    #[inline]
    fn consume<E: From<DecodeError>>(
        &mut self,
        bytes: &[u8],
        on_row: &mut impl FnMut(&mut Row<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut used = 0;
        if !self.begun {
            let Some(length) = header(bytes)? else {
                return Ok(0);
            };
            self.begun = true;
            used = length;
        }
        while let Some(fields) = u16_at(bytes, used) {
            if fields == TRAILER {
                self.ended = true;
                return Ok(used + 2);
            }
            let Some(end) = row_end(bytes, used + 2, fields) else {
                break;
            };
            on_row(&mut Row { fields, rest: &bytes[used + 2..end] })?;
            self.rows += 1;
            used = end;
        }
        Ok(used)
    }
}

/// The length of the header, once all of it is there.
fn header(bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
    let known = bytes.len().min(SIGNATURE.len());
    if bytes[..known] != SIGNATURE[..known] {
        return Err(DecodeError::Header);
    }
    let (Some(flags), Some(extension)) = (u32_at(bytes, SIGNATURE.len()), u32_at(bytes, HEADER - 4)) else {
        return Ok(None);
    };
    // The upper half are flags one must not ignore.
    if flags >> 16 != 0 {
        return Err(DecodeError::Header);
    }
    let length = HEADER + extension as usize;
    Ok((bytes.len() >= length).then_some(length))
}

/// Where the row ends, if all of it is there.
#[inline]
fn row_end(bytes: &[u8], mut at: usize, fields: u16) -> Option<usize> {
    for _ in 0..fields {
        let length = u32_at(bytes, at)?;
        at += 4;
        if length != NULL {
            at += length as usize;
        }
    }
    (at <= bytes.len()).then_some(at)
}

#[inline]
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|head| u16::from_be_bytes(*head))
}

#[inline]
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|head| u32::from_be_bytes(*head))
}

/// One row; its fields are read from left to right.
#[derive(Debug)]
pub struct Row<'a> {
    fields: u16,
    rest: &'a [u8],
}

impl<'a> Row<'a> {
    /// How many fields have not been read yet.
    pub fn remaining(&self) -> u16 {
        self.fields
    }

    /// The next field, which must not be NULL.
    #[inline]
    pub fn get<T: Field<'a>>(&mut self) -> Result<T, DecodeError> {
        self.get_opt()?.ok_or(DecodeError::Null)
    }

    /// The next field, or `None` for NULL.
    #[inline]
    pub fn get_opt<T: Field<'a>>(&mut self) -> Result<Option<T>, DecodeError> {
        if self.fields == 0 {
            return Err(DecodeError::NoField);
        }
        let (head, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        self.fields -= 1;
        let length = u32::from_be_bytes(*head);
        if length == NULL {
            self.rest = rest;
            return Ok(None);
        }
        let (value, rest) = rest.split_at_checked(length as usize).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        T::decode(value).map(Some)
    }
}
