//! Where rows come from: a file, or stdin as `-`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::FileError;

/// An opened file or stdin.
pub struct Source {
    /// What to call it in messages.
    pub name: String,
    /// Its length, where it has one: for progress.
    pub bytes: Option<u64>,
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Opens `path`; `-` is stdin.
pub fn open(path: &Path) -> Result<Source, FileError> {
    if path.as_os_str() == "-" {
        let reader = Box::new(io::stdin());
        return Ok(Source { name: "stdin".into(), bytes: None, reader });
    }
    let file = File::open(path).map_err(|source| FileError::Open { path: path.to_path_buf(), source })?;
    let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len());
    Ok(Source { name: path.display().to_string(), bytes, reader: Box::new(file) })
}
