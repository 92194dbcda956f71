//! Between an [`Error`] and the status on the wire.

use clientele_proto::errors::v1::ErrorReason as Reason;
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

use crate::{Error, Violation, code_of, reason_name};

/// The domain of every reason.
pub const DOMAIN: &str = "clientele";

/// Bytes of violations on the wire at most. Details travel as a header, and many clients take no more than 8 KiB of headers: a caller who
/// breaks a thousand rules would see a broken connection instead of the first of them.
const VIOLATION_BYTES: usize = 4000;

/// How many of the violations fit.
fn fitting(violations: &[Violation]) -> usize {
    let mut bytes = 0;
    let fits = |violation: &&Violation| {
        // Two tags and two lengths.
        bytes += violation.field.len() + violation.description.len() + 8;
        bytes <= VIOLATION_BYTES
    };
    violations.iter().take_while(fits).count()
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let mut details = ErrorDetails::new();
        let mut metadata = error.0.metadata.clone().into_iter().collect::<std::collections::HashMap<_, _>>();
        let (told, left_out) = error.0.violations.split_at(fitting(&error.0.violations));
        if !left_out.is_empty() {
            metadata.insert("violations_left_out".to_owned(), left_out.len().to_string());
        }
        details.set_error_info(reason_name(error.0.reason), DOMAIN, metadata);
        for violation in told {
            details.add_bad_request_violation(violation.field.clone(), violation.description.clone());
        }
        if let Some((kind, id)) = &error.0.resource {
            details.set_resource_info(*kind, id.clone(), "", "");
        }
        if let Some(delay) = error.0.retry_after {
            details.set_retry_info(Some(delay));
        }
        let code = code_of(error.0.reason);
        if code == tonic::Code::FailedPrecondition {
            let subject = error.0.resource.as_ref().map_or_else(String::new, |(kind, id)| format!("{kind}/{id}"));
            details.add_precondition_failure_violation(reason_name(error.0.reason), subject, error.0.message.clone());
        }
        let mut status = Status::with_error_details(code, error.0.message.clone(), details);
        // The source stays in this process: the server logs it once, it never goes over the wire.
        status.set_source(std::sync::Arc::new(error));
        status
    }
}

/// The reason of a status that a Clientele service answered.
pub fn reason_of(status: &Status) -> Option<Reason> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(())?;
    Reason::from_str_name(&format!("ERROR_REASON_{}", info.reason))
}

/// The fields a status complains of.
pub fn violations_of(status: &Status) -> Vec<Violation> {
    status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default()
        .into_iter()
        .map(|violation| Violation::new(violation.field, violation.description))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    #[test]
    fn a_path_as_long_as_a_caller_likes_is_cut() {
        let key = "ß".repeat(10_000);
        let violation = Violation::new(format!("tiers[0].entitlements[\"{key}\"]"), "is no name");
        assert_eq!(violation.field.chars().count(), 201);
        assert!(violation.field.starts_with("tiers[0].entitlements[\"ßß") && violation.field.ends_with("ß…"));
    }

    #[test]
    fn a_status_gives_back_reason_and_violations() {
        let violations = vec![Violation::new("a.b", "must not be empty"), Violation::new("c", "too long")];
        let status = Status::from(Error::invalid_fields(violations.clone()));
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
        assert_eq!(violations_of(&status), violations);
    }

    #[test]
    fn more_violations_than_headers_hold_are_counted() {
        let violations: Vec<_> = (0..1000).map(|nth| Violation::new(format!("ids[{nth}]"), "must be a UUID")).collect();
        let status = Status::from(Error::invalid_fields(violations.clone()));
        let told = violations_of(&status);
        assert!(told.len() > 50 && status.details().len() < 6000, "{} in {}", told.len(), status.details().len());
        assert_eq!(told, violations[..told.len()]);
        let left_out = &status.get_details_error_info().unwrap().metadata["violations_left_out"];
        assert_eq!(left_out, &(1000 - told.len()).to_string());
    }

    #[test]
    fn an_internal_error_hides_its_source() {
        let status = Status::from(Error::internal("password=secret"));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("secret"));
        assert!(!String::from_utf8_lossy(status.details()).contains("secret"));
    }

    #[test]
    fn every_reason_reads_back_from_the_wire() {
        for number in 1..=200 {
            let Ok(reason) = Reason::try_from(number) else { continue };
            let status = Status::from(Error::new(reason, "x"));
            assert_eq!(reason_of(&status), Some(reason));
            assert_eq!(status.code(), code_of(reason));
        }
    }
}
