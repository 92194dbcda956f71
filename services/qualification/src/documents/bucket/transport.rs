//! Carries requests of the object store over the same hyper and rustls that everything else here is carried by.
//!
//! Repeating what failed is the object store's part; here an attempt is bounded in time and in what it may answer.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
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

/// Time for a connection to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for an answer to be there, whole.
const ANSWER: Duration = Duration::from_secs(15);
/// The largest answer: a sealed segment, or a page of a listing.
const MAX_BYTES: usize = 16 << 20;

/// Makes clients.
#[derive(Debug)]
pub struct Connector;

/// The store refused a request in a way that no repetition changes: the settings do not fit it.
#[derive(Debug, thiserror::Error)]
#[error("the object store answered {status}: {text}")]
pub struct Refused {
    /// How it answered.
    pub status: StatusCode,
    /// The beginning of what it answered.
    text: String,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        let plaintext = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|value| value == "true");
        let tls = if plaintext { tls.https_or_http() } else { tls.https_only() };
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().wrap_connector(tcp));
        Ok(HttpClient::new(Transport { client }))
    }
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
