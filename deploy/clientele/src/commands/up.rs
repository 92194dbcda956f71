//! `clientele up`: everything on this machine, until Ctrl-C.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Args;
use clientele_service::{Context, serve::stop_at_signal};
use clientele_telemetry::{Telemetry, TelemetrySettings};

use crate::{
    launcher::{Addresses, Launched, keys::EVERYTHING, running::Endpoints},
    online::block_on,
    term,
};

/// What every command that starts the services here takes.
#[derive(Debug, Clone, Args)]
pub struct Local {
    /// Folder for the private Postgres and the development key
    #[arg(long, env = "CLIENTELE_FOLDER", default_value = ".clientele", value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Which log lines to write to stderr, such as info or clientele_value=debug,warn
    #[arg(long, env = "CLIENTELE_LOG_FILTER", default_value = "warn", value_name = "FILTER")]
    log_filter: String,
    /// OpenTelemetry collector (OTLP over gRPC) for traces, metrics and logs
    #[arg(long, env = "CLIENTELE_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,
}

impl Local {
    /// Starts logs, and telemetry where a collector is named.
    pub fn telemetry(&self) -> Result<Telemetry> {
        Ok(clientele_telemetry::init(&TelemetrySettings {
            log_filter: self.log_filter.clone(),
            otlp_endpoint: self.otlp_endpoint.clone(),
            ..TelemetrySettings::named("clientele")
        })?)
    }
}

/// Start everything on this machine and stay: a private Postgres (or `DATABASE_URL`), all services, a development key
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    local: Local,
    /// Address of the customers service
    #[arg(long, env = "CLIENTELE_CUSTOMERS_LISTEN", default_value = "127.0.0.1:7101", value_name = "ADDRESS")]
    customers_listen: SocketAddr,
    /// Address of the value service
    #[arg(long, env = "CLIENTELE_VALUE_LISTEN", default_value = "127.0.0.1:7102", value_name = "ADDRESS")]
    value_listen: SocketAddr,
    /// Address of the qualification service
    #[arg(long, env = "CLIENTELE_QUALIFICATION_LISTEN", default_value = "127.0.0.1:7103", value_name = "ADDRESS")]
    qualification_listen: SocketAddr,
    /// Tenant of the token that is printed
    #[arg(long, env = "CLIENTELE_TENANT", default_value = "demo", value_name = "TENANT")]
    tenant: String,
}

/// Runs the command.
pub fn run(args: &Up) -> Result<()> {
    block_on(async {
        let telemetry = args.local.telemetry()?;
        let stop = stop_at_signal()?;
        let folder = &args.local.folder;
        let addresses = Addresses {
            customers: args.customers_listen,
            value: args.value_listen,
            qualification: args.qualification_listen,
        };
        let launched = Launched::start(folder, addresses, stop).await?;
        launched.endpoints.write(folder)?;
        let lifetime = Duration::from_hours(7 * 24);
        let token = launched.keys.token(&args.tenant, "developer", &EVERYTHING, lifetime, Context::system().now());
        term::print(&greeting(&launched.endpoints, &args.tenant, &token))?;
        let outcome = launched.finished().await;
        Endpoints::forget(folder);
        telemetry.shutdown().await?;
        outcome
    })
}

fn greeting(endpoints: &Endpoints, tenant: &str, token: &str) -> String {
    let Endpoints { customers, value, qualification } = endpoints;
    let authority = customers.trim_start_matches("http://");
    format!(
        "\
Clientele is up. Ctrl-C stops it.

  customers      {customers}
  value          {value}
  qualification  {qualification}

A token for the tenant `{tenant}`, valid for a week:

export CLIENTELE_TOKEN={token}

Calls to paste into another terminal:

buf curl --protocol grpc --http2-prior-knowledge -H \"Authorization: Bearer $CLIENTELE_TOKEN\" \\
  -d '{{\"customer\": {{\"external_id\": \"C-1\", \"organisation\": {{\"legal_name\": \"Acme Ltd\"}}}}}}' \\
  {customers}/clientele.customers.v1.CustomerService/CreateCustomer

grpcurl -plaintext -H \"Authorization: Bearer $CLIENTELE_TOKEN\" -d '{{\"external_id\": \"C-1\"}}' \\
  {authority} clientele.customers.v1.CustomerService/GetCustomer

clientele import transactions purchases.csv
"
    )
}
