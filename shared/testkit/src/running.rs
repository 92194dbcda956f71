//! A service that serves a test: the real server with all its layers, on a free port of this machine.

use std::{net::SocketAddr, sync::Arc};

use clap::Parser;
use clientele_service::{App, ServerSettings, Serving, client::Peer, serve};
use tokio::sync::watch;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::{FakeClock, Tokens};

/// A channel that sends a token with every call: `CustomerServiceClient::new(running.tenant("acme"))`.
pub type Authorised = InterceptedService<Channel, Bearer>;

/// Sends a token with every call.
#[derive(Debug, Clone)]
pub struct Bearer {
    header: MetadataValue<Ascii>,
}

impl Bearer {
    /// Sends `token`.
    ///
    /// # Panics
    /// When the token is not printable text.
    pub fn new(token: &str) -> Self {
        let mut header: MetadataValue<Ascii> = format!("Bearer {token}").parse().expect("a printable token");
        header.set_sensitive(true);
        Self { header }
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.header.clone());
        Ok(request)
    }
}

/// The server's settings, as its command line would read them.
#[derive(Debug, Parser)]
struct Flags {
    #[command(flatten)]
    server: ServerSettings,
}

/// The settings of a test's server, from flags such as `["--max-calls", "1"]`.
///
/// # Panics
/// When a flag is unknown.
pub fn server_settings(flags: &[&str]) -> ServerSettings {
    let flags = ["test"].iter().chain(flags);
    Flags::try_parse_from(flags).expect("known flags").server
}

/// A service at work until this value is dropped or stopped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Makes the tokens it takes.
    pub tokens: Arc<Tokens>,
    channel: Channel,
    stop: watch::Sender<bool>,
    serving: Serving,
}

impl Running {
    /// Serves `app`, whose tokens are judged by `clock`.
    pub async fn start(app: App, clock: &FakeClock) -> Self {
        let tokens = Arc::new(Tokens::new(clock.now()));
        Self::start_with(app, clock, tokens, &[]).await
    }

    /// Serves `app` with flags of its own; services that call each other share their tokens.
    ///
    /// # Panics
    /// When it cannot be served.
    pub async fn start_with(app: App, clock: &FakeClock, tokens: Arc<Tokens>, flags: &[&str]) -> Self {
        let (stop, stopping) = watch::channel(false);
        let verifier = tokens.verifier(clock.clock()).await;
        let serving = serve(app, &server_settings(flags), verifier, stopping).await.expect("a served app");
        let address = serving.address;
        let channel =
            Endpoint::from_shared(format!("http://{address}")).expect("an address").tcp_nodelay(true).connect_lazy();
        Self { address, tokens, channel, stop, serving }
    }

    /// A channel whose calls may do everything within `tenant`.
    pub fn tenant(&self, tenant: &str) -> Authorised {
        self.bearer(&self.tokens.of_tenant(tenant))
    }

    /// A channel whose calls are those of a person who may do everything within `tenant`.
    pub fn person(&self, tenant: &str, subject: &str) -> Authorised {
        self.bearer(&self.tokens.of_person(tenant, subject))
    }

    /// A channel whose calls hold these scopes only.
    pub fn scopes(&self, tenant: &str, scopes: &[&str]) -> Authorised {
        self.bearer(&self.tokens.with_scopes(tenant, scopes))
    }

    /// A channel that sends this token.
    pub fn bearer(&self, token: &str) -> Authorised {
        InterceptedService::new(self.channel.clone(), Bearer::new(token))
    }

    /// A channel that sends no token.
    pub fn anonymous(&self) -> Channel {
        self.channel.clone()
    }

    /// The service as another one calls it.
    pub fn peer(&self, tenant: &str, scopes: &[&str]) -> Peer {
        let token = self.tokens.with_scopes(tenant, scopes);
        Peer::over(self.channel.clone(), Arc::new(move || token.clone()))
    }

    /// Tells it to stop and waits until it has drained.
    ///
    /// # Panics
    /// When it ends with an error.
    pub async fn stop(self) {
        drop(self.channel);
        self.stop.send_replace(true);
        self.serving.finished().await.expect("a drained server");
    }
}
