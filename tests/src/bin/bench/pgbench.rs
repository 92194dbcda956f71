//! `pgbench`: what Postgres serves when nothing stands before it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result};
use tokio::process::Command;

use crate::psql::finish;

/// Numbers of clients among which the best for a script is looked for.
const CLIENTS: [u32; 3] = [8, 16, 32];

/// Scripts that run again and again, each of which `pgbench` chooses as often as the others.
#[derive(Debug)]
pub struct Pgbench {
    url: String,
    scripts: Vec<PathBuf>,
}

impl Pgbench {
    /// Writes the scripts into `folder` under `name`; they run on the database of the URL.
    pub fn new(url: String, folder: &Path, name: &str, scripts: &[String]) -> Result<Self> {
        let scripts = scripts.iter().enumerate().map(|(number, script)| {
            let path = folder.join(format!("{name}-{number}.sql"));
            fs::write(&path, script).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(path)
        });
        Ok(Self { url, scripts: scripts.collect::<Result<_>>()? })
    }

    /// Scripts a second, over `seconds`.
    pub async fn run(&self, clients: u32, seconds: u64) -> Result<f64> {
        let mut command = Command::new("pgbench");
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()]);
        for script in &self.scripts {
            command.arg("-f").arg(script);
        }
        let said = finish(command.arg(&self.url).stdout(Stdio::piped()).stderr(Stdio::piped())).await?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.with_context(|| format!("pgbench told no rate: {said}"))
    }

    /// The number of clients that gets the most done.
    pub async fn best_clients(&self, seconds: u64) -> Result<u32> {
        let mut best = (0.0, CLIENTS[0]);
        for clients in CLIENTS {
            let rate = self.run(clients, seconds).await?;
            if rate > best.0 {
                best = (rate, clients);
            }
        }
        Ok(best.1)
    }
}
