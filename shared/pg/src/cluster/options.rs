//! How a private Postgres is to run.

use std::path::PathBuf;

/// What a crash may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed.
    Durable,
    /// Everything: fast, for tests.
    Test,
}

/// Whether the server also listens on 127.0.0.1, with a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tcp {
    /// Only on its socket.
    #[default]
    Off,
    /// On a free port, kept from one start to the next while it stays free.
    Free,
    /// On this port.
    Port(u16),
}

/// How to start a [`Cluster`](super::Cluster).
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// Where it lives; created where missing, for example `.clientele/postgres`.
    pub folder: PathBuf,
    /// What a crash may cost.
    pub durability: Durability,
    /// Whether to listen on loopback.
    pub tcp: Tcp,
    /// Postgres' own cache. A quarter of the memory at most.
    pub shared_buffers_mb: u32,
    /// Connections of all services together.
    pub max_connections: u32,
    /// The server and its folder vanish with this process, even when it is killed.
    pub ephemeral: bool,
    /// Further server settings, which win over all others.
    pub settings: Vec<(String, String)>,
}

impl ClusterOptions {
    /// A durable cluster for one machine: 128 MB cache, 200 connections, socket only.
    pub fn durable(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            durability: Durability::Durable,
            tcp: Tcp::Off,
            shared_buffers_mb: 128,
            max_connections: 200,
            ephemeral: false,
            settings: Vec::new(),
        }
    }

    /// A fast cluster that keeps nothing and vanishes with this process. The folder must be its own: it is removed.
    pub fn for_tests(folder: impl Into<PathBuf>) -> Self {
        Self { durability: Durability::Test, ephemeral: true, ..Self::durable(folder) }
    }

    /// The settings passed on the server's command line, which wins over the files in its folder.
    pub(super) fn server_settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![
            ("shared_buffers", format!("{}MB", self.shared_buffers_mb)),
            ("max_connections", self.max_connections.to_string()),
            // Bulk loads would otherwise be held up by checkpoints.
            ("max_wal_size", "4GB".to_owned()),
            ("checkpoint_timeout", "15min".to_owned()),
            ("log_line_prefix", "%m [%p] %q%a ".to_owned()),
        ];
        if cfg!(target_os = "linux") {
            // A query whose service was killed stops.
            settings.push(("client_connection_check_interval", "2s".to_owned()));
        }
        if self.durability == Durability::Test {
            for name in ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"] {
                settings.push((name, "off".to_owned()));
            }
        }
        let own = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        own.chain(self.settings.iter().cloned()).collect()
    }
}
