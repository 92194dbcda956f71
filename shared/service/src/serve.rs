//! Serves an app: listens, puts the layers around its routes, answers health and reflection, drains when told to stop.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use clientele_auth::Verifier;
use clientele_proto::contract;
use futures::TryStreamExt as _;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tonic::{
    service::RoutesBuilder,
    transport::{Server, server::TcpIncoming},
};
use tower_http::cors::{AllowOrigin, CorsLayer, ExposeHeaders};

use crate::{
    App,
    app::Stop,
    gathered::Gathered,
    layers::{admit::AdmitLayer, deadline::DeadlineLayer, limit::LimitLayer, observe::ObserveLayer},
    tls, validation,
};

/// How a service listens and what it lets in.
#[derive(Debug, Clone, clap::Args)]
pub struct ServerSettings {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Listen without TLS on an address that others can reach. Without this, plaintext is served on loopback only.
    #[arg(long)]
    pub allow_plaintext: bool,
    /// PEM file with the certificate chain of the service.
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the private key of the certificate.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// PEM file with the authorities whose client certificates are let in; callers without one are then refused (mTLS).
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// Calls at work at once; more are refused with UNAVAILABLE (OVERLOADED).
    #[arg(long, default_value_t = 2048, value_name = "CALLS")]
    pub max_calls: usize,
    /// Calls a second that one caller (tenant and subject) may make; more are refused with RESOURCE_EXHAUSTED (RATE_LIMITED). Unlimited
    /// by default; counted by each replica for itself.
    #[arg(long, value_name = "CALLS")]
    pub calls_per_second: Option<NonZeroU32>,
    /// Longest time, in seconds, that a call with one answer may take; a caller's shorter deadline wins. Streams have no limit of ours.
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub longest_call_seconds: u64,
    /// Time, in seconds, that calls at work have to finish after SIGTERM.
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    pub drain_seconds: u64,
    /// Origin whose web pages may call over gRPC-Web, such as https://console.example.com; several by commas. None by default.
    #[arg(long, value_delimiter = ',', value_name = "ORIGIN")]
    pub web_origins: Vec<String>,
}

impl ServerSettings {
    /// The defaults with some flags, such as `["--listen", "127.0.0.1:7101"]`, for servers that are not started from a command line.
    pub fn from_flags(flags: &[&str]) -> Result<Self, clap::Error> {
        let command = <Self as clap::Args>::augment_args(clap::Command::new("server").no_binary_name(true));
        command
            .try_get_matches_from(flags)
            .and_then(|matches| <Self as clap::FromArgMatches>::from_arg_matches(&matches))
    }
}

/// What guards a server: who may call.
pub type Guard = Arc<Verifier>;

/// A server at work.
#[derive(Debug)]
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    finished: JoinHandle<Result<()>>,
}

impl Serving {
    /// Ends when the server has drained.
    pub async fn finished(self) -> Result<()> {
        self.finished.await.context("the server task broke off")?
    }
}

/// Starts to serve `app`, and its jobs, until `stop`. It is SERVING when this returns.
pub async fn serve(app: App, settings: &ServerSettings, guard: Guard, stop: Stop) -> Result<Serving> {
    check_contract(&app)?;
    validation::install();
    let tls = tls::server_tls(settings)?;
    if tls.is_none() && !settings.listen.ip().is_loopback() && !settings.allow_plaintext {
        bail!(
            "{} can be reached by others, and no TLS is configured: set tls_certificate and tls_key, or say allow_plaintext (behind a mesh)",
            settings.listen
        );
    }
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;

    let (health_reporter, health) = tonic_health::server::health_reporter();
    let mut routes = RoutesBuilder::from(app.routes);
    routes.add_service(health);
    routes.add_service(reflection(&app.services).build_v1()?);
    routes.add_service(reflection(&app.services).build_v1alpha()?);

    let mut server = Server::builder();
    if let Some(tls) = tls {
        server = server.tls_config(tls).context("the TLS files cannot be used")?;
    }
    // The builder's own setting is for listeners it binds itself: with Nagle's algorithm on, answers wait for 40 ms acknowledgements.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).map_ok(Gathered::new);
    let router = server
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_mins(1)))
        .max_concurrent_streams(Some(2048))
        .initial_stream_window_size(Some(1 << 20))
        .initial_connection_window_size(Some(8 << 20))
        .layer(tower::util::option_layer(cors(&settings.web_origins)?))
        .layer(tonic_web::GrpcWebLayer::new())
        .layer(ObserveLayer::new(app.name))
        .layer(LimitLayer::new(settings.max_calls))
        .layer(DeadlineLayer::new(Duration::from_secs(settings.longest_call_seconds)))
        .layer(AdmitLayer::new(guard, settings.calls_per_second))
        .add_routes(routes.routes());

    let jobs: Vec<_> = app.jobs.into_iter().map(|job| job.start(stop.clone())).collect();
    for service in app.services.iter().copied().chain([""]) {
        health_reporter.set_service_status(service, tonic_health::ServingStatus::Serving).await;
    }
    tracing::info!(service.name = app.name, server.address = %address, "serving");

    let drain = Duration::from_secs(settings.drain_seconds);
    let services = app.services;
    let name = app.name;
    let finished = tokio::spawn(async move {
        let (draining, mut drained) = watch::channel(false);
        let told = stopped(stop.clone());
        let shutdown = async move {
            told.await;
            // First the load balancers learn of it, then the listener closes, then the calls at work finish.
            for service in services.into_iter().chain([""]) {
                health_reporter.set_service_status(service, tonic_health::ServingStatus::NotServing).await;
            }
            tracing::info!(service.name = name, "draining");
            draining.send_replace(true);
        };
        let over_time = async move {
            let _ = drained.wait_for(|draining| *draining).await;
            tokio::time::sleep(drain).await;
        };
        tokio::select! {
            served = router.serve_with_incoming_shutdown(incoming, shutdown) => served.context("the server broke off")?,
            () = over_time => tracing::warn!(service.name = name, "calls were still at work when the time to drain was over"),
        }
        for job in jobs {
            let _ = job.await;
        }
        tracing::info!(service.name = name, "stopped");
        Ok(())
    });
    Ok(Serving { address, finished })
}

/// Ends when `stop` turns true or its sender is gone.
pub async fn stopped(mut stop: Stop) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

/// Turns true at SIGTERM or Ctrl-C.
pub fn stop_at_signal() -> Result<Stop> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, stop) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        sender.send_replace(true);
        // Keeps the channel open, so that receivers see the value and not a closed channel.
        std::future::pending::<()>().await;
    });
    Ok(stop)
}

/// A method without a permission, or a service that is not in the contract, does not start.
fn check_contract(app: &App) -> Result<()> {
    for service in &app.services {
        let mut methods = contract::METHODS.values().filter(|method| method.service == *service).peekable();
        if methods.peek().is_none() {
            bail!("{service} is not in the contract");
        }
        if let Some(open) = methods.find(|method| method.permission.is_none()) {
            bail!("{} has no permission in the contract", open.path);
        }
    }
    Ok(())
}

fn reflection(services: &[&'static str]) -> tonic_reflection::server::Builder<'static> {
    let mut builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(clientele_proto::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    for service in services.iter().copied().chain(["grpc.health.v1.Health"]) {
        builder = builder.with_service_name(service);
    }
    builder
}

/// Nothing is in the way of a call where no web page may make one.
fn cors(origins: &[String]) -> Result<Option<CorsLayer>> {
    if origins.is_empty() {
        return Ok(None);
    }
    let origins = origins
        .iter()
        .map(|origin| origin.parse())
        .collect::<Result<Vec<_>, _>>()
        .context("web_origins holds a bad origin")?;
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([http::Method::POST])
        .allow_headers(tower_http::cors::Any)
        .expose_headers(ExposeHeaders::list(
            ["grpc-status", "grpc-message", "grpc-status-details-bin"].map(http::HeaderName::from_static),
        ));
    Ok(Some(layer))
}
