//! The key to a bucket, in a file as AWS's tools write it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use object_store::{CredentialProvider, aws::AwsCredential};

/// A file that is read again for each request, so that the key in it can be renewed.
#[derive(Debug)]
pub struct CredentialsFile(PathBuf);

impl CredentialsFile {
    /// A file that holds a key now.
    pub fn open(file: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read the key in {}", file.display()))?;
        read(&text).with_context(|| format!("{}: {MISSING}", file.display()))?;
        Ok(Self(file.to_owned()))
    }

    async fn key(&self) -> Result<AwsCredential> {
        let file = self.0.display();
        let text = tokio::fs::read_to_string(&self.0).await;
        let text = text.with_context(|| format!("cannot read the key in {file}"))?;
        read(&text).with_context(|| format!("{file}: {MISSING}"))
    }
}

#[tonic::async_trait]
impl CredentialProvider for CredentialsFile {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        self.key().await.map(Arc::new).map_err(|error| object_store::Error::Unauthenticated {
            path: self.0.display().to_string(),
            source: error.into(),
        })
    }
}

const MISSING: &str =
    "there must be lines aws_access_key_id = ... and aws_secret_access_key = ... in the section [default], or in none";

/// The key of the section `[default]`, or of a text without sections. A line that is none of the key's is somebody else's business.
fn read(text: &str) -> Option<AwsCredential> {
    let mut is_ours = true;
    let (mut key_id, mut secret_key, mut token) = (None, None, None);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_ours = line == "[default]";
            continue;
        }
        let Some((name, value)) = line.split_once('=').filter(|_| is_ours) else { continue };
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match name.trim() {
            "aws_access_key_id" => key_id = value,
            "aws_secret_access_key" => secret_key = value,
            "aws_session_token" => token = value,
            _ => {}
        }
    }
    Some(AwsCredential { key_id: key_id?, secret_key: secret_key?, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_that_of_the_default_section_or_of_none() {
        let key = |text| read(text).map(|key| (key.key_id, key.secret_key, key.token));
        let plain = "aws_access_key_id=a\n # no line of the key\naws_secret_access_key = b==\n";
        assert_eq!(key(plain), Some(("a".into(), "b==".into(), None)));
        let sections = "[other]\naws_access_key_id = x\naws_secret_access_key = y\n[default]\naws_access_key_id = a\n\
                        aws_secret_access_key = b\naws_session_token = c\nregion = d";
        assert_eq!(key(sections), Some(("a".into(), "b".into(), Some("c".into()))));
        assert_eq!(key("[other]\naws_access_key_id = x\naws_secret_access_key = y"), None);
        assert_eq!(key("aws_access_key_id = a\naws_secret_access_key ="), None);
    }

    #[test]
    fn a_file_without_a_key_is_named_and_what_it_says_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bucket-key");
        std::fs::write(&file, "aws_secret_access_key = guarded").unwrap();
        let error = format!("{:#}", CredentialsFile::open(&file).unwrap_err());
        assert!(error.contains("bucket-key") && error.contains("aws_access_key_id"), "{error}");
        assert!(!error.contains("guarded"), "{error}");
    }
}
