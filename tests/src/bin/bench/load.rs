//! A closed loop of gRPC calls with bodies that differ, which `h2load` cannot send: on bare HTTP/2 and one thread, to leave the cores to
//! the others.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::SendRequest;
use http::Request;
use tokio::{net::TcpStream, runtime, task::LocalSet};

/// Connections the calls share.
const CONNECTIONS: usize = 4;

/// Time before the count begins.
const WARM_UP: Duration = Duration::from_millis(300);

/// Where calls go.
#[derive(Debug, Clone)]
pub struct Target {
    /// The service.
    pub address: SocketAddr,
    /// The method.
    pub path: &'static str,
    /// Who calls.
    pub token: String,
}

impl Target {
    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }
}

/// A message as it stands in the body of a call.
pub fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    frame.freeze()
}

/// Answers a second with `in_flight` calls at work over `seconds`; `body` gives the frame of the next call. An answer that is not
/// OK is an error.
pub async fn closed_loop(
    target: &Target,
    in_flight: usize,
    seconds: u64,
    body: impl FnMut() -> Bytes + Send + 'static,
) -> Result<f64> {
    let target = target.clone();
    let running = move || -> Result<f64> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, run(&target, in_flight, Duration::from_secs(seconds), Box::new(body)))
    };
    tokio::task::spawn_blocking(running).await?
}

struct Count {
    answered: Cell<u64>,
    from: Instant,
    until: Instant,
}

async fn run(target: &Target, in_flight: usize, time: Duration, body: Box<dyn FnMut() -> Bytes>) -> Result<f64> {
    let body = Rc::new(RefCell::new(body));
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(connect(target.address).await?);
    }
    let from = Instant::now() + WARM_UP;
    let count = Rc::new(Count { answered: Cell::new(0), from, until: from + time });
    let mut callers = Vec::with_capacity(in_flight);
    for place in 0..in_flight {
        let sender = connections[place % CONNECTIONS].clone();
        let (request, body, count) = (request(target)?, Rc::clone(&body), Rc::clone(&count));
        callers.push(tokio::task::spawn_local(async move {
            while Instant::now() < count.until {
                let next = (body.borrow_mut())();
                call(sender.clone(), &request, next).await?;
                let now = Instant::now();
                if now >= count.from && now < count.until {
                    count.answered.set(count.answered.get() + 1);
                }
            }
            Ok::<_, anyhow::Error>(())
        }));
    }
    for caller in callers {
        caller.await??;
    }
    Ok(count.answered.get() as f64 / time.as_secs_f64())
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Bytes>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = h2::client::Builder::new()
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 26)
        .initial_max_send_streams(4096)
        .handshake(stream)
        .await?;
    // It ends with the last sender; what goes wrong shows in the calls.
    tokio::task::spawn_local(async move { connection.await.ok() });
    Ok(sender)
}

fn request(target: &Target) -> Result<Request<()>> {
    Request::post(target.url())
        .version(http::Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {}", target.token))
        .body(())
        .context("a request that cannot be")
}

async fn call(sender: SendRequest<Bytes>, request: &Request<()>, body: Bytes) -> Result<()> {
    let mut sender = sender.ready().await?;
    let (answer, mut stream) = sender.send_request(request.clone(), false)?;
    stream.send_data(body, true)?;
    let (head, mut body) = answer.await?.into_parts();
    while let Some(data) = body.data().await {
        let length = data?.len();
        body.flow_control().release_capacity(length)?;
    }
    let trailers = body.trailers().await?.unwrap_or(head.headers);
    let status = trailers.get("grpc-status").ok_or_else(|| anyhow!("an answer without a status"))?;
    let message = || trailers.get("grpc-message").map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned());
    ensure!(status == "0", "a call ended with status {status:?}: {:?}", message());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn a_frame_says_how_long_its_message_is() {
        assert_eq!(&framed(b"ab")[..], b"\0\0\0\0\x02ab");
    }
}
