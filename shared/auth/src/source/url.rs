//! Fetches a JWKS over https, or over http from this machine. Redirects are not followed.

use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::MAX_BYTES;
use crate::{KeysError, config};

pub struct Fetcher {
    client: Scheme,
    url: Uri,
    timeout: Duration,
}

/// Apart, so that plain http needs no certificates on the machine.
enum Scheme {
    Http(Client<HttpConnector, Empty<Bytes>>),
    Https(Client<HttpsConnector<HttpConnector>, Empty<Bytes>>),
}

impl Fetcher {
    pub fn new(url: Uri, timeout: Duration) -> Result<Self, KeysError> {
        // A `KeySource::Url` can be written down without being parsed.
        if !config::is_allowed(&url) {
            return Err(KeysError::BadSource(config::KeySource::Url(url).to_string()));
        }
        let builder = Client::builder(TokioExecutor::new());
        let client = if url.scheme_str() == Some("https") {
            let tls = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
                .map_err(KeysError::Certificates)?;
            Scheme::Https(builder.build(tls.https_only().enable_http1().build()))
        } else {
            Scheme::Http(builder.build(HttpConnector::new()))
        };
        Ok(Self { client, url, timeout })
    }

    pub async fn fetch(&self) -> Result<Vec<u8>, KeysError> {
        let fetched = tokio::time::timeout(self.timeout, self.get()).await;
        fetched.unwrap_or(Err(KeysError::Timeout(self.timeout)))
    }

    async fn get(&self) -> Result<Vec<u8>, KeysError> {
        let request = Request::get(self.url.clone()).header(ACCEPT, "application/json").body(Empty::new());
        let request = request.map_err(failed)?;
        let response: Response<_> = match &self.client {
            Scheme::Http(client) => client.request(request).await.map_err(failed)?,
            Scheme::Https(client) => client.request(request).await.map_err(failed)?,
        };
        if response.status() != StatusCode::OK {
            return Err(KeysError::Status(response.status().as_u16()));
        }
        match Limited::new(response.into_body(), MAX_BYTES).collect().await {
            Ok(body) => Ok(body.to_bytes().to_vec()),
            Err(error) if error.is::<LengthLimitError>() => Err(KeysError::TooBig(MAX_BYTES)),
            Err(error) => Err(KeysError::Fetch(error)),
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> KeysError {
    KeysError::Fetch(Box::new(error))
}
