//! A service as a process of its own.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command},
};

/// A service that runs until it is killed or this value is dropped.
pub struct Process {
    service: &'static str,
    flags: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
    /// Where it listens, also after a restart.
    pub address: SocketAddr,
}

impl Process {
    /// Starts `service` with flags of its own, and its log in `folder`.
    pub fn start(service: &'static str, folder: &std::path::Path, flags: Vec<String>) -> Self {
        // Free a moment ago; it has to be known before, so that it can be the same after a restart.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = folder.join(format!("{service}.log"));
        let mut process = Self { service, flags, log, child: None, address };
        process.restart();
        process
    }

    /// Ends it as a crash would: SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again, where it listened before.
    pub fn restart(&mut self) {
        self.kill();
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_fault_target"))
            .env("FAULT_TARGET", self.service)
            .args(["--listen", &self.address.to_string()])
            .args(&self.flags)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let end: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("--- end of the log of {}", self.service);
            end.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
