//! What is wrong with the fields of a request, inside a gRPC status: `google.rpc.BadRequest` in its details
//! (`grpc-status-details-bin`), as gRPC's own libraries write and read it.

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::FieldError;

/// A status that names the fields, if there are any.
pub fn status_of_fields(code: Code, message: impl Into<String>, fields: &[FieldError]) -> Status {
    if fields.is_empty() {
        return Status::new(code, message);
    }
    let violations: Vec<_> = fields
        .iter()
        .map(|error| FieldViolation::new(&error.field, &*error.reason))
        .collect();
    Status::with_error_details(code, message, ErrorDetails::with_bad_request(violations))
}

/// The fields that a status names; none where it has no such details, or none that can be read.
pub fn fields_of_status(status: &Status) -> Vec<FieldError> {
    let found = status.get_details_bad_request();
    let violations = found.into_iter().flat_map(|found| found.field_violations);
    violations
        .map(|violation| FieldError {
            field: violation.field,
            reason: violation.description.into(),
        })
        .collect()
}
