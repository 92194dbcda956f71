//! An OTLP collector that takes everything and keeps nothing, so that services export what they would in production.

use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use h2::server::{self, SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port for as long as the process lives.
pub async fn start() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A service that goes away breaks its connection: nothing to do about it.
            tokio::spawn(async move { serve(stream).await.ok() });
        }
    });
    Ok(address)
}

async fn serve(stream: TcpStream) -> Result<(), h2::Error> {
    let mut connection = server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, answer) = request?;
        tokio::spawn(async move { swallow(request, answer).await.ok() });
    }
    Ok(())
}

async fn swallow(request: Request<h2::RecvStream>, mut answer: SendResponse<Bytes>) -> Result<(), h2::Error> {
    let mut body = request.into_body();
    while let Some(data) = body.data().await {
        let length = data?.len();
        body.flow_control().release_capacity(length)?;
    }
    let mut head = Response::new(());
    head.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    let mut stream = answer.send_response(head, false)?;
    // An empty message is a full success of every OTLP export.
    stream.send_data(Bytes::from_static(&[0; 5]), false)?;
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    stream.send_trailers(trailers)
}
