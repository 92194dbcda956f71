//! Documents in a bucket of anything that speaks S3.
//!
//! Each segment is an object of its own, written by one request of known length: there are no multipart uploads, so that nothing half written
//! is left at the store, and what was cut goes on from its last segment as in a folder.

mod credentials;
mod transport;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, ValueEnum};
use credentials::CredentialsFile;
use http::Uri;
use object_store::{
    BackoffConfig, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    prefix::PrefixStore,
};

pub use transport::Refused;

/// How to reach a bucket. Its key is never given on the command line.
#[derive(Debug, Clone, Default, Args)]
pub struct BucketSettings {
    /// Where the server of the bucket in `s3://BUCKET/FOLDER` is, such as https://minio.example:9000. Without it, AWS in the region.
    #[arg(long, value_name = "URL")]
    pub object_store_endpoint: Option<String>,
    /// Region that requests to the bucket are signed for; us-east-1 by default.
    #[arg(long, value_name = "REGION")]
    pub object_store_region: Option<String>,
    /// Where the bucket's name stands in addresses. By default `host` for AWS, `path` where an endpoint is given.
    #[arg(long, value_enum, value_name = "PLACE")]
    pub object_store_addressing: Option<Addressing>,
    /// File with the key to the bucket, as AWS's tools write it: lines `aws_access_key_id = ...`, `aws_secret_access_key = ...` and, for
    /// temporary keys, `aws_session_token = ...`; read again for each request, so that it can be renewed. Without it, AWS_ACCESS_KEY_ID and
    /// so on of the environment, or the role that AWS gives the machine.
    #[arg(long, value_name = "FILE")]
    pub object_store_credentials_file: Option<PathBuf>,
    /// PEM file with the authorities whose certificates the bucket's server may have, and AWS's token service where it is asked for a key.
    /// Without it, those of the system.
    #[arg(long, value_name = "FILE")]
    pub object_store_ca: Option<PathBuf>,
    /// Reach the bucket without TLS. What documents say is sealed all the same; their number, their sizes and the key's id are not.
    #[arg(long)]
    pub object_store_allow_plaintext: bool,
}

/// Where the bucket's name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Addressing {
    /// In the path: `https://server/bucket/object`.
    Path,
    /// In the host's name: `https://bucket.server/object`.
    Host,
}

/// A call waits for an upload's segment no longer than this, all repetitions included.
const RETRIES: RetryConfig = RetryConfig {
    backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2.0 },
    max_retries: 5,
    retry_timeout: Duration::from_secs(20),
};

/// What the environment may say: of the key alone, for everything else has a setting.
const OF_THE_ENVIRONMENT: [AmazonS3ConfigKey; 11] = [
    AmazonS3ConfigKey::AccessKeyId,
    AmazonS3ConfigKey::SecretAccessKey,
    AmazonS3ConfigKey::Token,
    AmazonS3ConfigKey::WebIdentityTokenFile,
    AmazonS3ConfigKey::RoleArn,
    AmazonS3ConfigKey::RoleSessionName,
    AmazonS3ConfigKey::StsEndpoint,
    AmazonS3ConfigKey::ContainerCredentialsRelativeUri,
    AmazonS3ConfigKey::ContainerCredentialsFullUri,
    AmazonS3ConfigKey::ContainerAuthorizationTokenFile,
    AmazonS3ConfigKey::MetadataEndpoint,
];

impl BucketSettings {
    /// The store at `place`, which is `BUCKET` or `BUCKET/FOLDER`, with a key that may stand in the environment's `AWS_...` variables.
    pub fn open(&self, place: &str, environment: &BTreeMap<String, String>) -> Result<Arc<dyn ObjectStore>> {
        let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        ensure!(
            !bucket.is_empty() && is_name(bucket),
            "object_store_url must be s3://BUCKET or s3://BUCKET/FOLDER, where the bucket has letters, digits, - and . alone"
        );
        let builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(self.object_store_region.as_deref().unwrap_or("us-east-1"))
            .with_http_connector(transport::Connector::new(self.object_store_ca.as_deref())?)
            .with_retry(RETRIES)
            // One request an object instead of one for many: not all that speaks S3 knows the latter.
            .with_disable_bulk_delete(true);
        let builder = self.addressed(builder, bucket)?;
        let builder = self.with_key(builder, environment)?;
        let store = builder.build().with_context(|| format!("cannot use the bucket {bucket}"))?;
        let folder = folder.trim_matches('/');
        Ok(if folder.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, folder)) })
    }

    fn addressed(&self, builder: AmazonS3Builder, bucket: &str) -> Result<AmazonS3Builder> {
        let Some(endpoint) = &self.object_store_endpoint else {
            let in_host = self.object_store_addressing != Some(Addressing::Path);
            return Ok(builder.with_virtual_hosted_style_request(in_host));
        };
        let address: Uri = endpoint.parse().with_context(|| format!("object_store_endpoint {endpoint} is no URL"))?;
        let (Some(scheme), Some(authority)) = (address.scheme_str(), address.authority()) else {
            bail!("object_store_endpoint must be a URL such as https://minio.example:9000, not {endpoint}");
        };
        ensure!(!authority.as_str().contains('@'), "object_store_endpoint must not hold a key");
        match scheme {
            "https" => {}
            "http" if self.object_store_allow_plaintext => {}
            "http" => bail!("{endpoint} is reached without TLS, which needs object_store_allow_plaintext"),
            _ => bail!("object_store_endpoint must begin with https:// (or http://), not {scheme}://"),
        }
        let builder = builder.with_allow_http(scheme == "http");
        let path = address.path().trim_end_matches('/');
        Ok(if self.object_store_addressing == Some(Addressing::Host) {
            let endpoint = format!("{scheme}://{bucket}.{authority}{path}");
            builder.with_endpoint(endpoint).with_virtual_hosted_style_request(true)
        } else {
            builder.with_endpoint(format!("{scheme}://{authority}{path}")).with_virtual_hosted_style_request(false)
        })
    }

    fn with_key(
        &self,
        mut builder: AmazonS3Builder,
        environment: &BTreeMap<String, String>,
    ) -> Result<AmazonS3Builder> {
        if let Some(file) = &self.object_store_credentials_file {
            return Ok(builder.with_credentials(Arc::new(CredentialsFile::open(file)?)));
        }
        let mut said = false;
        for (variable, value) in environment.iter().filter(|(variable, _)| variable.starts_with("AWS_")) {
            let Ok(key) = variable.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() else { continue };
            if OF_THE_ENVIRONMENT.contains(&key) {
                said = true;
                builder = builder.with_config(key, value);
            }
        }
        // Only AWS gives its machines roles.
        ensure!(
            said || self.object_store_endpoint.is_none(),
            "a bucket needs a key: give object_store_credentials_file, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
        );
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BTreeMap<String, String> {
        let pairs = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn at(endpoint: &str) -> BucketSettings {
        BucketSettings { object_store_endpoint: Some(endpoint.to_owned()), ..BucketSettings::default() }
    }

    #[test]
    fn what_cannot_be_reached_that_way_is_refused_by_the_name_of_the_setting() {
        let cases = [
            (at("http://store"), "papers", key(), "object_store_allow_plaintext"),
            (at("ftp://store"), "papers", key(), "object_store_endpoint"),
            (at("store"), "papers", key(), "object_store_endpoint"),
            (at("https://id:secret@store"), "papers", key(), "object_store_endpoint must not hold a key"),
            (at("https://store"), "", key(), "object_store_url"),
            (at("https://store"), "pa pers", key(), "object_store_url"),
            (at("https://store"), "papers", BTreeMap::new(), "object_store_credentials_file"),
        ];
        for (settings, place, environment, told) in cases {
            let error = format!("{:#}", settings.open(place, &environment).unwrap_err());
            assert!(error.contains(told) && !error.contains("secret@"), "{error}");
        }
    }

    #[test]
    fn the_bucket_stands_in_the_path_or_in_the_host() {
        let shown = |settings: &BucketSettings| format!("{:?}", settings.open("papers/in/here/", &key()).unwrap());
        let by_path = shown(&at("https://store:9000/"));
        assert!(by_path.contains("https://store:9000/papers\"") && by_path.contains("in/here"), "{by_path}");
        let host = |settings| BucketSettings { object_store_addressing: Some(Addressing::Host), ..settings };
        assert!(shown(&host(at("https://store:9000"))).contains("https://papers.store:9000\""));
        let aws = BucketSettings { object_store_region: Some("eu-central-1".into()), ..BucketSettings::default() };
        assert!(shown(&aws).contains("https://papers.s3.eu-central-1.amazonaws.com\""));
        assert!(!by_path.contains("secret\""), "keys are not shown: {by_path}");
    }
}
