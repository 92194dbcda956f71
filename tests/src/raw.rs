//! Calls of any method with any bytes, as a client would make them that knows the contract only as a descriptor.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tokio::time::timeout;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};

use crate::contract;

/// A call that answers once and takes longer hangs.
const HANGS: Duration = Duration::from_mins(1);
/// A stream that says nothing for so long has nothing to say for now.
const QUIET: Duration = Duration::from_millis(300);

/// Calls methods by their descriptors.
#[derive(Debug, Clone)]
pub struct Raw {
    channel: Channel,
    token: Option<String>,
}

/// What a call was answered: the messages, or the status that ended it.
pub type Answer = Result<Vec<Bytes>, Status>;

impl Raw {
    /// Calls over `channel` that carry `token`, if there is one.
    pub fn new(channel: Channel, token: Option<String>) -> Self {
        Self { channel, token }
    }

    /// Calls with one message.
    pub async fn call(&self, method: &MethodDescriptor, message: &DynamicMessage) -> Answer {
        self.send(method, vec![message.encode_to_vec().into()]).await
    }

    /// Calls with encoded messages. A stream of answers that falls quiet counts as ended well.
    ///
    /// # Panics
    /// When the call hangs.
    pub async fn send(&self, method: &MethodDescriptor, messages: Vec<Bytes>) -> Answer {
        let sent = format!("{} with {messages:?}", method.full_name());
        let path = contract::path(method);
        // A stream that answers a stream ends with it.
        let goes_on = method.is_server_streaming() && !method.is_client_streaming();
        timeout(HANGS, self.exchange(path, messages, goes_on)).await.unwrap_or_else(|_| panic!("{sent} hangs"))
    }

    /// Calls a path that may not be in the contract.
    pub async fn at(&self, path: &str) -> Answer {
        self.exchange(path.to_owned(), vec![Bytes::new()], false).await
    }

    async fn exchange(&self, path: String, messages: Vec<Bytes>, streams: bool) -> Answer {
        let mut grpc = Grpc::new(self.channel.clone()).max_decoding_message_size(64 << 20);
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut request = Request::new(tokio_stream::iter(messages));
        if let Some(token) = &self.token {
            let bearer = format!("Bearer {token}").parse().expect("a printable token");
            request.metadata_mut().insert("authorization", bearer);
        }
        let path: PathAndQuery = path.parse().expect("a path");
        let mut answers = grpc.streaming(request, path, BytesCodec).await?.into_inner();
        let mut received = Vec::new();
        loop {
            let next = answers.message();
            let next = if streams { timeout(QUIET, next).await } else { Ok(next.await) };
            match next {
                Ok(Ok(Some(message))) => received.push(message),
                Ok(Ok(None)) | Err(_) => return Ok(received),
                Ok(Err(status)) => return Err(status),
            }
        }
    }
}

/// Leaves messages as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
