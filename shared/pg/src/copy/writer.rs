//! Rows into the bytes of a binary copy, in one buffer that is used again and again.

use bytes::{BufMut, BytesMut};

use super::{Field, NULL, SIGNATURE, TRAILER};

/// Appends rows: `rows.row(2).put(7_i64).put("text")`. Every row has to get as many fields as it announced.
#[derive(Debug)]
pub struct RowWriter {
    buffer: BytesMut,
    /// Fields the current row still needs.
    open: u16,
    rows: u64,
}

impl Default for RowWriter {
    fn default() -> Self {
        Self::with_capacity(8 * 1024)
    }
}

impl RowWriter {
    /// An empty copy: its header.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut buffer = BytesMut::with_capacity(bytes);
        buffer.put_slice(SIGNATURE);
        buffer.put_u32(0); // no flags
        buffer.put_u32(0); // no header extension
        Self { buffer, open: 0, rows: 0 }
    }

    /// Begins a row of so many fields.
    #[inline]
    pub fn row(&mut self, fields: u16) -> &mut Self {
        debug_assert_eq!(self.open, 0, "the row before lacks fields");
        self.open = fields;
        self.rows += 1;
        self.buffer.put_u16(fields);
        self
    }

    /// Appends the row's next field.
    #[inline]
    pub fn put<'a>(&mut self, value: impl Field<'a>) -> &mut Self {
        self.close_field();
        let start = self.buffer.len();
        self.buffer.put_u32(0);
        value.encode(&mut self.buffer);
        let length = (self.buffer.len() - start - 4) as u32;
        self.buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
        self
    }

    /// Appends NULL as the row's next field.
    #[inline]
    pub fn put_null(&mut self) -> &mut Self {
        self.close_field();
        self.buffer.put_u32(NULL);
        self
    }

    /// Appends a value or NULL.
    #[inline]
    pub fn put_opt<'a>(&mut self, value: Option<impl Field<'a>>) -> &mut Self {
        match value {
            Some(value) => self.put(value),
            None => self.put_null(),
        }
    }

    /// Rows begun so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What was appended since the last [`clear`](Self::clear).
    pub fn bytes(&self) -> &[u8] {
        debug_assert_eq!(self.open, 0, "the last row lacks fields");
        &self.buffer
    }

    /// Forgets the bytes, not the memory.
    pub fn clear(&mut self) {
        self.buffer.clear();
    }

    /// Appends the trailer that ends the data.
    pub fn finish(&mut self) {
        self.buffer.put_u16(TRAILER);
    }

    #[inline]
    fn close_field(&mut self) {
        debug_assert_ne!(self.open, 0, "the row has all its fields");
        self.open = self.open.wrapping_sub(1);
    }
}
