//! TLS and mTLS from files.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::serve::ServerSettings;

/// The TLS configuration the settings name; `None` for plaintext.
pub fn server_tls(settings: &ServerSettings) -> Result<Option<ServerTlsConfig>> {
    let (certificate, key) = match (&settings.tls_certificate, &settings.tls_key) {
        (Some(certificate), Some(key)) => (certificate, key),
        (None, None) if settings.tls_client_ca.is_none() => return Ok(None),
        (None, None) => {
            anyhow::bail!("tls_client_ca asks for client certificates; set tls_certificate and tls_key too")
        }
        _ => anyhow::bail!("set both tls_certificate and tls_key, or neither"),
    };
    let mut config = ServerTlsConfig::new().identity(Identity::from_pem(read(certificate)?, read(key)?));
    if let Some(authority) = &settings.tls_client_ca {
        config = config.client_ca_root(Certificate::from_pem(read(authority)?));
    }
    Ok(Some(config))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
