//! `psql`: statements of the owner, and the raw `COPY` that bulk work is compared with.

use std::{io, path::Path, process::Stdio, time::Instant};

use anyhow::{Context as _, Result, bail};
use tokio::{io::AsyncWriteExt as _, process::Command};

/// Calls `psql` on one database.
#[derive(Debug, Clone)]
pub struct Psql {
    url: String,
}

impl Psql {
    /// On the database of a URL.
    pub fn new(url: String) -> Self {
        Self { url }
    }

    /// The URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements, one after another.
    pub async fn run(&self, statements: &[&str]) -> Result<()> {
        let mut command = self.command();
        for statement in statements {
            command.args(["-c", statement]);
        }
        finish(command.stdout(Stdio::null())).await.map(drop)
    }

    /// The one value a query answers.
    pub async fn value(&self, query: &str) -> Result<String> {
        Ok(finish(self.command().args(["-c", query])).await?.trim().to_owned())
    }

    /// Copies a file into a table with `\copy`, and answers the seconds that took.
    pub async fn copy_in(&self, target: &str, file: &Path, format: &str) -> Result<f64> {
        let copy = format!("\\copy {target} FROM '{}' (FORMAT {format})", file.display());
        let began = Instant::now();
        self.run(&[&copy]).await?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Copies a table or query out in the binary format, to a file or into nothing, and answers the seconds that took.
    pub async fn copy_out(&self, source: &str, file: Option<&Path>) -> Result<f64> {
        let out = match file {
            Some(file) => Stdio::from(std::fs::File::create(file)?),
            None => Stdio::null(),
        };
        let began = Instant::now();
        finish(self.command().args(["-c", &format!("COPY {source} TO STDOUT (FORMAT binary)")]).stdout(out)).await?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Fills a table with lines in the text format.
    pub async fn fill(&self, target: &str, lines: impl Iterator<Item = String>) -> Result<()> {
        let mut command = self.command();
        let mut child = command.args(["-c", &format!("COPY {target} FROM STDIN")]).stdin(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().context("psql has no stdin")?;
        let mut buffer = String::with_capacity(1 << 17);
        for line in lines {
            buffer.push_str(&line);
            if buffer.len() > 1 << 16 {
                stdin.write_all(buffer.as_bytes()).await?;
                buffer.clear();
            }
        }
        stdin.write_all(buffer.as_bytes()).await?;
        drop(stdin);
        checked(&child.wait_with_output().await?).map(drop)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("psql");
        command
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", &self.url])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Runs a program to its end and answers what it wrote to stdout.
pub async fn finish(command: &mut Command) -> Result<String> {
    let child = command.kill_on_drop(true).spawn();
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    match child {
        Ok(child) => checked(&child.wait_with_output().await?).with_context(|| format!("{name} failed")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let package = match name.as_str() {
                "h2load" => "nghttp2-client",
                "python3" => "python3-venv",
                _ => "postgresql",
            };
            bail!("{name} is missing: install it, for example with `apt-get install {package}`")
        }
        Err(error) => Err(error).with_context(|| format!("cannot run {name}")),
    }
}

fn checked(output: &std::process::Output) -> Result<String> {
    if !output.status.success() {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
