//! A certificate authority for tests of TLS.

use std::{fs, path::PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// A certificate authority with a server's certificate (for `localhost`) and a client's. As files: `ca.pem`, `server.pem`, `server.key`.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
    /// Its own certificate.
    pub pem: String,
    /// A client's certificate, and its key.
    pub client: (String, String),
}

impl Authority {
    /// One that nobody knows yet.
    ///
    /// # Panics
    ///
    /// Where certificates cannot be made or written.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for certificates");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("names of an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let issue = |name: &str| {
            let key = KeyPair::generate().expect("a key");
            let params = CertificateParams::new(vec![name.to_owned()]).expect("the name of a certificate");
            let certificate = params.signed_by(&key, &issuer).expect("a certificate");
            (certificate.pem(), key.serialize_pem())
        };
        let (certificate, key) = issue("localhost");
        for (file, content) in [("server.pem", certificate), ("server.key", key), ("ca.pem", issuer.pem())] {
            fs::write(folder.path().join(file), content).expect("a certificate's file");
        }
        Self { pem: issuer.pem(), client: issue("client"), folder }
    }

    /// Where one of its files is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
