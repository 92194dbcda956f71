//! Assembles a gRPC server out of a service's routes: layers, health, reflection, TLS, limits, draining, configuration.
//!
//! A service makes an [`App`] (its routes and its background jobs) and hands it to [`serve`]. What happens to one request, in order,
//! stands in [`layers`]; how an RPC reaches its function, in [`rpc`]. A setting is added as a field of a `clap::Args` struct: flag,
//! environment variable, file key and help come from there ([`settings`]).

pub mod app;
pub mod call;
pub mod client;
pub mod context;
mod gathered;
pub mod layers;
pub mod rpc;
pub mod run;
pub mod serve;
pub mod settings;
mod tls;
pub mod validation;

pub use app::{App, Job};
pub use call::Call;
pub use context::Context;
pub use run::run;
pub use serve::{Guard, ServerSettings, Serving, serve};

/// Calls are made of many small, short-lived buffers: the allocator shows in every rate (`make bench`, point reads), and this one costs a
/// fifth less of a call than the system's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
