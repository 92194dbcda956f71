//! A service as a process of its own.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::machine::field;

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(30);

/// A running service.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// Seconds from the start of its process until it answered that it is SERVING.
    pub seconds_to_serve: f64,
    child: Child,
}

impl Served {
    /// Runs the command with an address to listen on; its log goes to a file.
    pub async fn start(mut command: Command, log: &Path) -> Result<Self> {
        // The port is free again when the service takes it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        command.args(["--listen", &address.to_string()]).stdin(Stdio::null()).stdout(fs::File::create(log)?);
        command.stderr(fs::OpenOptions::new().append(true).open(log)?).kill_on_drop(true);
        let began = Instant::now();
        let mut child = command.spawn()?;
        while !is_serving(address).await {
            if child.try_wait()?.is_some() || began.elapsed() > LONGEST_START {
                bail!("the service does not start: {}", fs::read_to_string(log)?.trim());
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok(Self { address, seconds_to_serve: began.elapsed().as_secs_f64(), child })
    }

    /// A connection to it.
    pub async fn channel(&self) -> Result<Channel> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address))?;
        let endpoint =
            endpoint.initial_stream_window_size(1 << 20).initial_connection_window_size(8 << 20).tcp_nodelay(true);
        Ok(endpoint.connect().await?)
    }

    /// MiB it holds in memory now.
    pub fn resident_mib(&self) -> Result<f64> {
        self.memory("VmRSS")
    }

    /// MiB it held in memory at most.
    pub fn peak_mib(&self) -> Result<f64> {
        self.memory("VmHWM")
    }

    fn memory(&self, name: &str) -> Result<f64> {
        let id = self.child.id().context("the service has ended")?;
        let text = field(&format!("/proc/{id}/status"), name).context("the kernel tells no memory")?;
        let kib: f64 = text.trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill").arg(id.to_string()).status().await?;
        }
        if timeout(Duration::from_secs(10), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

async fn is_serving(address: SocketAddr) -> bool {
    let Ok(endpoint) = Endpoint::from_shared(format!("http://{address}")) else { return false };
    let Ok(channel) = endpoint.connect().await else { return false };
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    answer.is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
}
