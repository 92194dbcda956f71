//! The verifier from outside: algorithms, keys that come and go, sources that fail, and the speed of a hot caller.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod algorithms;
mod dev_issuer;
mod http_source;
mod issuer;
mod rotation;
mod server;
mod speed;
