//! A server of one bucket, `papers`, that speaks as much of S3 as documents need: PUT, GET with ranges, HEAD, DELETE and ListObjectsV2 in pages of
//! two. It checks signatures by the published rules (Signature Version 4) with code of its own, and fails as it is told to.
//!
//! Written down to the bytes, so that it can also break off where no server library would.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard},
};

use clientele_testkit::Authority;
use ring::hmac;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

pub const KEY_ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const REGION: &str = "eu-central-1";

/// How a request fails.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// With a status, before anything is done.
    Status(u16),
    /// The connection ends before the answer, after everything is done.
    Silent,
    /// The connection ends in the middle of the answer.
    Cut,
}

#[derive(Debug, Default)]
struct Held {
    objects: BTreeMap<String, Vec<u8>>,
    faults: VecDeque<Fault>,
    always: Option<u16>,
    requests: Vec<String>,
}

/// The server; it goes on until the test's runtime ends.
#[derive(Debug, Clone)]
pub struct BucketServer {
    pub address: String,
    held: Arc<Mutex<Held>>,
}

struct Request {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: String::new(), body: body.into() }
    }

    fn refused(status: u16, code: &str) -> Self {
        Self::new(
            status,
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>refused</Message></Error>"),
        )
    }
}

impl BucketServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: format!("http://{}", listener.local_addr().unwrap()), held: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        server
    }

    /// One that speaks TLS alone, with the certificate of an authority.
    pub async fn start_secured(authority: &Authority) -> Self {
        let certificate = CertificateDer::from_pem_file(authority.file("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(authority.file("server.key")).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { address: format!("https://localhost:{port}"), held: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(serving.clone().serve(stream));
                }
            }
        });
        server
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    /// The names of the objects.
    pub fn names(&self) -> Vec<String> {
        self.held().objects.keys().cloned().collect()
    }

    pub fn object(&self, name: &str) -> Vec<u8> {
        self.held().objects[name].clone()
    }

    pub fn put(&self, name: &str, content: Vec<u8>) {
        self.held().objects.insert(name.to_owned(), content);
    }

    /// The next requests fail so, one each.
    pub fn fail(&self, faults: &[Fault]) {
        self.held().faults.extend(faults);
    }

    /// All requests fail with a status, or none any more.
    pub fn fail_always(&self, status: Option<u16>) {
        self.held().always = status;
    }

    /// Faults that no request has met yet.
    pub fn faults_left(&self) -> usize {
        self.held().faults.len()
    }

    /// The requests that came, as method and path.
    pub fn requests(&self) -> Vec<String> {
        self.held().requests.clone()
    }

    async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Some(request) = read(&mut stream).await else { return };
        let (fault, always) = {
            let mut held = self.held();
            held.requests.push(format!("{} {}", request.method, request.path));
            (held.faults.pop_front(), held.always)
        };
        let answer = match (fault, always) {
            (Some(Fault::Status(status)), _) | (None, Some(status)) => Answer::refused(status, "SlowDown"),
            _ => refusal(&request).unwrap_or_else(|| self.answer(&request)),
        };
        if matches!(fault, Some(Fault::Silent)) {
            return;
        }
        let (status, length) = (answer.status, answer.body.len());
        let more = answer.headers;
        let head = format!(
            "HTTP/1.1 {status} Status\r\nETag: \"x\"\r\nLast-Modified: Sat, 28 Nov 2026 00:00:00 GMT\r\n{more}Content-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        );
        let body = if request.method == "HEAD" { &[] } else { answer.body.as_slice() };
        let sent = if matches!(fault, Some(Fault::Cut)) { &body[..body.len() / 2] } else { body };
        let _ = stream.write_all(&[head.as_bytes(), sent].concat()).await;
        let _ = stream.shutdown().await;
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(name) = request.path.strip_prefix("/papers") else { return Answer::refused(404, "NoSuchBucket") };
        let name = name.trim_start_matches('/');
        let mut held = self.held();
        match (request.method.as_str(), name) {
            ("GET", "") => list(&held.objects, &request.query),
            ("PUT", name) if request.query.is_empty() => {
                held.objects.insert(name.to_owned(), request.body.clone());
                Answer::new(200, "")
            }
            ("DELETE", name) => {
                held.objects.remove(name);
                Answer::new(204, "")
            }
            ("GET" | "HEAD", name) => match held.objects.get(name) {
                Some(content) => part(content, request.headers.get("range")),
                None => Answer::refused(404, "NoSuchKey"),
            },
            _ => Answer::refused(405, "MethodNotAllowed"),
        }
    }
}

/// A content, or the range of it that is asked for: `bytes=from-to`.
fn part(content: &[u8], range: Option<&String>) -> Answer {
    let Some(range) = range else { return Answer::new(200, content) };
    let (from, to) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).unwrap();
    let from: usize = from.parse().unwrap();
    let to = to.parse::<usize>().map_or(content.len(), |to| content.len().min(to + 1));
    if from >= to {
        return Answer::refused(416, "InvalidRange");
    }
    let headers = format!("Content-Range: bytes {from}-{}/{}\r\n", to - 1, content.len());
    Answer { status: 206, headers, body: content[from..to].to_vec() }
}

/// Two objects a page; the token that goes on is the last name.
fn list(objects: &BTreeMap<String, Vec<u8>>, query: &[(String, String)]) -> Answer {
    let value =
        |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    if value("list-type") != "2" {
        return Answer::refused(400, "InvalidArgument");
    }
    let (prefix, after) = (value("prefix"), value("continuation-token"));
    let mut found = objects.iter().filter(|(name, _)| name.starts_with(&prefix) && **name > after);
    let page: Vec<_> = found.by_ref().take(2).collect();
    let next = found.next().and_then(|_| page.last()).map(|(name, _)| name);
    let next = next.map(|name| format!("<NextContinuationToken>{name}</NextContinuationToken>"));
    let contents = page.iter().map(|(name, content)| {
        format!(
            "<Contents><Key>{name}</Key><LastModified>2026-11-28T00:00:00.000Z</LastModified><ETag>x</ETag><Size>{}</Size></Contents>",
            content.len()
        )
    });
    let contents: String = contents.collect();
    let is_truncated = next.is_some();
    let next = next.unwrap_or_default();
    Answer::new(
        200,
        format!("<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>{next}{contents}</ListBucketResult>"),
    )
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.trim_end().split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    Some(Request {
        method,
        path: decoded(path),
        query: query.collect(),
        headers,
        body: bytes[head..head + length].to_vec(),
    })
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        if let (b'%', [high, low, tail @ ..]) = (first, tail) {
            let digits = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            rest = tail;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn encoded(text: &str, slashes: bool) -> String {
    let mut all = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => all.push(char::from(byte)),
            b'/' if !slashes => all.push('/'),
            _ => write!(all, "%{byte:02X}").unwrap(),
        }
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
}

/// What is wrong with the signature of a request.
fn refusal(request: &Request) -> Option<Answer> {
    let denied = |code| Some(Answer::refused(403, code));
    let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
    let Some(said) = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ") else { return denied("AccessDenied") };
    let said = |name: &str| {
        let parts = said.split(',').filter_map(|part| part.trim().split_once('='));
        parts.filter(|(key, _)| *key == name).map(|(_, value)| value).next().unwrap_or_default()
    };
    let scope: Vec<&str> = said("Credential").split('/').collect();
    let [key_id, day, region, service, end] = scope[..] else { return denied("AccessDenied") };
    if key_id != KEY_ID {
        return denied("InvalidAccessKeyId");
    }
    if region != REGION {
        return Some(Answer::refused(400, "AuthorizationHeaderMalformed"));
    }
    let (time, hash) = (header("x-amz-date"), header("x-amz-content-sha256"));
    let signed: Vec<&str> = said("SignedHeaders").split(';').collect();
    let has_all = ["host", "x-amz-content-sha256", "x-amz-date"].iter().all(|name| signed.contains(name));
    if !has_all || (service, end) != ("s3", "aws4_request") || !time.starts_with(day) {
        return denied("AccessDenied");
    }
    if hash != hex(&Sha256::digest(&request.body)) {
        return Some(Answer::refused(400, "XAmzContentSHA256Mismatch"));
    }
    let mut query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("{}={}", encoded(name, true), encoded(value, true))).collect();
    query.sort();
    let headers = signed.iter().fold(String::new(), |all, name| all + &format!("{name}:{}\n", header(name)));
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{hash}",
        request.method,
        encoded(&request.path, false),
        query.join("&"),
        signed.join(";")
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{time}\n{day}/{region}/s3/aws4_request\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mac = |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    let mut key = mac(format!("AWS4{SECRET}").as_bytes(), day);
    for part in [region, "s3", "aws4_request"] {
        key = mac(key.as_ref(), part);
    }
    (said("Signature") != hex(mac(key.as_ref(), &to_sign).as_ref()))
        .then(|| Answer::refused(403, "SignatureDoesNotMatch"))
}
