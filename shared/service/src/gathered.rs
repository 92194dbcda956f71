//! Sends the answers that are ready at about the same time in one write.
//!
//! HTTP/2 flushes whenever one call has something to say. When many calls end together, each on a task of its own, that is a system call
//! and a packet for each answer, which costs more than making it. So a flush first lets every other task that is ready run once; what
//! they write goes out with it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tonic::transport::server::Connected;

/// Bytes that are gathered at most; what is larger goes out as it is.
const LARGE: usize = 64 * 1024;

/// A connection whose writes are gathered.
#[derive(Debug)]
pub struct Gathered<T> {
    inner: T,
    waiting: BytesMut,
    /// The others had their turn since the last write.
    yielded: bool,
}

impl<T: AsyncWrite + Unpin> Gathered<T> {
    /// Gathers the writes to `inner`.
    pub fn new(inner: T) -> Self {
        Self { inner, waiting: BytesMut::new(), yielded: false }
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let sent = ready!(Pin::new(&mut self.inner).poll_write(context, &self.waiting))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.advance(sent);
        }
        if self.waiting.capacity() > LARGE {
            self.waiting = BytesMut::new();
        }
        self.yielded = false;
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Gathered<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.waiting.len() + bytes.len() > LARGE {
            ready!(self.poll_send(context))?;
            if bytes.len() > LARGE {
                return Pin::new(&mut self.inner).poll_write(context, bytes);
            }
        }
        self.waiting.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.waiting.is_empty() && !self.yielded {
            self.yielded = true;
            // A task that wakes itself is queued behind those that are ready.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Gathered<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, into)
    }
}

impl<T: Connected> Connected for Gathered<T> {
    type ConnectInfo = T::ConnectInfo;

    fn connect_info(&self) -> T::ConnectInfo {
        self.inner.connect_info()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    /// Counts the writes that reach it.
    #[derive(Default)]
    struct Counted {
        writes: Vec<Vec<u8>>,
    }

    impl AsyncWrite for Counted {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.writes.push(bytes.to_vec());
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn small_writes_go_out_together_when_flushed() {
        let mut gathered = Gathered::new(Counted::default());
        gathered.write_all(b"one ").await.unwrap();
        gathered.write_all(b"two").await.unwrap();
        assert!(gathered.inner.writes.is_empty());
        gathered.flush().await.unwrap();
        assert_eq!(gathered.inner.writes, [b"one two".to_vec()]);
    }

    #[tokio::test]
    async fn what_another_ready_task_writes_goes_out_with_the_first_flush() {
        let mut gathered = Gathered::new(Counted::default());
        gathered.write_all(b"first ").await.unwrap();
        std::future::poll_fn(|context| {
            assert!(Pin::new(&mut gathered).poll_flush(context).is_pending(), "the others have their turn");
            Poll::Ready(())
        })
        .await;
        gathered.write_all(b"second").await.unwrap();
        gathered.flush().await.unwrap();
        assert_eq!(gathered.inner.writes, [b"first second".to_vec()]);
    }

    #[tokio::test]
    async fn every_byte_arrives_in_order_whatever_the_sizes() {
        let (ours, mut theirs) = duplex(1000);
        let sizes = [1, 10, LARGE - 5, 7, LARGE, LARGE + 1, 3 * LARGE, 5];
        let sent: Vec<u8> = (0..sizes.iter().sum::<usize>()).map(|at| (at % 251) as u8).collect();
        let expected = sent.clone();
        let writing = tokio::spawn(async move {
            let mut gathered = Gathered::new(ours);
            let mut from = 0;
            for (number, size) in sizes.into_iter().enumerate() {
                gathered.write_all(&sent[from..from + size]).await.unwrap();
                from += size;
                if number % 2 == 0 {
                    gathered.flush().await.unwrap();
                }
            }
            gathered.shutdown().await.unwrap();
        });
        let mut arrived = Vec::new();
        theirs.read_to_end(&mut arrived).await.unwrap();
        writing.await.unwrap();
        assert!(arrived == expected);
    }
}
