//! Looking at a content while it goes by: its hash, its first bytes, whether text is text.

use clientele_error::{Error, Reason, Result};
use sha2::{Digest as _, Sha256};

use crate::domain::document::content_type::{ContentType, TextCheck};

/// What was seen of a content so far.
pub(super) struct Inspection {
    content_type: ContentType,
    hash: Sha256,
    text: TextCheck,
    is_begun: bool,
}

impl Inspection {
    /// Nothing seen yet of a content that is to be of a type.
    pub(super) fn new(content_type: ContentType) -> Self {
        Self { content_type, hash: Sha256::new(), text: TextCheck::default(), is_begun: false }
    }

    /// Looks at the next segment, of which the first is all there is or long.
    pub(super) fn see(&mut self, segment: &[u8]) -> Result<()> {
        if !self.is_begun {
            self.is_begun = true;
            self.content_type.begins(segment).map_err(|found| {
                refused(&format!("it was declared as {} and begins like {found}", self.content_type.name()))
            })?;
        }
        if matches!(self.content_type, ContentType::Text(_)) && !self.text.next(segment) {
            return Err(refused("text has to be UTF-8 without NUL"));
        }
        self.hash.update(segment);
        Ok(())
    }

    /// The hash of a content that is over.
    pub(super) fn finish(self, expected: &[u8]) -> Result<Vec<u8>> {
        if !self.text.is_whole() {
            return Err(refused("text has to be UTF-8, and its last character is cut off"));
        }
        let hash = self.hash.finalize().to_vec();
        if !expected.is_empty() && hash != expected {
            let text = "the content has another SHA-256 than was said; nothing of it was kept";
            return Err(Error::new(Reason::DocumentHashMismatch, text));
        }
        Ok(hash)
    }
}

/// The content is not what it has to be.
pub(super) fn refused(why: &str) -> Error {
    Error::new(Reason::DocumentTypeRefused, format!("the content was refused and not kept: {why}"))
}
