//! A TCP proxy whose connections can be cut.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes everything on until it is told to cut.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    cuts: Arc<watch::Sender<u32>>,
}

impl Proxy {
    /// A proxy in front of `target`.
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cuts = Arc::new(watch::channel(0).0);
        let told = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((mut inner, _)) = listener.accept().await {
                let mut cut = told.subscribe();
                tokio::spawn(async move {
                    let Ok(mut outer) = TcpStream::connect(target).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut inner, &mut outer) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, cuts }
    }

    /// Cuts every connection there is, in the middle of whatever passes; new ones are welcome.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}
