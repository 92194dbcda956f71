//! Who or what makes a change: a call of somebody, or a job of the service. Events and the audit log name it.

use clientele_feed::NewEvent;
use clientele_service::{Call, Context};
use jiff::Timestamp;
use prost::{Message, Name};

/// What makes a change, at one instant.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    tenant: &'a str,
    by: By<'a>,
    /// When: the same for all that one change writes down.
    pub now: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum By<'a> {
    Call { call: &'a Call, request_id: &'a str },
    Job(&'a str),
}

impl<'a> Origin<'a> {
    /// A change that a caller asked for.
    pub fn call(call: &'a Call, request_id: &'a str, now: Timestamp) -> Self {
        Self { tenant: call.tenant(), by: By::Call { call, request_id }, now }
    }

    /// A change that the service makes by itself, in the name of a job.
    pub fn job(tenant: &'a str, name: &'a str, now: Timestamp) -> Self {
        Self { tenant, by: By::Job(name), now }
    }

    /// Whose data change.
    pub fn tenant(&self) -> &'a str {
        self.tenant
    }

    /// Who changes them: the subject of the caller's token, or the name of the job.
    pub fn actor(&self) -> &'a str {
        match self.by {
            By::Call { call, .. } => &call.caller.subject,
            By::Job(name) => name,
        }
    }

    /// The `request_id` of the call, or nothing.
    pub fn request_id(&self) -> &'a str {
        match self.by {
            By::Call { request_id, .. } => request_id,
            By::Job(_) => "",
        }
    }

    /// An event that tells of the change.
    pub fn event<M: Message + Name>(&self, context: &Context, subject: String, payload: &M) -> NewEvent {
        match self.by {
            By::Call { call, request_id } => NewEvent::of_call(context, call, request_id, self.now, subject, payload),
            By::Job(name) => NewEvent::of_job(context, self.tenant, name, self.now, subject, payload),
        }
    }
}
