//! What the layers found out about a call before its RPC runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clientele_auth::Caller;
use clientele_error::{Error, Result};
use clientele_proto::contract::MethodInfo;

/// A call that may go ahead: who calls what, and until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// What is called.
    pub method: &'static MethodInfo,
    /// The id under which the call is logged.
    pub trace_id: Arc<str>,
    /// When the answer is no longer wanted.
    pub deadline: Option<Instant>,
}

impl Call {
    /// The call a request belongs to.
    pub fn of<T>(request: &tonic::Request<T>) -> Result<Self> {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("an RPC was reached without the layers that admit a call"))
    }

    /// The tenant, from the token.
    pub fn tenant(&self) -> &str {
        self.caller.tenant.as_str()
    }

    /// What is left until the deadline; `None` without one.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}
