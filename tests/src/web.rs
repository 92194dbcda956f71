//! gRPC-Web over HTTP/1.1, written by hand: what a browser sends and gets. It has no timers of its own, so what it is answered is what the
//! server said.

use std::{collections::HashMap, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The answer to a call.
#[derive(Debug, Default)]
pub struct WebAnswer {
    /// HTTP status.
    pub http_status: u16,
    /// HTTP headers, their names in lower case.
    pub headers: HashMap<String, String>,
    /// The messages.
    pub messages: Vec<Vec<u8>>,
    /// The trailers: from the last frame, or from the headers of an answer without a body.
    pub trailers: HashMap<String, String>,
}

impl WebAnswer {
    /// The canonical code.
    pub fn code(&self) -> Option<tonic::Code> {
        self.trailers.get("grpc-status").map(|code| tonic::Code::from_bytes(code.as_bytes()))
    }
}

/// Calls `path` with one message and some headers.
///
/// # Panics
/// When the answer is not HTTP.
pub async fn call(address: SocketAddr, path: &str, headers: &[(&str, &str)], message: &[u8]) -> WebAnswer {
    let mut body = vec![0];
    body.extend((message.len() as u32).to_be_bytes());
    body.extend(message);
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/grpc-web+proto\r\n\
         accept: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");

    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("the head sent");
    stream.write_all(&body).await.expect("the body sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    parse(&answer)
}

fn parse(answer: &[u8]) -> WebAnswer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let http_status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = fields(lines);
    let body = match headers.get("transfer-encoding") {
        Some(encoding) if encoding == "chunked" => unchunked(&answer[end + 4..]),
        _ => answer[end + 4..].to_vec(),
    };
    let mut found = WebAnswer {
        http_status: http_status.expect("an HTTP status"),
        trailers: headers.clone(),
        headers,
        ..WebAnswer::default()
    };
    let mut rest = body.as_slice();
    while let [kind, a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (frame, next) = after.split_at(length);
        if kind & 0x80 == 0 {
            found.messages.push(frame.to_vec());
        } else {
            found.trailers = fields(String::from_utf8_lossy(frame).lines());
        }
        rest = next;
    }
    found
}

fn fields<'l>(lines: impl Iterator<Item = &'l str>) -> HashMap<String, String> {
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect()
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let size =
            usize::from_str_radix(String::from_utf8_lossy(&body[..end]).trim(), 16).expect("the size of a chunk");
        if size == 0 {
            break;
        }
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
    whole
}
