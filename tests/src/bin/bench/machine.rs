//! The machine, the versions and the day.

use std::{fmt::Write as _, fs, process::Command};

use anyhow::Result;
use clientele_service::Context;

use crate::house::House;

/// What a figure depends on besides the program.
#[derive(Debug)]
pub struct Machine {
    lines: Vec<(&'static str, String)>,
}

impl Machine {
    /// Looks at this machine.
    pub async fn look(house: &House) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
        let memory: u64 =
            field("/proc/meminfo", "MemTotal").and_then(|text| text.trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        let postgres = house.psql("postgres").value("SHOW server_version").await?;
        let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let loads = loads.split(' ').take(3).collect::<Vec<_>>().join(" ");
        let dirty = if said("git", &["status", "--porcelain"]).is_empty() { "" } else { ", with uncommitted changes" };
        Ok(Self {
            lines: vec![
                ("Machine", format!("{cores} cores ({model}), {} GiB, Linux {}", memory >> 20, said("uname", &["-r"]))),
                ("Load before", loads),
                (
                    "Versions",
                    format!(
                        "{}, Postgres {postgres}, {}",
                        said("rustc", &["--version"]),
                        said("h2load", &["--version"])
                    ),
                ),
                ("Revision", format!("{}{dirty}", said("git", &["rev-parse", "--short", "HEAD"]))),
                ("Day", Context::system().now().to_string().chars().take(10).collect()),
            ],
        })
    }

    /// As Markdown.
    pub fn describe(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "- {name}: {value}");
            text
        })
    }
}

/// The first line of what a program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// The value of the first line `name : value` of a file of the kernel's.
pub fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
