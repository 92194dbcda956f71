//! The life of a service's process, from settings to a drained stop.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use clientele_auth::{Verifier, VerifierConfig};

use crate::{
    App, Context,
    serve::{serve, stop_at_signal},
    settings::{AuthSettings, CommonSettings},
};

/// Runs the service `name` until SIGTERM: telemetry, the keys to verify tokens with, the app, the server.
pub fn run(name: &'static str, settings: &CommonSettings, app: impl AsyncFnOnce(Context) -> Result<App>) -> ExitCode {
    let outcome = tokio::runtime::Runtime::new().context("cannot start the async runtime").and_then(|runtime| {
        runtime.block_on(async {
            install_crypto();
            let telemetry = clientele_telemetry::init(&settings.observe.telemetry(&format!("clientele-{name}")))?;
            let outcome = work(settings, app).await;
            if let Err(error) = &outcome {
                tracing::error!(service.name = name, "cannot serve: {error:#}");
            }
            if let Err(error) = telemetry.shutdown().await {
                tracing::warn!(service.name = name, "telemetry is incomplete: {error}");
            }
            outcome
        })
    });
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn work(settings: &CommonSettings, app: impl AsyncFnOnce(Context) -> Result<App>) -> Result<()> {
    let stop = stop_at_signal()?;
    let context = Context::system();
    let verifier = verifier(&settings.auth, &context).await?;
    let app = app(context).await?;
    serve(app, &settings.server, verifier, stop).await?.finished().await
}

/// Makes ring the process's one TLS provider.
pub fn install_crypto() {
    // An error says that one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The verifier that the settings describe.
pub async fn verifier(settings: &AuthSettings, context: &Context) -> Result<Arc<Verifier>> {
    let keys = settings.jwks.parse()?;
    let mut config = VerifierConfig::new(keys, &settings.token_issuer, &settings.token_audience);
    config.tenant_claim.clone_from(&settings.tenant_claim);
    Verifier::start(config, context.clock()).await.context("the keys that verify tokens cannot be read")
}
