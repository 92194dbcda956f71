//! Carries requests of the object store over the same hyper and rustls that everything else here is carried by.
//!
//! Repeating what failed is the object store's part; here an attempt is bounded in time and in what it may answer.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, builderstates::WantsSchemes};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector as Tcp},
    rt::TokioExecutor,
};
use object_store::{
    ClientConfigKey, ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpService,
    },
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Time for a connection to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for an answer to be there, whole.
const ANSWER: Duration = Duration::from_secs(15);
/// The largest answer: a sealed segment, or a page of a listing.
const MAX_BYTES: usize = 16 << 20;

/// Makes clients.
#[derive(Debug)]
pub struct Connector {
    /// The authorities whose certificates a server may have, where they are not those of the system.
    authorities: Option<RootCertStore>,
}

impl Connector {
    /// Trusts the authorities in a PEM file, or those of the system.
    pub fn new(authorities: Option<&Path>) -> Result<Self> {
        let Some(file) = authorities else { return Ok(Self { authorities: None }) };
        let unreadable = || format!("object_store_ca: cannot read certificates from {}", file.display());
        let mut trusted = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).with_context(unreadable)? {
            trusted.add(certificate.with_context(unreadable)?).with_context(unreadable)?;
        }
        ensure!(!trusted.is_empty(), "object_store_ca: {} holds no certificate", file.display());
        Ok(Self { authorities: Some(trusted) })
    }

    fn tls(&self) -> Result<HttpsConnectorBuilder<WantsSchemes>> {
        let (builder, provider) = (HttpsConnectorBuilder::new(), rustls::crypto::ring::default_provider());
        let Some(authorities) = &self.authorities else { return Ok(builder.with_provider_and_native_roots(provider)?) };
        let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions()?;
        Ok(builder.with_tls_config(config.with_root_certificates(authorities.clone()).with_no_client_auth()))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let tls = self.tls().map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        let plaintext = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|value| value == "true");
        let tls = if plaintext { tls.https_or_http() } else { tls.https_only() };
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().wrap_connector(tcp));
        Ok(HttpClient::new(Transport { client }))
    }
}

/// The store refused a request in a way that no repetition changes: the settings do not fit it.
#[derive(Debug, thiserror::Error)]
#[error("the object store answered {status}: {text}")]
pub struct Refused {
    /// How it answered.
    pub status: StatusCode,
    /// The beginning of what it answered.
    text: String,
}

#[derive(Debug)]
struct Transport {
    client: Client<HttpsConnector<Tcp>, HttpRequestBody>,
}

#[tonic::async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answered = tokio::time::timeout(ANSWER, self.ask(request)).await;
        let (parts, body) = answered.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))??;
        if is_refusal(parts.status, &body) {
            let text = String::from_utf8_lossy(&body).chars().take(500).collect();
            return Err(HttpError::new(HttpErrorKind::Unknown, Refused { status: parts.status, text }));
        }
        Ok(HttpResponse::from_parts(parts, body.into()))
    }
}

/// Whether the settings have to be looked at: the region, the way of addressing, the key, the bucket.
fn is_refusal(status: StatusCode, body: &[u8]) -> bool {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => true,
        // An object that is not there is answered by the same status.
        StatusCode::NOT_FOUND => String::from_utf8_lossy(body).contains("NoSuchBucket"),
        StatusCode::NOT_MODIFIED => false,
        other => other.is_redirection(),
    }
}

impl Transport {
    async fn ask(&self, request: HttpRequest) -> Result<(http::response::Parts, Bytes), HttpError> {
        let answer = self.client.request(request).await.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
            HttpError::new(kind, error)
        })?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await;
        let body = body.map_err(|error| HttpError::new_boxed(HttpErrorKind::Interrupted, error))?;
        Ok((parts, body.to_bytes()))
    }
}
