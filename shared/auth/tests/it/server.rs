//! A tiny HTTP server on a port of this machine, which counts its requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use clientele_auth::KeySource;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[derive(Clone)]
pub struct Server {
    port: u16,
    requests: Arc<AtomicUsize>,
    answer: Arc<Mutex<(u16, String)>>,
}

impl Server {
    pub async fn start(jwks: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            requests: Arc::default(),
            answer: Arc::new(Mutex::new((200, jwks.to_owned()))),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut request = vec![];
                while !request.ends_with(b"\r\n\r\n") {
                    match connection.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => break,
                    }
                }
                serving.requests.fetch_add(1, Ordering::SeqCst);
                let (status, body) = serving.answer.lock().unwrap().clone();
                let response =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
                let _ = connection.write_all(response.as_bytes()).await;
            }
        });
        server
    }

    pub fn source(&self) -> KeySource {
        format!("http://127.0.0.1:{}/jwks.json", self.port).parse().unwrap()
    }

    pub fn answer(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}
