//! A register behind an address that answers JSON.
//!
//! `GET` of the address, in which `{scheme}` and `{number}` stand for the identifier, percent-encoded, such as
//! `https://registers.example/entities/{scheme}/{number}`. Answers: 404 where the register knows of no such entity; 200 with an object of `name` and
//! `status` (the register's words) and, where known, `address`, `legal_representative`, `as_of_date` (`YYYY-MM-DD`), `lists` (texts). Other members are
//! passed over. Anything else makes the check UNAVAILABLE: another status, no JSON, more than 1 MB, no answer in time. Redirects are not followed.

use anyhow::{Result, ensure};
use bytes::Bytes;
use clientele_proto::qualification::v1::{RegistryKey, RegistryRecord};
use http::{Request, StatusCode, Uri, header::ACCEPT};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{Answer, RegistryConnector, file::day};
use crate::domain::checks::register::{list_of, status_of};

/// The largest answer.
const MAX_BYTES: usize = 1 << 20;

/// The address.
#[derive(Debug, Clone)]
pub struct HttpRegistry {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    template: String,
}

#[derive(Debug, serde::Deserialize)]
struct Told {
    name: String,
    status: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    legal_representative: String,
    #[serde(default)]
    as_of_date: String,
    #[serde(default)]
    lists: Vec<String>,
}

impl HttpRegistry {
    /// Asks at an address with `{scheme}` and `{number}` in it.
    pub fn new(template: &str) -> Result<Self> {
        ensure!(template.contains("{number}"), "the address of a register needs {{number}} in it");
        let _: Uri = filled(template, "cn.uscc", "1").parse()?;
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(tls), template: template.to_owned() })
    }

    async fn ask(&self, key: &RegistryKey) -> Result<Answer, String> {
        let address: Uri = filled(&self.template, &key.scheme, &key.number)
            .parse()
            .map_err(|_| "the register's address cannot hold the identifier".to_owned())?;
        let request = Request::get(address).header(ACCEPT, "application/json").body(Empty::new());
        let request = request.map_err(|_| "the register's address cannot be asked".to_owned())?;
        let answer = self.client.request(request).await.map_err(|_| "the register cannot be reached".to_owned())?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Answer::NotFound),
            status => return Err(format!("the register answered {}", status.as_u16())),
        }
        let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(|_| "the register's answer broke off or is too large".to_owned())?.to_bytes();
        let told: Told =
            serde_json::from_slice(&body).map_err(|_| "the register's answer is not what it should be".to_owned())?;
        let as_of_date = (!told.as_of_date.is_empty()).then(|| day(&told.as_of_date)).transpose();
        Ok(Answer::Found(Box::new(RegistryRecord {
            scheme: key.scheme.clone(),
            number: key.number.clone(),
            name: told.name,
            registry_status: status_of(&told.status).into(),
            status_text: told.status,
            address: told.address,
            legal_representative: told.legal_representative,
            as_of_date: as_of_date.map_err(|_| "the register's as_of_date is no day".to_owned())?,
            registry_lists: told.lists.iter().map(|list| list_of(list).into()).collect(),
        })))
    }
}

/// The address of an identifier. Everything but letters and digits is percent-encoded, but for the full stop of schemes.
fn filled(template: &str, scheme: &str, number: &str) -> String {
    let encoded = |text: &str| {
        let byte = |byte: u8| {
            if byte.is_ascii_alphanumeric() || byte == b'.' {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        };
        text.bytes().map(byte).collect::<String>()
    };
    template.replace("{scheme}", &encoded(scheme)).replace("{number}", &encoded(number))
}

#[tonic::async_trait]
impl RegistryConnector for HttpRegistry {
    fn name(&self) -> &'static str {
        "http"
    }

    async fn look_up(&self, key: &RegistryKey) -> Answer {
        self.ask(key).await.unwrap_or_else(Answer::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_identifier_escapes_its_place() {
        assert_eq!(
            filled("http://r/{scheme}?n={number}", "cn.uscc", "1/2&x=ä"),
            "http://r/cn.uscc?n=1%2F2%26x%3D%C3%A4"
        );
        assert!(HttpRegistry::new("http://r/").is_err());
    }
}
